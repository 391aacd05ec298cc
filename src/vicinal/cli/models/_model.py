"""What the command line knows of a model: one `Model`, in a file of its own, with a table of options.

The tables stand here, and are not read off the classes, so that help and completion need not import numpy; a test
holds every one of them against its class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import click


class Option(NamedTuple):
    """One option: its Python name, its type (bool: a switch), its default and what it does."""

    name: str
    kind: Any
    default: Any
    help: str
    flag: str = ""  # where it is not the name
    metavar: str | None = None
    multiple: bool = False
    alone: bool = False  # a switch without --no-…

    def as_click(self) -> click.Option:
        """Make the option of a command."""
        flag = self.flag or "--" + self.name.replace("_", "-")
        if self.kind is bool:
            names = flag if self.alone else f"{flag}/--no-{flag.removeprefix('--')}"
            return click.Option([names, self.name], is_flag=True, default=self.default, help=self.help)
        return click.Option(
            [flag, self.name], type=self.kind, default=None if self.multiple else self.default, help=self.help,
            metavar=self.metavar, multiple=self.multiple, show_default=not isinstance(self.default, tuple),
        )  # fmt: skip


@dataclass(frozen=True)
class Model:
    """One thing that ``vicinal train`` can train.

    Attributes
    ----------
    name : str
        After ``--model``.
    encoder : str
        A name in `vicinal.encoders.ENCODERS`.
    about : str
        One line.
    inputs : str
        What it learns from, a key of `INPUTS`.
    options : tuple of Option
        All of the encoder's, in its order.
    examples : tuple of str
    resumes : bool
        Its ``fit`` takes ``checkpoint``.
    continues : bool
        It has ``partial_fit``.
    rows : dict of str to str
        Which rows the space can hold, if there is a choice, and the attribute that holds each; the first is the
        default.
    saved_as : str
        The ending of what ``save`` writes, where that is a file and not a folder.
    """

    name: str
    encoder: str
    about: str
    inputs: str
    options: tuple[Option, ...]
    examples: tuple[str, ...]
    resumes: bool = False
    continues: bool = False
    rows: Mapping[str, str] = field(default_factory=dict)
    saved_as: str = ""
