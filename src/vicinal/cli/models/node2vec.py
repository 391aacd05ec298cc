"""Node2Vec on the command line."""

from __future__ import annotations

from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._walks import SKIPGRAM, WALKS

MODEL = Model(
    "node2vec",
    "Node2Vec",
    "the same, p and q saying how the walks explore",
    "graph",
    (
        *WALKS,
        Option("p", float, 1.0, "Small: walks turn back; large: they do not."),
        Option("q", float, 1.0, "Small: walks go on outwards; large: they stay near."),
        *SKIPGRAM,
    ),
    (
        "vicinal train --model node2vec edges.csv -o nodes.space --q 0.5",
        "vicinal train --model node2vec links.tsv.gz --directed -o nodes.space --save-model nodes.model",
    ),
)
