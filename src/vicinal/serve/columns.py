"""Columns of a space as a browser colours by them: numbers, or codes of labels."""

from __future__ import annotations

import json
from collections import Counter
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption, UnknownName
from vicinal.names import near_spellings
from vicinal.serve.binary import Body
from vicinal.serve.served import Served
from vicinal.store.container import container_bytes

MOST_LABELS = 255
_FEW = 12  # whole numbers of so few values are taken for labels
_LONGEST = 200  # characters of a label
KINDS = ("auto", "number", "category")


def column_bytes(served: Served, column: str, kind: str = "auto") -> Body:
    """Pack a column.

    Parameters
    ----------
    served : Served
    column : str
    kind : "auto", "number" or "category"
        By default text and booleans are categories, and so are whole numbers of at most 12 distinct values
        that come five times or more on average.

    Returns
    -------
    Body
        Of a number: ``values`` (n,) float32, and in the metadata ``least``, ``most`` and how many are ``missing``;
        those, and any that are infinite or beyond float32, are NaN. Of a category: ``codes`` (n,) uint16 and in the
        metadata ``labels``, a JSON list. Beyond 255 distinct labels the most frequent have codes of their own, and
        one more label, the last, stands for the ``others``.

    Raises
    ------
    UnknownName
        For a column that is not there.
    BadOption
        For an unknown kind, or text as numbers.

    Examples
    --------
    >>> from vicinal import Space
    >>> served = Served("letters", Space(["A", "B"], [[3, 30], [15, 4]], columns={"group": ["x", "y"]}))
    >>> b'"labels":"[' in column_bytes(served, "group").data
    True
    """
    if kind not in KINDS:
        raise BadOption(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    columns = served.space.columns
    if column not in columns:
        raise UnknownName(column, near_spellings(column, columns), "the columns of this space")

    def pack() -> Body:
        tensors, about = column_parts(columns[column], kind)
        origin = {"space": served.name, "fingerprint": served.space.fingerprint, "column": column}
        return Body.of(container_bytes(tensors, {**origin, **about}))

    return served.once(("column", column, kind), pack)


def column_parts(values: NDArray[Any], kind: str = "auto") -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the tensors and the metadata of a column; see `column_bytes`.

    Examples
    --------
    >>> tensors, about = column_parts(np.array(["x", "y", "x"]))
    >>> tensors["codes"].tolist(), about["labels"]
    ([0, 1, 0], '["x", "y"]')
    >>> column_parts(np.array([0.5, np.nan]))[1]
    {'kind': 'number', 'least': '0.5', 'most': '0.5', 'missing': '1'}
    """
    number = values.dtype.kind in "iuf"
    if kind == "number" and not number:
        raise BadOption("a column of text has no numbers; ask for it as a category")
    if kind == "auto":
        kind = "number" if number and not _few(values) else "category"
    if kind == "category":
        return _category(values)
    with np.errstate(over="ignore"):
        kept = values.astype(np.float32)
    finite = np.isfinite(kept)
    kept[~finite] = np.nan
    about = {"kind": "number"}
    if finite.any():
        about |= {"least": str(float(kept[finite].min())), "most": str(float(kept[finite].max()))}
    return {"values": kept}, {**about, "missing": str(int(np.count_nonzero(~finite)))}


def _category(values: NDArray[Any]) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    listed = values.tolist()
    if values.dtype.kind not in "UT":
        listed = list(map(str, listed))
    counts = Counter(listed)
    common = [label for label, _ in counts.most_common(MOST_LABELS)]
    others = len(counts) - len(common)
    if not others and values.dtype.kind in "iuf":
        common.sort(key=float)
    codes = {label: code for code, label in enumerate(common)}
    found = np.fromiter(map(codes.get, listed, repeat(len(common))), np.uint16, len(listed))
    labels = [shortened(label) or "(empty)" for label in common] + [f"other ({others:,} values)"] * bool(others)
    return {"codes": found}, {"kind": "category", "labels": json.dumps(labels), "others": str(others)}


def _few(values: NDArray[Any]) -> bool:
    if values.dtype.kind not in "iu" or len(np.unique(values[: 1 << 12])) > _FEW:
        return False
    return len(np.unique(values)) <= min(_FEW, len(values) // 5)


def shortened(label: str, longest: int = _LONGEST) -> str:
    """Cut a label that is too long for a legend.

    Examples
    --------
    >>> shortened("abcdef", 4)
    'abc…'
    """
    return label if len(label) <= longest else label[: longest - 1] + "…"
