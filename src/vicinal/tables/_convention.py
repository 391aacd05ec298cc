"""What scikit-learn's tools look for in an encoder, by name; nothing of scikit-learn is inherited or imported early."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.encoder import Encoder
from vicinal.errors import BadInput, BadOption
from vicinal.tables._table import Table


class Convention(Encoder):
    """scikit-learn's side of an encoder of tables: names of columns, containers, tags."""

    columns_: list[str]
    n_features_in_: int
    _CATEGORICAL = False

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what `transform` returns: "default" (array), "pandas" or "polars" (scikit-learn's convention)."""
        if transform not in (None, "default", "pandas", "polars"):
            raise BadOption(f"transform must be 'default', 'pandas' or 'polars', got {transform!r}")
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # the name under which scikit-learn's clone keeps it
        return self

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray:
        """Name the columns of the encoded matrix."""
        raise NotImplementedError

    def _allows_missing(self) -> bool:
        return getattr(self, "missing", "error") != "error"

    def _check_names(self, read: Table) -> None:
        """Refuse a table whose columns are not those of the fitted one, in the words of scikit-learn's suite."""
        name, known = type(self).__name__, hasattr(self, "feature_names_in_")
        if read.named and known and read.names != self.columns_:
            raise BadInput(_other_names(read.names, self.columns_))
        if len(read.columns) != self.n_features_in_:
            raise BadInput(
                f"X has {len(read.columns)} features, but {name} is expecting {self.n_features_in_} features as input: "
                f"{shown(self.columns_)}"
            )
        if read.named and not known:
            warnings.warn(
                f"X has feature names, but {name} was fitted without feature names", UserWarning, stacklevel=5
            )
        elif known and not read.named:
            message = f"X does not have valid feature names, but {name} was fitted with feature names"
            warnings.warn(message, UserWarning, stacklevel=5)

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


def shown(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _other_names(got: list[str], known: list[str]) -> str:
    """Say how the names differ, in the words scikit-learn's suite looks for."""
    lines = ["The feature names should match those that were passed during fit."]
    new, gone = sorted(set(got) - set(known)), sorted(set(known) - set(got))
    for heading, names in (
        ("Feature names unseen at fit time:", new),
        ("Feature names seen at fit time, yet now missing:", gone),
    ):
        if names:
            lines += [heading, *(f"- {name}" for name in names[:5]), *(["- ..."] if len(names) > 5 else [])]
    if not new and not gone:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join(lines) + "\n"
