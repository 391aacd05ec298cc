"""Rows as PostgreSQL's COPY takes them, as text or binary (its manual, the chapter on COPY)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.export._pgvector_sql import column_type
from vicinal.space import Space
from vicinal.store.text import format_rows

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"})
_BINARY = {
    "boolean": "?",
    "smallint": ">i2",
    "integer": ">i4",
    "bigint": ">i8",
    "real": ">f4",
    "double precision": ">f8",
}


def order(space: Space) -> list[str]:
    """Return the table's columns in the order in which rows are written: texts first, then what has a fixed length.

    Examples
    --------
    >>> order(Space(["a"], [[1]], columns={"count": [1], "kind": ["x"]}))
    ['name', 'kind', 'embedding', 'count']
    """
    return ["name", *_texts(space), "embedding", *_plain(space)]


class TextRows:
    """Rows as text: fields between tabs, what would be taken for a separator escaped.

    Parameters
    ----------
    space : Space
    """

    def __init__(self, space: Space) -> None:
        self.space = space

    def block(self, start: int, block: NDArray[np.float32], kind: str) -> bytes:
        """Return the rows from ``start``."""
        stop = start + len(block)
        if kind == "halfvec":
            block = block.astype(np.float16).astype(np.float32)
        vectors = [b"[%s]" % row for row in format_rows(np.ascontiguousarray(block), b",")]
        fields = [_escaped(self.space.names[start:stop])]
        fields += [_escaped(self.space.columns[key][start:stop].tolist()) for key in _texts(self.space)]
        fields.append(iter(vectors))
        fields += [_numbers(self.space.columns[key][start:stop]) for key in _plain(self.space)]
        return b"".join(b"\t".join(row) + b"\n" for row in zip(*fields, strict=True))


class BinaryRows:
    """Rows in the binary form, which takes the server less work.

    Parameters
    ----------
    space : Space
    kind : "vector" or "halfvec"

    Attributes
    ----------
    head, tail : bytes
        What stands before the first and after the last row.
    """

    head = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    tail = b"\xff\xff"

    def __init__(self, space: Space, kind: str) -> None:
        self.space, self.texts, self.plain = space, _texts(space), _plain(space)
        number = ">f4" if kind == "vector" else ">f2"
        self.width = 4 + np.dtype(number).itemsize * space.dim
        # every value follows its length; a vector begins with its dimensions and two bytes of zeros
        fields: list[Any] = [("length", ">i4"), ("dim", ">i2"), ("zero", ">i2"), ("vector", number, (space.dim,))]
        for at, key in enumerate(self.plain):
            fields += [(f"length{at}", ">i4"), (f"value{at}", _BINARY[column_type(space.columns[key].dtype)])]
        self.fixed = np.dtype(fields)
        self.count = (2 + len(self.texts) + len(self.plain)).to_bytes(2, "big")

    def block(self, start: int, block: NDArray[np.float32]) -> bytes:
        """Return the rows from ``start``."""
        stop = start + len(block)
        rows = np.zeros(len(block), self.fixed)
        rows["length"], rows["dim"], rows["vector"] = self.width, self.space.dim, block
        for at, key in enumerate(self.plain):
            rows[f"length{at}"] = self.fixed[f"value{at}"].itemsize
            rows[f"value{at}"] = self.space.columns[key][start:stop]
        raw, size = rows.tobytes(), self.fixed.itemsize
        texts = [self.space.names[start:stop], *(self.space.columns[key][start:stop].tolist() for key in self.texts)]
        parts = []
        for at, row in enumerate(zip(*texts, strict=True)):
            parts.append(self.count)
            for text in row:
                content = text.encode()
                parts += [len(content).to_bytes(4, "big"), content]
            parts.append(raw[at * size : (at + 1) * size])
        return b"".join(parts)


def _texts(space: Space) -> list[str]:
    return [key for key, column in space.columns.items() if column.dtype.kind in "UT"]


def _plain(space: Space) -> list[str]:
    return [key for key, column in space.columns.items() if column.dtype.kind not in "UT"]


def _escaped(texts: list[str]) -> Iterator[bytes]:
    return (text.translate(_ESCAPES).encode() for text in texts)


def _numbers(column: NDArray) -> Iterator[bytes]:
    # Python writes 1.5, -3, True, nan and inf, all of which PostgreSQL reads
    return (str(value).encode() for value in column.tolist())
