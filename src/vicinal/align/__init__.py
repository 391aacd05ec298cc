"""One space laid onto another: languages, versions of a model, what a vocabulary lacks."""

from vicinal.align.csls import crowding, csls_nearest, mutual_nearest
from vicinal.align.dictionary import Seed, read_dictionary, split_pairs
from vicinal.align.linked import Dictionary, Linked
from vicinal.align.procrustes import Procrustes, orthogonal_map
from vicinal.align.refined import ProcrustesRefined, Round
from vicinal.align.translate import missing_vectors, translate

__all__ = [
    "Dictionary",
    "Linked",
    "Procrustes",
    "ProcrustesRefined",
    "Round",
    "Seed",
    "crowding",
    "csls_nearest",
    "missing_vectors",
    "mutual_nearest",
    "orthogonal_map",
    "read_dictionary",
    "split_pairs",
    "translate",
]
