"""``vicinal info``: what a space is and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._files import is_index, is_map, open_space
from vicinal.cli._show import counted, facts, heading, listed, say, say_json
from vicinal.cli._verb import Verb, json_option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vicinal.space import Space


@click.command(
    cls=Verb,
    short_help="Say what a space is and where it comes from.",
    examples=(
        "vicinal info words.space",
        "vicinal info words.vec --json",
        "vicinal info words.index",
        "vicinal info words.map",
    ),
)
@click.argument("file", type=click.Path())
@json_option
def command(file: str, as_json: bool) -> None:
    """Say what a space is: its size, its metric, its columns, and the options it was trained with.

    Of an index: its kind, its setting, its measured recall and what it holds. Of a map: its method, its options and
    how far to trust it.
    """
    if is_index(file):
        _say_index(file, as_json)
        return
    if is_map(file):
        _say_map(file, as_json)
        return
    space = open_space(file)
    if as_json:
        say_json(_record(file, space))
        return
    heading(f"{file}: {counted(len(space), 'name')} × {space.dim}")
    say(facts(_facts(space)))


def _say_index(file: str, as_json: bool) -> None:
    from vicinal.cli._indexes import open_an_index
    from vicinal.cli.index import index_facts, index_record

    index = open_an_index(file)
    if as_json:
        say_json(index_record(file, index))
        return
    heading(f"{file}: {counted(len(index), 'name')} × {index.dim}")
    say(facts(index_facts(index)))


def _say_map(file: str, as_json: bool) -> None:
    from vicinal.maps import Map

    drawn = Map.open(file)
    known = {"method": drawn.method, "options": drawn.options, "quality": drawn.quality}
    if as_json:
        axes = {"axis_shares": list(drawn.axis_shares), "fingerprint": drawn.fingerprint}
        say_json({"file": file, "n": len(drawn), "dim": drawn.dim, **known, **axes})
        return
    heading(f"{file}: a map of {counted(len(drawn), 'name')} in {drawn.dim} dimensions")
    found = [
        ("names", f"{len(drawn):,}: {listed([drawn.names[i] for i in range(min(6, len(drawn)))])}"),
        ("method", drawn.method),
    ]
    if drawn.options:
        found.append(("options", ", ".join(f"{key}\xa0{_plain(value)}" for key, value in drawn.options.items())))
    found += drawn.summary()
    say(facts([*found, ("fingerprint", drawn.fingerprint or "unknown")]))


def _record(file: str, space: Space) -> dict[str, Any]:
    import json

    return {
        "file": file,
        "n": len(space),
        "dim": space.dim,
        "metric": space.metric,
        "dtype": str(space.matrix.dtype),
        "memory_bytes": int(space.matrix.nbytes),
        "columns": {name: str(column.dtype) for name, column in space.columns.items()},
        "origin": json.loads(space.origin.to_json()),
        "fingerprint": space.fingerprint,
    }


def _facts(space: Space) -> list[tuple[str, str]]:
    from vicinal.memory import show_bytes

    origin = space.origin
    found = [
        ("names", f"{len(space):,}: {listed([space.names[i] for i in range(min(6, len(space)))])}"),
        ("dim", str(space.dim)),
        ("metric", space.metric),
        ("memory", f"{show_bytes(space.matrix.nbytes)} of {space.matrix.dtype}"),
    ]
    found += [("column", f"{name}: {_range(column)}") for name, column in space.columns.items()]
    made = "given as a matrix" if origin.encoder == "given" else f"{origin.encoder}"
    made += f" of vicinal {origin.version}" if origin.version else ""
    found.append(("made by", made + "".join(f", then {step}" for step in origin.steps)))
    if origin.options:
        found.append(("options", ", ".join(f"{key}\xa0{_plain(value)}" for key, value in origin.options.items())))
    for label, value in (
        ("text", origin.corpus),
        ("vocabulary", origin.vocabulary),
        ("trained on from", origin.parent),
    ):
        if value:
            found.append((label, value))
    return [*found, ("fingerprint", space.fingerprint)]


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(column: NDArray) -> str:
    if column.dtype.kind in "iuf" and len(column):
        return f"{column.dtype}, {column.min():,} to {column.max():,}"
    return "text" if column.dtype.kind in "UTO" else str(column.dtype)
