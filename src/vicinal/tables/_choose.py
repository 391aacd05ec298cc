"""Which encoder suits a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vicinal.errors import BadInput
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._columns import Column
from vicinal.tables.categorical import BinaryCode, OneHot, Ordinal
from vicinal.tables.multiplexed import Multiplexed
from vicinal.tables.numeric import MinMax, Standardize

KINDS: dict[str, type[ArrayEncoder]] = {
    "one_hot": OneHot,
    "ordinal": Ordinal,
    "binary": BinaryCode,
    "standardize": Standardize,
    "min_max": MinMax,
    "multiplexed": Multiplexed,
}
_MISSING = {  # option of a TableEncoder → option of a part: categories, numbers
    "accept": ("zero", "mean"),
    "mark": ("category", "indicator"),
    "error": ("error", "error"),
}


@dataclass(frozen=True)
class Part:
    """Columns encoded together.

    Attributes
    ----------
    kind : str
        A key of `KINDS`, or ``"given"`` for an encoder that the user made.
    encoder : ArrayEncoder
    columns : list of str
    """

    kind: str
    encoder: ArrayEncoder
    columns: list[str]


def choose_kind(column: Column, one_hot_limit: int) -> str:
    """Choose by kind of value and, for text, by the number of categories.

    Examples
    --------
    >>> from vicinal.tables._columns import read_column
    >>> import numpy as np
    >>> words = read_column("word", np.array(["a", "b", "c"]))
    >>> choose_kind(words, one_hot_limit=3), choose_kind(words, one_hot_limit=2)
    ('one_hot', 'multiplexed')
    """
    if column.kind == "empty":
        name = column.name
        raise BadInput(
            f"column {name!r} is missing in every row, so there is nothing to learn; pass "
            f"overrides={{{name!r}: 'drop'}}"
        )
    if column.kind in ("number", "date") and not column.categorical:
        return "standardize"
    if column.kind == "boolean":
        return "one_hot"
    values = column.values[~column.missing]
    return "one_hot" if len(set(values.tolist())) <= one_hot_limit else "multiplexed"


def make_encoder(kind: str, options: Any) -> ArrayEncoder:
    """Make the encoder of a kind with the options of a `TableEncoder`."""
    category, number = _MISSING[options.missing]
    if kind in ("standardize", "min_max"):
        return KINDS[kind](missing=number)  # type: ignore[call-arg]
    unseen = {"accept": "zero", "error": "error"}[options.unseen]
    if kind == "multiplexed":
        shape = {"dim": options.dim, "rows": options.rows, "hashes": options.hashes, "seed": options.seed}
        return Multiplexed(unseen="hash" if unseen == "zero" else unseen, missing=category, **shape)
    if kind == "ordinal":
        unseen, category = (word.replace("zero", "minus_one") for word in (unseen, category))
    return KINDS[kind](unseen=unseen, missing=category)  # type: ignore[call-arg]
