import numpy as np
import pytest

from vicinal.errors import BadOption
from vicinal.index.rows import Rows
from vicinal.index.tree import Tree
from vicinal.similarity import nearest_rows

pytest.importorskip("sklearn")


def test_ties_beyond_the_kth_are_settled_by_row():
    """The 3 nearest of a square grid's inner point: itself and two of four at the same distance."""
    grid = np.stack(np.meshgrid(np.arange(30), np.arange(30)), axis=-1).reshape(-1, 2).astype(np.float32)
    grid = grid[np.random.default_rng(0).permutation(len(grid))]
    data = Rows.of(grid, "euclidean")
    rows, _ = Tree.build(data).search(grid[:50], 3)
    assert rows.tolist() == nearest_rows(grid[:50], grid, 3, "euclidean", data.norms)[0].tolist()


def test_narrow_masks_are_answered_in_full():
    random = np.random.default_rng(1)
    data = Rows.of(random.normal(size=(3000, 4)).astype(np.float32), "dot")
    allowed = np.zeros(3000, bool)
    allowed[random.permutation(3000)[:7]] = True
    queries = random.normal(size=(5, 4)).astype(np.float32)
    rows, _ = Tree.build(data).search(queries, 10, allowed=allowed)
    assert (np.sort(rows[:, :7], axis=1) == np.flatnonzero(allowed)).all()
    assert (rows[:, 7:] == -1).all()


def test_honest_about_many_dimensions():
    assert Tree.plans(100_000, 3, "cosine")
    assert not Tree.plans(100_000, 50, "cosine")
    assert not Tree.plans(10, 3, "cosine")


@pytest.mark.parametrize("options", [{"split": "cover"}, {"leaf_size": 0}, {"split": None}])
def test_options_out_of_range(options):
    with pytest.raises(BadOption, match=next(iter(options))):
        Tree.build(Rows.of(np.eye(3, dtype=np.float32), "dot"), **options)
