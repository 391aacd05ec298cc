"""Node vectors from random walks."""

from vicinal.graphs.deepwalk import DeepWalk
from vicinal.graphs.node2vec import Node2Vec

__all__ = ["DeepWalk", "Node2Vec"]
