"""Reading similarity sets, which come tab-, comma-, semicolon- or space-separated, with a header line or without."""

from __future__ import annotations

import csv
import os
from math import isfinite

from vicinal.errors import BadFormat

Pair = tuple[str, str, float]
Line = tuple[int, str]

_DELIMITERS = ("\t", ",", ";", None)  # None: any run of spaces


def read_pairs(path: str | os.PathLike[str]) -> list[Pair]:
    r"""Read a word-similarity set.

    Parameters
    ----------
    path : path-like
        UTF-8 text, one pair a line: two words, then columns of which the first that holds a number is the score (so a
        part of speech may stand between). The delimiter is guessed for the whole file. The first line may be a header;
        blank lines and lines that start with ``#`` are passed over.

    Returns
    -------
    list of (str, str, float)
        In the order of the file, words as written.

    Raises
    ------
    BadFormat
        If a line lacks a word or a finite score, is not UTF-8, or if there is no pair at all; names file and line.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = path.write_text("word1,word2,score\ntiger,cat,7.35\n")
    >>> read_pairs(path)
    [('tiger', 'cat', 7.35)]
    """
    lines = _content(path)
    if not lines:
        raise BadFormat(f"{path}: no pairs; expected lines of two words and a score")
    delimiter = max(_DELIMITERS, key=lambda d: sum(len(_split(text, d)) >= 3 for _, text in lines))
    rows = [(number, _split(text, delimiter)) for number, text in lines]
    column = _score_column([fields for _, fields in rows])
    if len(rows) > 1 and _is_heading(rows[0][1], column):
        del rows[0]
    pairs = []
    for number, fields in rows:
        score = _number(fields, column)
        if score is None or not fields[0] or not fields[1]:
            raise BadFormat(f"{path}, line {number}: {fields!r:.100} is not two words and a finite score")
        pairs.append((fields[0], fields[1], score))
    return pairs


def _content(path: str | os.PathLike[str]) -> list[Line]:
    """Return the numbered lines that are neither blank nor a comment."""
    lines = []
    with open(path, "rb") as file:  # bytes, so that a line that does not decode still has a number
        for number, raw in enumerate(file, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise BadFormat(f"{path}, line {number}: not UTF-8 ({error.reason}); save it as UTF-8") from None
            if text.strip() and not text.lstrip().startswith("#"):
                lines.append((number, text))
    return lines


def _split(text: str, delimiter: str | None) -> list[str]:
    if delimiter in (",", ";"):  # these formats may quote a word that holds the delimiter
        try:
            fields = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True))
        except csv.Error:
            return []
        return [field.strip() for field in fields]
    return [field.strip() for field in text.split(delimiter)]


def _score_column(rows: list[list[str]]) -> int:
    """Find the first column after the words that holds numbers, in half of the lines at least: some may be bad."""
    width = max(len(fields) for fields in rows)
    full = (at for at in range(2, width) if 2 * sum(_number(f, at) is not None for f in rows) >= len(rows))
    return next(full, 2)


def _is_heading(fields: list[str], column: int) -> bool:
    if len(fields) <= column or not fields[column]:
        return False
    try:
        float(fields[column])  # "nan" is a bad score, not a heading
    except ValueError:
        return True
    return False


def _number(fields: list[str], column: int) -> float | None:
    try:
        value = float(fields[column])
    except (IndexError, ValueError):
        return None
    return value if isfinite(value) else None
