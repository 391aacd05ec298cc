"""FastText on the command line."""

from __future__ import annotations

from vicinal.cli._types import Choice
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import DETERMINISTIC, RACING_THREADS, SEED, VOCABULARY

MODEL = Model(
    "fasttext",
    "FastText",
    "words from their character n-grams too, so that any word has a vector",
    "text",
    (
        Option("dim", int, 100, "Dimensions of the vectors."),
        Option("window", int, 5, "Words on each side that count as company."),
        Option("architecture", Choice(["skipgram", "cbow"]), "skipgram",
               "Each word predicts the words around it, or their mean predicts it."),
        Option("min_n", int, 3, "Characters in the shortest n-gram, marks of beginning and end included."),
        Option("max_n", int, 6, "Characters in the longest; 0: no n-grams."),
        Option("buckets", int, 2_000_000, "Rows that n-grams are hashed to."),
        Option("negatives", int, 5, "Sampled words per draw."),
        Option("sharing", int, 1, "Windows that share a draw of negatives; 0: a draw for every pair, slower."),
        Option("noise_exponent", float, 0.75, "Negatives follow counts to this power."),
        Option("subsample", float, 1e-3, "Drop words more frequent than this share at random; 0 keeps all."),
        Option("shrink_window", bool, True,
               "Draw each window's reach from 1 to --window, so that near words weigh more."),
        Option("epochs", int, 5, "Passes over the text."),
        Option("learning_rate", float, 0.05, "At the first word."),
        Option("min_learning_rate", float, 1e-4, "After the last word; a straight line between."),
        *VOCABULARY,
        RACING_THREADS,
        SEED,
        DETERMINISTIC,
    ),
    (
        "vicinal train --model fasttext corpus.txt -o words.space --save-model words.model",
        "vicinal train --model fasttext corpus.txt -o words.space --min-n 2 --max-n 5 --save-model words.bin",
    ),
    resumes=True,
)  # fmt: skip
