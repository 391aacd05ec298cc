"""Numbers on a common scale, computed by scikit-learn's scalers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice
from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.require import require
from vicinal.tables._array_encoder import ArrayEncoder
from vicinal.tables._columns import Column


class NumberEncoder(ArrayEncoder):
    """Base of the encoders of numbers: ``_scaler()`` makes the scaler, ``_PARTS`` are its learned arrays."""

    missing: str
    mean_: NDArray[np.float64]
    _PARTS: tuple[str, ...] = ()

    def _scaler(self) -> Any:
        raise NotImplementedError

    def _check_options(self) -> None:
        check_choice("missing", self.missing, ("error", "mean", "indicator"))

    def _learn(self, columns: list[Column]) -> dict[str, Any]:
        data = self._numbers(columns)
        missing = np.isnan(data)
        if (empty := np.flatnonzero(missing.all(axis=0))).size:
            name = columns[empty[0]].name
            raise BadInput(f"column {name!r} is missing in every row, so there is nothing to learn; drop it")
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            scaler = self._scaler().fit(data)
            learned = {part: getattr(scaler, part) for part in self._PARTS}
            # looking out for what is missing takes several times as long
            least, most, mean = (np.nanmin, np.nanmax, np.nanmean) if missing.any() else (np.min, np.max, np.mean)
            low, high = least(data, axis=0), most(data, axis=0)
            means = learned["mean_"] if "mean_" in learned else mean(data, axis=0)
            learned["mean_"] = np.where(low == high, low, means)  # the mean of equal numbers, without rounding
        for at, column in enumerate(columns):
            if not all(np.isfinite(values[at]) for values in learned.values()) or learned["scale_"][at] == 0:
                raise BadInput(
                    f"column {column.name!r} holds numbers too large to take the mean and spread of in float64"
                )
        return learned

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        data = self._numbers(columns)
        missing = np.isnan(data)
        filled = np.where(missing, self.mean_, data) if missing.any() else data
        with np.errstate(over="ignore", under="ignore"):
            exact = self._restored_scaler().transform(filled) if len(filled) else filled
            scaled: NDArray[np.float32] = exact.astype(np.float32, order="C")
        if not (finite := np.isfinite(scaled)).all():
            row, at = np.argwhere(~finite)[0]
            raise BadInput(f"column {columns[at].name!r}: {data[row, at]:g} in row {row}, scaled, is beyond float32")
        return np.hstack([scaled, missing.astype(np.float32)]) if self.missing == "indicator" else scaled

    def _decode(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        count = self.n_features_in_
        numbers = self._restored_scaler().inverse_transform(matrix[:, :count]) if len(matrix) else matrix[:, :count]
        if self.missing == "indicator":
            numbers = np.where(matrix[:, count:] > 0.5, np.nan, numbers)
        return numbers

    def _numbers(self, columns: list[Column]) -> NDArray[np.float64]:
        if self.missing == "error":
            for column in columns:
                if column.missing.any():
                    at = int(np.argmax(column.missing))
                    raise BadInput(
                        f"column {column.name!r} is missing (None or NaN) in {int(column.missing.sum())} of "
                        f"{len(column)} rows, first in row {at}; fill it, or choose another missing= option"
                    )
        return np.stack([column.numbers() for column in columns]).T  # columns stay in one piece: faster sums

    def _restored_scaler(self) -> Any:
        scaler = self._scaler().set_output(transform="default")  # whatever scikit-learn's configuration says
        for part in self._PARTS:
            setattr(scaler, part, getattr(self, part))
        scaler.n_features_in_ = self.n_features_in_
        return scaler

    def _width(self) -> int:
        return self.n_features_in_ * (2 if self.missing == "indicator" else 1)

    def _feature_names(self, names: list[str]) -> list[str]:
        return [*names, *(f"{name}:missing" for name in names)] if self.missing == "indicator" else list(names)

    def _check_state(self) -> None:
        for part in self._SAVED:
            value = getattr(self, part)
            if value.shape != (self.n_features_in_,) or value.dtype != np.float64 or not np.isfinite(value).all():
                raise BadFormat(f"{part} does not fit {self.n_features_in_} columns")


class Standardize(NumberEncoder):
    """Every column with mean 0 and standard deviation 1 (that of the population, as scikit-learn's StandardScaler).

    A column of equal numbers becomes zeros. Dates count as days since 1970, durations as days, booleans as 0 and 1.

    Parameters
    ----------
    missing : "error", "mean" or "indicator"
        A missing value is refused, becomes 0 (the mean), or that and a 1 in one more column a column.

    Attributes
    ----------
    mean_, scale_, var_ : (columns,) float64
        Mean, standard deviation (1 for a column of equal numbers) and variance.

    Examples
    --------
    >>> encoder = Standardize().fit({"height": [150.0, 160.0, 170.0]})
    >>> encoder.encode({"height": [160.0, 170.0]}).tolist()
    [[0.0], [1.2247...]]
    >>> encoder.inverse_transform([[0.0]]).tolist()
    [[160.0]]
    """

    _PARTS = ("mean_", "scale_", "var_")
    _SAVED = ("mean_", "scale_", "var_")

    def __init__(self, *, missing: str = "error") -> None:
        self.missing = missing

    def _scaler(self) -> Any:
        return require("sklearn.preprocessing", "learn").StandardScaler()


class MinMax(NumberEncoder):
    """Every column from ``low`` to ``high``, by scikit-learn's MinMaxScaler.

    A column of equal numbers becomes ``low``. Dates count as days since 1970, durations as days, booleans as 0 and 1.

    Parameters
    ----------
    low, high : float
        Where the least and the largest number seen go.
    unseen : "keep", "clip" or "error"
        A number beyond those seen goes beyond the range, to its end, or is refused.
    missing : "error", "mean" or "indicator"
        A missing value is refused, becomes the scaled mean of its column, or that and a 1 in one more column a column.

    Attributes
    ----------
    data_min_, data_max_, mean_ : (columns,) float64
    scale_, min_ : (columns,) float64
        What numbers are multiplied by, and what is added then; the names are scikit-learn's.

    Examples
    --------
    >>> encoder = MinMax(unseen="clip").fit({"height": [150.0, 160.0, 190.0]})
    >>> encoder.encode({"height": [160.0, 200.0]}).tolist()
    [[0.25], [1.0]]
    """

    data_min_: NDArray[np.float64]
    data_max_: NDArray[np.float64]
    _PARTS = ("data_min_", "data_max_", "scale_", "min_")
    _SAVED = ("data_min_", "data_max_", "scale_", "min_", "mean_")

    def __init__(self, *, low: float = 0.0, high: float = 1.0, unseen: str = "keep", missing: str = "error") -> None:
        self.low, self.high, self.unseen, self.missing = low, high, unseen, missing

    def _check_options(self) -> None:
        super()._check_options()
        check_choice("unseen", self.unseen, ("keep", "clip", "error"))
        numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in (self.low, self.high))
        if not numbers or not -np.inf < self.low < self.high < np.inf:
            raise BadOption(f"low must be a number below high, got low={self.low!r}, high={self.high!r}")

    def _encode(self, columns: list[Column]) -> NDArray[np.float32]:
        if self.unseen == "error":
            data = self._numbers(columns)
            beyond = np.argwhere((data < self.data_min_) | (data > self.data_max_))
            if beyond.size:
                row, at = beyond[0]
                raise BadInput(
                    f"column {columns[at].name!r} holds {data[row, at]:g} in row {row}, beyond the "
                    f"{self.data_min_[at]:g} to {self.data_max_[at]:g} seen when fitted; fit again, "
                    "or choose another unseen= option"
                )
        return super()._encode(columns)

    def _scaler(self) -> Any:
        scalers = require("sklearn.preprocessing", "learn")
        return scalers.MinMaxScaler(feature_range=(self.low, self.high), clip=self.unseen == "clip")
