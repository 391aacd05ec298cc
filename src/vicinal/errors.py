"""Every error Vicinal raises on purpose: one tree, one clear line each.

The message says what came, what was expected and what to do. The command line prints it and exits with code 2.
"""

from __future__ import annotations

from collections.abc import Sequence


class VicinalError(Exception):
    """Root of the tree: catch this to catch everything Vicinal raises on purpose.

    Examples
    --------
    >>> from vicinal import Space
    >>> try:
    ...     Space(["A"], [[1, 2], [3, 4]])
    ... except VicinalError as error:
    ...     print(error)
    1 names do not fit a matrix of 2 rows
    """


class BadInput(VicinalError, ValueError):
    """Data that cannot be used as given: an empty corpus, a non-finite row, a wrong shape."""


class BadFormat(BadInput):
    """A file that is not what its format promises; names the file and the first bad line or byte."""


class BadOption(VicinalError, ValueError):
    """An option outside its range, or two options that exclude each other."""


class UnknownName(VicinalError, KeyError):
    """A name that a space or vocabulary does not hold; offers near spellings.

    Parameters
    ----------
    name : str
        What was asked for.
    near : sequence of str
        Known names spelled like it, nearest first.
    where : str
        What was searched, as the message says it.

    Examples
    --------
    >>> print(UnknownName("qeen", ["queen"], "this vocabulary"))
    'qeen' is not in this vocabulary; did you mean 'queen'?
    """

    def __init__(self, name: str, near: Sequence[str] = (), where: str = "this space") -> None:
        self.name = name
        self.near = tuple(near)
        self.where = where
        hint = f"; did you mean {', '.join(repr(n) for n in self.near)}?" if self.near else ""
        super().__init__(f"{name!r} is not in {where}{hint}")

    def __reduce__(self) -> tuple[type[UnknownName], tuple[str, tuple[str, ...], str]]:
        return type(self), (self.name, self.near, self.where)  # else a copy would quote the message once more

    def __str__(self) -> str:  # KeyError would print the message quoted
        return str(self.args[0])


class SpacesDiffer(VicinalError, ValueError):
    """Two spaces, or a vector and an index, that come from different models and must not be mixed."""


class MissingExtra(VicinalError, ImportError):
    """An optional dependency is absent; the message carries the install command."""


class OutputExists(VicinalError, FileExistsError):
    """The output is already there and nobody said to replace it."""


class NotEnoughMemory(VicinalError, MemoryError):
    """The job would need more memory than the machine has free; says how much, and what to lower."""


class NotFitted(VicinalError, AttributeError):
    """A learned attribute was asked for before ``fit``."""


class NoAnswer(VicinalError, OSError):
    """A server that cannot be reached, does not let one in, or is too busy; the message says which."""
