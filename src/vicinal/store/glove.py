"""GloVe text: a name and its numbers on every line, without a header.

As the Stanford tool writes it (https://nlp.stanford.edu/projects/glove). The last ``dim`` fields are the numbers, so a
name may hold spaces, as some in glove.840B do.
"""

from __future__ import annotations

from pathlib import Path

from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store.blocks import head_of
from vicinal.store.faults import Faults, assemble
from vicinal.store.lines import BadLine, describes, field_count, parse_header, parse_line, sniff_lines
from vicinal.store.text import read_table, write_lines

NAME = "glove"
ENDINGS = (".glove", ".txt")
KEEPS = "names, vectors"


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether most of the first lines are a name and an equal count of numbers."""
    first, _, body = head.partition(b"\n")
    header = parse_header(first)
    if header is not None and describes(header, body):
        return False
    lines = [line for line in sniff_lines(head)[:100] if line.strip()]
    dim = field_count(head) - 1
    if not lines or dim < 1:
        return False
    return 2 * sum(_fits(line, dim) for line in lines) > len(lines)


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    r"""Read GloVe text; the dimension is that of most of the first lines.

    Parameters
    ----------
    path : path
        Plain or gzip.
    skip_bad : bool
        Count bad lines and go on.
    callback : callable, optional
        Gets a `vicinal.progress.Progress` after every block.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        At the first bad line, with its number.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = path.write_text("king 0.5 1\n. . 2 3\n")
    >>> read(path)[". ."].tolist()
    [2.0, 3.0]
    """
    faults = Faults(path, skip_bad)
    dim = field_count(head_of(path)) - 1
    if dim < 1:
        raise faults.fatal("no line holds a name and numbers; expected GloVe text, 'name 0.1 0.2 …' on every line")
    names, matrix, lines = read_table(path, dim, faults, callback=callback)
    return assemble(names, matrix, faults, lines=lines)


def write(space: Space, path: Path) -> None:
    """Write GloVe text.

    Raises
    ------
    BadInput
        If a name holds a space or line end, or the space is empty.
    """
    write_lines(space, path, header=False)


def _fits(line: bytes, dim: int) -> bool:
    try:
        parse_line(line, dim)
    except BadLine:
        return False
    return True
