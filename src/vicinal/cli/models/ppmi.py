"""PPMI on the command line."""

from __future__ import annotations

from vicinal.cli._types import Choice
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import SVD, THREADS, VOCABULARY, memory_option

MODEL = Model(
    "ppmi",
    "PPMI",
    "words from counts of pairs, weighed and factorized",
    "text",
    (
        Option("dim", int, 100, "Dimensions of the vectors."),
        Option("window", int, 5, "Words on each side that count as context."),
        Option("window_weighting", Choice(["harmonic", "flat"]), "harmonic",
               "A neighbour d words away counts 1/d, or 1."),
        Option("shift", float, 1.0, "Subtract its logarithm from every association; 1 or more."),
        Option("context_exponent", float, 0.75, "Contexts are as frequent as their count to this power."),
        Option("singular_exponent", float, 0.5, "Words lie at U Σ to this power; 1, 0.5 and 0 are usual."),
        Option("add_context", bool, False, "Add to each word its vector as a context."),
        *VOCABULARY,
        memory_option("1 GB"),
        THREADS,
        *SVD,
    ),
    ("vicinal train --model ppmi corpus.txt -o ppmi.space --window 2",),
)  # fmt: skip
