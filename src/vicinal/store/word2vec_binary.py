"""word2vec's binary form: a header line ``n dim``, then name, space and ``dim`` float32 numbers a row.

The original tool ends every row with a line end, others do not; both are read. Little-endian, as everybody writes it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.blocks import Rows, pieces
from vicinal.store.faults import Faults, assemble
from vicinal.store.text import parse_header
from vicinal.store.word2vec import check_claim, header_of, looks_text

NAME = "word2vec-binary"
ENDINGS = (".bin",)
KEEPS = "names, vectors"
_MAX_NAME = 1 << 20


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a header of two whole numbers is followed by something else than text."""
    first, _, body = head.partition(b"\n")
    if parse_header(first) is None:
        return False
    return not body or not looks_text(body) or path.name.endswith((".bin", ".bin.gz"))


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Read word2vec's binary form.

    Parameters
    ----------
    path : path
        Plain or gzip.
    skip_bad : bool
        Count bad rows and go on; a file cut off then gives the rows that are whole.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every block.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        At the first bad row, with its number; or if the header does not fit the file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.bin"
    >>> write(Space(["king", "queen"], [[1, 2], [3, 4]]), path)
    >>> read(path)["queen"].tolist()
    [3.0, 4.0]
    """
    faults = Faults(path, skip_bad, "row")
    n, dim = header_of(path, faults)
    check_claim(path, n, dim, 4 * dim + 2, faults)
    reader = _Reader(path, n, dim, faults)
    for piece in pieces(path, callback):
        reader.take(piece)
    return assemble(reader.names, reader.finish(), faults, lines=np.array(reader.numbers, np.int64))


def write(space: Space, path: Path) -> None:
    """Write word2vec's binary form, rows end to end.

    Raises
    ------
    BadInput
        If a name holds a space or line end.
    """
    for name in space.names:
        if " " in name or "\n" in name:
            raise BadInput(
                f"the name {name!r} holds a space or line end, which a word2vec file cannot keep apart; "
                "rename it (space.rename) or save as .space"
            )
    with open(path, "wb") as file:
        file.write(f"{len(space)} {space.dim}\n".encode())
        for start in range(0, len(space), 4096):
            block = np.asarray(space.matrix[start : start + 4096]).astype("<f4")
            names = space.names[start : start + 4096]
            file.write(b"".join(n.encode() + b" " + row.tobytes() for n, row in zip(names, block, strict=True)))


class _Reader:
    """Cuts rows out of the pieces of a file as they come."""

    def __init__(self, path: Path, n: int, dim: int, faults: Faults) -> None:
        self.n, self.dim, self.faults = n, dim, faults
        room = path.stat().st_size // (4 * dim + 2) + 1
        self.rows = Rows(dim, min(n, room))
        self.names: list[str] = []
        self.numbers: list[int] = []
        self.done = -1  # rows taken; -1: the header is still to come
        self.rest = b""

    def take(self, piece: bytes) -> None:
        """Take all rows that are whole, keep the rest."""
        data, at, width = self.rest + piece, 0, 4 * self.dim
        if self.done < 0:
            at, self.done = data.index(b"\n") + 1, 0
        self.rows.make_room(min(self.n - self.done, len(data) // (width + 2)))
        while self.done < self.n:
            start = at + (data[at : at + 1] == b"\n")
            cut = data.find(b" ", start, start + _MAX_NAME)
            if cut < 0 and len(data) - start >= _MAX_NAME:
                raise self.faults.fatal(f"row {self.done + 1}: no name ends within {_MAX_NAME:,} bytes")
            if cut < 0 or cut + 1 + width > len(data):
                break
            at = cut + 1 + width
            self.done += 1
            self._row(data[start:cut], data, cut + 1)
        self.rest = data[at:]
        if self.done == self.n and self.rest.strip(b"\r\n"):
            raise self.faults.fatal(f"bytes follow the last of the {self.n:,} vectors that the header claims")

    def finish(self) -> NDArray[np.float32]:
        """Check that all rows came and return them."""
        if self.done < self.n:
            self.faults.add(self.done + 1, f"the file ends here, {self.n:,} vectors were expected")
        return self.rows.finish()

    def _row(self, name: bytes, data: bytes, at: int) -> None:
        try:
            text = name.decode()
        except UnicodeDecodeError as error:
            self.faults.add(self.done, f"the name {name[:40]!r} is not UTF-8 (byte {error.start})")
            return
        self.rows.matrix[self.rows.count] = np.frombuffer(data, "<f4", self.dim, at)
        self.rows.count += 1
        self.names.append(text)
        self.numbers.append(self.done)
