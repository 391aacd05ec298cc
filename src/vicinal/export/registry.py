"""Which targets there are, how one is told from an address, and the door to all."""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass
from typing import Any, Protocol, cast

from vicinal.errors import BadInput, BadOption
from vicinal.export import ann_benchmarks, faiss, hnswlib, lancedb, parquet, pgvector, qdrant
from vicinal.export.exported import Exported, without_password
from vicinal.progress import Callback
from vicinal.space import Space


class Target(Protocol):
    """What every file of a target holds; to add one, copy the nearest and list it in this file.

    Attributes
    ----------
    NAME : str
    ENDINGS, SCHEMES : tuple of str
        How a path ends and an address begins that mean this target.
    KEEPS : str
        What of a space is there afterwards.
    """

    NAME: str
    ENDINGS: tuple[str, ...]
    SCHEMES: tuple[str, ...]
    KEEPS: str

    def write(self, space: Space, target: Any, *, force: bool, callback: Callback | None, **options: Any) -> Exported:
        """Write a space there, whole or not at all."""


_MODULES = (pgvector, qdrant, lancedb, parquet, hnswlib, faiss, ann_benchmarks)
_TARGETS = {module.NAME: cast(Target, module) for module in _MODULES}


@dataclass(frozen=True)
class TargetInfo:
    """One row of `targets`.

    Attributes
    ----------
    name : str
        What ``to=`` takes.
    endings, schemes : tuple of str
        How a path ends and an address begins that mean this target.
    keeps : str
        What of a space is there afterwards.
    options : mapping of str to value
        What `export` takes further, with defaults.
    about : str
        One line.

    Examples
    --------
    >>> TargetInfo("faiss", (".faiss",), (), "vectors", {"m": 32}, "An index file").options
    {'m': 32}
    """

    name: str
    endings: tuple[str, ...]
    schemes: tuple[str, ...]
    keeps: str
    options: dict[str, Any]
    about: str


def targets() -> list[TargetInfo]:
    """List all targets.

    Examples
    --------
    >>> [target.name for target in targets()]
    ['pgvector', 'qdrant', 'lancedb', 'parquet', 'hnswlib', 'faiss', 'ann-benchmarks']
    """
    about = {module.NAME: (module.__doc__ or "").partition("\n")[0] for module in _MODULES}
    return [TargetInfo(t.NAME, t.ENDINGS, t.SCHEMES, t.KEEPS, _options(t), about[t.NAME]) for t in _TARGETS.values()]


def export(
    space: Space,
    target: Any,
    *,
    to: str | None = None,
    force: bool = False,
    callback: Callback | None = None,
    **options: Any,
) -> Exported:
    """Write a space into another tool: a file, a folder or a database, whole or not at all.

    Parameters
    ----------
    space : Space
    target : path or str
        A path, or an address such as ``postgresql://host/database`` and ``http://host:6333``. For Qdrant also a
        client.
    to : str, optional
        One of `targets`; by default told from the ending of the path or the beginning of the address.
    force : bool
        Replace what is there.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` now and then.
    **options
        What the target takes: ``targets()`` lists them with their defaults.

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists
        If the file, folder, table or collection exists and ``force`` is not set.
    BadInput
        If the target cannot hold this space, or refuses; what was there before is then untouched.
    BadOption
        For an unknown target or option.
    MissingExtra
        If the target needs a package that is not installed.

    Examples
    --------
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "words.sql")
    >>> done = export(Space(["king", "queen"], [[0.5, 1], [1, 0.5]]), path)
    >>> done.to, done.rows
    ('pgvector', 2)
    """
    chosen = _named(to) if to is not None else _guessed(target)
    known = _options(chosen)
    for name in options:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise BadOption(f"{chosen.NAME} takes no option {name!r}; {takes}")
    if isinstance(target, str | os.PathLike):
        target = os.fspath(target)
        if "://" in target and not target.lower().startswith(chosen.SCHEMES or "//"):
            said = f"an address that begins with {' or '.join(chosen.SCHEMES)}" if chosen.SCHEMES else "a path"
            raise BadInput(f"{chosen.NAME} takes {said}, got {without_password(target)}")
    elif chosen is not _TARGETS["qdrant"]:
        raise BadInput(f"{chosen.NAME} takes a path or an address, got {type(target).__name__}")
    return chosen.write(space, target, force=force, callback=callback, **options)


def _options(target: Target) -> dict[str, Any]:
    given = inspect.signature(target.write).parameters.values()
    plain = [p for p in given if p.kind is p.KEYWORD_ONLY and p.name not in ("force", "callback")]
    return {parameter.name: parameter.default for parameter in plain}


def _named(name: str) -> Target:
    if name not in _TARGETS:
        raise BadOption(f"to must be one of {', '.join(_TARGETS)}, got {name!r}")
    return _TARGETS[name]


def _guessed(target: Any) -> Target:
    text = os.fspath(target).lower() if isinstance(target, str | os.PathLike) else ""
    for chosen in _TARGETS.values():
        if (chosen.SCHEMES and text.startswith(chosen.SCHEMES)) or text.rstrip("/").endswith(chosen.ENDINGS):
            return chosen
    known = ", ".join(end for chosen in _TARGETS.values() for end in (*chosen.SCHEMES, *chosen.ENDINGS))
    shown = without_password(str(target))
    raise BadOption(f"no target is known by {shown!r}; use one of {known}, or say --to ({', '.join(_TARGETS)})")
