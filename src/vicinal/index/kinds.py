"""Every kind of index by its name, brought in when first used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from vicinal.checks import check_choice
from vicinal.index.kind import Kind

# kind → module and class, from the plainest to the quickest
_HOMES: Mapping[str, tuple[str, str]] = {
    "exact": ("exact", "Exact"),
    "tree": ("tree", "Tree"),
    "lsh": ("lsh", "Lsh"),
    "ivf": ("ivf", "Ivf"),
    "hnsw": ("hnsw", "Hnsw"),
    "tree_ah": ("tree_ah", "TreeAH"),
}


def kind_names() -> list[str]:
    """Names of all kinds.

    Examples
    --------
    >>> "exact" in kind_names()
    True
    """
    return list(_HOMES)


def find_kind(name: str) -> type[Kind]:
    """Return the class of a kind.

    Raises
    ------
    BadOption
        For a name that is none.
    MissingExtra
        If the kind needs a package that is not installed.

    Examples
    --------
    >>> find_kind("exact").name
    'exact'
    """
    check_choice("kind", name, kind_names())
    module, attribute = _HOMES[name]
    return getattr(import_module(f"vicinal.index.{module}"), attribute)
