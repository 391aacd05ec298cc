"""Latent semantic analysis on the command line."""

from __future__ import annotations

from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import SVD, TERMS

MODEL = Model(
    "lsa",
    "LSA",
    "documents or words in few dimensions, from TF-IDF",
    "documents",
    (Option("dim", int, 100, "Dimensions; at most the number of documents or of terms."), *TERMS, *SVD),
    (
        "vicinal train --model lsa notes.txt -o notes.space --rows documents",
        "vicinal train --model lsa notes.jsonl --field body -o words.space --save-model lsa.model",
    ),
    rows={"words": "space", "documents": "document_space"},
)
