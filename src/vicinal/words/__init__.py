"""Word vectors from text."""

from vicinal.words.word2vec import Word2Vec

__all__ = ["Word2Vec"]
