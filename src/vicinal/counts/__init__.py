"""Encoders that count: TF-IDF, latent semantic analysis, GloVe, pointwise mutual information, random projection."""

from vicinal.counts.cooccurrence import Cooccurrences, count_cooccurrences
from vicinal.counts.distortion import Distortion, guaranteed_epsilon, measure_distortion, min_dim
from vicinal.counts.factorize import Factors, truncated_svd
from vicinal.counts.glove import GloVe
from vicinal.counts.lsa import LSA
from vicinal.counts.ppmi import PPMI
from vicinal.counts.projection import RandomProjection
from vicinal.counts.tfidf import TfIdf
from vicinal.counts.weighting import positive_pmi

__all__ = [
    "LSA",
    "PPMI",
    "Cooccurrences",
    "Distortion",
    "Factors",
    "GloVe",
    "RandomProjection",
    "TfIdf",
    "count_cooccurrences",
    "guaranteed_epsilon",
    "measure_distortion",
    "min_dim",
    "positive_pmi",
    "truncated_svd",
]
