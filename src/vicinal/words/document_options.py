"""Options of paragraph vectors beyond those of word vectors, checked before anything is read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from vicinal.errors import BadOption
from vicinal.words.options import check_options

ARCHITECTURES = ("pv_dbow", "pv_dm")
COMBINATIONS = ("mean", "sum", "concat")
OBJECTIVES = ("negative_sampling", "hierarchical_softmax")
_MOST_EPOCHS = 100_000


def check_document_options(model: Any) -> None:
    """Check every option of a `Doc2Vec`.

    Raises
    ------
    BadOption
        Names the option, its value and the range.
    """
    for name, choices in (("architecture", ARCHITECTURES), ("combine", COMBINATIONS), ("objective", OBJECTIVES)):
        if getattr(model, name) not in choices:
            raise BadOption(f"{name} must be one of {', '.join(choices)}, got {getattr(model, name)!r}")
    check_options(SimpleNamespace(**model.get_params() | {"architecture": "cbow"}))
    if not isinstance(model.train_words, bool):
        raise BadOption(f"train_words must be True or False, got {model.train_words!r}")
    if model.train_words and model.architecture != "pv_dbow":
        raise BadOption("train_words=True is for architecture='pv_dbow'; PV-DM always trains words")
    given = model.infer_epochs
    if given is not None and (isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= _MOST_EPOCHS):
        raise BadOption(f"infer_epochs must be an integer from 1 to {_MOST_EPOCHS:,}, or None, got {given!r}")


def takes_words(model: Any) -> bool:
    """Whether rows of words go into what predicts, so that the model trains them."""
    return model.architecture == "pv_dm" or model.train_words


def bag_parts(model: Any) -> int:
    """Rows that a bag holds end to end."""
    return 1 + 2 * model.window if model.architecture == "pv_dm" and model.combine == "concat" else 1
