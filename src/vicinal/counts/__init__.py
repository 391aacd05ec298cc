"""Encoders that count: TF-IDF, latent semantic analysis, pointwise mutual information, random projection."""

from vicinal.counts.factorize import Factors, truncated_svd
from vicinal.counts.lsa import LSA
from vicinal.counts.tfidf import TfIdf

__all__ = ["LSA", "Factors", "TfIdf", "truncated_svd"]
