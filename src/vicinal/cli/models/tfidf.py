"""TF-IDF on the command line."""

from __future__ import annotations

from vicinal.cli.models._model import Model
from vicinal.cli.models._shared import TERMS

MODEL = Model(
    "tfidf",
    "TfIdf",
    "documents as their words, the rare ones weighing more",
    "documents",
    TERMS,
    (
        "vicinal train --model tfidf notes.txt -o notes.space --max-vocabulary 20000",
        "vicinal train --model tfidf notes.jsonl --name-field id -o notes.space --save-model notes.model",
    ),
)
