"""Word2Vec on the command line."""

from __future__ import annotations

from vicinal.cli._types import Choice
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import DETERMINISTIC, OBJECTIVES, RACING_THREADS, SEED, VOCABULARY

MODEL = Model(
    "word2vec",
    "Word2Vec",
    "words from the words around them (skip-gram, CBOW)",
    "text",
    (
        Option("dim", int, 100, "Dimensions of the vectors."),
        Option("window", int, 5, "Words on each side that count as company."),
        Option("architecture", Choice(["skipgram", "cbow"]), "skipgram",
               "Each context word predicts the centre word, or their mean does."),
        Option("objective", OBJECTIVES, "negative_sampling",
               "Tell the centre word from sampled ones, follow its Huffman path, or choose among all (few words)."),
        Option("negatives", int, 5, "Sampled words per draw."),
        Option("sharing", int, 4,
               "Windows that share a draw of negatives; 0: a draw for every pair, several times slower."),
        Option("noise_exponent", float, 0.75, "Negatives follow counts to this power."),
        Option("subsample", float, 1e-3, "Drop words more frequent than this share at random; 0 keeps all."),
        Option("shrink_window", bool, True,
               "Draw each window's reach from 1 to --window, so that near words weigh more."),
        Option("epochs", int, 5, "Passes over the text."),
        Option("learning_rate", float, None, "At the first word.  [default: 0.025, for CBOW 0.05]"),
        Option("min_learning_rate", float, 1e-4, "After the last word; a straight line between."),
        *VOCABULARY,
        RACING_THREADS,
        SEED,
        DETERMINISTIC,
    ),
    (
        "vicinal train corpus.txt -o words.space",
        "vicinal train 'books/*.txt.gz' notes.jsonl --field body -o words.space --dim 200 --epochs 10",
        "cat corpus.txt | vicinal train - -o words.space --threads 1",
        "vicinal train corpus.txt -o words.space --resume",
        "vicinal train corpus.txt -o words.space --save-model words.model",
        "vicinal train more.txt --from words.model -o more.space",
    ),
    resumes=True,
    continues=True,
)  # fmt: skip
