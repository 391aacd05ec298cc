"""How well a linear classifier tells labels from vectors: the usual test of node vectors, good for any space."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_whole
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.evaluate._intervals import mean_interval
from vicinal.evaluate.report import Figure, Report
from vicinal.randomness import generator
from vicinal.require import require
from vicinal.space import Space

_RESAMPLES = 1000
_HEADERS = {"node", "name", "id", "item", "word"}


def read_labels(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    r"""Read a text file (utf-8) of ``name label`` a line; names with several labels take several lines.

    Fields are parted by a tab if the line holds one, else by blanks. Empty lines and lines that begin with ``#`` are
    skipped, and a first line whose name is ``node``, ``name``, ``id``, ``item`` or ``word``.

    Returns
    -------
    dict of str to list of str

    Raises
    ------
    BadInput
        If there is no such file, or no label in it.
    BadFormat
        Naming the line that does not have two fields, or is not utf-8.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels.tsv"
    >>> _ = path.write_text("node\tclub\n1\tMr. Hi\n34\tOfficer\n")
    >>> read_labels(path)
    {'1': ['Mr. Hi'], '34': ['Officer']}
    """
    file = Path(path)
    if not file.is_file():
        raise BadInput(f"no file {str(file)!r}; labels are read from lines of a name and a label")
    labels: dict[str, list[str]] = {}
    for number, raw in enumerate(file.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            raise BadFormat(f"{file}, line {number}: not utf-8 ({error.reason})") from error
        fields = [field.strip() for field in line.split("\t")] if "\t" in line else line.split()
        if not line.strip() or line.startswith("#") or (number == 1 and fields[0].lower() in _HEADERS):
            continue
        if len(fields) != 2 or not all(fields):
            raise BadFormat(
                f"{file}, line {number}: {len(fields)} fields in {line[:60]!r}, expected a name and a label"
            )
        labels.setdefault(fields[0], []).append(fields[1])
    if not labels:
        raise BadInput(f"{file} has no labels")
    return labels


def evaluate_labels(
    space: Space,
    labels: Mapping[str, Any] | str | os.PathLike[str],
    *,
    train_shares: Sequence[float] = (0.1, 0.5, 0.9),
    splits: int = 10,
    regularization: float = 1.0,
    seed: int = 1,
) -> Report:
    """Classify names by their vectors: logistic regression, one against the rest, trained on a share of them.

    The protocol of Perozzi et al. 2014, section 5: for each share, several random splits. A test name with m labels
    gets the m that score highest; with one label each, micro-F1 is accuracy. Vectors are taken as they are, not scaled.

    Parameters
    ----------
    space : Space
    labels : mapping of name to label or list of labels, or path for `read_labels`
    train_shares : sequence of float
        Above 0 and below 1.
    splits : int
        Random splits a share.
    regularization : float
        Weight of the squared length of the coefficients against the loss; scikit-learn's 1 / C.
    seed : int

    Returns
    -------
    Report
        For each share ``"micro-F1 at 10 %"`` and ``"macro-F1 at 10 %"`` (the mean over labels of their F1): mean over
        the splits and its bootstrap interval, which says how much the split matters, not how much the graph does. Names
        that the space does not hold are skipped and counted.

    Raises
    ------
    BadInput
        If fewer than two known names, or fewer than two labels, are left.
    BadOption
        For an option out of range.
    MissingExtra
        Without scikit-learn.

    Examples
    --------
    >>> space = Space([str(i) for i in range(40)], [[i % 2, 1.0 + i % 3] for i in range(40)])
    >>> report = evaluate_labels(space, {str(i): "odd" if i % 2 else "even" for i in range(41)}, train_shares=[0.5])
    >>> report["micro-F1 at 50 %"].value, report["micro-F1 at 50 %"].skipped
    (1.0, 1)
    """
    model = require("sklearn.linear_model", "learn").LogisticRegression
    check_whole("splits", splits, 1)
    if not np.isfinite(regularization) or regularization <= 0:
        raise BadOption(f"regularization must be a number above 0, got {regularization!r}")
    for share in train_shares:
        if not 0 < share < 1:
            raise BadOption(f"train_shares must lie between 0 and 1, got {share!r}")
    rows, truth, skipped = _known(space, labels)
    vectors = np.asarray(space.matrix[rows], np.float64)
    figures = []
    for at, share in enumerate(train_shares):
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        scores = np.empty((splits, 2))
        for split in range(splits):
            order = generator(seed, at, split).permutation(len(rows))
            train, test = order[:count], order[count:]
            classifier = model(C=1 / regularization, solver="liblinear", random_state=0)
            predicted = _predict(classifier, vectors, truth, train, test)
            scores[split] = f1_scores(truth[test], predicted)
        for column, name in enumerate(("micro-F1", "macro-F1")):
            low, high = mean_interval(scores[:, column], _RESAMPLES, seed, at, column)
            figures.append(
                Figure(
                    f"{name} at {100 * share:g} %", float(scores[:, column].mean()), low, high, len(rows), skipped,
                    measure=f"mean of {splits} splits",
                )
            )  # fmt: skip
    return Report(f"Labels: {truth.shape[1]} told by {len(rows):,} vectors of {space.dim} dimensions", figures)


def f1_scores(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> tuple[float, float]:
    """Micro- and macro-F1 of (n, labels) truths and predictions; a label in neither is left out of the mean.

    Examples
    --------
    >>> eye = np.eye(2, dtype=bool)
    >>> f1_scores(eye[[0, 0, 0, 1]], eye[[0, 0, 1, 1]])
    (0.75, 0.7333333333333334)
    """
    hits, wanted, given = (truth & predicted).sum(axis=0), truth.sum(axis=0), predicted.sum(axis=0)
    there = wanted + given > 0
    macro = (2 * hits[there] / (wanted + given)[there]).mean()
    return float(2 * hits.sum() / (wanted.sum() + given.sum())), float(macro)


def _known(space: Space, labels: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    """Rows of the labelled names, their labels as (n, labels) bool, and how many names were unknown."""
    given = read_labels(labels) if isinstance(labels, str | os.PathLike) else labels
    if not isinstance(given, Mapping):
        raise BadInput(f"labels must map names to labels, or be a path, got {type(given).__name__}")
    listed = {str(name): _label_list(value) for name, value in given.items()}
    names = [name for name, own in listed.items() if name in space and own]
    kinds = sorted({label for name in names for label in listed[name]})
    if len(names) < 2 or len(kinds) < 2:
        raise BadInput(
            f"{len(names)} of {len(listed)} labelled names are in the space, with {len(kinds)} different labels; two "
            "of each are needed"
        )
    number = {label: at for at, label in enumerate(kinds)}
    truth = np.zeros((len(names), len(kinds)), np.bool_)
    for row, name in enumerate(names):
        truth[row, [number[label] for label in listed[name]]] = True
    return space.names.rows(names), truth, len(listed) - len(names)


def _label_list(value: Any) -> list[str]:
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    return [str(label) for label in (value if many else [value])]


def _predict(classifier: Any, vectors: NDArray, truth: NDArray, train: NDArray, test: NDArray) -> NDArray[np.bool_]:
    """Give every test row as many labels as it has, those of the highest scores."""
    scores = np.full((len(test), truth.shape[1]), -np.inf)
    for label in range(truth.shape[1]):
        own = truth[train, label]
        if own.all():
            scores[:, label] = np.inf
        elif own.any():  # a label that no training name has cannot be learned, and is never given first
            scores[:, label] = classifier.fit(vectors[train], own).decision_function(vectors[test])
    ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)
    return ranks < truth[test].sum(axis=1)[:, None]
