"""Kinds of index whose recall, speed, size and time of building are known, and a clock that they move."""

import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import numpy as np

from vicinal.errors import BadFormat, BadOption
from vicinal.index import kinds
from vicinal.index.exact import Exact
from vicinal.index.kind import Kind
from vicinal.index.rows import Rows
from vicinal.similarity import nearest_rows


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


CLOCK = Clock()


class Fake(Kind):
    """Finds each true neighbour with a chance that its setting says, always the same ones for the same query."""

    name = "fake"
    curve = ((1, 0.5, 1e-5), (2, 0.8, 2e-5), (3, 0.97, 4e-5), (4, 0.995, 8e-5))  # effort, recall, seconds a query
    growth = 0.0  # power of n by which a query takes longer
    build_seconds = 1e-6  # a row
    size = 8  # bytes a vector
    fails = False  # to extend
    plans_ = ({},)

    @classmethod
    def build(cls, data, *, seed=0, threads=0, callback=None, **options):
        if set(options) - {"quality"}:
            raise BadOption(f"no option {options}")
        self = cls()
        self.data, self.options, self.known = data, dict(options), {}
        CLOCK.now += cls.build_seconds * len(data)
        return self

    @classmethod
    def plans(cls, n, dim, metric):
        return [dict(plan) for plan in cls.plans_]

    def settings(self, k):
        return [{"effort": effort} for effort, _, _ in self.curve]

    def search(self, queries, k, *, allowed=None, setting=None, threads=1):
        _, recall, seconds = next(line for line in self.curve if line[0] == (setting or self.setting)["effort"])
        CLOCK.now += seconds * len(queries) * len(self.data) ** self.growth
        count = len(self.data) if allowed is None else int(allowed.sum())
        deep = min(count, 4 * k + 20)
        data = self.data
        known = self.known.get((queries.tobytes(), deep)) if allowed is None else None
        places, values = known or nearest_rows(queries, data.matrix, deep, data.metric, data.norms, allowed=allowed)
        if allowed is None:
            self.known[(queries.tobytes(), deep)] = places, values  # a tuner asks the same again and again
        mark = (np.abs(queries[:, 0]) * 1e4).astype(np.int64)[:, None] * 7919 + places * 104729
        kept = ((mark * 2654435761) % 2**32 / 2**32) < recall
        order = np.argsort(~kept, axis=1, kind="stable")[:, :k]
        order = np.take_along_axis(
            order, np.argsort(np.take_along_axis(~kept, order, axis=1), axis=1, kind="stable"), 1
        )
        good = np.take_along_axis(kept, order, axis=1)
        places, values = np.take_along_axis(places, order, axis=1), np.take_along_axis(values, order, axis=1)
        return np.where(good, places, -1), np.where(good, values, np.nan).astype(np.float32)

    def extend(self, data, *, threads=0, callback=None):
        if type(self).fails:
            raise MemoryError("no room to extend")
        return super().extend(data, threads=threads)

    @property
    def nbytes(self):
        return self.size * len(self.data)

    def arrays(self):
        return {"count": np.array([len(self.data)], np.int32)}

    @classmethod
    def restore(cls, data, arrays, options):
        if set(arrays) != {"count"} or arrays["count"].tolist() != [len(data)]:
            raise BadFormat("the count does not fit")
        self = cls()
        self.data, self.options, self.known = data, dict(options), {}
        return self


def kind(name, **figures):
    """Make another fake kind."""
    return type(name, (Fake,), {"name": name, **figures})


def register(monkeypatch, *classes, only=False):
    """Put fake kinds into the registry for one test; with ``only``, take all others but exact search out."""
    module = ModuleType("vicinal.index.fakes")
    homes = {key: home for key, home in kinds._HOMES.items() if not only or key == "exact"}
    for cls in classes:
        setattr(module, cls.name, cls)
        homes[cls.name] = ("fakes", cls.name)
    monkeypatch.setitem(sys.modules, "vicinal.index.fakes", module)
    monkeypatch.setattr(kinds, "_HOMES", homes)
    if only:  # codes of rows are timed by another clock
        monkeypatch.setattr(Exact, "plans", classmethod(lambda *_: [{"codes": "float"}]))


def load():
    """Load this file as a module, from any test."""
    if "index_fakes" not in sys.modules:
        spec = util.spec_from_file_location("index_fakes", Path(__file__))
        module = util.module_from_spec(spec)
        sys.modules["index_fakes"] = module
        spec.loader.exec_module(module)
    return sys.modules["index_fakes"]


def rows(n=2000, dim=8, metric="euclidean", seed=0):
    return Rows.of(np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32), metric)
