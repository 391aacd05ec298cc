"""Writes ``docs/reference/python.md`` from the code: ``python docs/reference/write_python.py``."""

from __future__ import annotations

import importlib
import inspect
from functools import cached_property
from pathlib import Path
from typing import Any

import vicinal
from vicinal.encoder import Encoder

PAGE = Path(__file__).with_name("python.md")
HEAD = """# Python

Written by `python docs/reference/write_python.py`; a test keeps it equal to the code.

Every name here is public: it changes only with a line in the [changelog](../../CHANGELOG.md). A signature shows the
defaults; `help(name)` shows shapes, units, errors raised and an example. What is not here, or begins with an
underscore, may change at any time.

| import | |
|---|---|
"""
# modules of the spine whose names are not all at the front door
SPINE = {
    "errors": "Every error that Vicinal raises on purpose",
    "encoder": "What all encoders have in common",
    "encoders": "Every encoder by name, and the door to saved ones",
    "progress": "What long work reports",
    "randomness": "Seeded generators",
    "require": "Optional dependencies",
    "similarity": "Scores of vectors, without a space",
}


def rooms() -> list[str]:
    """Return the names of the rooms there are, in the order in which one meets them."""
    order = ["data", "words", "store", "evaluate", "maps", "cli"]
    found = sorted(path.parent.name for path in Path(vicinal.__file__).parent.glob("*/__init__.py"))
    return [room for room in order if room in found] + [room for room in found if room not in order]


def public_names(module: Any) -> list[str]:
    """Return what a module offers: its ``__all__``, or what it defines itself."""
    names = getattr(module, "__all__", None)
    if names is None:
        defined = {name: thing for name, thing in vars(module).items() if name[0] != "_" and _is_code(thing)}
        names = [name for name, thing in defined.items() if thing.__module__ == module.__name__]
    return [name for name in names if name != "__version__"]


def section(module_name: str, about: str = "") -> str:
    """Write the part of the page about one module."""
    module = importlib.import_module(module_name)
    about = about or _first_line(module)
    return "\n".join([f"## {module_name}", "", f"{about.rstrip('.:')}.", "", *_rows(module)]) + "\n"


def page() -> str:
    """Write the whole page."""
    modules = {"vicinal": "", **{f"vicinal.{name}": text for name, text in SPINE.items()}}
    modules |= {f"vicinal.{room}": "" for room in rooms()}
    index = [
        f"| [`{name}`](#{name.replace('.', '')}) | {text or _first_line(importlib.import_module(name)).rstrip('.')} |"
        for name, text in modules.items()
    ]
    return HEAD + "\n".join([*index, ""]) + "\n" + "\n".join(section(name, text) for name, text in modules.items())


def _rows(module: Any) -> list[str]:
    things = {name: getattr(module, name) for name in public_names(module)}
    rows = ["| name | |", "|---|---|"]
    rows += [f"| `{_call(name, thing)}` | {_cell(_first_line(thing))} |" for name, thing in things.items()]
    for name, thing in things.items():
        members = _members(thing)
        if members:
            rows += ["", f"### {module.__name__}.{name}", "", "| member | |", "|---|---|"]
            rows += [f"| `{call}` | {_cell(text)} |" for call, text in members]
    return rows


def _members(thing: Any) -> list[tuple[str, str]]:
    """Return calls and first lines of the public methods and properties of a class of ours that is no error."""
    if not inspect.isclass(thing) or issubclass(thing, BaseException | tuple):
        return []
    found = []
    for name in dir(thing):
        member = inspect.getattr_static(thing, name)
        function = getattr(member, "__func__", getattr(member, "fget", getattr(member, "func", member)))
        is_ours = inspect.isfunction(function) and function.__module__.startswith("vicinal")
        said = thing is not Encoder and function is vars(Encoder).get(name)  # once is enough
        if name[0] != "_" and is_ours and not said:
            bare = isinstance(member, property | cached_property)
            call = name if bare else _call(name, function, skip=not isinstance(member, staticmethod))
            found.append((call, _first_line(function)))
    return found


def _call(name: str, thing: Any, *, skip: bool = False) -> str:
    """Write a call with names and defaults, without annotations."""
    if not callable(thing) or (inspect.isclass(thing) and issubclass(thing, BaseException)):
        return name
    parameters = list(inspect.signature(thing).parameters.values())[int(skip) :]
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    signature = inspect.Signature(plain)
    return f"{name}{signature}".replace("|", "\\|")


def _first_line(thing: Any) -> str:
    if not inspect.ismodule(thing) and not callable(thing):
        return f"`{thing!r}`"
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def _is_code(thing: Any) -> bool:
    return inspect.isclass(thing) or inspect.isfunction(thing)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
