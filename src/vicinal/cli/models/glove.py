"""GloVe on the command line."""

from __future__ import annotations

from vicinal.cli._types import Choice
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import SEED, THREADS, VOCABULARY, memory_option

MODEL = Model(
    "glove",
    "GloVe",
    "words from how often they stand together",
    "text",
    (
        Option("dim", int, 100, "Dimensions of the vectors."),
        Option("window", int, 10, "Words on each side that count as company, the d-th as 1/d."),
        Option("epochs", int, 25, "Passes over the counts."),
        Option("learning_rate", float, 0.05, "Of AdaGrad."),
        Option("x_max", float, 100.0, "From this count on pairs weigh 1."),
        Option("weight_exponent", float, 0.75, "Below it they weigh (count / --x-max) to this power."),
        Option("combine", Choice(["sum", "mean", "input"]), "sum",
               "Input and output vector of a word together, half of that, or the input alone."),
        *VOCABULARY,
        memory_option("2 GB"),
        THREADS,
        SEED,
    ),
    (
        "vicinal train --model glove corpus.txt -o glove.space",
        "vicinal train --model glove corpus.txt -o glove.space --dim 50 --epochs 50 --memory '4 GB'",
    ),
)  # fmt: skip
