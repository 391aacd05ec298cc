"""Options of the encoders of this room: their ranges, checked before anything is read."""

from __future__ import annotations

import math
import os
from typing import Any

from vicinal.errors import BadOption
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
        value, most = getattr(model, name), _MOST.get(name, math.inf)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            limit = f"from {least} to {most:,}" if most < math.inf else f"of {least} or more"
            raise BadOption(f"{name} must be an integer {limit}, got {value!r}")
    for name, choices in (("architecture", ARCHITECTURES), ("objective", OBJECTIVES)):
        if getattr(model, name) not in choices:
            raise BadOption(f"{name} must be one of {', '.join(choices)}, got {getattr(model, name)!r}")
    for name in ("noise_exponent", "subsample", "learning_rate", "min_learning_rate"):
        value = getattr(model, name)
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise BadOption(f"{name} must be a finite number, got {value!r}")
    check_rates(model.learning_rate, model.min_learning_rate)
    if model.subsample < 0:
        raise BadOption(f"subsample must be 0 (keep all) or more, got {model.subsample!r}")
    generator(model.seed)
    if model.objective == "softmax" and words > SOFTMAX_LIMIT:
        raise BadOption(
            f"the full softmax scores every word for every pair, which {words:,} words make too slow (limit "
            f"{SOFTMAX_LIMIT:,}); use objective='negative_sampling', or max_vocabulary"
        )


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
    return model.threads or len(
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )
