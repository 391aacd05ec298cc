"""Arrays out of an index file, which is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat


def expect(arrays: Mapping[str, NDArray[Any]], name: str, kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return an array of a file that must have this type and shape; floats must be finite.

    Examples
    --------
    >>> expect({"scales": np.ones(2, np.float32)}, "scales", np.float32, (2,)).tolist()
    [1.0, 1.0]
    """
    array = arrays.get(name)
    if array is None or array.dtype != kind or array.shape != shape:
        got = "nothing" if array is None else f"{array.dtype} of shape {array.shape}"
        raise BadFormat(f"the index must hold {name} as {np.dtype(kind)} of shape {shape}, got {got}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BadFormat(f"the index holds NaN or infinity in {name}")
    return array
