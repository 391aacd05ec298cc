"""word2vec's binary form: a header line ``n dim``, then name, space and ``dim`` float32 numbers a row.

The original tool ends every row with a line end, others do not; both are read. Little-endian, as everybody writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.blocks import Rows, pieces
from vicinal.store.faults import Faults, assemble
from vicinal.store.lines import parse_header
from vicinal.store.word2vec import check_claim, header_of, looks_text

NAME = "word2vec-binary"
ENDINGS = (".bin",)
KEEPS = "names, vectors"
KERNEL_FROM = 1 << 21  # bytes from which loading the compiled kernel pays
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
        size = path.stat().st_size
        self.cut = cut_rows
        if size >= KERNEL_FROM:
            from vicinal.store import _binary_kernels

            self.cut = _binary_kernels.cut_rows
        self.rows = Rows(dim, min(n, size // (4 * dim + 2) + 1))
        self.names: list[str] = []
        self.numbers: list[int] = []
        self.done = -1  # rows taken; -1: the header is still to come
        self.rest = b""

    def take(self, piece: bytes) -> None:
        """Take all rows that are whole, keep the rest."""
        data, at = self.rest + piece, 0
        if self.done < 0:
            if (at := data.find(b"\n") + 1) == 0:
                self.rest = data
                return
            self.done = 0
        wanted = min(self.n - self.done, (len(data) - at) // (4 * self.dim + 1) + 1)
        self.rows.make_room(wanted)
        first = self.rows.count
        room = self.rows.matrix[first : first + wanted].view(np.uint8)
        places = np.empty((2, wanted), np.int64)
        at, taken = self.cut(np.frombuffer(data, np.uint8), at, wanted, room, places)
        good = [self._decode(data[a:b], self.done + 1 + i) for i, (a, b) in enumerate(places[:, :taken].T.tolist())]
        self._keep(good, first)
        self.done += taken
        self.rest = data[at:]
        if self.done == self.n and self.rest.strip(b"\r\n"):
            raise self.faults.fatal(f"bytes follow the last of the {self.n:,} vectors that the header claims")
        if len(self.rest) > 4 * self.dim + _MAX_NAME and self.done < self.n:
            raise self.faults.fatal(f"row {self.done + 1}: no name ends within {_MAX_NAME:,} bytes")

    def finish(self) -> NDArray[np.float32]:
        """Check that all rows came and return them."""
        if self.done < self.n:
            self.faults.add(max(self.done, 0) + 1, f"the file ends here, {self.n:,} vectors were expected")
        if sys.byteorder == "big":
            self.rows.matrix.byteswap(inplace=True)
        return self.rows.finish()

    def _keep(self, names: list[str | None], first: int) -> None:
        """Append rows whose names were readable."""
        self.numbers += [self.done + 1 + at for at, name in enumerate(names) if name is not None]
        self.rows.count = first + len(names)
        if None in names:
            keep = np.array([name is not None for name in names])
            kept = self.rows.matrix[first : self.rows.count][keep]
            self.rows.count = first + len(kept)
            self.rows.matrix[first : self.rows.count] = kept
        self.names += [name for name in names if name is not None]

    def _decode(self, name: bytes, row: int) -> str | None:
        try:
            return name.decode()
        except UnicodeDecodeError as error:
            self.faults.add(row, f"the name {name[:40]!r} is not UTF-8 (byte {error.start})")
            return None


def cut_rows(data: NDArray, at: int, wanted: int, rows: NDArray, places: NDArray) -> tuple[int, int]:
    """Do what the compiled kernel of this name does, for files too small to load it."""
    raw, width, taken = data.tobytes(), rows.shape[1], 0
    while taken < wanted:
        start = at + (raw[at : at + 1] == b"\n")
        stop = raw.find(b" ", start)
        if stop < 0 or stop + 1 + width > len(raw):
            break
        rows[taken] = data[stop + 1 : stop + 1 + width]
        places[:, taken] = start, stop
        taken += 1
        at = stop + 1 + width
    return at, taken
