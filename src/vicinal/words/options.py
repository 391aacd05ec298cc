"""Options of the encoders of this room: their ranges, checked before anything is read."""

from __future__ import annotations

import math
from typing import Any

from vicinal.checks import check_choice, check_flags, check_number, check_whole
from vicinal.errors import BadOption
from vicinal.processors import processor_count
from vicinal.randomness import generator

ARCHITECTURES = ("skipgram", "cbow")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax", "softmax")
SOFTMAX_LIMIT = 20_000

_LEAST = {"dim": 1, "window": 1, "negatives": 1, "sharing": 0, "epochs": 1, "min_count": 1, "threads": 0}
_MOST = {"dim": 65_536, "window": 1000, "negatives": 1000, "sharing": 1000, "threads": 1024}


def check_options(model: Any, words: int = 0) -> None:
    """Check every option that ``model`` has.

    Parameters
    ----------
    model : Encoder
    words : int
        Size of the vocabulary, once known.

    Raises
    ------
    BadOption
        Names the option, its value and the range.
    """
    for name, least in _LEAST.items():
        check_whole(name, getattr(model, name), least, _MOST.get(name))
    if getattr(model, "max_vocabulary", None) is not None:
        check_whole("max_vocabulary", model.max_vocabulary, 1)
    for name, choices in (("architecture", ARCHITECTURES), ("objective", OBJECTIVES)):
        check_choice(name, getattr(model, name), choices)
    for name in ("noise_exponent", "subsample", "min_learning_rate"):
        check_number(name, getattr(model, name))
    check_number("learning_rate", first_rate(model))
    check_flags(model, *(name for name in ("shrink_window", "deterministic", "lower") if hasattr(model, name)))
    check_rates(first_rate(model), model.min_learning_rate)
    if model.subsample < 0:
        raise BadOption(f"subsample must be 0 (keep all) or more, got {model.subsample!r}")
    generator(model.seed)
    if model.objective == "softmax" and words > SOFTMAX_LIMIT:
        raise BadOption(
            f"the full softmax scores every word for every pair, which {words:,} words make too slow (limit "
            f"{SOFTMAX_LIMIT:,}); use objective='negative_sampling', or max_vocabulary"
        )


def first_rate(model: Any) -> float:
    """Learning rate at the first word: the option, or where it is None what word2vec.c takes for the architecture."""
    if model.learning_rate is None:
        return 0.05 if model.architecture == "cbow" else 0.025
    return model.learning_rate


def check_rates(first: float, last: float) -> None:
    """Refuse learning rates that do not fall from a positive one to one of 0 or more."""
    if not 0 <= last <= first or not 0 < first < math.inf:
        raise BadOption(
            "learning rates must satisfy 0 ≤ min_learning_rate ≤ learning_rate and learning_rate > 0, got "
            f"min_learning_rate {last} and learning_rate {first}"
        )


def thread_count(model: Any) -> int:
    """Threads to train with."""
    if model.deterministic:
        return 1
    return model.threads or processor_count()
