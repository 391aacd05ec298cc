"""What all encoders of tables share: reading, checking columns, and scikit-learn's names for it all.

scikit-learn's tools know an encoder by what it offers, so nothing of scikit-learn is imported or inherited here.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.encoder import Encoder
from vicinal.errors import BadInput, BadOption
from vicinal.memory import check_memory
from vicinal.tables import _files
from vicinal.tables._columns import Column
from vicinal.tables._table import Table, read_table


class ArrayEncoder(Encoder):
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
    """

    _SAVED: tuple[str, ...] = ()  # learned attributes that `save` keeps, beside the names of the columns
    _CATEGORICAL = False

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
            raise BadInput(f"the table has 0 rows (columns {_shown(read.names)}); fitting needs 1 or more")
        learned = self._learn(read.columns)
        self.__dict__.pop("feature_names_in_", None)
        self.columns_, self.n_features_in_ = read.names, len(read.columns)
        if read.named:
            self.feature_names_in_ = np.array(read.names, object)
        for name, value in learned.items():
            setattr(self, name, value)
        return self

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
                raise BadInput(f"input_features is not equal to feature_names_in_, {_shown(self.columns_)}")
        return np.array(self._feature_names(names), object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns: "default" (array), "pandas" or "polars" (scikit-learn's convention)."""
        if transform not in (None, "default", "pandas", "polars"):
            raise BadOption(f"transform must be 'default', 'pandas' or 'polars', got {transform!r}")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # the name under which scikit-learn's clone keeps it
        return self

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

    def _allows_missing(self) -> bool:
        return getattr(self, "missing", "error") != "error"

    def _encode_table(self, read: Table) -> NDArray[np.float32]:
        check_memory(4 * read.rows * self._width(), "the encoded table", "encode fewer rows at a time, or a denser code")
        return self._encode(read.columns)

    def _read_again(self, table: Any) -> Table:
        """Read a table that must have the columns of the fitted one."""
        self._check_fitted("n_features_in_")
        read = read_table(table)
        name, known = type(self).__name__, hasattr(self, "feature_names_in_")
        if read.named and known and read.names != self.columns_:
            raise BadInput(_other_names(read.names, self.columns_))
        if len(read.columns) != self.n_features_in_:
            raise BadInput(
                f"X has {len(read.columns)} features, but {name} is expecting {self.n_features_in_} features as input: "
                f"{_shown(self.columns_)}"
            )
        if read.named and not known:
            warnings.warn(f"X has feature names, but {name} was fitted without feature names", UserWarning, stacklevel=4)
        elif known and not read.named:
            message = f"X does not have valid feature names, but {name} was fitted with feature names"
            warnings.warn(message, UserWarning, stacklevel=4)
        return read

    def _wrapped(self, matrix: NDArray[np.float32], read: Table) -> Any:
        """Put the matrix in the kind of container that was asked for, here or in scikit-learn's configuration."""
        wanted = getattr(self, "_sklearn_output_config", {}).get("transform")
        if wanted is None and "sklearn" in sys.modules:
            wanted = sys.modules["sklearn"].get_config()["transform_output"]
        if wanted == "pandas":
            import pandas

            return pandas.DataFrame(matrix, columns=self.get_feature_names_out(), index=read.index)
        if wanted == "polars":
            import polars

            return polars.DataFrame(matrix, schema=self.get_feature_names_out().tolist(), orient="row")
        return matrix

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        inputs = InputTags(categorical=self._CATEGORICAL, string=self._CATEGORICAL, allow_nan=self._allows_missing())
        return Tags(
            estimator_type="transformer", target_tags=TargetTags(required=False), input_tags=inputs,
            transformer_tags=TransformerTags(preserves_dtype=["float32"]),
        )  # fmt: skip


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise `BadOption` unless ``value`` is one of ``choices``."""
    if value not in choices:
        raise BadOption(f"{name} must be one of {', '.join(repr(c) for c in choices)}, got {value!r}")


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise `BadOption` unless ``value`` is an integer within the range."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise BadOption(f"{name} must be an integer from {least} to {most:,}, got {value!r}")


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _other_names(got: list[str], known: list[str]) -> str:
    """Say how the names differ, in the words scikit-learn's suite looks for."""
    lines = ["The feature names should match those that were passed during fit."]
    new, gone = sorted(set(got) - set(known)), sorted(set(known) - set(got))
    for heading, names in (("Feature names unseen at fit time:", new), ("Feature names seen at fit time, yet now missing:", gone)):
        if names:
            lines += [heading, *(f"- {name}" for name in names[:5]), *(["- ..."] if len(names) > 5 else [])]
    if not new and not gone:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join(lines) + "\n"
