"""Vicinal: from raw data to a vector space one can question, measure, see and serve.

>>> import vicinal as vc
>>> space = vc.Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])
>>> space.nearest("A", k=1).first
'C'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from vicinal.errors import VicinalError
    from vicinal.matches import Match, Matches
    from vicinal.names import Names
    from vicinal.origin import Origin
    from vicinal.progress import Progress, Reporter
    from vicinal.space import Space
    from vicinal.words import Word2Vec

# public name → where it lives; brought in when first used, so that `import vicinal` stays quick
_HOMES = {
    "Match": "matches",
    "Matches": "matches",
    "Names": "names",
    "Origin": "origin",
    "Progress": "progress",
    "Reporter": "progress",
    "Space": "space",
    "VicinalError": "errors",
    "Word2Vec": "words",
}

__all__ = [
    "Match",
    "Matches",
    "Names",
    "Origin",
    "Progress",
    "Reporter",
    "Space",
    "VicinalError",
    "Word2Vec",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'vicinal' has no attribute {name!r}")
    value = getattr(import_module(f"vicinal.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
