"""Analogy questions: the packaged set, and reading and writing the common ``questions-words.txt`` format.

The packaged set is generated from small tables of facts that ship with the package, one per section, so that there is
something to run on day one. A question ``a b c d`` asks: *a* is to *b* as *c* is to which word? The answer is *d*.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.resources import files
from itertools import permutations
from pathlib import Path

from vicinal.errors import BadFormat, BadInput

Pair = tuple[str, str]
Question = tuple[str, str, str, str]


def builtin_sections() -> dict[str, list[Pair]]:
    """Return the packaged word pairs by section, in the alphabetical order of the section names.

    Returns
    -------
    dict of str to list of (str, str)
        Lower-case single words; within a section every pair stands in the same relation.

    Examples
    --------
    >>> sections = builtin_sections()
    >>> sections["family"][0]
    ('father', 'mother')
    >>> len(sections) >= 12
    True
    """
    sections: dict[str, list[Pair]] = {}
    entries = files("vicinal.evaluate").joinpath("facts").iterdir()
    tables = {entry.name.removesuffix(".tsv"): entry for entry in entries if entry.name.endswith(".tsv")}
    for name, table in sorted(tables.items()):
        lines = table.read_text(encoding="utf-8").splitlines()
        rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
        sections[name] = [(left, right) for left, right in rows]
    return sections


def make_questions(pairs: Iterable[Pair]) -> list[Question]:
    """Join every ordered couple of different pairs into a question.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Pairs that stand in one relation.

    Returns
    -------
    list of (str, str, str, str)
        ``n (n - 1)`` questions for ``n`` pairs, less those in which a word occurs twice: an evaluation never offers a
        word of the question as the answer, so they could not be answered.

    Examples
    --------
    >>> make_questions([("king", "queen"), ("man", "woman")])
    [('king', 'queen', 'man', 'woman'), ('man', 'woman', 'king', 'queen')]
    >>> make_questions([("abraham", "isaac"), ("isaac", "jacob")])
    []
    """
    return [(a, b, c, d) for (a, b), (c, d) in permutations(pairs, 2) if len({a, b, c, d}) == 4]


def builtin_questions() -> dict[str, list[Question]]:
    """Return the packaged analogy questions by section.

    Returns
    -------
    dict of str to list of (str, str, str, str)
        What `make_questions` makes of each of `builtin_sections`.

    Examples
    --------
    >>> questions = builtin_questions()
    >>> questions["family"][0]
    ('father', 'mother', 'son', 'daughter')
    >>> sum(map(len, questions.values())) >= 5000
    True
    """
    return {name: make_questions(pairs) for name, pairs in builtin_sections().items()}


def read_questions(path: str | os.PathLike[str]) -> dict[str, list[Question]]:
    """Read a file of questions in the ``questions-words.txt`` format.

    Parameters
    ----------
    path : path-like
        UTF-8 text: ``: name`` opens a section, every other line is four words, blank lines are skipped. Questions
        before the first section line go to the section ``all``; a section opened twice is continued.

    Returns
    -------
    dict of str to list of (str, str, str, str)
        Questions by section, in the order of the file, words as written (case is kept).

    Raises
    ------
    BadFormat
        If a line is neither a section nor four words, or is not UTF-8; the message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "mine.txt"
    ...     _ = path.write_text("king queen man woman")
    ...     read_questions(path)
    {'all': [('king', 'queen', 'man', 'woman')]}
    """
    name = "all"
    sections: dict[str, list[Question]] = {}
    with open(path, "rb") as file:  # bytes, so that a line that does not decode still has a number
        for number, raw in enumerate(file, start=1):
            try:
                # Windows editors open a file with a byte order mark, which is not part of the first word.
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise BadFormat(f"{path}, line {number}: not UTF-8 ({error.reason}); save it as UTF-8") from None
            if line.startswith(":"):
                name = line[1:].strip()
                if not name:
                    raise BadFormat(f"{path}, line {number}: a section without a name; expected ': name'")
                sections.setdefault(name, [])
                continue
            match line.split():
                case []:
                    continue
                case [a, b, c, d]:
                    sections.setdefault(name, []).append((a, b, c, d))
                case words:
                    raise BadFormat(f"{path}, line {number}: {len(words)} word(s); expected 4 words or ': section'")
    return sections


def write_questions(sections: Mapping[str, Iterable[Question]], path: str | os.PathLike[str]) -> None:
    """Write questions in the ``questions-words.txt`` format, whole or not at all.

    Parameters
    ----------
    sections : mapping of str to iterable of (str, str, str, str)
        Questions by section.
    path : path-like
        Where to; a file that is already there is replaced.

    Raises
    ------
    BadInput
        If `read_questions` could not read back a section name or a question; nothing is written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "mine.txt"
    ...     write_questions({"kin": [("king", "queen", "man", "woman")]}, path)
    ...     print(path.read_text(), end="")
    : kin
    king queen man woman
    """
    lines: list[str] = []
    for name, questions in sections.items():
        if not name or name != name.strip() or "\n" in name:
            raise BadInput(f"section name {name!r}: expected one line of text without spaces at its ends")
        lines.append(f": {name}")
        for question in questions:
            line = " ".join(question)
            # A word with a space in it, or a first word like ":x", would come back as something else.
            if len(question) != 4 or line.split() != list(question) or line.startswith(":"):
                raise BadInput(f"section {name!r}: {question!r} is not 4 words without spaces, the first not with ':'")
            lines.append(line)
    try:
        data = "".join(f"{line}\n" for line in lines).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput(f"a name or word cannot be written as UTF-8 ({error.reason}): {error.object!r:.80}") from None
    target = Path(path)
    part = target.with_name(f".vicinal-{secrets.token_hex(8)}.part")  # beside the target: a rename cannot cross disks
    try:
        with open(part, "xb") as file:
            file.write(data)
        os.replace(part, target)
    except BaseException:
        with suppress(FileNotFoundError):
            part.unlink()
        raise
