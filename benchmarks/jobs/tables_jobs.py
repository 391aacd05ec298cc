"""Encoders of tables: ours and the peers', each call in a process of its own."""

from __future__ import annotations

import csv
import gzip
import json
import re

import numpy as np
from _answer import answer, seconds_of


def columns(path: str, copies: int) -> dict[str, np.ndarray]:
    """Towns and where they are, so many times over."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = {name: np.tile(np.array([row[name] for row in rows], object), copies) for name in ("cc", "admin1", "name")}
    return table | {name: np.tile(np.array([float(row[name]) for row in rows]), copies) for name in ("lat", "lon")}


def _vicinal(name: str):
    from vicinal import tables

    return {
        "OneHot": tables.OneHot, "Ordinal": tables.Ordinal, "BinaryCode": tables.BinaryCode,
        "Standardize": tables.Standardize, "MinMax": tables.MinMax,
    }[name]()  # fmt: skip


def _peer(name: str):
    from sklearn import preprocessing

    if name == "BinaryCode":
        from category_encoders import BinaryEncoder

        return BinaryEncoder()
    return {
        "OneHot": lambda: preprocessing.OneHotEncoder(sparse_output=False, dtype=np.float32),
        "Ordinal": lambda: preprocessing.OrdinalEncoder(dtype=np.float32),
        "Standardize": preprocessing.StandardScaler,
        "MinMax": preprocessing.MinMaxScaler,
    }[name]()


def encode(name: str, who: str, path: str, copies: int, wanted: list[str], seed: int = 1, out: str = "") -> dict:
    """Learn and encode some columns; ours gives float32, and so do the peers where they can."""
    import pandas as pd

    frame = pd.DataFrame(columns(path, copies))[wanted]
    make = _vicinal if who == "vicinal" else _peer
    make(name).fit_transform(frame.head(50))
    encoder = make(name)
    learning, _ = seconds_of(lambda: encoder.fit(frame))
    encoding, result = seconds_of(lambda: encoder.transform(frame))
    if out:
        np.save(out, np.asarray(result, np.float64)[: len(frame) // copies])
    return {
        "fit_seconds": learning, "encode_seconds": encoding, "seconds": learning + encoding, "rows": len(frame),
        "dims": np.asarray(result).shape[1],
    }  # fmt: skip


def rate_films(who: str, path: str, dim: int, seeds: list[int]) -> dict:
    """Error of ridge regression that foretells held-out ratings from the hashed user and film, at equal width."""
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.linear_model import Ridge

    with open(path, encoding="utf-8") as file:
        lines = [line.split("\t") for line in file.read().splitlines()[1:]]
    users, films = (np.array([line[at] for line in lines], object) for at in (0, 1))
    ratings = np.array([float(line[2]) for line in lines])
    errors = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(lines))
        train, test = order[: len(order) * 9 // 10], order[len(order) * 9 // 10 :]
        if who == "vicinal":
            import vicinal as vc

            encoder = vc.Multiplexed(dim=dim // 4, rows=4096, hashes=2, seed=seed)
            table = encoder.fit_transform(np.stack([users, films], axis=1))
        else:
            pairs = [(f"user={user}/{seed}", f"film={film}/{seed}") for user, film in zip(users, films, strict=True)]
            table = FeatureHasher(dim, input_type="string").transform(pairs)
        model = Ridge(alpha=1.0).fit(table[train], ratings[train])
        errors.append(float(np.sqrt(np.mean((model.predict(table[test]) - ratings[test]) ** 2))))
    return {"values": errors}


def hash_columns(who: str, path: str, copies: int, dim: int) -> dict:
    """Hash three columns of text to as many numbers."""
    table = columns(path, copies)
    rows = np.stack([table[name] for name in ("cc", "admin1", "name")], axis=1)
    if who == "vicinal":
        import vicinal as vc

        vc.Multiplexed(dim=2).fit_transform(rows[:50])
        seconds, result = seconds_of(lambda: vc.Multiplexed(dim=dim // 6, hashes=2).fit_transform(rows))
    else:
        from sklearn.feature_extraction import FeatureHasher

        hasher = FeatureHasher(dim, input_type="string", dtype=np.float32)
        seconds, result = seconds_of(lambda: hasher.transform([[f"{n}={v}" for n, v in enumerate(r)] for r in rows]))
    return {"seconds": seconds, "rows": result.shape[0], "dims": result.shape[1]}


def sets(path: str, count: int) -> list[set[str]]:
    """Words of film reviews; every second set is the one before it with a part of its words replaced."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for _, line in zip(range(count), file, strict=False)]
    words = [set(re.findall(r"\w+", text.lower())) for text in texts]
    random, out = np.random.default_rng(0), []
    for at in range(count // 2):
        own, other = sorted(words[at]), sorted(words[-1 - at])
        keep = random.random()
        out += [words[at], {w for w in own if random.random() < keep} | {w for w in other if random.random() > keep}]
    return out


def minhash(who: str, path: str, count: int, dim: int, seeds: list[int]) -> dict:
    """Time of making signatures, and errors of the Jaccard similarity estimated from them."""
    groups = sets(path, count)
    pairs = list(zip(groups[::2], groups[1::2], strict=True))
    truth = np.array([len(a & b) / len(a | b) for a, b in pairs])
    errors, times = [], []
    for seed in seeds:
        if who == "vicinal":
            from vicinal import Sketch

            sketch = Sketch(method="minhash", dim=dim, seed=seed)
            sketch.encode(groups[:2])
            seconds, found = seconds_of(lambda sketch=sketch: sketch.encode(groups))
        else:
            from datasketch import MinHash

            encoded = [[word.encode() for word in group] for group in groups]
            MinHash.bulk(encoded[:2], num_perm=dim, seed=seed)
            seconds, made = seconds_of(lambda s=seed, e=encoded: MinHash.bulk(e, num_perm=dim, seed=s))
            found = np.array([one.hashvalues for one in made])
        estimates = (found[::2] == found[1::2]).mean(axis=1)
        errors.append(np.abs(estimates - truth))
        times.append(seconds)
    return {
        "seconds": times[0], "values": [float(e.mean()) for e in errors],
        "tail": [float(np.quantile(e, 0.95)) for e in errors], "sets": len(groups),
    }  # fmt: skip


def beyond_bound(method: str, dim: int, pairs: int, seeds: list[int]) -> dict:
    """Share of estimates further from the truth than the bound at 5 %, over pairs of vectors and seeds."""
    from vicinal import Sketch

    random = np.random.default_rng(0)
    left = random.standard_normal((pairs, 64))
    mixed = random.random((pairs, 1))
    right = mixed * left + (1 - mixed) * random.standard_normal((pairs, 64))
    if method == "minhash":
        left, right = (np.where(side > 0, 1.0, 0.0) for side in (left, right))
    inner, lengths = (left * right).sum(axis=1), np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    union = ((left > 0) | (right > 0)).sum(axis=1)
    truth = {"count_sketch": inner, "simhash": inner / lengths, "minhash": inner / np.maximum(union, 1)}[method]
    shares, worst = [], 0.0
    for seed in seeds:
        sketch = Sketch(method=method, dim=dim, seed=seed)
        sketch.fit(left)
        estimate = sketch.estimate(sketch.encode(left), sketch.encode(right))
        error = np.abs(np.asarray(estimate.value) - truth) / (lengths if method == "count_sketch" else 1)
        shares.append(float((error > sketch.error_bound(0.05)).mean()))
        worst = max(worst, float(error.max()))
    return {"values": shares, "largest_error": worst, "bound": Sketch(method=method, dim=dim).error_bound(0.05)}


answer(encode, rate_films, hash_columns, minhash, beyond_bound)
