"""Arrays as bytes that a browser reads without parsing: safetensors; and what is sent of maps and names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput
from vicinal.serve.drawing import drawing
from vicinal.serve.served import Served
from vicinal.store.container import container_bytes


@dataclass(frozen=True)
class Body:
    """Bytes that do not change, and a tag that names them.

    Attributes
    ----------
    data : bytes
    tag : str
        Of the bytes themselves, so that it changes if and only if they do.

    Examples
    --------
    >>> Body.of(b"abc").tag == Body.of(b"abc").tag != Body.of(b"abd").tag
    True
    """

    data: bytes
    tag: str

    @classmethod
    def of(cls, data: bytes) -> Body:
        """Tag some bytes."""
        return cls(data, f'"{blake2b(data, digest_size=12).hexdigest()}"')


def map_bytes(served: Served, which: str) -> Body:
    """Pack a map: ``coordinates`` (n, 2 or 3) float32, and ``rows`` (n,) int32 unless place i is row i.

    The metadata say ``space``, ``map``, ``method``, ``fingerprint``, and as JSON ``quality`` and ``axis_shares``.

    Raises
    ------
    UnknownName
        For a map that is not there.

    Examples
    --------
    >>> from vicinal import Space
    >>> len(map_bytes(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]])), "pca").data) > 24
    True
    """

    def pack() -> Body:
        drawn = drawing(served, which)
        about = {
            "space": served.name,
            "fingerprint": served.space.fingerprint,
            "map": which,
            "method": drawn.method,
            "quality": json.dumps(drawn.quality),
            "axis_shares": json.dumps(drawn.axis_shares),
        }
        shown = {} if drawn.rows is None else {"rows": drawn.rows}
        return Body.of(container_bytes({"coordinates": drawn.coordinates, **shown}, about))

    drawing(served, which)  # an unknown map leaves nothing behind
    return served.once(("map bytes", which), pack)


def names_bytes(served: Served) -> Body:
    """Pack all names of a space: ``name_offsets`` (n + 1,) uint32 and ``names``, UTF-8 end to end.

    Names that lie in a mapped file are sent as they lie there; no name is looked at.

    Examples
    --------
    >>> from vicinal import Space
    >>> b"ABC" in names_bytes(Served("letters", Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]))).data
    True
    """

    def pack() -> Body:
        data, offsets = packed_names(served)
        tensors: dict[str, NDArray[Any]] = {"name_offsets": offsets, "names": data}
        return Body.of(container_bytes(tensors, {"space": served.name, "fingerprint": served.space.fingerprint}))

    return served.once("names bytes", pack)


def packed_names(served: Served) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Return all names, UTF-8 end to end, and where each begins; kept.

    Raises
    ------
    BadInput
        If they take more bytes than 32 bits count.

    Examples
    --------
    >>> from vicinal import Space
    >>> packed_names(Served("letters", Space(["A", "bc"], [[3, 30], [15, 4]])))[1].tolist()
    [0, 1, 3]
    """

    def pack() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        data, offsets = served.space.names.packed()
        if len(data) >= 1 << 32:
            raise BadInput(f"the names take {len(data):,} bytes; fewer than {1 << 32:,} can be sent")
        return data, offsets.astype(np.uint32)

    return served.once("packed names", pack)
