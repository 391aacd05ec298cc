"""Vectors of sentences by all-MiniLM-L6-v2, whose weights come from a package: the forward pass in plain NumPy."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
from _answer import answer, seconds_of

HEADS, LAYERS, LONGEST, TOKENS = 12, 6, 128, 4096


def encode(texts: str, out: str) -> dict:
    """Write the vectors of a file of sentences, one a line: (n, 384) float32 of length 1."""
    import all_minilm_l6_v2
    from tokenizers import Tokenizer

    packed = zipfile.ZipFile(Path(all_minilm_l6_v2.__file__).with_name("model.zip"))
    tokenizer, weights = Tokenizer.from_str(packed.read("tokenizer.json").decode()), _weights(packed)
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    ids = [found.ids for found in tokenizer.encode_batch(Path(texts).read_text("utf-8").splitlines())]
    seconds, vectors = seconds_of(lambda: _all(ids, weights))
    np.save(out, vectors)
    return {"sentences": len(ids), "seconds": seconds}


def _weights(packed: zipfile.ZipFile) -> dict[str, np.ndarray]:
    data = packed.read("model.safetensors")
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), memoryview(data)[8 + size :]
    return {
        name: np.frombuffer(body[slice(*about["data_offsets"])], np.float32).reshape(about["shape"])
        for name, about in header.items()
        if name != "__metadata__" and about["dtype"] == "F32"
    }


def _all(ids: list[list[int]], weights: dict[str, np.ndarray]) -> np.ndarray:
    """Encode sentences of one length together, so that none needs padding."""
    vectors = np.empty((len(ids), 384), np.float32)
    lengths = np.array([len(row) for row in ids])
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        for some in np.array_split(rows, -(-len(rows) * length // TOKENS)):
            vectors[some] = _forward(np.array([ids[row] for row in some]), weights)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _forward(ids: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normed(x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    m, length = ids.shape
    table = "embeddings.{}_embeddings.weight".format
    x = weights[table("word")][ids] + weights[table("position")][:length] + weights[table("token_type")][0]
    x = normed(x.reshape(m * length, -1), "embeddings.LayerNorm")
    for at in range(LAYERS):
        layer = f"encoder.layer.{at}"
        query, key, value = (
            dense(x, f"{layer}.attention.self.{part}").reshape(m, length, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        share = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[-1]))
        share = np.exp(share - share.max(axis=-1, keepdims=True))
        share /= share.sum(axis=-1, keepdims=True)
        seen = (share @ value).transpose(0, 2, 1, 3).reshape(m * length, -1)
        x = normed(x + dense(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        hidden = _gelu(dense(x, f"{layer}.intermediate.dense"))
        x = normed(x + dense(hidden, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x.reshape(m, length, -1).mean(axis=1)


def _gelu(x: np.ndarray) -> np.ndarray:
    """Give x Φ(x), with Abramowitz and Stegun's 7.1.26 for the error function (1.5e-7)."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    terms = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    series = np.zeros_like(x)
    for term in terms:
        series = (series + np.float32(term)) * t
    erf = 1 - series * np.exp(-z * z)
    return 0.5 * x * (1 + np.copysign(erf, x))


answer(encode)
