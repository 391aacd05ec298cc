from __future__ import annotations

from itertools import permutations
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vicinal.errors import BadFormat, BadInput, BadOption
from vicinal.evaluate import _answers, builtin_questions, evaluate_analogies, read_questions
from vicinal.evaluate._answers import answer_rows
from vicinal.randomness import generator
from vicinal.space import Space


def grid(pairs=12, dim=30):
    """Pairs left0:right0, … that differ by one common vector, and all questions over them."""
    left = np.eye(dim)[1 : pairs + 1]
    left[:, 0] = -1
    right = left + np.eye(dim)[0] * 2
    names = [f"left{i}" for i in range(pairs)] + [f"right{i}" for i in range(pairs)]
    facts = [(f"left{i}", f"right{i}") for i in range(pairs)]
    return Space(names, np.concatenate([left, right])), [(*p, *q) for p, q in permutations(facts, 2)]


@pytest.mark.parametrize("method", ["add", "multiply"])
def test_exact_parallelograms_are_all_right(method):
    space, questions = grid()
    figure = evaluate_analogies(space, {"grid": questions}, method=method)["grid"]
    assert (figure.value, figure.n, figure.skipped) == (1.0, 132, 0)
    assert figure.high == 1.0 and 0.96 < figure.low < 1.0


def test_shuffled_vectors_are_about_all_wrong():
    space, questions = grid()
    shuffled = Space(space.names, generator(1).permutation(space.matrix))
    figure = evaluate_analogies(shuffled, {"grid": questions})["grid"]
    assert figure.value < 0.2 and figure.low <= figure.value <= figure.high


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.sampled_from(["add", "multiply"]), st.integers(1, 60), st.booleans())
def test_answers_are_those_of_the_twin(reference, seed, method, budget, with_zero):
    rng = generator(seed)
    matrix = rng.standard_normal((15, 4)).astype(np.float32)
    matrix[-1] *= not with_zero
    limit = int(rng.integers(8, 16))
    rows = np.array([rng.permutation(min(limit, 14))[:3] for _ in range(12)])
    rows[3:6] = rows[2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_answers, "_BUDGET", budget * limit)
        (found,) = answer_rows(Space([f"w{i}" for i in range(15)], matrix), rows, (method,), limit)
    for (a, b, c), answer in zip(rows.tolist(), found.tolist(), strict=True):
        scores = reference.analogy_scores(matrix[:limit], a, b, c, method)
        assert answer not in (a, b, c)
        assert scores[answer] == pytest.approx(scores.max(), rel=1e-4, abs=1e-5)


def test_the_space_answers_alike():
    space = Space([f"w{i}" for i in range(50)], generator(0).standard_normal((50, 6)))
    rows = np.array([generator(0, i).permutation(50)[:3] for i in range(40)])
    found = answer_rows(space, rows, ("add", "multiply"), 50)
    for at, method in enumerate(("add", "multiply")):
        for question, answer in zip(rows.tolist(), found[at].tolist(), strict=True):
            assert space.analogy(*(space.names[r] for r in question), method=method).first == space.names[answer]


def test_both_methods_in_one_report():
    space, questions = grid()
    report = evaluate_analogies(space, {"grid": questions}, method="both")
    assert report.names == ["grid (add)", "total (add)", "grid (multiply)", "total (multiply)"]
    assert report["total (multiply)"].measure == "accuracy (3CosMul)"


def test_sections_and_total():
    space, questions = grid()
    unknown = [("x", "y", "left0", "right0")] * 5
    report = evaluate_analogies(space, {"known": questions, "unknown": unknown, "empty": []})
    assert report.names == ["known", "unknown", "empty", "total"]
    assert (
        isnan(report["unknown"].value) and report["unknown"].skipped == 5 and "unknown word" in report["unknown"].note
    )
    assert isnan(report["empty"].value) and report["empty"].note == "no questions"
    assert (report["total"].n, report["total"].skipped, report["total"].value) == (132, 5, 1.0)


def test_restrict_bounds_words_and_candidates():
    space, questions = grid()
    decoy = Space([*space.names, "decoy"], np.concatenate([space.matrix, space.matrix[[12]]]))
    assert evaluate_analogies(decoy, {"g": questions}, restrict=24)["g"].value == 1.0
    assert evaluate_analogies(space, {"g": questions}, restrict=13)["g"].skipped == 132
    assert evaluate_analogies(space, {"g": questions}, restrict=14)["g"].n == 2
    everything = evaluate_analogies(space, {"g": questions}, restrict=None)
    assert everything["g"].n == 132 and "24 of 24" in everything.title


def test_case_as_written_then_lower():
    space, questions = grid()
    upper = {"g": [tuple(word.upper() for word in q) for q in questions]}
    assert evaluate_analogies(space, upper)["g"].value == 1.0
    cased = Space([name.upper() for name in space.names], space.matrix)
    assert evaluate_analogies(cased, upper)["g"].value == 1.0
    assert evaluate_analogies(cased, {"g": questions})["g"].skipped == 132


def test_unanswerable_and_zero_words_are_skipped():
    space, questions = grid()
    zeroed = Space(["zero", *space.names], np.concatenate([np.zeros((1, 30)), space.matrix]))
    odd = [("left0", "right0", "left1", "left0"), ("zero", "right0", "left1", "right1")]
    figure = evaluate_analogies(zeroed, {"g": [*questions, *odd]})["g"]
    assert (figure.n, figure.skipped, figure.value) == (132, 2, 1.0)


def test_bootstrap_is_wider_since_questions_share_words():
    rng = generator(0)
    space, questions = grid(20)
    noisy = Space(space.names, space.matrix + rng.standard_normal(space.matrix.shape) * 0.25)
    wilson = evaluate_analogies(noisy, {"g": questions, "h": questions[:50]})
    drawn = evaluate_analogies(noisy, {"g": questions, "h": questions[:50]}, interval="bootstrap")
    for name in ("g", "total"):
        assert 0.1 < wilson[name].value == drawn[name].value < 0.95
        assert drawn[name].low < drawn[name].value < drawn[name].high
        assert drawn[name].high - drawn[name].low > 1.3 * (wilson[name].high - wilson[name].low)
    again = evaluate_analogies(noisy, {"g": questions, "h": questions[:50]}, interval="bootstrap")
    assert [f.low for f in again] == [f.low for f in drawn]


@pytest.mark.parametrize("interval", ["wilson", "bootstrap"])
@pytest.mark.parametrize("questions", [{}, {"a": []}, {"a": [("p", "q", "r", "s")]}])
@pytest.mark.parametrize("size", [1, 3])
def test_little_or_nothing(interval, questions, size):
    space = Space(["p", "q", "r"][:size], np.zeros((size, 2)))
    report = evaluate_analogies(space, questions, interval=interval, method="both")
    assert all(isnan(figure.value) and figure.note for figure in report)
    assert "total (add)" in report


@pytest.mark.parametrize(
    "bad",
    [
        {"method": "cosine"},
        {"interval": "normal"},
        {"restrict": 0},
        {"restrict": 2.5},
        {"seed": -1},
        {"interval": "bootstrap", "resamples": -1},
    ],
)
def test_options(bad):
    with pytest.raises(BadOption):
        evaluate_analogies(Space(["a"], [[1.0]]), {}, **bad)


@pytest.mark.parametrize(
    "bad", [{"a": ["four"]}, {"a": [("x", "y", "z")]}, {"a": [("x", "y", "z", 1)]}, {"a": [None]}, [("a",)]]
)
def test_bad_questions_are_refused(bad):
    with pytest.raises(BadInput, match=r"four words|sections"):
        evaluate_analogies(Space(["a"], [[1.0]]), bad)


def test_files(tmp_path):
    space, questions = grid()
    path = tmp_path / "mine.txt"
    path.write_text(": grid\n" + "\n".join(" ".join(q) for q in questions))
    assert evaluate_analogies(space, path)["grid"].value == 1.0
    path.write_text(": grid\na b c\n")
    with pytest.raises(BadFormat, match="line 2"):
        evaluate_analogies(space, str(path))


def test_the_packaged_questions_are_the_default():
    words = sorted({word for q in builtin_questions()["family"] for word in q})
    space = Space(words, generator(0).standard_normal((len(words), 8)))
    report = evaluate_analogies(space)
    assert report["family"].n == len(builtin_questions()["family"])
    assert report["total"].n + report["total"].skipped == sum(map(len, builtin_questions().values()))


def test_google_questions(shared_file):
    sections = read_questions(shared_file("analogy/questions-words.txt"))
    assert len(sections) == 14 and sum(map(len, sections.values())) == 19_544
    words = sorted({word.lower() for section in sections.values() for q in section for word in q})
    space = Space(words, generator(0).standard_normal((len(words), 10)))
    total = evaluate_analogies(space, sections)["total"]
    assert (total.n, total.skipped) == (19_544, 0) and total.value < 0.02
