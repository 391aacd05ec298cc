"""Word translation: ours, plain NumPy and SciPy, and gensim's translation matrix, each in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from _answer import answer, seconds_of


def _load(source: str, target: str, pairs: str):
    """Matrices, names and dictionary, which every contestant gets alike; words are rows by falling frequency."""
    sides = []
    for path in (source, target):
        with np.load(path) as found:
            sides.append((found["names"].tolist(), found["vectors"]))
    return *sides, json.loads(Path(pairs).read_text())


def vicinal(source: str, target: str, pairs: str, refined: bool) -> dict:
    """Procrustes, plain or refined; P@1 and P@5 by cosine and by CSLS."""
    import vicinal as vc
    from vicinal.evaluate import translation_precision

    (left_names, left), (right_names, right), words = _load(source, target, pairs)
    spaces = vc.Space(left_names, left), vc.Space(right_names, right)
    model = vc.ProcrustesRefined() if refined else vc.Procrustes()
    seconds, _ = seconds_of(lambda: model.fit(*spaces, [tuple(pair) for pair in words["seed"]]))
    test, out = [tuple(pair) for pair in words["test"]], {}

    def measure():
        aligned = model.transform(spaces[0])
        for method, shown in (("nearest", "cosine"), ("csls", "CSLS")):
            report = translation_precision(aligned, spaces[1], test, method=method)
            out.update({f"P@{k}, {shown}": report[f"P@{k}"].value for k in (1, 5)})

    searching, _ = seconds_of(measure)
    return {"fit_seconds": seconds, "search_seconds": searching, "seconds": seconds + searching, "scores": out}


def plain(source: str, target: str, pairs: str) -> dict:
    """The same in plain SciPy and NumPy, all scores in one matrix."""
    from scipy.linalg import orthogonal_procrustes

    (left_names, left), (right_names, right), words = _load(source, target, pairs)

    def unit(rows):
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def find_map():
        rows = [[names[w] for w in side] for names, side in zip(numbers, zip(*words["seed"], strict=True), strict=True)]
        return orthogonal_procrustes(unit(left[rows[0]]), unit(right[rows[1]]))[0]

    numbers = [{name: row for row, name in enumerate(names)} for names in (left_names, right_names)]
    seconds, turn = seconds_of(find_map)
    truth: dict[int, set[int]] = {}
    for a, b in words["test"]:
        truth.setdefault(numbers[0][a], set()).add(numbers[1][b])
    out = {}

    def measure():
        moved, targets, rows = unit(left @ turn), unit(right), list(truth)
        cosines = moved @ targets.T
        here = np.sort(np.partition(cosines[rows], -10, axis=1)[:, -10:]).mean(axis=1)
        there = np.partition(cosines, -10, axis=0)[-10:].mean(axis=0)
        for shown, scores in (("cosine", cosines[rows]), ("CSLS", 2 * cosines[rows] - there - here[:, None])):
            best = np.argsort(-scores, axis=1, kind="stable")[:, :5].tolist()
            for k in (1, 5):
                hits = [bool(truth[row] & set(found[:k])) for row, found in zip(rows, best, strict=True)]
                out[f"P@{k}, {shown}"] = float(np.mean(hits))

    searching, _ = seconds_of(measure)
    return {"fit_seconds": seconds, "search_seconds": searching, "seconds": seconds + searching, "scores": out}


def gensim(source: str, target: str, pairs: str) -> dict:
    """Gensim's TranslationMatrix: least squares, not orthogonal (Mikolov et al. 2013), searched by cosine."""
    from gensim.models import KeyedVectors
    from gensim.models.translation_matrix import TranslationMatrix

    spaces = []
    (left_names, left), (right_names, right), words = _load(source, target, pairs)
    for names, vectors in ((left_names, left), (right_names, right)):
        space = KeyedVectors(vectors.shape[1])
        space.add_vectors(names, vectors)
        spaces.append(space)
    seconds, model = seconds_of(lambda: TranslationMatrix(*spaces, word_pairs=[tuple(p) for p in words["seed"]]))
    truth: dict[str, set[str]] = {}
    for a, b in words["test"]:
        truth.setdefault(a, set()).add(b)
    searching, found = seconds_of(lambda: model.translate(list(truth), topn=5))
    out = {f"P@{k}, cosine": float(np.mean([bool(truth[w] & set(found[w][:k])) for w in truth])) for k in (1, 5)}
    return {"fit_seconds": seconds, "search_seconds": searching, "seconds": seconds + searching, "scores": out}


answer(vicinal, plain, gensim)
