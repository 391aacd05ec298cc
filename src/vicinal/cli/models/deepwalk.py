"""DeepWalk on the command line."""

from __future__ import annotations

from vicinal.cli.models._model import Model
from vicinal.cli.models._walks import SKIPGRAM, WALKS

MODEL = Model(
    "deepwalk",
    "DeepWalk",
    "nodes of a graph from random walks",
    "graph",
    (*WALKS, *SKIPGRAM),
    ("vicinal train --model deepwalk edges.csv -o nodes.space --walk-length 40",),
)
