# mypy: ignore-errors
"""Sixteen floats at a time: a tiny vector vocabulary for numba kernels.

Automatic vectorisation gives up on loops that read and write several arrays, since any two might overlap. These
intrinsics say it outright. LLVM lowers the same ``<16 x float>`` code to AVX-512, to two AVX2 or four NEON registers,
so rows must be padded to a multiple of `LANES`.
"""

from __future__ import annotations

from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, njit, types
from numba.core import cgutils
from numba.core.options import DefaultOptions
from numba.extending import intrinsic, models, register_model

LANES = 16

# Counting references to arrays inside a hot loop took a third of its time. Inner kernels allocate nothing and return no
# array, so that they can do without. (The option is not documented; where it is missing they are only slower.)
_UNCOUNTED = {"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {}


@cache
def _kernel_sources():
    """Digest the text of every kernel of the package."""
    here = Path(__file__).parent
    files = sorted({*here.glob("_[!_]*.py"), *here.rglob("_*_kernels.py")})
    return blake2b(b"".join(file.read_bytes() for file in files), digest_size=16).hexdigest()


def _compiled(function, **options):
    """Compile without the interpreter's lock, divide as numpy does, and keep the result on disk.

    numba looks only at the file a kernel stands in to tell whether the kept result is still good, but kernels call
    kernels of other files: here any change to any of them counts. It is told as part of numba's version, which is
    compared before anything else is read: what was kept may name modules that are no more.
    """
    compiled = njit(nogil=True, cache=True, error_model="numpy", **options)(function)
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if hasattr(index, "_version"):
        index._version = f"{index._version} {_kernel_sources()}"
    return compiled


def is_on_disk(compiled):
    """Tell whether the disk holds a good result for a kernel, so that its first call need not compile."""
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    return not hasattr(index, "_load_index") or bool(index._load_index())


kernel: Any = _compiled
loop_kernel: Any = partial(_compiled, **_UNCOUNTED)
inner_kernel: Any = partial(_compiled, forceinline=True, **_UNCOUNTED)


@inner_kernel
def scramble(z):
    """Turn 64 bits into others that look random (the finaliser of SplitMix64, Steele et al. 2014)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


_FLOAT = ir.FloatType()
_VECTOR = ir.VectorType(_FLOAT, LANES)


class Floats16(types.Type):
    """The numba type of one vector of 16 float32."""

    def __init__(self) -> None:
        super().__init__(name="Floats16")


floats16 = Floats16()


@register_model(Floats16)
class _Floats16Model(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _VECTOR)


def _pointer(context, builder, array_type, array, index):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index], inbounds=True)


def _call(builder, name, result, arguments, fastmath=()):
    kind = ir.FunctionType(result, [a.type for a in arguments])
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(function, arguments, fastmath=fastmath)


@intrinsic
def load(typingctx, array, index):
    """Read ``array[index : index + 16]`` (1-D float32)."""

    def emit(context, builder, signature, arguments):
        at = _pointer(context, builder, signature.args[0], *arguments)
        return builder.load(builder.bitcast(at, _VECTOR.as_pointer()), align=4)

    return floats16(array, types.uint64), emit


@intrinsic
def store(typingctx, array, index, value):
    """Write a vector to ``array[index : index + 16]``."""

    def emit(context, builder, signature, arguments):
        at = _pointer(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], builder.bitcast(at, _VECTOR.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(array, types.uint64, floats16), emit


@intrinsic
def splat(typingctx, value):
    """Fill a vector with one float."""

    def emit(context, builder, signature, arguments):
        single = builder.insert_element(
            ir.Constant(_VECTOR, ir.Undefined), arguments[0], ir.Constant(ir.IntType(32), 0)
        )
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(single, ir.Constant(_VECTOR, ir.Undefined), mask)

    return floats16(types.float32), emit


@intrinsic
def fma(typingctx, a, b, c):
    """Return a * b + c, rounded once."""

    def emit(context, builder, signature, arguments):
        return _call(builder, "llvm.fma.v16f32", _VECTOR, arguments)

    return floats16(floats16, floats16, floats16), emit


def _binary(name, operation, doc):
    def binary(typingctx, a, b):
        def emit(context, builder, signature, arguments):
            return operation(builder, *arguments)

        return floats16(floats16, floats16), emit

    binary.__name__ = binary.__qualname__ = name
    binary.__doc__ = doc
    return intrinsic(binary)


add = _binary("add", lambda b, x, y: b.fadd(x, y), "Return a + b.")
sub = _binary("sub", lambda b, x, y: b.fsub(x, y), "Return a - b.")
mul = _binary("mul", lambda b, x, y: b.fmul(x, y), "Return a * b.")
div = _binary("div", lambda b, x, y: b.fdiv(x, y), "Return a / b.")
least = _binary("least", lambda b, x, y: b.select(b.fcmp_ordered("<", x, y), x, y), "Return min(a, b) by lanes.")
most = _binary("most", lambda b, x, y: b.select(b.fcmp_ordered(">", x, y), x, y), "Return max(a, b) by lanes.")


@intrinsic
def rsqrt(typingctx, value):
    """Return 1 / sqrt(value) for positive normal floats, within a few units of the last place.

    The flags allow LLVM the processor's estimate and one Newton step, several times faster than a root and a division.
    """

    def emit(context, builder, signature, arguments):
        root = _call(builder, "llvm.sqrt.v16f32", _VECTOR, arguments, ("fast",))
        return builder.fdiv(ir.Constant(_VECTOR, [1.0] * LANES), root, flags=("fast",))

    return floats16(floats16), emit


@intrinsic
def lowest_bit(typingctx, bits):
    """Return the place of the lowest set bit of a nonzero uint64."""

    def emit(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), emit


@intrinsic
def total(typingctx, value):
    """Sum the lanes, in the order the processor likes best."""

    def emit(context, builder, signature, arguments):
        zero = ir.Constant(_FLOAT, 0.0)
        return _call(builder, "llvm.vector.reduce.fadd.v16f32", _FLOAT, [zero, arguments[0]], ("reassoc",))

    return types.float32(floats16), emit


def _fold(builder, a, b, keep):
    """Halve two vectors and put them side by side: lanes ``keep`` of both plus the lanes beside them."""
    step = keep[1]
    low = [*keep[0], *(LANES + lane for lane in keep[0])]
    high = [lane + step for lane in low]
    masks = [ir.Constant(ir.VectorType(ir.IntType(32), LANES), lanes) for lanes in (low, high)]
    return builder.fadd(*(builder.shuffle_vector(a, b, mask) for mask in masks))


@intrinsic
def totals(typingctx, a, b, c, d, e, f):  # noqa: PLR0917
    """Sum the lanes of six vectors at once, which takes half the shuffles of six sums; a tuple of six float32."""

    def emit(context, builder, signature, arguments):
        a, b, c, d, e, f = arguments
        halves = ([0, 1, 2, 3, 4, 5, 6, 7], 8)  # each fold adds lanes this far apart
        quarters = ([0, 1, 2, 3, 8, 9, 10, 11], 4)
        pairs = ([0, 1, 4, 5, 8, 9, 12, 13], 2)
        singles = ([0, 2, 4, 6, 8, 10, 12, 14], 1)
        ab, cd, ef = (_fold(builder, x, y, halves) for x, y in ((a, b), (c, d), (e, f)))
        abcd, efef = _fold(builder, ab, cd, quarters), _fold(builder, ef, ef, quarters)
        both = _fold(builder, abcd, efef, pairs)
        sums = _fold(builder, both, both, singles)
        lanes = [builder.extract_element(sums, ir.Constant(ir.IntType(32), lane)) for lane in range(6)]
        return context.make_tuple(builder, signature.return_type, lanes)

    return types.UniTuple(types.float32, 6)(*[floats16] * 6), emit


@intrinsic
def smallest(typingctx, value):
    """Return the least of the lanes, none of which is NaN."""

    def emit(context, builder, signature, arguments):
        return _call(builder, "llvm.vector.reduce.fmin.v16f32", _FLOAT, arguments, ("nnan",))

    return types.float32(floats16), emit


@intrinsic
def which_over(typingctx, a, b):
    """Tell which lanes of ``a`` are greater than those of ``b``: bit i of a uint64 for lane i."""

    def emit(context, builder, signature, arguments):
        bits = builder.bitcast(builder.fcmp_ordered(">", *arguments), ir.IntType(LANES))
        return builder.zext(bits, ir.IntType(64))

    return types.uint64(floats16, floats16), emit


@intrinsic
def choose(typingctx, a, b, x, y):
    """Take the lanes of ``x`` where ``a`` is greater than ``b``, else those of ``y``."""

    def emit(context, builder, signature, arguments):
        a, b, x, y = arguments
        return builder.select(builder.fcmp_ordered(">", a, b), x, y)

    return floats16(*[floats16] * 4), emit


def _prefetch(name, doc, *hints):
    """Make a prefetch; hints: to be written (1) or read (0), how soon again (0 to 3)."""

    def prefetch(typingctx, array, index):
        def emit(context, builder, signature, arguments):
            at = builder.bitcast(_pointer(context, builder, signature.args[0], *arguments), ir.IntType(8).as_pointer())
            constants = [ir.Constant(ir.IntType(32), hint) for hint in (*hints, 1)]  # 1: data, not instructions
            _call(builder, "llvm.prefetch.p0", ir.VoidType(), [at, *constants])
            return context.get_dummy_value()

        return types.void(array, types.uint64), emit

    prefetch.__name__ = prefetch.__qualname__ = name
    prefetch.__doc__ = doc
    return intrinsic(prefetch)


prefetch = _prefetch("prefetch", "Ask for the cache line of ``array[index]`` to write to; never an access.", 1, 3)
prefetch_read = _prefetch("prefetch_read", "Ask for the cache line of ``array[index]`` to read; never an access.", 0, 3)


if config.DISABLE_JIT:  # the same words for the interpreter, so that kernels can be followed step by step

    def load(array, index):  # type: ignore[no-redef]
        return array[int(index) : int(index) + LANES].copy()

    def store(array, index, value):  # type: ignore[no-redef]
        array[int(index) : int(index) + LANES] = value

    def splat(value):  # type: ignore[no-redef]
        return np.full(LANES, value, np.float32)

    def fma(a, b, c):  # type: ignore[no-redef]
        return (a.astype(np.float64) * b + c).astype(np.float32)

    def rsqrt(value):  # type: ignore[no-redef]
        return (1 / np.sqrt(value, dtype=np.float64)).astype(np.float32)

    def lowest_bit(bits):  # type: ignore[no-redef]
        return np.uint64((int(bits) & -int(bits)).bit_length() - 1)

    def total(value):  # type: ignore[no-redef]
        return value.sum(dtype=np.float32)

    def totals(*values):  # type: ignore[no-redef]
        return tuple(total(value) for value in values)

    def smallest(value):  # type: ignore[no-redef]
        return value.min()

    def which_over(a, b):  # type: ignore[no-redef]
        return np.uint64(np.packbits(a > b, bitorder="little").view(np.uint16)[0])

    def choose(a, b, x, y):  # type: ignore[no-redef]
        return np.where(a > b, x, y)

    def prefetch(array, index):  # type: ignore[no-redef]
        pass

    prefetch_read = prefetch
    add, sub, mul, div, least, most = np.add, np.subtract, np.multiply, np.divide, np.minimum, np.maximum
