"""What all encoders of tables share: reading a table, fitting, encoding and the way back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.memory import check_memory
from vicinal.origin import Origin
from vicinal.tables import _files
from vicinal.tables._columns import Column
from vicinal.tables._convention import Convention, shown
from vicinal.tables._table import Table, read_table


class ArrayEncoder(Convention):
    """Base of the encoders that take a table.

    A subclass gives `_learn` (columns to learned attributes), `_encode` (columns to a matrix), `_width` and
    `_feature_names`; and `_decode` where there is a way back.

    Attributes
    ----------
    columns_ : list of str
        Names of the columns it was fitted on; ``x0``, ``x1``, … where the table had none.
    n_features_in_ : int
    feature_names_in_ : (n_features_in_,) object array
        Only where the table had names.
    origin_ : Origin
        Of encoded rows, equal for equal options and equal learned state: rows of one encoder may be mixed.
    """

    origin_: Origin

    _SAVED: tuple[str, ...] = ()  # learned attributes that `save` keeps, beside the names of the columns

    _INVERTIBLE = True

    def fit(self, table: Any, y: object = None) -> Self:
        """Learn from a table.

        Parameters
        ----------
        table : table
            A pandas or polars DataFrame, a mapping of name to values, a structured array, an (n, columns) array, a
            list of rows, or one column: a Series, or a flat list of text.
        y : object
            Not used; there because scikit-learn passes it.

        Returns
        -------
        self

        Raises
        ------
        BadInput
            For an empty table, a column that is missing in every row, infinity, mixed kinds, or equal column names.
        BadOption
            For an option out of range.
        """
        self._check_options()
        read = read_table(table)
        if read.rows == 0:
            raise BadInput(f"the table has 0 rows (columns {shown(read.names)}); fitting needs 1 or more")
        return self._fit_columns(read.columns, read.named)

    def encode(self, items: Any) -> NDArray[np.float32]:
        """Encode a table with the columns it was fitted on.

        Parameters
        ----------
        items : table
            As in `fit`, with the same columns in the same order. It may have no rows.

        Returns
        -------
        (n, dim) float32

        Raises
        ------
        BadInput
            For other columns, columns of another kind, or values that the options do not allow.
        """
        return self._encode_table(self._read_again(items))

    def transform(self, table: Any) -> Any:
        """Encode, under scikit-learn's name; a data frame if `set_output` asked for one, else (n, dim) float32."""
        read = self._read_again(table)
        return self._wrapped(self._encode_table(read), read)

    def fit_transform(self, table: Any, y: object = None) -> Any:
        """Fit and transform the same table."""
        return self.fit(table, y).transform(table)

    def inverse_transform(self, matrix: Any) -> NDArray:
        """Return the table that a matrix encodes.

        Parameters
        ----------
        matrix : (n, dim) array

        Returns
        -------
        (n, columns) array
            Of objects for categories, None where the value was missing or unseen; of float64 for numbers.

        Raises
        ------
        BadInput
            If the shape does not fit, or a row encodes nothing.
        """
        self._check_fitted("n_features_in_")
        data = np.asarray(matrix, np.float64)
        if data.ndim != 2 or data.shape[1] != self.dim_out:
            raise BadInput(f"the matrix must have shape (n, {self.dim_out}), got {data.shape}")
        if not np.isfinite(data).all():
            raise BadInput("the matrix holds NaN or infinity, which encodes nothing")
        return self._decode(data)

    @property
    def dim_out(self) -> int:
        """Columns of the encoded matrix."""
        self._check_fitted("n_features_in_")
        return self._width()

    def column_dims(self) -> list[int]:
        """Return how many columns of the encoded matrix each column of the table takes."""
        self._check_fitted("n_features_in_")
        return [self._width() // self.n_features_in_] * self.n_features_in_

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray:
        """Name the columns of the encoded matrix (the method's name is scikit-learn's).

        Parameters
        ----------
        input_features : sequence of str, optional
            Names for the columns of a table that had none.

        Returns
        -------
        (dim,) object array
        """
        self._check_fitted("n_features_in_")
        names = self.columns_
        if input_features is not None:
            names = [str(name) for name in input_features]
            if len(names) != self.n_features_in_:
                raise BadInput(f"input_features should have length equal to {self.n_features_in_}, got {len(names)}")
            if hasattr(self, "feature_names_in_") and names != self.columns_:
                raise BadInput(f"input_features is not equal to feature_names_in_, {shown(self.columns_)}")
        return np.array(self._feature_names(names), object)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write options and what was learned to a folder, ``encoder.json`` and ``arrays.safetensors``."""
        self._check_fitted("n_features_in_")
        _files.save(self, path, force)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        BadInput, BadFormat
            If there is no such folder, or it holds something else.
        """
        return _files.load(cls, path)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _fit_columns(self, columns: list[Column], named: bool) -> Self:
        learned = self._learn(columns)  # what was learned before stays until this has succeeded
        self.__dict__.pop("feature_names_in_", None)
        self.columns_, self.n_features_in_ = [column.name for column in columns], len(columns)
        if named:
            self.feature_names_in_ = np.array(self.columns_, object)
        for name, value in learned.items():
            setattr(self, name, value)
        self.origin_ = _files.make_origin(self)
        return self

    def _packed(self, arrays: dict[str, NDArray]) -> dict[str, Any]:
        """Return what is saved: a JSON record, and arrays by name."""
        return _files.pack(self, arrays, "")

    def _check_options(self) -> None:
        raise NotImplementedError

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        raise NotImplementedError

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        raise NotImplementedError

    def _decode(self, matrix: NDArray[np.float64]) -> NDArray:
        raise BadInput(f"{type(self).__name__} has no way back: its hashes cannot be undone")

    def _width(self) -> int:
        raise NotImplementedError

    def _feature_names(self, names: list[str]) -> list[str]:
        raise NotImplementedError

    def _encode_table(self, read: Table) -> NDArray[np.float32]:
        check_memory(
            4 * read.rows * self._width(), "the encoded table", "encode fewer rows at a time, or a denser code"
        )
        return self._encode(read.columns)

    def _read_again(self, table: Any) -> Table:
        """Read a table that must have the columns of the fitted one."""
        self._check_fitted("n_features_in_")
        read = read_table(table)
        self._check_names(read)
        return read
