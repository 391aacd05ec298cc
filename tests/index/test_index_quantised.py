"""int8, float16, signs and product codes: against their definitions, brute force and worked examples."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadInput, BadOption
from vicinal.index.binary import Binary, as_words, hamming, pack_signs, random_rotation
from vicinal.index.kmeans import Packs, assign, k_means
from vicinal.index.product import Product, pack_nibbles
from vicinal.index.scalar import Int8, relative_error, to_float16
from vicinal.store.quantised import decoded, form_bytes, form_of, tensors_of

TWIN = runpy.run_path(str(Path(__file__).parents[1] / "reference" / "index_scan.py"))


def some(n, dim, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((n, dim)) * rng.uniform(0.1, 3, dim)).astype(np.float32)


def test_int8_worked_example():
    rows = np.array([[1, -0.5, 0.25], [0, 0, 0], [0, 0, -127]], np.float32)
    form = Int8().fit(rows).encode(rows)
    assert form.codes.tolist() == [[127, -64, 32], [0, 0, 0], [0, 0, -127]]
    np.testing.assert_allclose(form.scales, [1 / 127, 0, 1], rtol=1e-6)
    by_dim = Int8(per="dim").fit(rows).encode(rows)
    np.testing.assert_allclose(by_dim.offsets, [[0.5, -0.25, -63.375]])
    assert by_dim.codes[0].tolist() == [127, -127, 127]
    np.testing.assert_allclose(by_dim.decode(), rows, atol=127 / 254)


@given(seed=st.integers(0, 2**16), n=st.integers(1, 30), dim=st.integers(1, 40), size=st.sampled_from([1e-6, 1.0, 1e6]))
@settings(max_examples=60, deadline=None)
def test_int8_is_off_by_half_a_step_at_most(seed, n, dim, size):
    rows = some(n, dim, seed) * np.float32(size)
    off = np.abs(Int8().fit(rows).encode(rows).decode() - rows)
    assert (off <= np.abs(rows).max(axis=1, keepdims=True) / 254 * 1.001).all()
    by_dim = Int8(per="dim").fit(rows).encode(rows)
    step = (rows.max(axis=0) - rows.min(axis=0)) / 254
    assert (np.abs(by_dim.decode() - rows) <= step / 2 * 1.01 + np.abs(rows).max(axis=0) * 1e-6).all()
    for row, codes in zip(rows.astype(float).tolist(), Int8().fit(rows).encode(rows).codes.tolist(), strict=True):
        expected, _ = TWIN["int8_codes"](row)
        assert max(abs(a - b) for a, b in zip(expected, codes, strict=True)) <= 1  # the last digit of the scale


def test_rows_that_int8_per_dim_has_not_seen_are_moved_into_its_range():
    coder = Int8(per="dim").fit(np.array([[0.0, 0.0], [1.0, 0.0]], np.float32))
    assert coder.encode(np.array([[9.0, 5.0]], np.float32)).decode().tolist() == [[1.0, 0.0]]


@given(seed=st.integers(0, 2**16), dim=st.integers(1, 200))
@settings(max_examples=40, deadline=None)
def test_hamming_is_counted_bit_by_bit(seed, dim):
    rng = np.random.default_rng(seed)
    a, b = (pack_signs(rng.standard_normal((n, dim))) for n in (3, 5))
    assert hamming(a, b).tolist() == [[TWIN["hamming"](x, y) for y in b.tolist()] for x in a.tolist()]
    assert as_words(a).shape == (3, -(-dim // 64))


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("dim", [1, 7, 8, 9, 64, 65])
def test_signs_scales_and_the_way_back(dim, rotate):
    rows = some(50, dim)
    coder = Binary(rotate=rotate, seed=3).fit(rows)
    form = coder.encode(rows)
    turned = (rows - rows.mean(axis=0)) @ (coder.rotation_.T if rotate else np.eye(dim))
    bits = np.unpackbits(form.bits, axis=1, bitorder="little")[:, :dim]
    sure = np.abs(turned) > 1e-5
    assert ((bits == 1) == (turned > 0))[sure].all()
    np.testing.assert_allclose(form.scales, np.abs(turned).mean(axis=1), rtol=1e-4, atol=1e-6)
    # of all multiples of its signs, the decoded row is the nearest
    back = form.decode() - rows.mean(axis=0)
    off = np.square(back - (rows - rows.mean(axis=0))).sum(axis=1)
    for factor in (0.9, 1.1):
        assert (np.square(factor * back - (rows - rows.mean(axis=0))).sum(axis=1) >= off - 1e-5).all()


def test_rotation_is_orthogonal_and_seeded():
    turn = random_rotation(40, 5).astype(float)
    np.testing.assert_allclose(turn @ turn.T, np.eye(40), atol=1e-5)
    assert random_rotation(40, 5).tolist() == random_rotation(40, 5).tolist() != random_rotation(40, 6).tolist()


@pytest.mark.parametrize(("dim", "subspaces", "bits"), [(10, 5, 8), (10, 4, 4), (7, None, 4), (1, 1, 8), (33, 11, 4)])
def test_product_codes_name_the_nearest_centre(dim, subspaces, bits):
    rows = some(400, dim)
    coder = Product(subspaces=subspaces, bits=bits, iterations=4).fit(rows)
    count, centres, width = coder.centres_.shape
    assert centres == 1 << bits
    form = coder.encode(rows)
    assert form.codes.shape == (400, -(-count // 2) if bits == 4 else count)
    back = form.decode()
    filled = np.pad(rows, ((0, 0), (0, count * width - dim))).reshape(400, count, width)
    for i in range(0, 400, 37):
        for s in range(count):
            wanted = TWIN["nearest_centre"](filled[i, s].tolist(), coder.centres_[s].tolist())
            used = min(width, dim - s * width)
            got = back[i, s * width : s * width + used]
            best = np.square(filled[i, s] - coder.centres_[s, wanted]).sum()
            assert np.square(filled[i, s, :used] - got).sum() <= best + 1e-4


def test_product_codes_lose_nothing_of_few_distinct_rows():
    rows = np.repeat(some(16, 12), 20, axis=0)
    form = Product(subspaces=3, bits=8, iterations=30).fit(rows).encode(rows)
    np.testing.assert_allclose(form.decode(), rows, atol=1e-4)


def test_k_means_never_gets_worse_and_uses_every_centre():
    rows = some(500, 3)
    errors = []
    for iterations in (1, 3, 10, 30):
        centres = k_means(rows, 20, seed=0, rounds=iterations)
        nearest = assign(rows, Packs.of(centres))[0]
        errors.append(np.square(rows - centres[nearest]).sum())
        assert len(np.unique(nearest)) == 20
    assert errors == sorted(errors, reverse=True)
    again = k_means(rows + 1000, 20, seed=0, rounds=30)
    np.testing.assert_allclose(np.sort(again, axis=0), np.sort(centres, axis=0) + 1000, atol=0.05)


def test_nibbles():
    assert pack_nibbles(np.array([[1, 15, 7], [0, 2, 3]], np.uint8)).tolist() == [[0xF1, 7], [0x20, 3]]


CODERS = [
    Int8(),
    Int8(per="dim"),
    Binary(),
    Binary(centre=False),
    Binary(rotate=True),
    Product(bits=4),
    Product(bits=8),
]


@pytest.mark.parametrize("coder", CODERS, ids=lambda coder: f"{type(coder).__name__}{vars(coder)}")
def test_strange_rows_are_encoded(coder):
    for rows in (
        np.zeros((1, 1), np.float32),
        np.zeros((5, 9), np.float32),
        np.ones((3000, 4), np.float32),
        np.array([[5.0] * 17], np.float32),
        some(20, 5).astype(np.float16),
    ):
        form = coder.fit(rows).encode(rows)
        form.check()
        back = decoded(form)
        assert back.shape == rows.shape and back.dtype == np.float32 and np.isfinite(back).all()
        if not isinstance(coder, Binary):
            assert relative_error(rows, back) < 0.5
        same = form_of(form.FORM, tensors_of(form))
        assert same.decode(0, 1).tolist() == back[:1].tolist()
        assert form_bytes(form) == sum(array.nbytes for array in tensors_of(form).values())
    for bad in (np.nan, np.inf):
        with pytest.raises(BadInput, match="row 1"):
            coder.fit(np.array([[0.0, 1.0], [bad, 1.0]], np.float32))


def test_float16():
    rows = some(30, 5)
    assert (np.abs(to_float16(rows).astype(np.float32) - rows) <= np.abs(rows) * 2.0**-11 + 2.0**-25).all()
    with pytest.raises(BadInput, match=r"row 1.*65,504"):
        to_float16(np.array([[1.0], [70000.0]], np.float32))


def test_relative_error():
    assert relative_error(np.zeros((2, 2)), np.ones((2, 2))) == 0.0
    assert relative_error(np.array([[2.0, 0.0]]), np.array([[0.0, 0.0]])) == 1.0


@pytest.mark.parametrize(
    "coder",
    [
        Int8(per="column"), Binary(centre=1), Binary(rotate="yes"), Product(bits=5), Product(subspaces=0),
        Product(subspaces=11), Product(subspaces=7), Product(iterations=0),
    ],
)  # fmt: skip
def test_bad_options(coder):
    with pytest.raises(BadOption):
        coder.fit(some(20, 10))
