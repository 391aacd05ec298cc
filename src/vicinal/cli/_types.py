"""Values of options that click has no type for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vicinal.errors import BadInput

Context = click.Context | None
Parameter = click.Parameter | None


class OrWord(click.ParamType):
    """A number, or one word that stands for something else.

    Parameters
    ----------
    number : int or float
        The type of the number.
    word : str
    value : object
        What the word stands for.

    Examples
    --------
    >>> OrWord(int, "auto", "auto").convert("12", None, None), OrWord(float, "none", None).convert("none", None, None)
    (12, None)
    """

    def __init__(self, number: Any, word: str, value: Any) -> None:
        self.number, self.word, self.value = number, word, value
        self.name = f"{'integer' if number is int else 'float'}|{word}"

    def convert(self, value: Any, param: Parameter, ctx: Context) -> Any:
        """Return the number, or what the word stands for."""
        if value == self.word:
            return self.value
        try:
            return self.number(value)
        except (TypeError, ValueError):
            kind = "an integer" if self.number is int else "a number"
            self.fail(f"{value!r} is neither {kind} nor {self.word}", param, ctx)


class CountOrShare(click.ParamType):
    """An integer (so many), or a number with a decimal point (a share).

    Examples
    --------
    >>> [CountOrShare().convert(text, None, None) for text in ("5", "0.5", "1.0")]
    [5, 0.5, 1.0]
    """

    name = "integer|share"

    def convert(self, value: Any, param: Parameter, ctx: Context) -> int | float:
        """Return an int or a float."""
        if not isinstance(value, str):
            return value
        try:
            return float(value) if set(value) & set(".eE") else int(value)
        except ValueError:
            self.fail(f"{value!r} is neither an integer nor a share such as 0.5", param, ctx)


class Choice(click.Choice):
    """A choice whose words may stand for something else, spelled with ``_`` or ``-``.

    Parameters
    ----------
    words : iterable of str
    values : dict, optional
        What some words stand for.

    Examples
    --------
    >>> Choice(["l2", "none"], {"none": None}).convert("none", None, None) is None
    True
    >>> Choice(["random_projection"]).convert("random-projection", None, None)
    'random_projection'
    """

    def __init__(self, words: Any, values: dict[str, Any] | None = None) -> None:
        super().__init__(list(words))
        self.values = values or {}

    def convert(self, value: Any, param: Parameter, ctx: Context) -> Any:
        """Return the word, or what it stands for."""
        if value in self.values.values():
            return value
        spelled = next((word for word in self.choices if word.replace("_", "") == _bare(value)), value)
        return self.values.get(spelled, super().convert(spelled, param, ctx))


class WordList(click.ParamType):
    """Words with commas between, or ``@FILE`` with one a line.

    Examples
    --------
    >>> WordList().convert("the, of,and", None, None)
    ['the', 'of', 'and']
    """

    name = "A,B,C|@FILE"

    def convert(self, value: Any, param: Parameter, ctx: Context) -> list[str]:
        """Return the words."""
        if not isinstance(value, str):
            return value
        if value.startswith("@"):
            try:
                parts = Path(value[1:]).read_text("utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise BadInput(f"cannot read {value[1:]!r}: {getattr(error, 'strerror', None) or error}") from None
        else:
            parts = value.split(",")
        words = [part.strip() for part in parts if part.strip()]
        if not words:
            self.fail(f"{value!r} holds no word", param, ctx)
        return words


class Assignment(click.ParamType):
    """``NAME=WORD``, the word one of a few.

    Examples
    --------
    >>> Assignment(["drop", "one_hot"]).convert("a=b=drop", None, None)
    ('a=b', 'drop')
    """

    def __init__(self, words: Any) -> None:
        self.choice = Choice(words)
        self.name = "NAME=KIND"

    def convert(self, value: Any, param: Parameter, ctx: Context) -> tuple[str, str]:
        """Return the name and the word."""
        if isinstance(value, tuple):
            return value
        name, sign, word = value.rpartition("=")
        if not sign or not name:
            self.fail(f"{value!r} is not written as NAME=KIND", param, ctx)
        return name, self.choice.convert(word, param, ctx)


def _bare(value: Any) -> str:
    return str(value).replace("-", "").replace("_", "")
