# mypy: ignore-errors
"""Sixty-four bytes at a time: the words of kernels that look codes up in small tables.

A table of 16 bytes fits a register, and one shuffle looks up as many codes as a register holds: ``vpshufb`` on x86
(16, 32 or 64 of them), ``tbl`` on arm64. `look_up` picks the one its target has; without any it goes byte by byte.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from vicinal._vectors import _call, _pointer, floats16

BYTES = 64  # in a vector of bytes
_BYTE, _SHORT, _WORD = ir.IntType(8), ir.IntType(16), ir.IntType(32)
_VECTOR, _SHORTS = ir.VectorType(_BYTE, BYTES), ir.VectorType(_SHORT, BYTES // 2)
_TABLE = ir.VectorType(_BYTE, 16)


class Bytes64(types.Type):
    """The numba type of one vector of 64 unsigned bytes."""

    def __init__(self) -> None:
        super().__init__(name="Bytes64")


class Shorts32(types.Type):
    """The numba type of one vector of 32 unsigned 16-bit numbers."""

    def __init__(self) -> None:
        super().__init__(name="Shorts32")


bytes64, shorts32 = Bytes64(), Shorts32()


@register_model(Bytes64)
class _Bytes64Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _VECTOR)


@register_model(Shorts32)
class _Shorts32Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _SHORTS)


def _lanes(numbers):
    """Make a mask for a shuffle."""
    return ir.Constant(ir.VectorType(_WORD, len(numbers)), list(numbers))


def _spread(builder, value, vector):
    """Fill a vector with one number."""
    none = ir.Constant(vector, ir.Undefined)
    single = builder.insert_element(none, value, ir.Constant(_WORD, 0))
    return builder.shuffle_vector(single, none, _lanes([0] * vector.count))


@intrinsic
def load_bytes(typingctx, array, index):
    """Read ``array[index : index + 64]`` (1-D uint8)."""

    def emit(context, builder, signature, arguments):
        at = _pointer(context, builder, signature.args[0], *arguments)
        return builder.load(builder.bitcast(at, _VECTOR.as_pointer()), align=1)

    return bytes64(array, types.uint64), emit


@intrinsic
def load_table(typingctx, array, index):
    """Read ``array[index : index + 16]`` (1-D uint8) and repeat it four times."""

    def emit(context, builder, signature, arguments):
        at = _pointer(context, builder, signature.args[0], *arguments)
        table = builder.load(builder.bitcast(at, _TABLE.as_pointer()), align=1)
        return builder.shuffle_vector(table, table, _lanes([*range(16)] * 4))

    return bytes64(array, types.uint64), emit


@intrinsic
def low_codes(typingctx, value):
    """Return the lower four bits of every byte."""

    def emit(context, builder, signature, arguments):
        return builder.and_(arguments[0], ir.Constant(_VECTOR, [15] * BYTES))

    return bytes64(bytes64), emit


@intrinsic
def high_codes(typingctx, value):
    """Return the upper four bits of every byte."""

    def emit(context, builder, signature, arguments):
        return builder.lshr(arguments[0], ir.Constant(_VECTOR, [4] * BYTES))

    return bytes64(bytes64), emit


def _shuffle(context):
    """Name the target's instruction that looks bytes up, and how many at once; None where it has none."""
    triple, _, features = context.codegen().magic_tuple()
    for feature, name, width in (
        ("+avx512bw", "llvm.x86.avx512.pshuf.b.512", 64),
        ("+avx2", "llvm.x86.avx2.pshuf.b", 32),
        ("+ssse3", "llvm.x86.ssse3.pshuf.b.128", 16),
    ):
        if feature in features.split(","):
            return name, width
    if triple.startswith(("aarch64", "arm64")):  # all of them have it
        return "llvm.aarch64.neon.tbl1.v16i8", 16
    return None


@intrinsic
def look_up(typingctx, table, codes):
    """Return ``table[code]`` for every byte of ``codes``, each 0 to 15; ``table`` is of `load_table`."""

    def emit(context, builder, signature, arguments):
        table, codes = arguments
        found = _shuffle(context)
        if found is None:
            return _look_up_one_by_one(builder, table, codes)
        name, width = found
        parts = [
            _call(builder, name, ir.VectorType(_BYTE, width), [_part(builder, x, at, width) for x in (table, codes)])
            for at in range(0, BYTES, width)
        ]
        while len(parts) > 1:
            lanes = _lanes(range(2 * parts[0].type.count))
            parts = [builder.shuffle_vector(a, b, lanes) for a, b in zip(parts[::2], parts[1::2], strict=True)]
        return parts[0]

    return bytes64(bytes64, bytes64), emit


def _part(builder, value, start, width):
    return value if width == BYTES else builder.shuffle_vector(value, value, _lanes(range(start, start + width)))


def _look_up_one_by_one(builder, table, codes):
    place = cgutils.alloca_once(builder, _VECTOR)
    builder.store(table, place)
    start = builder.bitcast(place, _BYTE.as_pointer())
    result = ir.Constant(_VECTOR, ir.Undefined)
    for lane in range(BYTES):
        at = builder.zext(builder.extract_element(codes, ir.Constant(_WORD, lane)), ir.IntType(64))
        result = builder.insert_element(result, builder.load(builder.gep(start, [at])), ir.Constant(_WORD, lane))
    return result


@intrinsic
def add_bytes(typingctx, a, b):
    """Return a + b, which must stay under 256."""

    def emit(context, builder, signature, arguments):
        return builder.add(*arguments)

    return bytes64(bytes64, bytes64), emit


@intrinsic
def add_even(typingctx, sums, value):
    """Add bytes 0, 2, 4, ... to 32 sums."""

    def emit(context, builder, signature, arguments):
        wide = builder.bitcast(arguments[1], _SHORTS)
        return builder.add(arguments[0], builder.and_(wide, ir.Constant(_SHORTS, [255] * (BYTES // 2))))

    return shorts32(shorts32, bytes64), emit


@intrinsic
def add_odd(typingctx, sums, value):
    """Add bytes 1, 3, 5, ... to 32 sums."""

    def emit(context, builder, signature, arguments):
        wide = builder.bitcast(arguments[1], _SHORTS)
        return builder.add(arguments[0], builder.lshr(wide, ir.Constant(_SHORTS, [8] * (BYTES // 2))))

    return shorts32(shorts32, bytes64), emit


@intrinsic
def no_shorts(typingctx):
    """Return 32 zeros."""

    def emit(context, builder, signature, arguments):
        return ir.Constant(_SHORTS, [0] * (BYTES // 2))

    return shorts32(), emit


@intrinsic
def store_shorts(typingctx, array, index, value):
    """Write a vector to ``array[index : index + 32]`` (1-D uint16)."""

    def emit(context, builder, signature, arguments):
        at = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(at, _SHORTS.as_pointer()), align=2)
        return context.get_dummy_value()

    return types.void(array, types.uint64, shorts32), emit


@intrinsic
def which_reach(typingctx, first, second, least):
    """Tell which of 64 sums are ``least`` (uint16) or more: bit i for ``first[i]``, bit 32 + i for ``second[i]``."""

    def emit(context, builder, signature, arguments):
        bar = _spread(builder, arguments[2], _SHORTS)
        low, high = (
            builder.zext(builder.bitcast(builder.icmp_unsigned(">=", sums, bar), _WORD), ir.IntType(64))
            for sums in arguments[:2]
        )
        return builder.or_(low, builder.shl(high, ir.Constant(ir.IntType(64), 32)))

    return types.uint64(shorts32, shorts32, types.uint16), emit


@intrinsic
def store_rounded(typingctx, array, index, value):
    """Write 16 floats of 0 to 255 to ``array[index : index + 16]`` (1-D uint8), each rounded to the nearest."""

    def emit(context, builder, signature, arguments):
        half = ir.Constant(arguments[2].type, [0.5] * 16)
        words = builder.fptosi(builder.fadd(arguments[2], half), ir.VectorType(_WORD, 16))
        at = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(builder.trunc(words, _TABLE), builder.bitcast(at, _TABLE.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(array, types.uint64, floats16), emit


if config.DISABLE_JIT:  # the same words for the interpreter, so that kernels can be followed step by step

    def load_bytes(array, index):  # type: ignore[no-redef]
        return array[int(index) : int(index) + BYTES].copy()

    def load_table(array, index):  # type: ignore[no-redef]
        return np.tile(array[int(index) : int(index) + 16], 4)

    def low_codes(value):  # type: ignore[no-redef]
        return value & np.uint8(15)

    def high_codes(value):  # type: ignore[no-redef]
        return value >> np.uint8(4)

    def look_up(table, codes):  # type: ignore[no-redef]
        return table[codes]

    def add_even(sums, value):  # type: ignore[no-redef]
        return sums + value[::2]

    def add_odd(sums, value):  # type: ignore[no-redef]
        return sums + value[1::2]

    def no_shorts():  # type: ignore[no-redef]
        return np.zeros(BYTES // 2, np.uint16)

    def store_shorts(array, index, value):  # type: ignore[no-redef]
        array[int(index) : int(index) + BYTES // 2] = value

    def which_reach(first, second, least):  # type: ignore[no-redef]
        bits = np.concatenate([first, second]) >= least
        return np.packbits(bits, bitorder="little").view(np.uint64)[0]

    def store_rounded(array, index, value):  # type: ignore[no-redef]
        array[int(index) : int(index) + 16] = np.floor(value + np.float32(0.5)).astype(np.uint8)

    add_bytes = np.add
