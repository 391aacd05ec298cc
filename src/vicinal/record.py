"""What a space is: names and a matrix that fit, checked and frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadInput, SpacesDiffer
from vicinal.frozen import frozen_columns, frozen_matrix, is_mapped, own
from vicinal.lengths import raw_norms
from vicinal.matches import html_table, printable
from vicinal.names import Names
from vicinal.origin import Origin, digest_matrix
from vicinal.similarity import check_metric


class Record:
    """Names, matrix, columns, metric and origin; `Space` adds what one asks and makes of them."""

    names: Names
    matrix: NDArray[np.floating]
    columns: Mapping[str, NDArray[Any]]
    metric: str
    _origin: Origin | None
    _norms: NDArray[np.float32] | None

    def __init__(
        self,
        names: Iterable[str],
        matrix: ArrayLike,
        *,
        columns: Mapping[str, ArrayLike] | None = None,
        metric: str = "cosine",
        origin: Origin | None = None,
    ) -> None:
        names = names if isinstance(names, Names) else Names(names)
        if not len(names):
            raise BadInput("a space needs at least one name")
        kept = frozen_matrix(matrix)
        if len(names) != len(kept):
            raise BadInput(f"{len(names)} names do not fit a matrix of {len(kept)} rows")
        proxy = MappingProxyType(frozen_columns(columns or {}, len(names)))
        vars(self).update(names=names, matrix=kept, columns=proxy, metric=check_metric(metric))
        vars(self).update(_origin=origin, _norms=None)
        if not is_mapped(kept):
            self.norms  # noqa: B018  (refuses NaN now; a mapped matrix is checked when first used)

    @property
    def dim(self) -> int:
        """Number of dimensions."""
        return int(self.matrix.shape[1])

    @property
    def norms(self) -> NDArray[np.float32]:
        """Euclidean length of every row, (n,) float32, read-only.

        Raises
        ------
        BadInput
            If a row of a mapped matrix is not finite.
        """
        if self._norms is not None:
            return self._norms
        norms = raw_norms(self.matrix)
        bad = np.flatnonzero(~np.isfinite(norms))
        if len(bad):
            what = f"row {bad[0]} holds NaN, infinity or a value too large to compare"
            raise BadInput(f"the vector of {self.names[int(bad[0])]!r}: {what}")
        norms.flags.writeable = False
        vars(self)["_norms"] = norms  # set once it is whole: threads that race here set the same
        return norms

    @property
    def origin(self) -> Origin:
        """Where the coordinates come from."""
        if self._origin is not None:
            return self._origin
        origin = Origin(content=digest_matrix(self.matrix))
        vars(self)["_origin"] = origin
        return origin

    @property
    def fingerprint(self) -> str:
        """Equal for spaces whose vectors may be compared; see `Origin`."""
        return self.origin.fingerprint

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return the vector of one name, (dim,) float32; a position is refused, since it is not a name."""
        if not isinstance(name, str):
            raise BadInput(f"space[...] takes a name, got {name!r}; for rows by position use space.matrix")
        return np.array(self.matrix[self.names.row(name)], np.float32)

    def check_same_origin(self, other: Record, mix: bool = False) -> None:
        """Refuse to mix spaces of different models.

        Raises
        ------
        SpacesDiffer
            If the fingerprints differ and ``mix`` is not set, or if the dimensions differ.
        """
        if self.dim != other.dim:
            raise SpacesDiffer(f"spaces of {self.dim} and {other.dim} dimensions cannot be mixed")
        if not mix and self.fingerprint != other.fingerprint:
            raise SpacesDiffer(
                f"these vectors come from different models ({self.origin.encoder} {self.fingerprint} and "
                f"{other.origin.encoder} {other.fingerprint}), so comparing them means nothing; "
                "align them first, or pass mix=True if you know better"
            )

    def __setattr__(self, attribute: str, value: object) -> None:
        raise AttributeError(f"a space is frozen: its {attribute} cannot be set; make another space")

    def __delattr__(self, attribute: str) -> None:
        raise AttributeError(f"a space is frozen: its {attribute} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {"columns": dict(self.columns), "metric": self.metric, "origin": self._origin}
        return _restored, (type(self), self.names, np.asarray(self.matrix), parts)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __repr__(self) -> str:
        shown = ", ".join(printable(self.names[i][:60]) for i in range(min(5, len(self))))
        more = ", …" if len(self) > 5 else ""
        encoder = Origin.encoder if self._origin is None else self._origin.encoder  # showing must not read the matrix
        return f"Space({len(self):,} × {self.dim}, {self.metric}, {encoder}: {shown}{more})"

    def _repr_html_(self) -> str:
        more = " …" if self.dim > 6 else ""
        shown = range(min(5, len(self)))
        rows = [(self.names[i][:60], " ".join(f"{x:.3f}" for x in self.matrix[i, :6]) + more) for i in shown]
        return html_table((f"{len(self):,} names", f"{self.dim} dimensions, {self.metric}"), rows)


def _restored(kind: type[Record], names: Names, matrix: NDArray, parts: dict[str, Any]) -> Record:
    return kind(names, own(matrix), **parts)
