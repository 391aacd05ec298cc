"""One line of text: a name and its numbers, or word2vec's header."""

from __future__ import annotations

from collections import Counter

_NUMBER_BYTES = b"0123456789+-.eE"
_TOO_LARGE = 2.0**128 - 2.0**103  # from here on float32 rounds to infinity


class BadLine(ValueError):
    """A line that cannot be read; the message says why, and the caller knows where."""


def parse_line(line: bytes, dim: int, named: bool = True) -> tuple[bytes, list[float]]:
    """Read one line: a name (which may hold spaces) and its last ``dim`` fields, numbers.

    Parameters
    ----------
    line : bytes
        Without its end.
    dim : int
    named : bool
        A name stands before the numbers.

    Returns
    -------
    name : bytes
        Empty if ``named`` is false.
    values : list of float, length dim
        Finite in float32.

    Raises
    ------
    BadLine
        Saying what came and what was expected.

    Examples
    --------
    >>> parse_line(b"New York 0.5 -1e-3", 2)
    (b'New York', [0.5, -0.001])
    """
    line = line.rstrip(b" \t\r\n")
    fields = [field for field in line.replace(b"\t", b" ").split(b" ") if field]
    if named and line[:1] in (b" ", b"\t"):
        raise BadLine("the line begins with a space, so the name is empty")
    if len(fields) < dim + named:
        raise BadLine(_wrong_count(len(fields) - named, dim))
    extra = fields[: len(fields) - dim]
    if (extra and not named) or (len(extra) > 1 and is_number(extra[-1])):
        raise BadLine(_wrong_count(len(fields) - named, dim))
    values = [_value(field) for field in fields[len(fields) - dim :]]
    if not named:
        return b"", values
    rest = line
    for field in reversed(fields[len(fields) - dim :]):
        rest = rest[: -len(field)].rstrip(b" \t")
    return rest, values


def field_count(head: bytes) -> int:
    """Return how many fields most of the first lines have; 0 if there is none (a tie goes to the earlier line)."""
    lines = head.split(b"\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    counts = Counter(len(line.replace(b"\t", b" ").split()) for line in whole[:100] if line.strip())
    return counts.most_common(1)[0][0] if counts else 0


def parse_header(line: bytes) -> tuple[int, int] | None:
    """Return n and dim if a line is word2vec's header, two whole numbers and nothing else.

    Examples
    --------
    >>> parse_header(b"400000 50"), parse_header(b"king 0.5")
    ((400000, 50), None)
    """
    fields = line.removeprefix(b"\xef\xbb\xbf").split()
    if len(fields) != 2 or not all(field.isdigit() and len(field) < 19 for field in fields):
        return None
    return int(fields[0]), int(fields[1])


def describes(header: tuple[int, int], body: bytes) -> bool:
    """Tell a header from GloVe text of one dimension whose first name and number are whole numbers.

    It is a header unless the next line has two fields, and none that a header of one dimension would announce.
    """
    return header[1] == 1 or len(body.partition(b"\n")[0].split()) != 2


def is_number(field: bytes) -> bool:
    """Tell whether a field is a decimal number and nothing else."""
    try:
        float(field)
    except ValueError:
        return False
    return not field.translate(None, _NUMBER_BYTES)


def _wrong_count(came: int, dim: int) -> str:
    return f"{max(came, 0):,} number{'' if came == 1 else 's'} came, {dim:,} {'was' if dim == 1 else 'were'} expected"


def _value(field: bytes) -> float:
    shown = field[:40].decode(errors="replace")
    if field.lower().strip(b"+-") in (b"nan", b"inf", b"infinity"):
        raise BadLine(f"{shown!r} came where a finite number was expected")
    if not is_number(field):
        raise BadLine(f"{shown!r} came where a number was expected")
    value = float(field)
    if abs(value) >= _TOO_LARGE:
        raise BadLine(f"{shown!r} came, which is too large for float32")
    return value


def sniff_lines(head: bytes) -> list[bytes]:
    """Return the first whole lines of a text file; none if it is not text (control bytes or not UTF-8 at all)."""
    sample = head[:4096]
    if any(byte < 32 and byte not in (9, 10, 13) for byte in sample):
        return []
    lines = head.split(b"\n")
    return lines[:-1] if len(lines) > 1 else lines
