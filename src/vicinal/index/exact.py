"""Every row compared: the truth that all other kinds are measured by, and the same with codes of a byte or a bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_flags, check_whole
from vicinal.errors import BadOption
from vicinal.index.kind import Kind
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows
from vicinal.index.scan import scan_floats
from vicinal.index.scan_bits import BitCodes
from vicinal.index.scan_bytes import ByteCodes
from vicinal.lengths import row_norms
from vicinal.progress import Callback
from vicinal.similarity import nearest_rows

_ORDINARY = (1e-12, 1e12)  # lengths whose products float32 holds with digits to spare
_SPARE = 16  # candidates more than are asked for, so that scores of few digits cannot lose one
_LEAST_BITS = 64  # dimensions from which signs are worth trying
_DEEP = 4096  # results above which sorting all scores is the better way


class Exact(Kind):
    """Scores all rows: by their full vectors, or by codes that choose the candidates for that.

    Options of `build`
    ------------------
    codes : "float", "int8" or "binary"
        What is compared with every row: the vectors themselves (nothing else is held, and nothing can be missed), a
        byte a number, or a bit a number.
    rotate : bool
        Turn the rows at random before their signs are taken; of use where few dimensions hold most of the spread.

    Setting
    -------
    oversample : int
        With codes, this many times k rows are scored again by their full vectors.

    Examples
    --------
    >>> data = Rows.of(np.eye(3, dtype=np.float32), "cosine")
    >>> Exact.build(data).search(np.eye(3, dtype=np.float32)[:1], 1)[0].tolist()
    [[0]]
    >>> Exact.build(data, codes="int8").search(np.eye(3, dtype=np.float32)[1:], 1)[0].tolist()
    [[1], [2]]
    """

    name = "exact"
    growth = 0.8
    codes: ByteCodes | BitCodes | None

    @classmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """See `Kind.build` and the options above."""
        chosen = _options(options)
        self = cls()
        self.data, self.codes = data, None
        if chosen["codes"] == "int8":
            self.codes = ByteCodes.build(data)
        elif chosen["codes"] == "binary":
            self.codes = BitCodes.build(data, rotate=chosen["rotate"], seed=seed)
        self.options = chosen
        return self

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`; bits need many dimensions to tell rows apart."""
        plans: list[dict[str, Any]] = [{"codes": "float"}, {"codes": "int8"}]
        return plans if dim < _LEAST_BITS else [*plans, {"codes": "binary"}, {"codes": "binary", "rotate": True}]

    def settings(self, k: int) -> Sequence[dict[str, Any]]:
        """See `Kind.settings`."""
        if self.codes is None:
            return [{}]
        steps = (1, 2, 4) if isinstance(self.codes, ByteCodes) else (5, 10, 15, 20, 40, 80, 160)
        return [{"oversample": oversample} for oversample in steps]

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        setting: Mapping[str, Any] | None = None,
        threads: int = 1,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Kind.search`."""
        count = len(self.data) if allowed is None else int(np.count_nonzero(allowed))
        rows = np.full((len(queries), k), -1, np.int64)
        scores = np.full((len(queries), k), np.nan, np.float32)
        k = min(k, count)
        if not k or not len(queries):
            return rows, scores
        keep = k * self._oversample(setting)
        if self.codes is None or keep >= min(count, _DEEP):
            found = exact_rows(queries, self.data, k, allowed, threads)
        else:
            candidates = self.codes.candidates(queries, keep, allowed, threads)
            found = rescore(queries, candidates, self.data, k, threads=threads)
        rows[:, :k], scores[:, :k] = found
        return rows, scores

    def _oversample(self, setting: Mapping[str, Any] | None) -> int:
        given = dict(self.setting if setting is None else setting)
        oversample = check_whole("oversample", given.pop("oversample", 1))
        if given:
            raise BadOption(f"a setting of the kind 'exact' is oversample, got {next(iter(given))!r}")
        return oversample

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`."""
        return self.data.norms.nbytes + sum(array.nbytes for array in self.arrays().values())

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`."""
        return {} if self.codes is None else self.codes.arrays()

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`."""
        chosen = _options(options)
        self = cls()
        self.data, self.options, self.codes = data, chosen, None
        if chosen["codes"] == "int8":
            self.codes = ByteCodes.restore(data, arrays)
        elif chosen["codes"] == "binary":
            self.codes = BitCodes.restore(data, arrays, rotate=chosen["rotate"])
        return self


def _options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what was left out, and check."""
    unknown = set(given) - {"codes", "rotate"}
    if unknown:
        raise BadOption(f"the kind 'exact' has no option {min(unknown)!r}")
    chosen = {"codes": "float", "rotate": False, **given}
    check_choice("codes", chosen["codes"], ("float", "int8", "binary"))
    check_flags(SimpleNamespace(**chosen), "rotate")
    if chosen["rotate"] and chosen["codes"] != "binary":
        raise BadOption("rotate is for codes='binary'")
    return chosen if chosen["codes"] == "binary" else {"codes": chosen["codes"]}


def exact_rows(
    queries: NDArray[np.float32], data: Rows, k: int, allowed: NDArray[np.bool_] | None = None, threads: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the k nearest rows of every query for certain, (m, k) rows and scores.

    A float32 product finds a few more than k; they are scored again by `rescore`. Where what was left out could belong
    to the k best, given how far such a product can be off, the query goes to `vicinal.similarity.nearest_rows`, which
    is slower and needs no such luck.

    Parameters
    ----------
    queries : (m, dim) float32
        Of length 1 for cosine.
    data : Rows
    k : int
        1 to the number of allowed rows.
    allowed : (n,) bool, optional
    threads : int

    Examples
    --------
    >>> exact_rows(np.array([[2, 0]], np.float32), Rows.of(np.eye(2, dtype=np.float32), "euclidean"), 1)[1].tolist()
    [[-1.0]]
    """
    order = None if allowed is None else np.flatnonzero(allowed)
    n = len(data) if order is None else len(order)
    lengths, keep = row_norms(queries), k + max(_SPARE, k // 2)
    if keep >= min(n, _DEEP) or _unusual(data.norms) or _unusual(lengths):
        return nearest_rows(queries, data.matrix, k, data.metric, data.norms, allowed=allowed)
    candidates, worst = scan_floats(queries, data, keep, order, threads=threads)
    rows, scores = rescore(queries, candidates, data, k, threads=threads)
    doubtful = np.flatnonzero(~_is_certain(scores[:, -1], worst, lengths, data))
    if len(doubtful):
        found = nearest_rows(queries[doubtful], data.matrix, k, data.metric, data.norms, allowed=allowed)
        rows[doubtful], scores[doubtful] = found
    return rows, scores


def _unusual(norms: NDArray) -> bool:
    return bool(norms.max(initial=0) > _ORDINARY[1] or ((norms < _ORDINARY[0]) & (norms > 0)).any())


def _is_certain(last: NDArray, worst: NDArray, lengths: NDArray, data: Rows) -> NDArray[np.bool_]:
    """Tell where no row that was left out can reach the k-th score, by the usual bound for sums of ``dim`` products.

    Parameters
    ----------
    last : (m,) float32
        The k-th score.
    worst : (m,) float32
        No row left out had a score in `scan_floats` above it.
    """
    unit = (2 * data.dim + 16) * float(np.finfo(np.float32).eps)
    longest = float(data.norms.max(initial=0))
    last, worst, lengths = (values.astype(np.float64) for values in (last, worst, lengths))
    if data.metric == "cosine":
        return worst + 2 * unit < last
    if data.metric == "dot":
        return worst + 2 * unit * lengths * longest < last
    size = np.minimum(longest, 4 * (lengths - last))  # a longer row is further off than any error can hide
    return worst + unit * size * (2 * lengths + size) < (np.square(lengths) - np.square(last)) / 2
