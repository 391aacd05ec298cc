"""Vectors in fewer bytes: what is kept of them, and how they are made float32 again.

Making such forms is the work of `vicinal.index`; reading them back needs nothing but what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat

BLOCK_ROWS = 1 << 14  # rows decoded at once
_NIBBLE = 16  # centres that 4 bits can name


class Form(Protocol):
    """What every form is: a frozen dataclass of arrays, the fields named as the tensors of a file.

    Attributes
    ----------
    FORM : str
        Its name in a file.
    """

    FORM: ClassVar[str]

    def __len__(self) -> int:
        """Count the vectors."""

    @property
    def dim(self) -> int:
        """Dimensions of a vector."""

    def check(self) -> None:
        """Raise `BadFormat` if the arrays do not fit each other."""

    def decode(self, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """Make vectors ``start`` to ``stop`` float32."""


@dataclass(frozen=True, eq=False)
class Int8Form:
    """A byte a number: ``codes * scales``, and for scales of dimensions ``+ offsets``.

    Attributes
    ----------
    codes : (n, dim) int8
    scales : (n,) or (1, dim) float32
        Of each row, or of each dimension.
    offsets : (1, dim) float32, optional

    Examples
    --------
    >>> Int8Form(np.array([[127, -64]], np.int8), np.array([0.5], np.float32)).decode().tolist()
    [[63.5, -32.0]]
    """

    FORM: ClassVar[str] = "int8"
    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    offsets: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def dim(self) -> int:
        """Dimensions of a vector."""
        return self.codes.shape[1]

    def check(self) -> None:
        """Raise `BadFormat` if the arrays do not fit each other."""
        _check(self.codes, "codes", np.int8, ndim=2)
        n, dim = self.codes.shape
        of_rows = self.scales.ndim == 1
        _check(self.scales, "scales", np.float32, (n,) if of_rows else (1, dim))
        if self.offsets is not None:
            _check(self.offsets, "offsets", np.float32, (1, dim))

    def decode(self, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """Make vectors ``start`` to ``stop`` float32."""
        scales = self.scales[start:stop, None] if self.scales.ndim == 1 else self.scales
        values = np.multiply(self.codes[start:stop], scales, dtype=np.float32)
        if self.offsets is not None:
            values += self.offsets
        return values


@dataclass(frozen=True, eq=False)
class BinaryForm:
    """A bit a number: plus or minus the row's scale, turned back by the rotation, moved back by the centre.

    Attributes
    ----------
    bits : (n, bytes) uint8
        The first dimension in the lowest bit of the first byte; 1 for plus.
    scales : (n,) float32
    centre : (1, dim) float32
    rotation : (dim, dim) float32, optional
        Rows are axes: what was encoded is ``rotation @ (vector - centre)``.

    Examples
    --------
    >>> form = BinaryForm(np.array([[0b01]], np.uint8), np.array([2], np.float32), np.ones((1, 2), np.float32))
    >>> form.decode().tolist()
    [[3.0, -1.0]]
    """

    FORM: ClassVar[str] = "binary"
    bits: NDArray[np.uint8]
    scales: NDArray[np.float32]
    centre: NDArray[np.float32]
    rotation: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.bits)

    @property
    def dim(self) -> int:
        """Dimensions of a vector."""
        return self.centre.shape[-1]

    def check(self) -> None:
        """Raise `BadFormat` if the arrays do not fit each other."""
        _check(self.centre, "centre", np.float32, ndim=2)
        _check(self.centre, "centre", np.float32, (1, self.dim))
        _check(self.bits, "bits", np.uint8, ndim=2)
        _check(self.bits, "bits", np.uint8, (len(self.bits), -(-self.dim // 8)))
        _check(self.scales, "scales", np.float32, (len(self.bits),))
        if self.rotation is not None:
            _check(self.rotation, "rotation", np.float32, (self.dim, self.dim))

    def decode(self, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """Make vectors ``start`` to ``stop`` float32."""
        bits = np.unpackbits(self.bits[start:stop], axis=1, count=self.dim, bitorder="little")
        values = (bits.astype(np.float32) * 2 - 1) * self.scales[start:stop, None]
        if self.rotation is not None:
            values = values @ self.rotation
        return values + self.centre


@dataclass(frozen=True, eq=False)
class ProductForm:
    """Stretches of dimensions, each given by the nearest of a few centres (Jégou et al. 2011).

    Attributes
    ----------
    codes : (n, subspaces) uint8
        With 16 centres or fewer (n, ceil(subspaces / 2)): two codes a byte, the first in the lower half.
    centres : (subspaces, centres, width) float32
        At most 256 centres; where dim is no multiple of the width, the last ones' last numbers are 0 and not used.
    kept : (1,) int64
        Dimensions of a vector.

    Examples
    --------
    >>> centres = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    >>> ProductForm(np.array([[0x01]], np.uint8), centres, np.array([3])).decode().tolist()
    [[2.0, 3.0, 4.0]]
    """

    FORM: ClassVar[str] = "pq"
    codes: NDArray[np.uint8]
    centres: NDArray[np.float32]
    kept: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def dim(self) -> int:
        """Dimensions of a vector."""
        return int(self.kept[0])

    def check(self) -> None:
        """Raise `BadFormat` if the arrays do not fit each other, or a code names a centre that is not there."""
        _check(self.codes, "codes", np.uint8, ndim=2)
        _check(self.centres, "centres", np.float32, ndim=3)
        _check(self.kept, "kept", np.int64, (1,))
        subspaces, count, width = self.centres.shape
        stored = -(-subspaces // 2) if count <= _NIBBLE else subspaces
        _check(self.codes, "codes", np.uint8, (len(self.codes), stored))
        if not 1 <= count <= 256 or not (subspaces - 1) * width < self.dim <= subspaces * width:
            raise BadFormat(f"centres of shape {self.centres.shape} do not make vectors of {self.dim} dimensions")
        for start in range(0, len(self), BLOCK_ROWS):
            highest = self._unpacked(start, start + BLOCK_ROWS).max()
            if highest >= count:
                raise BadFormat(f"a code names centre {highest} of {count}")

    def decode(self, start: int = 0, stop: int | None = None) -> NDArray[np.float32]:
        """Make vectors ``start`` to ``stop`` float32."""
        codes = self._unpacked(start, stop)
        values = self.centres[np.arange(len(self.centres)), codes]
        return np.ascontiguousarray(values.reshape(len(codes), -1)[:, : self.dim])

    def _unpacked(self, start: int, stop: int | None) -> NDArray[np.uint8]:
        codes = self.codes[start:stop]
        if self.centres.shape[1] > _NIBBLE:
            return codes
        halves = np.stack([codes & 15, codes >> 4], axis=2)
        return halves.reshape(len(codes), -1)[:, : len(self.centres)]


FORMS: Mapping[str, Any] = {form.FORM: form for form in (Int8Form, BinaryForm, ProductForm)}


def tensors_of(form: Form) -> dict[str, NDArray[Any]]:
    """List the arrays of a form by name.

    Examples
    --------
    >>> list(tensors_of(Int8Form(np.zeros((1, 2), np.int8), np.ones(1, np.float32))))
    ['codes', 'scales']
    """
    listed = {field.name: getattr(form, field.name) for field in fields(form)}  # type: ignore[arg-type]
    return {name: array for name, array in listed.items() if array is not None}


def form_of(name: str, tensors: Mapping[str, NDArray[Any]]) -> Any:
    """Make a form of what a file holds, and check it.

    Raises
    ------
    BadFormat
        For a form not known here, tensors that are missing or do not fit each other.

    Examples
    --------
    >>> form_of("int8", {"codes": np.zeros((1, 2), np.int8), "scales": np.ones(1, np.float32)}).decode().tolist()
    [[0.0, 0.0]]
    """
    if name not in FORMS:
        raise BadFormat(f"vectors are kept as {name[:20]!r}; this library knows {', '.join(FORMS)}: upgrade vicinal")
    known = {field.name: field.default for field in fields(FORMS[name])}
    missing = [key for key, default in known.items() if default is not None and key not in tensors]
    if missing:
        raise BadFormat(f"the tensor {missing[0]!r} of the form {name!r} is missing")
    form = FORMS[name](**{key: array for key, array in tensors.items() if key in known})
    form.check()
    return form


def decoded(form: Form) -> NDArray[np.float32]:
    """Make all vectors float32, (n, dim), block by block.

    Examples
    --------
    >>> decoded(Int8Form(np.ones((3, 2), np.int8), np.ones(3, np.float32))).shape
    (3, 2)
    """
    values = np.empty((len(form), form.dim), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # what leaves float32 is refused by the space
        for start in range(0, len(form), BLOCK_ROWS):
            values[start : start + BLOCK_ROWS] = form.decode(start, start + BLOCK_ROWS)
    return values


def form_bytes(form: Form) -> int:
    """Bytes of all arrays of a form.

    Examples
    --------
    >>> form_bytes(Int8Form(np.zeros((1, 2), np.int8), np.ones(1, np.float32)))
    6
    """
    return sum(array.nbytes for array in tensors_of(form).values())


def _check(array: NDArray[Any], name: str, kind: Any, shape: tuple[int, ...] = (), ndim: int = 0) -> None:
    """Check type and shape of an array; floats must be finite, and no axis but the first may be empty."""
    expected = "x".join(map(str, shape)) if shape else f"{ndim} dimensions"
    fits = array.shape == shape if shape else array.ndim == ndim
    if array.dtype != kind or not fits or 0 in array.shape[1:]:
        got = f"{array.dtype} of shape {array.shape}"
        raise BadFormat(f"the tensor {name!r} must be {np.dtype(kind)} of {expected}, got {got}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise BadFormat(f"the tensor {name!r} holds NaN or infinity")
