"""What the verbs that make and ask indexes share: kinds, settings, vectors from files, an index beside a space."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli._failures import did_you_mean
from vicinal.cli._files import check_there, is_index, open_space
from vicinal.cli._show import note
from vicinal.errors import BadFormat, BadInput, BadOption, VicinalError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vicinal.index import Index
    from vicinal.space import Space

# as `vicinal.index.kinds.kind_names` gives them; written here so that help need not import NumPy
KINDS = ("exact", "tree", "lsh", "ivf", "hnsw", "tree_ah")


class KindName(click.ParamType):
    """A kind of index, or ``auto``; offers near spellings.

    Examples
    --------
    >>> KindName().convert("EXACT", None, None)
    'exact'
    """

    name = "|".join(("auto", *KINDS))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name as the library spells it."""
        known, spelled = ("auto", *KINDS), str(value).lower().replace("-", "_")
        if spelled not in known:
            self.fail(
                f"there is no kind {value!r} (kinds: {', '.join(known)}){did_you_mean(spelled, known)}", param, ctx
            )
        return spelled


class Setting(click.ParamType):
    """``NAME=VALUE``, the value as JSON where it can be read so, else text.

    Examples
    --------
    >>> [Setting().convert(text, None, None) for text in ("leaves=60", "spill=true", "mode=fast")]
    [('leaves', 60), ('spill', True), ('mode', 'fast')]
    """

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        """Return name and value."""
        if isinstance(value, tuple):
            return value
        name, sign, text = value.partition("=")
        if not sign or not name.strip().isidentifier():
            self.fail(f"{value!r} is not written as NAME=VALUE", param, ctx)
        try:
            return name.strip(), json.loads(text)
        except ValueError:
            return name.strip(), text.strip()


def open_an_index(path: str) -> Index:
    """Open an index; of a space in its place, say how to make one of it.

    Raises
    ------
    BadInput, BadFormat
    """
    from vicinal.index import open_index
    from vicinal.store.container import Container

    check_there(path)
    if not is_index(path):
        try:
            kind = Container(path).metadata.get("format", "") if not os.path.isdir(path) else ""
        except VicinalError:
            kind = ""
        if kind.startswith("vicinal.space") or str(path).lower().endswith((".vec", ".npy", ".npz", ".parquet")):
            made = Path(path).with_suffix(".index")
            raise BadInput(f"{path} is a space, not an index; 'vicinal index {path}' makes {made} of it")
    return open_index(path)


def read_vectors(path: str) -> NDArray | Space:
    """Read queries: a matrix from ``.npy``, or a space of any format.

    Raises
    ------
    BadInput, BadFormat
    """
    import numpy as np

    file = check_there(path)
    if file.suffix.lower() != ".npy":
        return open_space(path)
    try:
        vectors = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadFormat(f"{path}: not a matrix that NumPy can read ({error})") from None
    if vectors.ndim not in (1, 2) or vectors.dtype.kind not in "fiu" or not vectors.size:
        raise BadInput(
            f"{path} holds {vectors.dtype} of shape {vectors.shape}; a matrix of numbers, a row a query, is needed"
        )
    return vectors


def read_names(path: str) -> list[str]:
    """Read names or sums, one a line.

    Raises
    ------
    BadInput, BadFormat
    """
    try:
        lines = check_there(path).read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadFormat(f"{path}: byte {error.start:,} is not UTF-8; convert the file") from None
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise BadInput(f"{path} holds no name")
    return names


def index_beside(path: str, space: Space, k: int, metric: str | None) -> Index | None:
    """Open the index that lies beside a space, if it is of this very space and made for what is asked.

    Parameters
    ----------
    path : str
        Of the space: ``words.index`` lies beside ``words.space``.
    space : Space
    k : int
    metric : str, optional
        As asked for.

    Returns
    -------
    Index or None
        Where there is one that will not do, a line on standard error says why.
    """
    from vicinal.index.beside import path_beside, why_other, why_unfit

    beside = path_beside(Path(path))
    if beside is None:
        return None
    try:
        index = open_an_index(str(beside))
    except VicinalError as error:
        note(f"{beside} is not used: {error}")
        return None
    reason = why_other(index, space) or why_unfit(index, k, metric or space.metric)
    if reason:
        note(f"{beside} is not used: {reason}")
        return None
    note(f"by {beside}, recall {index.recall_} of the {index.recall_.k} nearest; --exact compares every row")
    return index


def settings_of(pairs: Iterable[tuple[str, Any]], option: str) -> dict[str, Any]:
    """Join ``NAME=VALUE`` pairs; one that comes twice is refused.

    Examples
    --------
    >>> settings_of([("leaves", 60)], "--setting")
    {'leaves': 60}
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadOption(f"{option} {name} is given twice")
        found[name] = value
    return found
