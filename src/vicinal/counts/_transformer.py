"""What scikit-learn's pipelines and searches ask of an encoder, beside the options that every encoder has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.encoder import Encoder
from vicinal.require import require


class Transformer(Encoder, ABC):
    """Base of the encoders that can stand in a scikit-learn pipeline; `transform` is `encode` unless said otherwise."""

    _takes_arrays = False

    @abstractmethod
    def fit(self, data: Any, y: Any = None) -> Self:
        """Learn from the data; ``y`` is for pipelines and not used."""

    @abstractmethod
    def encode(self, items: Any) -> NDArray[np.float32]:
        """Return one row an item, (n, dim) float32."""

    def transform(self, data: Any) -> Any:
        """Do as `encode`, under the name that scikit-learn calls."""
        return self.encode(data)

    def fit_transform(self, data: Any, y: Any = None) -> Any:
        """`fit`, then `transform` of the same data; ``y`` is for pipelines and not used."""
        return self.fit(data, y).transform(data)

    def __sklearn_tags__(self) -> Any:
        kinds = require("sklearn.utils", "learn")
        arrays = self._takes_arrays
        return kinds.Tags(
            estimator_type=None,
            target_tags=kinds.TargetTags(required=False),
            transformer_tags=kinds.TransformerTags(preserves_dtype=["float32"]),
            input_tags=kinds.InputTags(two_d_array=arrays, sparse=arrays, string=not arrays),
        )

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "origin_")

    def _numbered_features(self, dim: int) -> NDArray[np.object_]:
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{at}" for at in range(dim)], object)
