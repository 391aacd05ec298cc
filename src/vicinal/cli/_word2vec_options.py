"""The options of Word2Vec on the command line: one table, compared with the class by a test.

The table stands here, and is not read off the class, so that help and completion need not import numpy.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import click

_ARCHITECTURES = click.Choice(["skipgram", "cbow"])
_OBJECTIVES = click.Choice(["negative_sampling", "hierarchical_softmax", "softmax"])


class Option(NamedTuple):
    """One option: its Python name, its type (bool: a switch), its default and what it does."""

    name: str
    kind: Any
    default: Any
    help: str


WORD2VEC = (
    Option("dim", int, 100, "Dimensions of the vectors."),
    Option("window", int, 5, "Words on each side that count as company."),
    Option("architecture", _ARCHITECTURES, "skipgram",
           "Each context word predicts the centre word, or their mean does."),
    Option("objective", _OBJECTIVES, "negative_sampling",
           "Tell the centre word from sampled ones, follow its Huffman path, or choose among all (few words)."),
    Option("negatives", int, 5, "Sampled words per draw."),
    Option("sharing", int, 4, "Windows that share a draw of negatives; 0: a draw for every pair, a tenth as fast."),
    Option("noise_exponent", float, 0.75, "Negatives follow counts to this power."),
    Option("subsample", float, 1e-3, "Drop words more frequent than this share at random; 0 keeps all."),
    Option("shrink_window", bool, True, "Draw each window's reach from 1 to --window, so that near words weigh more."),
    Option("epochs", int, 5, "Passes over the text."),
    Option("learning_rate", float, 0.025, "At the first word."),
    Option("min_learning_rate", float, 1e-4, "After the last word; a straight line between."),
    Option("min_count", int, 5, "Leave rarer words out."),
    Option("max_vocabulary", int, None, "Keep only the most frequent so many.  [default: all]"),
    Option("tokenizer", str, "words", "words, whitespace, regex:PATTERN, or the path of a tokenizer.json."),
    Option("lower", bool, True, "Lower-case the text."),
    Option("threads", int, 0, "0 takes all processors; 1 makes the result repeatable."),
    Option("seed", int, 1, "Of everything drawn at random."),
    Option("deterministic", bool, False, "Give the same bits at any --threads, by training on one."),
)  # fmt: skip


def model_options(function: Any) -> Any:
    """Add the options of the table to a command, in its order."""
    for option in reversed(WORD2VEC):
        flag = option.name.replace("_", "-")
        names = f"--{flag}/--no-{flag}" if option.kind is bool else f"--{flag}"
        kind = None if option.kind is bool else option.kind
        function = click.option(names, option.name, type=kind, default=option.default, help=option.help)(function)
    return function
