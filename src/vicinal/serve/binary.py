"""Maps and names as bytes that a browser reads without parsing: safetensors."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import UnknownName
from vicinal.maps import Map, components
from vicinal.serve.served import Served
from vicinal.similarity import unit_rows

_TYPES = {np.dtype(np.float32): "F32", np.dtype(np.int32): "I32", np.dtype(np.uint32): "U32", np.dtype(np.uint8): "U8"}
_FITTED = 50_000  # rows that the axes are fitted on


def packed(tensors: dict[str, NDArray[Any]], metadata: dict[str, str]) -> bytes:
    """Lay arrays out as a safetensors file.

    Examples
    --------
    >>> packed({"a": np.zeros(2, np.float32)}, {})[:8][0] > 0
    True
    """
    header: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for key, array in tensors.items():
        header[key] = {
            "dtype": _TYPES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [at, at + array.nbytes],
        }
        at += array.nbytes
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return b"".join([len(head).to_bytes(8, "little"), head, *(array.tobytes() for array in tensors.values())])


def map_bytes(served: Served, which: str) -> bytes:
    """Pack a map: one made before, or the principal components (``pca``, ``pca3``).

    Raises
    ------
    UnknownName

    Examples
    --------
    >>> from vicinal import Space
    >>> len(map_bytes(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])), "pca")) > 24
    True
    """
    if which in ("pca", "pca3"):
        return served.once(("map", which), lambda: _components(served, 3 if which == "pca3" else 2))
    if which not in served.maps:
        raise UnknownName(which, (), "the maps of this space")
    return served.once(("map", which), lambda: _made_before(served, served.maps[which]))


def names_bytes(served: Served) -> bytes:
    """Pack all names of a space.

    Examples
    --------
    >>> from vicinal import Space
    >>> b"ABC" in names_bytes(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])))
    True
    """

    def pack() -> bytes:
        encoded = [name.encode() for name in served.space.names]
        offsets = np.zeros(len(encoded) + 1, np.uint32)
        np.cumsum([len(name) for name in encoded], out=offsets[1:])
        text = np.frombuffer(b"".join(encoded), np.uint8)
        return packed({"name_offsets": offsets, "names": text}, {"fingerprint": served.space.fingerprint})

    return served.once("names", pack)


def _components(served: Served, dim: int) -> bytes:
    space = served.space
    rows = unit_rows(space.matrix) if space.metric == "cosine" else np.asarray(space.matrix, np.float32)
    dim = min(dim, *rows.shape)
    mean, axes, shares = components(rows[:: max(1, len(rows) // _FITTED)], dim)
    places = (rows - mean.astype(np.float32)) @ axes.T.astype(np.float32)
    about = {"method": "PCA", "fingerprint": space.fingerprint, "axis_shares": json.dumps(shares.tolist())}
    return packed({"coordinates": np.ascontiguousarray(places, np.float32)}, about)


def _made_before(served: Served, drawn: Map) -> bytes:
    rows = served.space.names.rows(drawn.names)
    about = {"method": drawn.method, "fingerprint": drawn.fingerprint, "quality": json.dumps(drawn.quality)}
    return packed({"coordinates": drawn.coordinates, "rows": rows.astype(np.int32)}, about)
