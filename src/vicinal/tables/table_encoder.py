"""A whole table as one matrix: each column by the encoder that suits it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.space import Space
from vicinal.tables import _table_files
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._choose import KINDS, Part, choose_kind, make_encoder
from vicinal.tables._columns import Column
from vicinal.tables._table import Table, read_table
from vicinal.tables.report import TableReport, report_columns


class TableEncoder(ArrayEncoder):
    """One encoder a column, chosen by its type and number of categories, side by side in one matrix.

    Numbers, dates and durations are standardized; booleans, and text of up to ``one_hot_limit`` categories, become
    one-hot; text of more is hashed into one `Multiplexed` table that all such columns share. Columns that a frame marks
    as categorical count as text. A named table may bring its columns in any order, and more than were fitted.

    Parameters
    ----------
    overrides : dict, optional
        Column name to ``"one_hot"``, ``"ordinal"``, ``"binary"``, ``"standardize"``, ``"min_max"``, ``"multiplexed"``,
        ``"drop"``, or an encoder of this room. A column of an array is called ``"x0"``, ``"x1"``, ….
    one_hot_limit : int
        Up to so many categories are one-hot.
    dim, rows, hashes : int
        Of the shared table; see `Multiplexed`.
    unseen : "accept" or "error"
        A new category becomes zeros (one-hot, binary), -1 (ordinal) or is hashed as any other; or is refused.
    missing : "accept", "mark" or "error"
        A missing number becomes its column's mean, a missing category zeros or -1; the same for numbers with a column
        more that says so, and categories with one more category; or both are refused.
    seed : int

    Attributes
    ----------
    parts_ : list of Part
        ``kind``, ``encoder`` and ``columns`` of each group of columns, in the order of the matrix.

    Examples
    --------
    >>> encoder = TableEncoder().fit({"color": ["red", "blue", None], "price": [1.0, 2.0, 3.0]})
    >>> encoder.get_feature_names_out().tolist()
    ['color=blue', 'color=red', 'price']
    >>> encoder.encode({"price": [2.0], "color": ["green"]}).tolist()
    [[0.0, 0.0, 0.0]]
    >>> encoder.inverse_transform([[0, 1, 0]])["color"].tolist()
    ['red']
    """

    parts_: list[Part]
    _CATEGORICAL = True

    def __init__(
        self, *, overrides: dict[str, Any] | None = None, one_hot_limit: int = 16, dim: int = 16, rows: int = 65_536,
        hashes: int = 2, unseen: str = "accept", missing: str = "accept", seed: int = 1,
    ) -> None:  # fmt: skip
        self.overrides, self.one_hot_limit = overrides, one_hot_limit
        self.dim, self.rows, self.hashes = dim, rows, hashes
        self.unseen, self.missing, self.seed = unseen, missing, seed

    @property
    def kinds_(self) -> dict[str, str]:
        """What was chosen for each column; ``"drop"`` for those left out."""
        self._check_fitted("parts_")
        chosen = {column: part.kind for part in self.parts_ for column in part.columns}
        return {column: chosen.get(column, "drop") for column in self.columns_}

    def inverse_transform(self, matrix: ArrayLike, columns: Sequence[str] | None = None) -> dict[str, NDArray]:  # type: ignore[override]
        """Return the columns that a matrix encodes.

        Parameters
        ----------
        matrix : (n, dim) array
        columns : sequence of str, optional
            Those wanted; by default all that were encoded, which must have a way back.

        Returns
        -------
        dict of str to (n,) array
            Objects for categories, None where missing or unseen; float64 for numbers (dates as days since 1970).

        Raises
        ------
        BadInput
            If a wanted column is hashed or unknown, or the matrix does not fit.
        """
        self._check_fitted("parts_")
        hashed = [column for part in self.parts_ if not part.encoder._INVERTIBLE for column in part.columns]
        encoded = [column for part in self.parts_ for column in part.columns]
        wanted = encoded if columns is None else list(columns)
        if unknown := [column for column in wanted if column not in encoded]:
            raise BadInput(f"column {unknown[0]!r} is not encoded; encoded are {', '.join(map(repr, encoded))}")
        if lost := [column for column in wanted if column in hashed]:
            raise BadInput(f"column {lost[0]!r} is hashed, which cannot be undone; name the others with columns=")
        data = np.asarray(matrix, np.float64)
        if data.ndim != 2 or data.shape[1] != self.dim_out:
            raise BadInput(f"the matrix must have shape (n, {self.dim_out}), got {data.shape}")
        found: dict[str, NDArray] = {}
        start = 0
        for part in self.parts_:
            width = part.encoder.dim_out
            if set(part.columns) & set(wanted):
                back = part.encoder.inverse_transform(data[:, start : start + width])
                found |= {column: back[:, at] for at, column in enumerate(part.columns)}
            start += width
        return {column: found[column] for column in wanted}

    def report(self, table: Any) -> TableReport:
        """Count, column by column, what is missing and what was unseen when fitted.

        Parameters
        ----------
        table : table
            As in `encode`.

        Returns
        -------
        TableReport
        """
        self._check_fitted("parts_")
        read = read_table(table)
        ignored = [name for name in read.names if name not in self.columns_]
        return report_columns(self._select(read), self.parts_, self.columns_, ignored)

    def to_space(self, table: Any, names: str | Sequence[str]) -> Space:
        """Encode a table and give each row a name.

        Parameters
        ----------
        table : table
            As in `encode`.
        names : str or sequence of str
            The column that holds the names (encode it as ``"drop"``), or the names themselves.

        Returns
        -------
        Space
        """
        self._check_fitted("parts_")
        if isinstance(names, str):
            columns = {column.name: column for column in read_table(table).columns}
            if names not in columns or columns[names].missing.any():
                raise BadInput(f"the names must be a column without missing values; {names!r} is not")
            names = [str(value) for value in columns[names].scalars()]
        return Space(names, self.encode(table), origin=self.origin_)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write options and what every part learned to a folder, ``encoder.json`` and ``arrays.safetensors``."""
        self._check_fitted("parts_")
        _table_files.save(self, path, force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            If there is no such folder, or it holds something else.
        """
        return _table_files.load(cls, path)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check_options(self) -> None:
        check_whole("one_hot_limit", self.one_hot_limit, 0, 1 << 20)
        check_choice("unseen", self.unseen, ("accept", "error"))
        check_choice("missing", self.missing, ("accept", "mark", "error"))
        if self.overrides is not None and not isinstance(self.overrides, dict):
            raise BadOption(f"overrides must map column names to encoders, got {self.overrides!r}")
        for name, kind in (self.overrides or {}).items():
            if not isinstance(kind, ArrayEncoder) or isinstance(kind, TableEncoder):
                check_choice(f"the override of column {name!r}", kind, [*KINDS, "drop"])
        make_encoder("multiplexed", self)._check_options()

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        overrides = self.overrides or {}
        if unknown := [name for name in overrides if name not in [column.name for column in columns]]:
            raise BadOption(f"overrides name a column {unknown[0]!r}, which the table does not have")
        parts: list[Part] = []
        groups: dict[str, list[Column]] = {}
        order: list[tuple[str, Any, list[Column]]] = []
        for column in columns:
            kind = overrides.get(column.name) or choose_kind(column, self.one_hot_limit)
            if isinstance(kind, ArrayEncoder):
                order.append(("given", type(kind)(**kind.get_params()), [column]))
            elif kind != "drop":
                if kind not in groups:
                    groups[kind] = []
                    order.append((kind, make_encoder(kind, self), groups[kind]))
                groups[kind].append(column)
        if not order:
            raise BadInput("every column is dropped, so nothing is left to encode")
        for kind, encoder, group in order:
            encoder._check_options()
            parts.append(Part(kind, encoder._fit_columns(group, True), [column.name for column in group]))
        return {"parts_": parts}

    def _packed(self, arrays: dict[str, NDArray]) -> dict[str, Any]:
        return _table_files.pack(self, arrays)

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        by_name = {column.name: column for column in columns}
        return np.hstack([part.encoder._encode([by_name[name] for name in part.columns]) for part in self.parts_])

    def _read_again(self, table: Any) -> Table:
        self._check_fitted("parts_")
        read = read_table(table)
        return replace(read, columns=self._select(read))

    def _select(self, read: Table) -> list[Column]:
        """Take the fitted columns out of a table: by name, or all of an array."""
        known = hasattr(self, "feature_names_in_")
        if not read.named and len(read.columns) != self.n_features_in_:
            raise BadInput(
                f"X has {len(read.columns)} features, but TableEncoder is expecting {self.n_features_in_} features as "
                "input"
            )
        if known and not read.named:
            raise BadInput(
                "the table has no column names, but this TableEncoder was fitted with them "
                f"({', '.join(self.columns_[:5])}); name the columns, since their order may differ"
            )
        by_name = {column.name: column for column in read.columns}
        needed = [name for name in self.columns_ if self.kinds_[name] != "drop"]
        if absent := [name for name in needed if name not in by_name]:
            raise BadInput(f"column {absent[0]!r} is not in the table, which has {', '.join(map(repr, by_name))}")
        return [by_name[name] for name in self.columns_ if name in by_name]

    def _allows_missing(self) -> bool:
        return self.missing != "error"

    def _width(self) -> int:
        return sum(part.encoder.dim_out for part in self.parts_)

    def _feature_names(self, names: list[str]) -> list[str]:
        called = dict(zip(self.columns_, names, strict=True))
        parts = [part.encoder._feature_names([called[column] for column in part.columns]) for part in self.parts_]
        return [name for part in parts for name in part]
