"""Random projection on the command line."""

from __future__ import annotations

from vicinal.cli._types import Choice, OrWord
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import SEED

MODEL = Model(
    "random_projection",
    "RandomProjection",
    "a space in fewer dimensions by chance alone, distances kept",
    "vectors",
    (
        Option("dim", OrWord(int, "auto", "auto"), "auto",
               "Dimensions wanted; auto takes what --epsilon needs."),
        Option("epsilon", float, 0.1, "How far squared distances may change."),
        Option("failure", OrWord(float, "none", None), 0.01,
               "The chance that some change more; none: as scikit-learn counts."),
        Option("method", Choice(["gaussian", "sparse"]), "gaussian", "What the matrix is drawn from."),
        Option("density", OrWord(float, "auto", "auto"), 1 / 3,
               "Share of entries of a sparse matrix that are not 0; auto: 1/√columns."),
        SEED,
    ),
    ("vicinal train --model random_projection words.space -o small.space --dim 64",),
)  # fmt: skip
