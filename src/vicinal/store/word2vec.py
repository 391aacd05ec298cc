"""word2vec's text form, which fastText's ``.vec`` files share: a header ``n dim``, then a name and its numbers a line.

As the original tool writes it (https://code.google.com/archive/p/word2vec).
"""

from __future__ import annotations

import codecs
from pathlib import Path

from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.blocks import head_of
from vicinal.store.faults import Faults, assemble
from vicinal.store.lines import describes, is_number, parse_header, sniff_lines
from vicinal.store.text import read_table, write_lines

NAME = "word2vec"
ENDINGS = (".vec", ".w2v", ".word2vec")
KEEPS = "names, vectors"


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a header of two whole numbers is followed by text that it can describe."""
    first, _, body = head.partition(b"\n")
    header = parse_header(first)
    if header is None:
        return False
    if not body:
        return True
    return looks_text(body) and (describes(header, body) or path.name.removesuffix(".gz").endswith(ENDINGS))


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    r"""Read word2vec or fastText text.

    Parameters
    ----------
    path : path
        Plain or gzip.
    skip_bad : bool
        Count bad lines and go on; a header that lies about the number of lines is then forgiven, too.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every block.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        At the first bad line, with its number; or if the header does not fit the file.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.vec"
    >>> _ = path.write_text("2 3\nking 0.5 1 2\nqueen 2 3 4\n")
    >>> read(path).matrix.tolist()
    [[0.5, 1.0, 2.0], [2.0, 3.0, 4.0]]
    """
    faults = Faults(path, skip_bad)
    n, dim = header_of(path, faults)
    check_claim(path, n, dim, 2 * dim + 2, faults)
    names, matrix, lines = read_table(path, dim, faults, header=True, callback=callback)
    if len(names) + faults.count != n:
        found = f"{len(names):,} lines of vectors came, the header in line 1 says {n:,}"
        if not skip_bad:
            raise faults.fatal(f"{found}; the file is cut off or the header wrong (skip_bad=True takes what is there)")
    return assemble(names, matrix, faults, lines=lines)


def write(space: Space, path: Path) -> None:
    """Write word2vec text.

    Raises
    ------
    BadInput
        If a name holds a space or line end.
    """
    write_lines(space, path, header=True)


def header_of(path: Path, faults: Faults) -> tuple[int, int]:
    """Return n and dim of a file's header, or raise `BadFormat`."""
    first = head_of(path).partition(b"\n")[0]
    header = parse_header(first)
    if header is None:
        shown = first[:60].decode(errors="replace")
        raise faults.fatal(f"line 1 is {shown!r}; expected the header of a word2vec file, two whole numbers: n dim")
    if header[1] == 0:
        raise faults.fatal("line 1: the header claims 0 dimensions; 1 or more were expected")
    return header


def check_claim(path: Path, n: int, dim: int, least: int, faults: Faults) -> None:
    """Refuse a header that claims more than the file can hold, before anything is allocated.

    Parameters
    ----------
    path : path
    n, dim : int
        What the header claims.
    least : int
        Fewest bytes a row of that kind can take.
    faults : Faults

    Raises
    ------
    BadFormat
        For a plain file that is too small for one row, or (unless bad lines are skipped) for all; a gzip file may
        unpack to a thousand times its size.
    """
    size = path.stat().st_size
    with open(path, "rb") as file:
        room = size * (1100 if file.read(2) == b"\x1f\x8b" else 1) + 1
    if (n and least > room) or (n * least > room and not faults.skip_bad):
        raise faults.fatal(
            f"line 1: the header claims {n:,} vectors of {dim:,} dimensions, which take {n * least:,} bytes or more; "
            f"the file has {size:,}. It is cut off or the header wrong"
        )


def looks_text(body: bytes) -> bool:
    """Tell whether what follows a header is text and not float32 numbers."""
    sample = body[:4096]
    if not sniff_lines(sample):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        fields = sample.partition(b"\n")[0].split()  # one name in another encoding does not make it binary
        return len(fields) > 1 and is_number(fields[-1])
    return True
