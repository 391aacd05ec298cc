"""Options that the models of graphs have alike."""

from __future__ import annotations

from vicinal.cli.models._model import Option
from vicinal.cli.models._shared import DETERMINISTIC, OBJECTIVES, RACING_THREADS, SEED

WALKS = (
    Option("dim", int, 128, "Dimensions of the vectors."),
    Option("walk_length", int, 80, "Nodes in a walk."),
    Option("walks_per_node", int, 10, "Walks that begin at each node, in every epoch anew."),
)
SKIPGRAM = (
    Option("window", int, 10, "Nodes on each side in a walk that count as company."),
    Option("shrink_window", bool, True, "Draw each window's reach from 1 to --window, so that near nodes weigh more."),
    Option("objective", OBJECTIVES, "negative_sampling",
           "Tell a node from sampled ones, follow its Huffman path, or choose among all (few nodes)."),
    Option("negatives", int, 5, "Sampled nodes per draw."),
    Option("sharing", int, 1, "Windows that share a draw of negatives; 0: a draw for every pair."),
    Option("noise_exponent", float, 0.75, "Negatives follow visits to this power."),
    Option("subsample", float, 0.0, "Drop nodes more visited than this share at random; 0 keeps all."),
    Option("epochs", int, 2, "Times that all walks are made and trained on."),
    Option("learning_rate", float, 0.0125, "At the first walk."),
    Option("min_learning_rate", float, 1e-4, "After the last walk; a straight line between."),
    RACING_THREADS,
    SEED,
    DETERMINISTIC,
)  # fmt: skip
