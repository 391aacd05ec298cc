"""Lines of a name and numbers: what word2vec's text form, GloVe and the projector's table have in common."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.blocks import Rows, line_blocks
from vicinal.store.faults import Faults
from vicinal.store.lines import BadLine, parse_line

KERNEL_FROM = 1 << 21  # bytes from which loading the compiled kernel pays
FAST_FROM = 1 << 16  # numbers in a block from which it pays for writing
_SEPARATORS = " \t\n\r"


def read_table(
    path: Path, dim: int, faults: Faults, *, header: bool = False, named: bool = True, callback: Callback | None = None
) -> tuple[list[str], NDArray[np.float32], NDArray[np.int64]]:
    """Read every line of a file.

    Parameters
    ----------
    path : path
    dim : int
        Numbers in a line; 1 or more.
    faults : Faults
    header : bool
        Pass over the first line.
    named : bool
        A name stands before the numbers.
    callback : callable, optional

    Returns
    -------
    names : list of str, length n
        Empty if ``named`` is false.
    matrix : (n, dim) float32
    lines : (n,) int64
        The line every row comes from, counted from 1.

    Raises
    ------
    BadFormat
        At the first bad line, unless ``faults`` skips them.
    """
    table = _Table(path, dim, faults, named)
    for block in line_blocks(path, callback):
        start = 0
        if header:
            header, start = False, (block.find(b"\n") + 1) or len(block)
            table.line = 2
        table.take(block, start)
    names, lines = table.names, np.concatenate(table.lines) if table.lines else np.empty(0, np.int64)
    return names, table.rows.finish(), lines


class _Table:
    """The state of one reading: what came so far, and the line that comes next."""

    def __init__(self, path: Path, dim: int, faults: Faults, named: bool) -> None:
        self.dim, self.faults, self.named = dim, faults, named
        self.size = os.path.getsize(path)
        self.line, self.blank = 1, 0
        self.names: list[str] = []
        self.lines: list[NDArray] = []
        self.rows: Rows
        self._first = True

    def take(self, block: bytes, at: int) -> None:
        """Read the lines of one block, from byte ``at`` on."""
        if self._first:
            self._first = False
            self._make_rows(block, at)
        data = np.frombuffer(block, np.uint8)
        fast = self.size >= KERNEL_FROM
        while at < len(block):
            if fast:
                at = self._fast(block, data, at)
            if at < len(block):
                end = block.find(b"\n", at)
                end = len(block) if end < 0 else end
                self._slow(block[at:end])
                at = end + 1

    def _make_rows(self, block: bytes, at: int) -> None:
        length = max(len(block) - at, 1)
        expected = min(block.count(b"\n", at) + 1, length // (2 * self.dim) + 1)
        if at < len(block) and self.dim > length:  # one byte a number is the least
            raise self.faults.fatal(f"{self.dim:,} dimensions are claimed and the first lines have {length:,} bytes")
        if len(block) >= 1 << 20:
            expected = int(expected * max(1.0, self.size / length) * 1.02)
        self.rows = Rows(self.dim, expected)

    def _fast(self, block: bytes, data: NDArray, at: int) -> int:
        from vicinal.store._text_kernels import parse_lines

        rows = self.rows
        rows.make_room()
        first = rows.count
        places = np.empty((3, (len(block) - at) // (2 * self.dim) + 1), np.int64)
        at, self.line, rows.count, filled = parse_lines(data, at, self.line, self.named, rows.matrix, first, places)
        self._keep(block, places[:, :filled], first)
        return int(at)

    def _keep(self, block: bytes, places: NDArray, first: int) -> None:
        starts, stops, lines = places
        if len(lines) and self.blank:
            self._blank_inside()
        if self.named:
            spans = zip(starts.tolist(), stops.tolist(), lines.tolist(), strict=True)
            try:
                self.names += [block[a:b].decode() for a, b, _ in spans]
            except UnicodeDecodeError:
                good = [self._decode(block[a:b], at) for a, b, at in places.T.tolist()]
                keep = np.array([name is not None for name in good])
                self.names += [name for name in good if name is not None]
                rows, lines = self.rows, lines[keep]
                rows.matrix[first : first + len(lines)] = rows.matrix[first : rows.count][keep]
                rows.count = first + len(lines)
        self.lines.append(lines.copy())

    def _slow(self, line: bytes) -> None:
        """Read one line in plain Python, or say what is wrong with it."""
        at, self.line = self.line, self.line + 1
        if not line.strip(b" \t\r"):
            self.blank = self.blank or at
            return
        if self.blank:
            self._blank_inside()
        try:
            name, values = parse_line(line, self.dim, self.named)
        except BadLine as error:
            self.faults.add(at, str(error))
            return
        text = self._decode(name, at)
        if text is None:
            return
        self.rows.make_room()
        self.rows.matrix[self.rows.count] = values
        self.rows.count += 1
        self.lines.append(np.array([at]))
        if self.named:
            self.names.append(text)

    def _blank_inside(self) -> None:
        at, self.blank = self.blank, 0
        self.faults.add(at, "the line is empty; a name and its numbers were expected")

    def _decode(self, name: bytes, at: int) -> str | None:
        try:
            return name.decode()
        except UnicodeDecodeError as error:
            self.faults.add(at, f"the name {name[:40]!r} is not UTF-8 (byte {error.start}); convert the file")
            return None


def write_lines(space: Space, path: Path, header: bool) -> None:
    """Write names and numbers, one row a line, with just enough digits to come back as the same float32.

    Raises
    ------
    BadInput
        If a name holds a space, tab or line end, which this form cannot tell from a separator.
    """
    for name in space.names:
        if any(mark in name for mark in _SEPARATORS):
            raise BadInput(
                f"the name {name!r} holds a space or line end, which a text file of vectors cannot keep apart; "
                "rename it (space.rename) or save as .space"
            )
    with open(path, "wb") as file:
        if header:
            file.write(f"{len(space)} {space.dim}\n".encode())
        step = max(1, (1 << 20) // space.dim)
        for start in range(0, len(space), step):
            block = np.asarray(space.matrix[start : start + step], np.float32)
            names = space.names[start : start + step]
            file.write(
                b"".join(b"%s %s\n" % (n.encode(), row) for n, row in zip(names, format_rows(block), strict=True))
            )


def format_rows(block: NDArray[np.float32], separator: bytes = b" ") -> list[bytes]:
    """Write each row of a float32 matrix with the fewest digits that come back as the same numbers.

    Examples
    --------
    >>> format_rows(np.array([[0.1, -2]], np.float32))
    [b'0.1 -2.0']
    """
    if block.size < FAST_FROM:
        return [separator.join(row) for row in block.astype("S").tolist()]
    from vicinal.store._text_kernels import write_rows

    rows: list[bytes] = []
    out, ends = np.empty(26 * block.size, np.uint8), np.empty(len(block), np.int64)
    while len(rows) < len(block):
        done = write_rows(block[len(rows) :], separator[0], out, ends)
        text = out[: ends[done - 1] if done else 0].tobytes()
        rows += [text[a:b] for a, b in pairwise([0, *ends[:done].tolist()])]
        if len(rows) < len(block):  # a number with an exponent
            rows.append(separator.join(block[len(rows)].astype("S").tolist()))
    return rows
