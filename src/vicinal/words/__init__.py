"""Vectors of words, and of what is made of words."""

from vicinal.words._sentence_pooling import Coverage
from vicinal.words.doc2vec import Doc2Vec
from vicinal.words.sentence_mean import SentenceMean
from vicinal.words.word2vec import Word2Vec

__all__ = ["Coverage", "Doc2Vec", "SentenceMean", "Word2Vec"]
