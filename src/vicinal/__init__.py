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
    from vicinal.align import Procrustes, ProcrustesRefined
    from vicinal.counts import LSA, PPMI, GloVe, RandomProjection, TfIdf
    from vicinal.data import Phrases
    from vicinal.encoders import load_encoder
    from vicinal.errors import VicinalError
    from vicinal.graphs import DeepWalk, Node2Vec
    from vicinal.index import Index, build_index, compress, open_index
    from vicinal.matches import Match, Matches
    from vicinal.names import Names
    from vicinal.origin import Origin
    from vicinal.progress import Progress, Reporter
    from vicinal.serve import connect
    from vicinal.space import Space
    from vicinal.tables import Multiplexed, Sketch, TableEncoder
    from vicinal.words import Doc2Vec, FastText, SentenceMean, Word2Vec

# public name → where it lives; brought in when first used, so that `import vicinal` stays quick
_HOMES = {
    "DeepWalk": "graphs",
    "Doc2Vec": "words",
    "FastText": "words",
    "GloVe": "counts",
    "Index": "index",
    "LSA": "counts",
    "Match": "matches",
    "Matches": "matches",
    "Multiplexed": "tables",
    "Names": "names",
    "Node2Vec": "graphs",
    "Origin": "origin",
    "PPMI": "counts",
    "Phrases": "data",
    "Procrustes": "align",
    "ProcrustesRefined": "align",
    "Progress": "progress",
    "RandomProjection": "counts",
    "Reporter": "progress",
    "SentenceMean": "words",
    "Sketch": "tables",
    "Space": "space",
    "TableEncoder": "tables",
    "TfIdf": "counts",
    "VicinalError": "errors",
    "Word2Vec": "words",
    "build_index": "index",
    "compress": "index",
    "connect": "serve",
    "load_encoder": "encoders",
    "open_index": "index",
}

__all__ = [
    "LSA",
    "PPMI",
    "DeepWalk",
    "Doc2Vec",
    "FastText",
    "GloVe",
    "Index",
    "Match",
    "Matches",
    "Multiplexed",
    "Names",
    "Node2Vec",
    "Origin",
    "Phrases",
    "Procrustes",
    "ProcrustesRefined",
    "Progress",
    "RandomProjection",
    "Reporter",
    "SentenceMean",
    "Sketch",
    "Space",
    "TableEncoder",
    "TfIdf",
    "VicinalError",
    "Word2Vec",
    "__version__",
    "build_index",
    "compress",
    "connect",
    "load_encoder",
    "open_index",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'vicinal' has no attribute {name!r}")
    value = getattr(import_module(f"vicinal.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
