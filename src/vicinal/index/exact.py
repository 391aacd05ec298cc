"""Every row compared: the truth that all other kinds are measured by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadOption
from vicinal.index.kind import Kind
from vicinal.index.rows import Rows
from vicinal.progress import Callback
from vicinal.similarity import nearest_rows


class Exact(Kind):
    """Scores all rows.

    Examples
    --------
    >>> exact = Exact.build(Rows.of(np.eye(3, dtype=np.float32), "cosine"))
    >>> exact.search(np.eye(3, dtype=np.float32)[:1], 1)[0].tolist()
    [[0]]
    """

    name = "exact"

    @classmethod
    def build(
        cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any
    ) -> Self:
        """See `Kind.build`; there is nothing to build."""
        if options:
            raise BadOption(f"the kind 'exact' has no option {next(iter(options))!r}")
        self = cls()
        self.data, self.options = data, {}
        return self

    @classmethod
    def plans(cls, n: int, dim: int, metric: str) -> Sequence[dict[str, Any]]:
        """See `Kind.plans`."""
        return [{}]

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
        if count:
            found = nearest_rows(
                queries, self.data.matrix, min(k, count), self.data.metric, self.data.norms, allowed=allowed
            )
            rows[:, : min(k, count)], scores[:, : min(k, count)] = found
        return rows, scores

    @property
    def nbytes(self) -> int:
        """See `Kind.nbytes`."""
        return self.data.norms.nbytes

    def arrays(self) -> dict[str, NDArray]:
        """See `Kind.arrays`."""
        return {}

    @classmethod
    def restore(cls, data: Rows, arrays: Mapping[str, NDArray], options: Mapping[str, Any]) -> Self:
        """See `Kind.restore`."""
        return cls.build(data)
