# mypy: ignore-errors
"""Whole numbers side by side: sums of products of bytes, counts of bits, comparisons.

The vocabulary of `vicinal._vectors` goes on here. `dot4` and `ones` use what the processor has for them; where it has
nothing, the same result comes by wider numbers.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from vicinal._vectors import LANES, floats16

_I8, _I16, _I32, _I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_WORDS = ir.VectorType(_I32, LANES)
_LONGS = ir.VectorType(_I64, LANES // 2)
_HALVES = ir.VectorType(_I16, 2 * LANES)
_FLOATS = ir.VectorType(ir.FloatType(), LANES)


class Words16(types.Type):
    """The numba type of 16 int32, or of 16 times 4 bytes."""

    def __init__(self) -> None:
        super().__init__(name="Words16")


class Longs8(types.Type):
    """The numba type of 8 uint64."""

    def __init__(self) -> None:
        super().__init__(name="Longs8")


words16, longs8 = Words16(), Longs8()


@register_model(Words16)
class _Words16Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _WORDS)


@register_model(Longs8)
class _Longs8Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _LONGS)


def _has(context, feature):
    """Tell whether the processor that code is made for has a feature; what is kept on disk is kept by features."""
    return f"+{feature}" in context.codegen().magic_tuple()[2].split(",")


def _read(vector):
    def emit(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        at = builder.gep(data, [arguments[1]], inbounds=True)
        return builder.load(builder.bitcast(at, vector.as_pointer()), align=1)

    return emit


def _repeat(builder, value, vector):
    empty = ir.Constant(vector, ir.Undefined)
    single = builder.insert_element(empty, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(single, empty, ir.Constant(ir.VectorType(_I32, vector.count), [0] * vector.count))


def _cut(builder, value, start, count):
    """Lanes ``start`` to ``start + count``."""
    lanes = ir.Constant(ir.VectorType(_I32, count), list(range(start, start + count)))
    return builder.shuffle_vector(value, value, lanes)


def _join(builder, parts):
    while len(parts) > 1:
        lanes = ir.Constant(ir.VectorType(_I32, 2 * parts[0].type.count), list(range(2 * parts[0].type.count)))
        parts = [builder.shuffle_vector(a, b, lanes) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def _in_parts(builder, name, parts, arguments, inputs=None):
    """Call an intrinsic of the processor on parts of its own width, and join what it gives, int32.

    All but the first argument are taken as of the type ``inputs``, where it is given.
    """
    results = []
    for part in range(parts):
        cut = [_cut(builder, a, part * (a.type.count // parts), a.type.count // parts) for a in arguments]
        cut = [builder.bitcast(c, inputs) if inputs and i else c for i, c in enumerate(cut)]
        kind = ir.FunctionType(ir.VectorType(_I32, LANES // parts), [c.type for c in cut])
        results.append(builder.call(cgutils.get_or_insert_function(builder.module, kind, name), cut))
    return _join(builder, results)


@intrinsic
def load_words(typingctx, array, index):
    """Read the 64 bytes from ``array[index]`` (1-D uint8)."""
    return words16(array, types.uint64), _read(_WORDS)


@intrinsic
def load_longs(typingctx, array, index):
    """Read ``array[index : index + 8]`` (1-D uint64)."""
    return longs8(array, types.uint64), _read(_LONGS)


@intrinsic
def store_longs(typingctx, array, index, value):
    """Write a vector to ``array[index : index + 8]`` (1-D uint64)."""

    def emit(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        at = builder.gep(data, [arguments[1]], inbounds=True)
        builder.store(arguments[2], builder.bitcast(at, _LONGS.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(array, types.uint64, longs8), emit


@intrinsic
def splat_word(typingctx, value):
    """Fill a vector with one int32."""
    return words16(types.int32), lambda context, builder, signature, given: _repeat(builder, given[0], _WORDS)


@intrinsic
def splat_long(typingctx, value):
    """Fill a vector with one uint64."""
    return longs8(types.uint64), lambda context, builder, signature, given: _repeat(builder, given[0], _LONGS)


def _has_signed_dot(context):
    return context.codegen().magic_tuple()[0].startswith(("aarch64", "arm64")) and _has(context, "dotprod")


def _multiply_pairs(context, builder, a, b):
    """Sums of two products of neighbouring int16, int32."""
    if _has(context, "avx512bw"):
        return _in_parts(builder, "llvm.x86.avx512.pmaddw.d.512", 1, (a, b))
    if _has(context, "avx2"):
        return _in_parts(builder, "llvm.x86.avx2.pmadd.wd", 2, (a, b))
    by = ir.Constant(_WORDS, [16] * LANES)
    a, b = builder.bitcast(a, _WORDS), builder.bitcast(b, _WORDS)
    low = builder.mul(builder.ashr(builder.shl(a, by), by), builder.ashr(builder.shl(b, by), by))
    return builder.add(low, builder.mul(builder.ashr(a, by), builder.ashr(b, by)))


@intrinsic
def dot4(typingctx, sums, rows, query):
    """Add to every int32 the products of 4 bytes of ``rows``, which are codes + 128, and 4 signed ones of ``query``.

    The sums are those of the codes if they began at `dot4_start`. One instruction with VNNI or on arm64 (whose
    instruction takes signed bytes); else the bytes are widened to int16 first.
    """

    def emit(context, builder, signature, arguments):
        sums, rows, query = arguments
        if _has(context, "avx512vnni"):
            return _in_parts(builder, "llvm.x86.avx512.vpdpbusd.512", 1, arguments)
        if _has(context, "avxvnni"):
            return _in_parts(builder, "llvm.x86.avx512.vpdpbusd.256", 2, arguments)
        if _has_signed_dot(context):
            codes = builder.xor(rows, ir.Constant(_WORDS, [-0x7F7F7F80] * LANES))  # 0x80808080: takes 128 from each
            name, inputs = "llvm.aarch64.neon.sdot.v4i32.v16i8", ir.VectorType(_I8, 16)
            return _in_parts(builder, name, 4, (sums, codes, query), inputs)
        eight = ir.Constant(_HALVES, [8] * 2 * LANES)
        rows, query = builder.bitcast(rows, _HALVES), builder.bitcast(query, _HALVES)
        even = (
            builder.and_(rows, ir.Constant(_HALVES, [255] * 2 * LANES)),
            builder.ashr(builder.shl(query, eight), eight),
        )
        odd = builder.lshr(rows, eight), builder.ashr(query, eight)
        for a, b in (even, odd):
            sums = builder.add(sums, _multiply_pairs(context, builder, a, b))
        return sums

    return words16(words16, words16, words16), emit


@intrinsic
def dot4_start(typingctx, total):
    """Where `dot4` must begin for a query whose codes have this sum (int32)."""

    def emit(context, builder, signature, arguments):
        factor = 0 if _has_signed_dot(context) else -128
        return _repeat(builder, builder.mul(arguments[0], ir.Constant(_I32, factor)), _WORDS)

    return words16(types.int32), emit


@intrinsic
def to_floats(typingctx, words):
    """Turn 16 int32 into 16 float32."""
    return floats16(words16), lambda context, builder, signature, given: builder.sitofp(given[0], _FLOATS)


@intrinsic
def above(typingctx, a, b):
    """Bit i tells whether ``a[i] > b[i]``; uint64."""

    def emit(context, builder, signature, arguments):
        bits = builder.bitcast(builder.fcmp_ordered(">", *arguments), ir.IntType(LANES))
        return builder.zext(bits, _I64)

    return types.uint64(floats16, floats16), emit


@intrinsic
def add_ones(typingctx, counts, a, b):
    """Add to every uint64 of ``counts`` the number of bits in which ``a`` and ``b`` differ."""

    def emit(context, builder, signature, arguments):
        counts, a, b = arguments
        differ = builder.xor(a, b)
        name, kind = "llvm.ctpop.v8i64", ir.FunctionType(_LONGS, [_LONGS])
        ones = builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [differ])
        return builder.add(counts, ones)

    return longs8(longs8, longs8, longs8), emit


@intrinsic
def count_ones(typingctx, value):
    """Number of set bits of a uint64, uint64."""

    def emit(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), emit


@intrinsic
def up_to(typingctx, a, b):
    """Bit i tells whether ``a[i] <= b[i]``; uint64."""

    def emit(context, builder, signature, arguments):
        bits = builder.bitcast(builder.icmp_unsigned("<=", *arguments), _I8)
        return builder.zext(bits, _I64)

    return types.uint64(longs8, longs8), emit


@intrinsic
def join_counts(typingctx, low, high):
    """Two times 8 counts as 16 float32."""

    def emit(context, builder, signature, arguments):
        return _join(builder, [builder.uitofp(part, ir.VectorType(ir.FloatType(), LANES // 2)) for part in arguments])

    return floats16(longs8, longs8), emit


if config.DISABLE_JIT:  # the same words for the interpreter

    def load_words(array, index):  # type: ignore[no-redef]
        return array[int(index) : int(index) + 4 * LANES].view(np.int32).copy()

    def load_longs(array, index):  # type: ignore[no-redef]
        return array[int(index) : int(index) + LANES // 2].copy()

    def store_longs(array, index, value):  # type: ignore[no-redef]
        array[int(index) : int(index) + LANES // 2] = value

    def splat_word(value):  # type: ignore[no-redef]
        return np.full(LANES, value, np.int32)

    def splat_long(value):  # type: ignore[no-redef]
        return np.full(LANES // 2, value, np.uint64)

    def dot4(sums, rows, query):  # type: ignore[no-redef]
        products = rows.view(np.uint8).astype(np.int32) * query.view(np.int8)
        return sums + products.reshape(LANES, 4).sum(axis=1, dtype=np.int32)

    def dot4_start(total):  # type: ignore[no-redef]
        return splat_word(-128 * int(total))

    def to_floats(words):  # type: ignore[no-redef]
        return words.astype(np.float32)

    def above(a, b):  # type: ignore[no-redef]
        return np.uint64((1 << np.flatnonzero(a > b)).sum())

    def add_ones(counts, a, b):  # type: ignore[no-redef]
        return counts + np.bitwise_count(a ^ b)

    def count_ones(value):  # type: ignore[no-redef]
        return np.uint64(int(value).bit_count())

    def up_to(a, b):  # type: ignore[no-redef]
        return np.uint64((1 << np.flatnonzero(a <= b)).sum())

    def join_counts(low, high):  # type: ignore[no-redef]
        return np.concatenate([low, high]).astype(np.float32)
