"""t-SNE: openTSNE's from the same neighbours, and runs that end early go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadInput, BadOption
from vicinal.maps import Map, pca_map, tsne_map
from vicinal.maps._attraction import Attraction
from vicinal.maps._kept import Kept
from vicinal.maps._neighbours import neighbours_of
from vicinal.maps.tsne import _descend, _start
from vicinal.progress import Meter
from vicinal.similarity import unit_rows

openTSNE = pytest.importorskip("openTSNE", reason="openTSNE is not installed")


def groups(n=300, dim=16, kinds=12, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % kinds
    matrix = (4 * rng.normal(size=(kinds, dim))[labels] + rng.normal(size=(n, dim))).astype(np.float32)
    return Space([f"w{i}" for i in range(n)], matrix, metric="euclidean"), labels


def descended(start, attraction, iterations):
    return _descend(start.copy(), attraction, iterations, Meter(None, "t-SNE"), Kept(None, {}))


@pytest.mark.parametrize("dim", [2, 3])
def test_the_descent_is_that_of_opentsne(dim):
    space, _ = groups()
    near, distances, _ = neighbours_of(space.matrix, 60)
    neighbours = openTSNE.nearest_neighbors.PrecomputedNeighbors(near, distances)
    affinities = openTSNE.affinity.PerplexityBasedNN(perplexity=20, knn_index=neighbours)
    start = _start(space.matrix, dim, 0)
    attraction = Attraction(near, distances, 20.0, dim=dim, threads=1)
    assert abs(attraction._true - affinities.P).max() < 1e-15

    theirs = openTSNE.TSNEEmbedding(start.copy(), affinities, negative_gradient_method="bh")
    theirs = theirs.optimize(250, exaggeration=12, momentum=0.8)
    ours, _ = descended(start, attraction, 30)
    same = openTSNE.TSNEEmbedding(start.copy(), affinities, negative_gradient_method="bh")
    np.testing.assert_allclose(ours, same.optimize(30, exaggeration=12, momentum=0.8), rtol=1e-4, atol=1e-9)

    theirs = theirs.optimize(150, momentum=0.8)
    ours, divergence = descended(start, attraction, 400)
    assert divergence == pytest.approx(theirs.kl_divergence, rel=0.03)


@pytest.mark.parametrize("dim", [2, 3])
def test_it_keeps_neighbourhoods_better_than_components_and_parts_groups(dim):
    space, labels = groups()
    drawn = tsne_map(space, dim, perplexity=10, iterations=400, threads=1)
    assert drawn.quality["trustworthiness"] > pca_map(space, dim).quality["trustworthiness"]
    near = neighbours_of(drawn.coordinates, 5)[0]
    assert (labels[near] == labels[:, None]).mean() > 0.97
    assert drawn.method == "t-SNE" and drawn.options["perplexity"] == 10 and drawn.quality["divergence"] > 0


def test_handwritten_digits_come_apart():
    datasets = pytest.importorskip("sklearn.datasets")
    digits, labels = datasets.load_digits(return_X_y=True)
    digits, labels = digits[::3], labels[::3]
    space = Space([str(i) for i in range(len(digits))], digits.astype(np.float32), metric="euclidean")
    drawn = tsne_map(space, iterations=400, threads=1)
    near = neighbours_of(drawn.coordinates, 5)[0]
    assert (labels[near] == labels[:, None]).mean() > 0.93


def test_quality_is_that_of_scikit_learn():
    manifold = pytest.importorskip("sklearn.manifold")
    space, _ = groups(150)
    drawn = tsne_map(space, metric="cosine", iterations=100, threads=1)
    expected = manifold.trustworthiness(unit_rows(space.matrix), drawn.coordinates, n_neighbors=10)
    assert drawn.quality["trustworthiness"] == pytest.approx(expected, abs=1e-9)


def test_one_thread_repeats_itself_and_leaves_the_global_state_alone():
    space, _ = groups(120)
    before = np.random.get_state()[1].tolist()
    one, two = (tsne_map(space, iterations=300, threads=1, seed=3).coordinates for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert np.random.get_state()[1].tolist() == before


def test_many_points_are_drawn_by_interpolation(monkeypatch):
    space, labels = groups(600)
    monkeypatch.setattr("vicinal.maps._attraction._INTERPOLATED", 500)
    drawn = tsne_map(space, iterations=120, threads=1)
    near = neighbours_of(drawn.coordinates, 5)[0]
    assert (labels[near] == labels[:, None]).mean() > 0.97


def test_progress_comes_with_the_loss():
    seen = []
    tsne_map(groups(60)[0], iterations=320, threads=1, callback=seen.append)
    steps = [report for report in seen if report.stage == "t-SNE"]
    assert [report.done for report in steps] == list(range(1, 321)) and steps[0].unit == "iterations"
    assert steps[-1].loss < steps[0].loss and seen[0].stage == "finding neighbours"


SCRIPT = """
import sys
import numpy as np
from vicinal import Space
from vicinal.maps import tsne_map

rng = np.random.default_rng(0)
space = Space([str(i) for i in range(150)], rng.normal(size=(150, 8)))
out, checkpoint = sys.argv[1:]
drawn = tsne_map(space, iterations=400, threads=1, checkpoint=checkpoint or None, checkpoint_every=0.05)
drawn.save(out)
"""


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path):
    (tmp_path / "draw.py").write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "OPENBLAS_NUM_THREADS": "1"}
    part = tmp_path / "a.map.part"

    def draw(out, checkpoint):
        return [sys.executable, tmp_path / "draw.py", tmp_path / out, checkpoint]

    with subprocess.Popen(draw("a.map", part), env=environment) as process:
        end = time.monotonic() + 60
        while not part.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        process.kill()
    assert process.returncode == -signal.SIGKILL and part.exists() and not (tmp_path / "a.map").exists()
    for command in (draw("b.map", ""), draw("a.map", part)):
        subprocess.run(command, env=environment, check=True, timeout=120)
    assert (tmp_path / "a.map").read_bytes() == (tmp_path / "b.map").read_bytes()
    assert not part.exists() and len(Map.open(tmp_path / "a.map")) == 150


def test_the_state_of_another_map_or_a_damaged_one_is_not_taken_up(tmp_path):
    space, _ = groups(60)
    part = tmp_path / "a.part"

    def stop(progress):
        if progress.stage == "t-SNE" and progress.done == 40:
            raise KeyboardInterrupt

    def first_step(**how):
        seen = []
        tsne_map(space, threads=1, checkpoint=part, checkpoint_every=1e9, callback=seen.append, **how)
        assert not part.exists()
        return min(report.done for report in seen if report.stage == "t-SNE")

    def interrupt():
        with pytest.raises(KeyboardInterrupt):
            tsne_map(space, iterations=60, threads=1, checkpoint=part, checkpoint_every=0, callback=stop)
        return part.read_bytes()

    data = interrupt()
    assert first_step(iterations=60) == 41
    part.write_bytes(data)
    assert first_step(iterations=60, seed=1) == 1
    for damaged in (data[:-1], b"", data[:-8] + np.float64(np.nan).tobytes(), b"\xff" * 99):
        part.write_bytes(damaged)
        assert first_step(iterations=60) == 1


def test_perplexity_is_lowered_for_few_names_and_equal_points_are_drawn():
    few = tsne_map(groups()[0], names=["w1", "w2", "w3", "w4"], iterations=20, threads=1)
    assert few.options["perplexity"] == 1.0
    matrix = np.ones((40, 4), np.float32)
    matrix[30:] = 2.0
    same = tsne_map(Space([str(i) for i in range(40)], matrix, metric="euclidean"), perplexity=5, iterations=300)
    assert np.isfinite(same.coordinates).all()


@pytest.mark.parametrize(
    "how",
    [{"dim": 4}, {"perplexity": 0.5}, {"perplexity": float("nan")}, {"iterations": 0}, {"recall": 0}, {"threads": 1.5},
     {"seed": -1}, {"metric": "taxi"}],
)  # fmt: skip
def test_options_out_of_range_are_refused(how):
    with pytest.raises(BadOption):
        tsne_map(groups(50)[0], **how)


def test_too_few_names_are_refused():
    with pytest.raises(BadInput, match="four names or more"):
        tsne_map(groups(50)[0], names=["w1", "w2", "w3"])
