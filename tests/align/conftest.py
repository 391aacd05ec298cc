import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from vicinal.origin import Origin
from vicinal.randomness import generator
from vicinal.space import Space


@pytest.fixture(scope="session")
def twin():
    """The slow readable twin of this room."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "reference" / "align.py")))


@pytest.fixture
def planted():
    """Make a target, the same rows turned (and shifted, and disturbed) as a source, the turn, and the dictionary."""
    import numpy as np

    def make(n=120, dim=10, noise=0.0, shift=0.0, seed=1):
        rng = generator(seed)
        target = Space([f"t{i}" for i in range(n)], rng.normal(size=(n, dim)))
        turn = np.linalg.qr(rng.normal(size=(dim, dim)))[0]
        moved = (target.matrix - shift * np.arange(dim)) @ turn.T + noise * rng.normal(size=(n, dim))
        source = Space([f"s{i}" for i in range(n)], moved, origin=Origin("Planted", seed=seed))
        return source, target, turn, [(f"s{i}", f"t{i}") for i in range(n)]

    return make
