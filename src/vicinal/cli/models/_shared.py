"""Options that several models have alike."""

from __future__ import annotations

from vicinal.cli._types import Choice, CountOrShare, WordList
from vicinal.cli.models._model import Option

MAX_VOCABULARY = Option("max_vocabulary", int, None, "Keep only the most frequent so many.  [default: all]")
TOKENIZER = Option("tokenizer", str, "words", "words, whitespace, regex:PATTERN, or the path of a tokenizer.json.")
LOWER = Option("lower", bool, True, "Lower-case the text.")
MIN_COUNT = Option("min_count", int, 5, "Leave rarer words out.")
VOCABULARY = (MIN_COUNT, MAX_VOCABULARY, TOKENIZER, LOWER)
OBJECTIVES = Choice(["negative_sampling", "hierarchical_softmax", "softmax"])
RACING_THREADS = Option("threads", int, 0, "0 takes all processors; 1 makes the result repeatable.")
THREADS = Option("threads", int, 0, "0 takes all processors; the result does not depend on it.")
SEED = Option("seed", int, 1, "Of everything drawn at random.")
DETERMINISTIC = Option("deterministic", bool, False, "Give the same bits at any --threads, by training on one.")
_MEMORY = "For counting; what goes beyond it is kept on disk meanwhile."
SVD = (
    Option(
        "solver",
        Choice(["randomized", "arpack"]),
        "randomized",
        "How the decomposition is found; arpack is exact and slower.",
    ),
    Option("oversampling", int, 10, "Dimensions more while the randomized solver works."),
    Option("power_iterations", int, 5, "Passes of the randomized solver; more are more exact."),
    SEED,
)  # fmt: skip
TERMS = (
    TOKENIZER,
    LOWER,
    Option("stop_words", WordList(), None, "Words left out, with commas between, or @FILE with one a line."),
    Option("ngram_range", (int, int), (1, 1), "Terms are runs of MIN to MAX words.  [default: 1 1]",
           metavar="MIN MAX"),
    Option("min_df", CountOrShare(), 1, "Leave terms out that fewer documents have: a number, or a share as 0.01."),
    Option("max_df", CountOrShare(), 1.0, "Leave terms out that more documents have: a number, or a share as 0.5."),
    MAX_VOCABULARY,
    Option("binary", bool, False, "Count a term once a document."),
    Option("sublinear_tf", bool, False, "Put 1 + ln(tf) for the count tf."),
    Option("use_idf", bool, True, "Weigh by the inverse document frequency."),
    Option("smooth_idf", bool, True, "Count one more document that has every term."),
    Option("norm", Choice(["l2", "l1", "none"], {"none": None}), "l2",
           "Bring rows to length 1, to a sum of 1, or leave them."),
)  # fmt: skip


def memory_option(default: str) -> Option:
    """Make the option of how much memory counting may take."""
    return Option("memory", str, default, _MEMORY, metavar="SIZE")
