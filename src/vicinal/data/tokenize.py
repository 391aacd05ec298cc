"""Tokenizers: plain functions from a text to its list of tokens."""

from __future__ import annotations

import functools
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.require import require

Tokenizer = Callable[[str], list[str]]

_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:(?<=[A-Za-z])'(?=[A-Za-z])[A-Za-z0-9]+)*")


@functools.cache
def _word() -> re.Pattern[str]:
    """Pattern of a word in any script; built on first use, because the marks of all scripts must be listed."""
    points = (p for p in range(0x300, sys.maxunicode + 1) if unicodedata.category(chr(p))[0] == "M")
    runs = [[p for _, p in run] for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0])]
    marks = "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)
    stem = rf"[^\W_]+(?:[{marks}]+[^\W_]*)*"
    letter = rf"[^\W\d_]"  # noqa: F541
    return re.compile(rf"{stem}(?:(?:(?<={letter})|(?<=[{marks}]))['’](?={letter}){stem})*")


def words(text: str, *, lower: bool = True) -> list[str]:
    """Unicode words: letters, digits and their marks, with apostrophes kept inside.

    A word begins with a letter or digit and runs on over letters, digits and combining marks. An apostrophe (``'`` or
    ``’``) between two letters belongs to it. Everything else parts words, the underscore too.

    Parameters
    ----------
    text : str
        Any text.
    lower : bool
        Whether to lower-case each word.

    Returns
    -------
    list of str

    Examples
    --------
    >>> words("Don't panic: 42 naïve café-goers 'quoted' l’été!")
    ["don't", 'panic', '42', 'naïve', 'café', 'goers', 'quoted', 'l’été']
    >>> words("The King", lower=False)
    ['The', 'King']
    """
    if text.isascii():
        return _ASCII_WORD.findall(text.lower() if lower else text)
    found = _word().findall(text)
    return [word.lower() for word in found] if lower else found


def whitespace(text: str, *, lower: bool = True) -> list[str]:
    """Runs of anything but white space (as `str.split` sees it).

    Parameters
    ----------
    text : str
        Any text.
    lower : bool
        Whether to lower-case each token.

    Returns
    -------
    list of str

    Examples
    --------
    >>> whitespace("Hello, World!")
    ['hello,', 'world!']
    """
    return [token.lower() for token in text.split()] if lower else text.split()


def by_regex(pattern: str, *, lower: bool = False) -> Tokenizer:
    r"""Make a tokenizer whose tokens are the matches of a regular expression.

    Parameters
    ----------
    pattern : str
        Python regular expression; a token is the whole match, groups or not. Empty matches are left out.
    lower : bool
        Whether to lower-case each token.

    Returns
    -------
    callable

    Raises
    ------
    BadOption
        The pattern does not compile.

    Examples
    --------
    >>> by_regex(r"#\w+")("a #tag and #another")
    ['#tag', '#another']
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadOption(f"the pattern {pattern!r} is no regular expression: {error}") from error

    def tokenize(text: str) -> list[str]:
        found = [match.group() for match in compiled.finditer(text) if match.group()]
        return [token.lower() for token in found] if lower else found

    return tokenize


def from_file(path: str | os.PathLike[str]) -> Tokenizer:
    """Make a tokenizer of a Hugging Face ``tokenizer.json``; yields token strings, without special tokens.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    callable

    Raises
    ------
    BadInput
        There is no such file.
    BadFormat
        The file is no tokenizer.
    MissingExtra
        The ``tokenizers`` package is not installed.

    Examples
    --------
    >>> from_file("nowhere/tokenizer.json")
    Traceback (most recent call last):
    vicinal.errors.BadInput: no tokenizer file 'nowhere/tokenizer.json'
    """
    if not Path(path).is_file():
        raise BadInput(f"no tokenizer file {os.fspath(path)!r}")
    library: Any = require("tokenizers", "tokenizers")
    try:
        tokenizer = library.Tokenizer.from_file(os.fspath(path))
    except Exception as error:  # the library raises bare Exception
        raise BadFormat(f"{os.fspath(path)} is no tokenizer.json ({error})") from error

    def tokenize(text: str) -> list[str]:
        return tokenizer.encode(text, add_special_tokens=False).tokens

    return tokenize


def get_tokenizer(tokenizer: str | os.PathLike[str] | Tokenizer, *, lower: bool = True) -> Tokenizer:
    """Find a tokenizer by name.

    Parameters
    ----------
    tokenizer : str, path or callable
        ``"words"``, ``"whitespace"``, ``"regex:PATTERN"``, the path of a ``tokenizer.json``, or a function from a text
        to its tokens, which is handed back as it is.
    lower : bool
        Whether the named ones lower-case; a function and a ``tokenizer.json`` decide that for themselves.

    Returns
    -------
    callable

    Raises
    ------
    BadOption
        An unknown name, or a bad pattern.
    BadInput, BadFormat, MissingExtra
        From `from_file`.

    Examples
    --------
    >>> get_tokenizer("words")("O brave new world")
    ['o', 'brave', 'new', 'world']
    """
    if callable(tokenizer):
        return tokenizer
    if tokenizer == "words":
        return functools.partial(words, lower=lower)
    if tokenizer == "whitespace":
        return functools.partial(whitespace, lower=lower)
    if isinstance(tokenizer, str) and tokenizer.startswith("regex:"):
        return by_regex(tokenizer.removeprefix("regex:"), lower=lower)
    if isinstance(tokenizer, os.PathLike) or (isinstance(tokenizer, str) and tokenizer.endswith(".json")):
        return from_file(tokenizer)
    raise BadOption(
        f'tokenizer is {tokenizer!r}, expected "words", "whitespace", "regex:PATTERN", the path of a tokenizer.json, '
        "or a function"
    )
