"""Doc2Vec on the command line."""

from __future__ import annotations

from vicinal.cli._types import Choice, OrWord
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import DETERMINISTIC, RACING_THREADS, SEED, VOCABULARY

MODEL = Model(
    "doc2vec",
    "Doc2Vec",
    "documents that predict their words (PV-DBOW, PV-DM)",
    "documents",
    (
        Option("dim", int, 100, "Dimensions of the vectors."),
        Option("architecture", Choice(["pv_dbow", "pv_dm"]), "pv_dbow",
               "The document predicts its words, or together with the words around the one between."),
        Option("combine", Choice(["mean", "sum", "concat"]), "mean",
               "How PV-DM puts the document and the words together."),
        Option("train_words", bool, False, "Train words by skip-gram in the same pass (PV-DM always does)."),
        Option("window", int, 5, "Words on each side that count as company."),
        Option("objective", Choice(["negative_sampling", "hierarchical_softmax"]), "negative_sampling",
               "Tell a word from sampled ones, or follow its Huffman path."),
        Option("negatives", int, 5, "Sampled words per draw."),
        Option("sharing", int, 1, "Words of a document that share a draw of negatives; more are faster."),
        Option("noise_exponent", float, 0.75, "Negatives follow counts to this power."),
        Option("subsample", float, 1e-3, "Drop words more frequent than this share at random; 0 keeps all."),
        Option("shrink_window", bool, True,
               "Draw each window's reach from 1 to --window, so that near words weigh more."),
        Option("epochs", int, 10, "Passes over the documents."),
        Option("learning_rate", float, 0.025, "At the first word."),
        Option("min_learning_rate", float, 1e-4, "After the last word; a straight line between."),
        *VOCABULARY,
        Option("infer_epochs", OrWord(int, "same", None), None,
               "Passes over a new text when encoding.  [default: as in training]"),
        RACING_THREADS,
        SEED,
        DETERMINISTIC,
    ),
    (
        "vicinal train --model doc2vec notes.txt -o notes.space --epochs 20",
        "vicinal train --model doc2vec notes.jsonl --name-field id -o notes.space --save-model notes.model",
    ),
    resumes=True,
    rows={"documents": "space", "words": "words"},
)  # fmt: skip
