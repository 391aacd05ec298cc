"""The safetensors container: a JSON header and tensors end to end, read by mapping.

Written after the format's own description, https://huggingface.co/docs/safetensors (8 bytes: length of the header,
little-endian; the header, JSON; the tensors without gaps). Every figure in a header is checked against the size of
the file before anything is allocated.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput

_DTYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "BF16": "<u2",
    "U32": "<u4", "I32": "<i4", "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip
_CODES = {np.dtype(kind).newbyteorder("<").str: code for code, kind in _DTYPES.items() if code != "BF16"}
_MAX_HEADER = 100_000_000
_BLOCK = 1 << 24


@dataclass(frozen=True)
class Tensor:
    """One entry of a header: type code, shape and the bytes it takes, counted from the end of the header."""

    code: str
    shape: tuple[int, ...]
    start: int
    stop: int


class Container:
    """An opened file: nothing but the header has been read.

    Attributes
    ----------
    path : str
    metadata : dict of str to str
    tensors : dict of str to Tensor

    Examples
    --------
    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "a.safetensors")
    >>> write_container(path, {"a": np.arange(3)}, {})
    >>> Container(path).array("a").tolist()
    [0, 1, 2]
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        size = os.path.getsize(path)
        if size < 10:
            raise BadFormat(f"{self.path}: {size} bytes are too few for a safetensors file; is it cut off?")
        self._bytes = np.memmap(path, np.uint8, "r")
        length = int(self._bytes[:8].view("<u8")[0])
        if length > min(_MAX_HEADER, size - 8):
            raise BadFormat(f"{self.path}: the header is said to take {length:,} bytes of a file of {size:,}")
        header = _parse_header(self.path, self._bytes[8 : 8 + length].tobytes())
        self.metadata: dict[str, str] = header.pop("__metadata__", {})
        if not isinstance(self.metadata, dict) or not all(isinstance(v, str) for v in self.metadata.values()):
            raise BadFormat(f"{self.path}: the header's __metadata__ must map text to text")
        self._base = 8 + length
        self.tensors = {name: _parse_tensor(self.path, name, entry) for name, entry in header.items()}
        self._check_layout(size - self._base)

    def array(self, name: str) -> NDArray:
        """Return one tensor as a read-only view of the mapped file (BF16 is widened to float32).

        Raises
        ------
        BadFormat
            If it is missing or of a type numpy does not have.
        """
        if name not in self.tensors:
            raise BadFormat(f"{self.path}: the tensor {name!r} is missing; the file holds {self._listing()}")
        tensor = self.tensors[name]
        if tensor.code not in _DTYPES:
            raise BadFormat(f"{self.path}: tensor {name!r} is of type {tensor.code}, which is not supported")
        raw = self._bytes[self._base + tensor.start : self._base + tensor.stop]
        array = raw.view(_DTYPES[tensor.code]).reshape(tensor.shape)
        if tensor.code == "BF16":
            return (array.astype(np.uint32) << 16).view(np.float32)
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))

    def _listing(self) -> str:
        return ", ".join(repr(name) for name in list(self.tensors)[:5]) or "none"

    def _check_layout(self, size: int) -> None:
        end = 0
        for name, tensor in sorted(self.tensors.items(), key=lambda item: (item[1].start, item[1].stop)):
            if tensor.start != end:
                raise BadFormat(
                    f"{self.path}: tensor {name!r} starts at byte {tensor.start:,} where {end:,} was expected; "
                    "tensors may neither overlap nor leave gaps"
                )
            end = tensor.stop
        if end != size:
            state = "cut off" if end > size else "followed by bytes that belong to nothing"
            raise BadFormat(f"{self.path}: the tensors take {end:,} bytes and the file has {size:,}; it is {state}")


def write_container(
    path: str | os.PathLike[str], arrays: Mapping[str, NDArray], metadata: Mapping[str, str], align: str = ""
) -> None:
    """Write arrays in the given order.

    Parameters
    ----------
    path : path
        Written as it is; wrap in `vicinal.store.atomic`.
    arrays : mapping of str to array
        Numbers or booleans.
    metadata : mapping of str to str
    align : str
        The array whose first byte shall lie on a multiple of 64 in the file; by default all data together.

    Raises
    ------
    BadInput
        If an array has a type the container does not know.
    """
    head = _head(arrays, metadata, align)
    with open(path, "wb") as file:
        file.write(head)
        for array in arrays.values():
            rows = max(1, _BLOCK // max(1, array[:1].nbytes))
            for at in range(0, len(array), rows):
                block = array[at : at + rows]
                file.write(block.astype(block.dtype.newbyteorder("<"), copy=False).tobytes())


def container_bytes(arrays: Mapping[str, NDArray], metadata: Mapping[str, str]) -> bytes:
    """Lay arrays out as `write_container` does, in memory.

    Returns
    -------
    bytes
        The arrays begin at a multiple of 64.

    Raises
    ------
    BadInput
        If an array has a type the container does not know.

    Examples
    --------
    >>> container_bytes({"a": np.zeros(2, np.float32)}, {})[8:].startswith(b'{"a":{"dtype":"F32"')
    True
    """
    little = (array.astype(array.dtype.newbyteorder("<"), copy=False) for array in arrays.values())
    return b"".join([_head(arrays, metadata), *(array.tobytes() for array in little)])


def _head(arrays: Mapping[str, NDArray], metadata: Mapping[str, str], align: str = "") -> bytes:
    """The length of the header and the header, padded so that an array begins at a multiple of 64."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    start = aligned = 0
    for name, array in arrays.items():
        code = _CODES.get(array.dtype.newbyteorder("<").str)
        if code is None:
            raise BadInput(f"{name!r} is of type {array.dtype}, which a safetensors file cannot hold")
        aligned = start if name == align else aligned
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, start + array.nbytes]}
        start += array.nbytes
    try:
        text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise BadInput(f"the name of a column, or the origin, holds what UTF-8 cannot ({error})") from None
    text += b" " * (-(8 + len(text) + aligned) % 64)
    return len(text).to_bytes(8, "little") + text


def _parse_header(path: str, text: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError("a key comes twice")
        return dict(pairs)

    try:
        if text[:1] != b"{":
            raise ValueError("it does not begin with a brace")
        header = json.loads(text.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise BadFormat(f"{path}: the header is not the JSON of a safetensors file ({error})") from None
    return header


def _parse_tensor(path: str, name: str, entry: Any) -> Tensor:
    try:
        code, shape, (start, stop) = entry["dtype"], entry["shape"], entry["data_offsets"]
        figures = [start, stop, *shape]
        if set(entry) != {"dtype", "shape", "data_offsets"} or not isinstance(code, str) or not isinstance(shape, list):
            raise ValueError
        if any(type(figure) is not int or figure < 0 for figure in figures) or stop < start:
            raise ValueError
    except (TypeError, KeyError, ValueError):
        raise BadFormat(f"{path}: the header's entry for tensor {name!r} is malformed") from None
    count = math.prod(shape)
    if code in _DTYPES and count * np.dtype(_DTYPES[code]).itemsize != stop - start:
        raise BadFormat(f"{path}: tensor {name!r} of shape {shape} and type {code} cannot take {stop - start:,} bytes")
    return Tensor(code, tuple(shape), start, stop)
