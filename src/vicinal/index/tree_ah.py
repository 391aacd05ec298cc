"""A tree of k-means centres over short codes: few leaves are scanned, and few rows of them scored exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vicinal.index.kind import Kind
from vicinal.index.rescore import rescore
from vicinal.index.rows import Rows, in_ranges
from vicinal.index.tree_ah_layout import Layout
from vicinal.index.tree_ah_training import Books, Packs, assign, k_means, train_books
from vicinal.progress import Callback
from vicinal.randomness import generator

_BLOCK = 1 << 14
_NO_MASK = np.zeros(0, np.bool_)
_NO_LISTS = np.zeros((0, 0), np.int64)


class TreeAH(Kind):
    name = "tree_ah"

    @classmethod
    def build(cls, data: Rows, *, seed: int = 0, threads: int = 0, callback: Callback | None = None, **options: Any) -> Self:
        self = cls()
        self.data = data
        o = dict(leaves=None, width=2, threshold=0.2, spread=1.0, weight=None, train=128) | options
        self.options = o
        n, dim = len(data), data.dim
        leaves = o["leaves"] or max(1, int(1.6 * n**0.5))
        self.spread = o["spread"]
        rng = generator(seed, 1)
        take = min(n, o["train"] * leaves)
        sample = data.block(0, n)
        if take < n:
            sample = sample[np.sort(rng.choice(n, take, replace=False))]
        self.centres = k_means(sample, leaves, seed, threads, o.get("rounds", 8))
        packs = Packs.of(self.centres)
        sample = sample[rng.choice(len(sample), min(len(sample), 65536), replace=False)]
        own, _ = assign(sample, packs, threads)
        T = o["threshold"]
        weight = o["weight"]
        if weight is None:
            weight = 0.0 if data.metric == "euclidean" else T * T / (1 - T * T) * (dim - 1) - 1
        self.books = train_books(sample, sample - self.centres[own], width=o["width"], weight=weight, seed=seed, threads=threads)
        codes = []; values = []; owners = []
        for a in range(0, n, _BLOCK):
            x = data.block(a, a + _BLOCK)
            own, _ = assign(x, packs, threads)
            c, along = self.books.encode(x, x - self.centres[own], weight, threads)
            sq = np.einsum("ij,ij->i", x, x)
            if data.metric == "euclidean":
                cc = np.einsum("ij,ij->i", self.centres, self.centres)
                v = along - sq / 2 + cc[own] / 2
            else:
                v = np.divide(along, sq, out=np.zeros_like(sq), where=sq > 0)
            codes.append(c); values.append(v); owners.append(own)
        codes = np.concatenate(codes); values = np.concatenate(values); owners = np.concatenate(owners)
        if data.metric == "euclidean":
            lo, hi = values.min(), values.max()
            step = (hi - lo) / 255 or 1.0
            level = np.clip(np.rint((values - lo) / step), 0, 255).astype(np.uint8)
            digits = np.stack([level >> 4, level & 15], 1)
            book = np.stack([lo + 16 * step * np.arange(16), step * np.arange(16)])
        else:
            lo, hi = np.quantile(values, [0.002, 0.998])
            step = (hi - lo) / 15 or 1.0
            digits = np.clip(np.rint((values - lo) / step), 0, 15).astype(np.uint8)[:, None]
            book = (lo + step * np.arange(16))[None]
        all_codes = np.concatenate([codes, digits], 1)
        if all_codes.shape[1] % 2:
            all_codes = np.pad(all_codes, ((0, 0), (0, 1)))
        packed = all_codes[:, ::2] | all_codes[:, 1::2] << 4
        full = np.zeros((self.books.centres.shape[0] + len(book), o["width"], 16), np.float32)
        full[: -len(book)] = self.books.centres
        full[-len(book):, 0] = book
        self.full = full
        self.layout = Layout.of(owners, packed, leaves)
        self.packs = Packs.of(self.centres, euclidean=data.metric == "euclidean")
        if data.metric != "euclidean":
            rr = np.concatenate([np.square(data.block(a, a + _BLOCK) - self.centres[owners[a : a + _BLOCK]]).sum(1) for a in range(0, n, _BLOCK)])
            radii = np.sqrt(np.bincount(owners, rr, leaves) / np.maximum(self.layout.sizes, 1))
            self.packs.biases[:leaves] = -o.get("optimism", 0.5) * radii
        return self

    @classmethod
    def plans(cls, n, dim, metric):
        return [{}]

    def search(self, queries, k, *, allowed=None, setting=None, threads=1):
        from vicinal.index import _tree_ah_kernels as kernels

        L, C = min(setting["leaves"], len(self.centres)), max(k, setting["candidates"])
        m = len(queries)
        found = np.full((m, k), -1, np.int64)
        scores = np.full((m, k), np.nan, np.float32)
        metric = {"cosine": 0, "dot": 1, "euclidean": 2}[self.data.metric]
        lay = self.layout
        lists = _NO_LISTS
        mask = _NO_MASK if allowed is None else allowed

        def work(a, b):
            part = slice(a, b)
            leaves = np.empty((b - a, L), np.int32); offsets = np.empty((b - a, L), np.float32)
            kernels.choose_leaves(queries[part], np.ones(b - a, np.float32) if metric == 2 else np.linalg.norm(queries[part], axis=1), self.packs.values, self.packs.biases, len(self.centres), leaves, offsets)
            order = np.argsort(leaves[:, 0]) if b - a > 4 else np.arange(b - a)
            kernels.search(queries[part], order, leaves, offsets, self.full, np.float32(self.spread), lay.codes, lay.starts, lay.sizes, lay.rows, mask, C,
                self.data.matrix, self.data.norms, metric, found[part], scores[part], lists)
        in_ranges(work, m, threads, least=8)
        return found, scores

    @property
    def nbytes(self): return self.layout.nbytes
    def arrays(self): return {}
    @classmethod
    def restore(cls, data, arrays, options): ...
