"""Text of names and numbers: word2vec, fastText's .vec, GloVe, the projector's tables."""

import contextlib
import gzip
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vicinal import store
from vicinal.errors import BadFormat
from vicinal.space import Space
from vicinal.store import text
from vicinal.store.lines import BadLine, parse_line

_SPEC = importlib.util.spec_from_file_location("reference_store", Path(__file__).parents[1] / "reference" / "store.py")
reference = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(reference)


@pytest.fixture(params=["python", "kernel"])
def path_taken(request, monkeypatch):
    """Run a test once through the plain reader and once through the compiled one."""
    monkeypatch.setattr(text, "KERNEL_FROM", 0 if request.param == "kernel" else 1 << 60)


def bad(tmp_path, content, match, name="a.txt", **options):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFormat, match=match):
        store.read(path, **options)


def good(tmp_path, content, name="a.txt", **options):
    path = tmp_path / name
    path.write_bytes(content)
    return store.read(path, **options)


def kernel_number(field):
    from vicinal.store._text_kernels import parse_number

    value, stop = parse_number(np.frombuffer(field, np.uint8), 0, len(field))
    assert stop in (-1, len(field))
    return None if stop < 0 else float(np.float32(value))


@settings(max_examples=500, deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(["%r", "%.9g", "%.17g", "%f", "%e"]))
@example(-0.0, "%r")
def test_kernel_reads_numbers_as_python_does(value, form):
    field = (form % value).encode()
    found = kernel_number(field)
    if found is not None:  # else the plain reader takes the line
        assert np.float32(found).tobytes() == np.float32(float(field)).tobytes()


@settings(max_examples=1000, deadline=None)
@given(st.text("0123456789.eE+-_nix ", min_size=1, max_size=12).filter(lambda s: " " not in s))
@example("1e5")
@example("9007199254740993")
@example("3.4028236e38")
@example("1e400")
@example("1_0")
@example(".")
@example("-")
@example("1e")
def test_kernel_and_plain_reader_accept_the_same_numbers(field):
    raw = field.encode()
    expected = reference.parse_number(raw)
    found = kernel_number(raw)
    assert found is None or found == expected
    try:
        assert np.float32(parse_line(b"x " + raw, 1)[1][0]) == np.float32(expected)
    except BadLine:
        assert expected is None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_tables_read_alike_by_all_readers(tmp_path_factory, data):
    dim = data.draw(st.integers(1, 6))
    number = st.floats(width=32, allow_nan=False, allow_infinity=False).map(lambda x: str(np.float32(x)))
    name = st.text(st.characters(blacklist_categories=["Cs", "Zs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8)
    names = data.draw(st.lists(name, min_size=1, max_size=12, unique=True))
    end = data.draw(st.sampled_from([b"\n", b"\r\n", b" \n"]))
    rows = [[data.draw(number) for _ in range(dim)] for _ in names]
    lines = [" ".join([n, *row]).encode() + end for n, row in zip(names, rows, strict=True)]
    content = f"{len(names)} {dim}".encode() + end + b"".join(lines)
    path = tmp_path_factory.mktemp("t") / "a.vec"
    path.write_bytes(content)
    expected_names, expected = reference.parse_table(b"".join(lines), dim)
    before = text.KERNEL_FROM
    try:
        for text.KERNEL_FROM in (0, 1 << 60):
            try:
                space = store.read(path, format="word2vec")
            except BadFormat as error:  # a row whose length float32 cannot hold
                assert "too large to compare" in str(error)
                continue
            assert list(space.names) == expected_names
            assert space.matrix.tobytes() == expected.tobytes()
    finally:
        text.KERNEL_FROM = before


@settings(max_examples=300, deadline=None)
@given(
    st.binary(min_size=1, max_size=200), st.sampled_from([None, "glove", "word2vec", "word2vec-binary", "projector"])
)
def test_any_bytes_give_a_space_or_bad_format(tmp_path_factory, content, form):
    path = tmp_path_factory.mktemp("t") / "a.txt"
    path.write_bytes(content)
    with contextlib.suppress(BadFormat):
        store.read(path, format=form)


@settings(max_examples=200, deadline=None)
@given(st.text("ab 0123.5e-\n\t\r", min_size=1, max_size=80), st.booleans())
def test_almost_tables_give_the_same_by_both_readers(tmp_path_factory, content, skip_bad):
    path = tmp_path_factory.mktemp("t") / "a.txt"
    path.write_text(content, newline="")
    results = []
    before = text.KERNEL_FROM
    try:
        for text.KERNEL_FROM in (0, 1 << 60):
            try:
                space = store.read(path, format="glove", skip_bad=skip_bad)
                results.append((list(space.names), space.matrix.tobytes(), space.origin.options))
            except BadFormat as error:
                results.append(str(error))
    finally:
        text.KERNEL_FROM = before
    assert results[0] == results[1]


@pytest.mark.usefixtures("path_taken")
class TestLines:
    def test_glove_names_with_spaces(self, tmp_path):
        space = good(tmp_path, b"the 0.1 0.2\n. . . 0.3 0.4\nat name@domain.com 1 2\n")
        assert list(space.names) == ["the", ". . .", "at name@domain.com"]
        assert space.matrix[1].tolist() == np.array([0.3, 0.4], np.float32).tolist()

    def test_carriage_returns_tabs_and_doubled_spaces(self, tmp_path):
        space = good(tmp_path, b"the 0.1 0.2\r\nof\t1\t-2 \r\nto  1  +2.5\r\n\r\n")
        assert list(space.names) == ["the", "of", "to"]
        assert space.matrix[2].tolist() == [1, 2.5]

    def test_last_line_without_end(self, tmp_path):
        assert good(tmp_path, b"a 1 2\nb 3 4").matrix.tolist() == [[1, 2], [3, 4]]

    def test_names_that_are_digits(self, tmp_path):
        assert list(good(tmp_path, b"1 2 3\n4 5 6\n").names) == ["1", "4"]
        assert list(good(tmp_path, b"1 2\n3 4\n").names) == ["1", "3"]
        assert list(good(tmp_path, b"1 2\n7 4 5\n").names) == ["7"]
        assert list(good(tmp_path, b"2 1\n7 4\n8 5\n").names) == ["7", "8"]

    @pytest.mark.parametrize(
        ("line", "match"),
        [
            (b"of 1", "line 2: 1 number came, 2 were expected"),
            (b"of 1 2 3", "line 2: 3 numbers came, 2 were expected"),
            (b"of 1 x", "line 2: 'x' came where a number was expected"),
            (b"of 1 1_0", "line 2: '1_0' came where a number"),
            (b"of nan 1", "line 2: 'nan' came where a finite"),
            (b"of 1 -inf", "line 2: '-inf' came where a finite"),
            (b"of 1 1e39", "line 2: '1e39' came, which is too large"),
            (b" 1 2", "line 2: .*name is empty"),
            (b"", "line 2: the line is empty"),
            (b"\xff\xfe 1 2", r"line 2: the name .* is not UTF-8 \(byte 0\)"),
            (b"the 5 6", "line 2: the name 'the' came before"),
        ],
    )
    def test_bad_lines_are_named_or_skipped(self, tmp_path, line, match):
        content = b"the 1 2\n" + line + b"\nto 3 4\nand 5 6\n"
        bad(tmp_path, content, match + ".*--skip-bad")
        space = good(tmp_path, content, skip_bad=True)
        assert list(space.names) == ["the", "to", "and"]
        assert space.matrix.tolist() == [[1, 2], [3, 4], [5, 6]]
        assert space.origin.options == {"skipped_lines": 1}
        head = content.replace(b"the", b"4 2\nthe", 1) if b"the 5" not in line else b"4 2\n" + content
        bad(tmp_path, head, match.replace("line 2", "line 3"), "a.vec")
        assert list(good(tmp_path, head, "a.vec", skip_bad=True).names) == ["the", "to", "and"]

    def test_first_line_bad(self, tmp_path):
        content = b"the 1\nof 1 2\nto 3 4\nand 5 6\n"
        bad(tmp_path, content, "line 1: 1 number came, 2 were expected")
        assert list(good(tmp_path, content, skip_bad=True).names) == ["of", "to", "and"]

    def test_no_good_line_left(self, tmp_path):
        bad(tmp_path, b"2 9\nthe 1 2\nof 1 2\n", "no good line is left", "a.vec", skip_bad=True)

    @pytest.mark.parametrize("n", [1, 3])
    def test_header_lies_about_n(self, tmp_path, n):
        content = b"%d 2\na 0.5 1\nb 2 3\n" % n
        bad(tmp_path, content, f"2 lines of vectors came, the header in line 1 says {n}", "a.vec")
        assert len(good(tmp_path, content, "a.vec", skip_bad=True)) == 2

    @pytest.mark.parametrize("dim", [1, 3])
    def test_header_lies_about_dim(self, tmp_path, dim):
        bad(tmp_path, b"2 %d\na 0.5 1\nb 2 3\n" % dim, f"line 2: 2 numbers came, {dim} ", "a.vec")

    @pytest.mark.parametrize("header", [b"999999999999 300", b"2 999999999999", b"99999999999999 99999999999999"])
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_header_claims_terabytes(self, tmp_path, header, pack):
        content = pack(header + b"\na 0.5 1\nb 2 3\n")
        bad(tmp_path, content, "the header claims .* the file has", "a.vec")
        bad(tmp_path, content, "the header claims .* the file has", "a.bin", format="word2vec-binary")

    def test_a_claim_that_no_line_bears_out_takes_no_memory(self, tmp_path):
        content = b"100 300000\n" + b"a 1\n" * 200_000
        bad(tmp_path, content, "no good line is left", "a.vec", skip_bad=True)

    def test_gzip(self, tmp_path):
        content = b"".join(b"w%d %d.5 -1e-3\n" % (i, i) for i in range(5000))
        space = good(tmp_path, gzip.compress(content), "a.txt.gz")
        assert space["w4999"].tolist() == np.array([4999.5, -1e-3], np.float32).tolist()
        bad(tmp_path, gzip.compress(content)[:-20], "gzip file is damaged", "a.txt.gz")

    def test_lines_across_blocks(self, tmp_path, monkeypatch):
        from vicinal.store import blocks

        monkeypatch.setattr(blocks.line_blocks, "__defaults__", (None, 16))
        rows = [f"w{i} {i} 0.25 {'9' * 20 if i == 7 else 1}" for i in range(50)]
        space = good(tmp_path, "\n".join(rows).encode())
        assert len(space) == 50
        assert space["w7"].tolist() == [7, 0.25, float(np.float32(99999999999999999999.0))]
        bad(tmp_path, "\n".join([*rows, "x 1 2"]).encode(), "line 51: 2 numbers came")


def test_byte_order_mark_before_a_header(tmp_path):
    assert list(good(tmp_path, b"\xef\xbb\xbf1 2\na 1 2\n").names) == ["a"]


def test_projector_reads_headed_metadata_and_leaves_rows_out(tmp_path):
    (tmp_path / "metadata.tsv").write_text("word\tcount\nking\t3\nqueen\t2\nduke\t1\n")
    space = good(tmp_path, b"1\t2\n3\t4\n5\t6\n", "vectors.tsv")
    assert list(space.names) == ["king", "queen", "duke"]
    assert space.columns["count"].tolist() == ["3", "2", "1"]
    bad(tmp_path, b"1\t2\n3\tx\n5\t6\n", "line 2: 'x' came", "vectors.tsv")
    again = good(tmp_path, b"1\t2\n3\tx\n5\t6\n", "vectors.tsv", skip_bad=True)
    assert list(again.names) == ["king", "duke"]
    assert again.columns["count"].tolist() == ["3", "1"]
    bad(tmp_path, b"1\t2\n3\t4\n", "3 names came, the vectors are 2", "vectors.tsv")


def test_written_numbers_are_short(tmp_path):
    store.write(Space(["a"], [[0.1, -2, 1e-7]]), tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "a 0.1 -2.0 1e-07\n"


@settings(max_examples=200, deadline=None)
@given(
    data=st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=30),
    small=st.booleans(),
)
def test_numbers_are_written_as_short_as_numpy_does_and_come_back(data, small):
    block = np.array(data, np.float32)[:, None] * np.array([[1, 0.001]], np.float32)
    block = block if not small else np.tanh(block)
    before = text.FAST_FROM
    try:
        text.FAST_FROM = 0
        fast = text.format_rows(block, b"\t")
        text.FAST_FROM = 1 << 60
        plain = text.format_rows(block, b"\t")
    finally:
        text.FAST_FROM = before
    for one, other, row in zip(fast, plain, block, strict=True):
        assert len(one) == len(other)
        assert np.array([float(field) for field in one.split(b"\t")], np.float32).tobytes() == row.tobytes()


def test_many_written_numbers_come_back(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    matrix = (rng.normal(size=(20_000, 4)) * 10.0 ** rng.integers(-6, 8, (20_000, 1))).astype(np.float32)
    space = Space([str(i) for i in range(len(matrix))], matrix)
    assert matrix.size > text.FAST_FROM
    store.write(space, tmp_path / "a.txt")
    assert store.read(tmp_path / "a.txt").matrix.tobytes() == matrix.tobytes()
    monkeypatch.setattr(text, "FAST_FROM", 1 << 60)
    store.write(space, tmp_path / "b.txt")
    assert (tmp_path / "a.txt").read_bytes() == (tmp_path / "b.txt").read_bytes()
