"""What the view Understand asks, against NumPy, scikit-learn, SciPy and the rest of vicinal."""

import json
from itertools import pairwise

import numpy as np
import pytest
from fastapi.testclient import TestClient

from vicinal import Space, compress
from vicinal.errors import BadInput, BadOption, UnknownName
from vicinal.index import costs as costs_module
from vicinal.maps import Map, point_trust, seriate
from vicinal.maps.heatmap import tiles_of
from vicinal.serve import Served, Shelf, create_app
from vicinal.serve.understanding import trust as trust_module
from vicinal.serve.understanding import variance as variance_module
from vicinal.serve.understanding.costs import costs_answer
from vicinal.serve.understanding.examples import example_groups, example_names
from vicinal.serve.understanding.heat import heatmap_answer
from vicinal.serve.understanding.trust import trust_answer
from vicinal.serve.understanding.variance import variance_answer


@pytest.fixture(scope="module")
def space():
    """150 names in three clouds of 16 dimensions that are stretched and lean one way."""
    random = np.random.default_rng(4)
    centres = np.repeat(random.normal(size=(3, 16)) * 2, 50, axis=0)
    matrix = (centres + random.normal(size=(150, 16))) * np.linspace(2, 0.2, 16) + 0.5
    return Space([f"{'abc'[i // 50]}{i % 50}" for i in range(150)], matrix)


@pytest.fixture(scope="module")
def served(space):
    return Served("clouds", space)


def unit(space):
    return space.matrix / np.linalg.norm(space.matrix, axis=1, keepdims=True)


GROUPS = [("first", [f"a{i}" for i in range(8)]), ("second", [f"b{i}" for i in range(7)]), ("two", ["c1", "c0"])]


class TestHeatmap:
    def test_values_and_shares_are_those_of_scikit_learn(self, served):
        decomposition = pytest.importorskip("sklearn.decomposition")
        answer = heatmap_answer(served, GROUPS, most=6)
        rows = unit(served.space)[answer["rows"]]
        pca = decomposition.PCA(6, svd_solver="full").fit(rows)
        np.testing.assert_allclose(answer["shares"], pca.explained_variance_ratio_, rtol=1e-5)
        np.testing.assert_allclose(np.abs(answer["values"]), np.abs(pca.transform(rows)), atol=1e-5)

    def test_it_shows_what_the_picture_shows(self, served):
        answer = heatmap_answer(served, GROUPS, most=20)
        groups = {"first": answer["names"][:8], "second": answer["names"][8:15], "two": answer["names"][15:]}
        tiles = tiles_of(served.space, groups, None, 20, None)
        np.testing.assert_array_equal(answer["values"], tiles.values)
        assert answer["names"] == tiles.words
        assert [(group["label"], group["count"]) for group in answer["groups"]] == tiles.groups
        assert ", ".join(answer["ends"][0]["low"][:3]) in tiles.reading[0]
        assert ", ".join(answer["ends"][0]["high"][:3]) in tiles.reading[0]

    def test_similar_words_of_a_list_stand_side_by_side(self, served):
        answer = heatmap_answer(served, GROUPS)
        assert answer["names"][:8] == seriate(served.space, GROUPS[0][1])
        assert answer["names"][15:] == ["c1", "c0"]  # two words have no order

    def test_stored_dimensions_are_the_matrix(self, served):
        answer = heatmap_answer(served, GROUPS, dims="stored", most=5)
        stored = served.space.matrix[answer["rows"]].astype(np.float64)
        np.testing.assert_array_equal(answer["values"], stored[:, :5])
        np.testing.assert_allclose(answer["shares"], (stored.var(axis=0) / stored.var(axis=0).sum())[:5])

    def test_a_component_that_parts_lists_is_said_to(self):
        matrix = [[5, 0, 0], [5, 1, 0], [5, 0, 1], [-5, 0, 0], [-5, 1, 0], [-5, 0, 1]]
        served = Served("parted", Space(list("uvwxyz"), matrix, metric="euclidean"))
        first = heatmap_answer(served, [("plus", list("uvw")), ("minus", list("xyz"))])["ends"][0]
        assert first["tells"] == ["minus", "plus"]
        assert (set(first["low"]), set(first["high"])) == (set("xyz"), set("uvw"))
        assert first["between_groups"] == pytest.approx(1.0)
        assert heatmap_answer(served, [("", list("uvwxyz"))])["ends"][0]["tells"] == []

    def test_share_between_lists_is_that_of_the_analysis_of_variance(self, served):
        answer = heatmap_answer(served, GROUPS)
        labels = np.repeat([0, 1, 2], [8, 7, 2])
        for end in answer["ends"]:
            column = np.array(answer["values"])[:, end["column"]]
            within = sum(((column[labels == g] - column[labels == g].mean()) ** 2).sum() for g in range(3))
            whole = ((column - column.mean()) ** 2).sum()
            assert end["between_groups"] == pytest.approx(1 - within / whole)

    @pytest.mark.parametrize(
        ("groups", "error"),
        [
            ([("", ["a0", "a1"])], BadInput),
            ([("", ["a0", "a1", "a0"])], BadInput),
            ([("one", ["a0", "a1"]), ("two", ["a1", "a2"])], BadInput),
            ([("", ["a0", "a1", "nobody"])], UnknownName),
            ([("", [f"{group}{i}" for group in "abc" for i in range(40)])], BadInput),
        ],
    )
    def test_words_that_cannot_be_shown_are_refused(self, served, groups, error):
        with pytest.raises(error):
            heatmap_answer(served, groups)

    def test_options_out_of_range_are_refused(self, served):
        for options in ({"most": 0}, {"most": 201}, {"dims": "some"}):
            with pytest.raises(BadOption):
                heatmap_answer(served, GROUPS, **options)


class TestExamples:
    def test_known_words_are_proposed_where_the_space_has_them(self):
        names = ["red", "blue", "white", "black", "gold", "silver", "iron", "tin", "king", "queen", "prince", "throne"]
        served = Served("words", Space([*names, "other"], np.eye(13)))
        assert [label for label, _ in example_groups(served)] == ["colours", "metals", "royalty"]
        assert example_names(served, 4) == ["blue", "gold", "king", "white"]

    def test_else_the_closest_little_groups(self, served):
        groups = example_groups(served)
        names = [name for _, members in groups for name in members]
        assert len(groups) == 4 and len(names) == len(set(names)) == 20
        for label, members in groups:
            assert label == f"near {members[0]}"
            assert set(members[1:]) <= set(served.space.nearest(members[0], 4).names[0])


class TestVariance:
    def test_shares_are_those_of_scikit_learn(self, served):
        decomposition = pytest.importorskip("sklearn.decomposition")
        answer = variance_answer(served)
        expected = decomposition.PCA().fit(unit(served.space).astype(np.float64)).explained_variance_ratio_
        np.testing.assert_allclose(answer["shares"], expected, rtol=1e-4)
        sums = np.cumsum(expected)
        for mark in answer["marks"]:
            assert sums[mark["components"] - 1] >= mark["share"] - 1e-9
            assert mark["components"] == 1 or sums[mark["components"] - 2] < mark["share"]
        assert answer["effective"] == pytest.approx(1 / np.square(expected).sum(), rel=1e-4)

    def test_components_of_other_metrics_are_those_of_the_rows_as_they_are(self, space):
        decomposition = pytest.importorskip("sklearn.decomposition")
        answer = variance_answer(Served("far", Space(space.names, space.matrix, metric="euclidean")))
        expected = decomposition.PCA().fit(space.matrix.astype(np.float64)).explained_variance_ratio_
        np.testing.assert_allclose(answer["shares"], expected, rtol=1e-4)
        assert not answer["unit"]

    def test_mean_cosine_is_that_of_all_pairs(self, served):
        cosines = unit(served.space).astype(np.float64)
        cosines = cosines @ cosines.T
        pairs = cosines[np.triu_indices(150, 1)]
        found = variance_answer(served)["cosines"]
        assert found["mean"] == pytest.approx(pairs.mean(), abs=1e-6)
        expected = np.histogram(pairs, found["edges"])[0] / len(pairs)
        np.testing.assert_allclose(np.array(found["counts"]) / found["pairs"], expected, atol=0.01)

    @pytest.mark.parametrize("dim", [2, 3, 16, 300])
    def test_cosines_of_random_directions_follow_their_law(self, dim):
        special = pytest.importorskip("scipy.special")
        edges = np.linspace(-1, 1, 41)
        half = (dim - 1) / 2
        expected = np.diff(special.betainc(half, half, (edges + 1) / 2))
        np.testing.assert_allclose(variance_module._random_cosines(edges, dim), expected, atol=5e-5)

    def test_random_vectors_of_many_rows_share_alike(self, served):
        random = variance_answer(served)["random"]
        assert sum(random) == pytest.approx(1.0)
        assert all(a >= b for a, b in pairwise(random))
        assert random[0] < variance_answer(served)["shares"][0]

    def test_lengths(self, served):
        lengths = variance_answer(served)["lengths"]
        norms = np.linalg.norm(served.space.matrix.astype(np.float64), axis=1)
        np.testing.assert_allclose(lengths["quartiles"], np.quantile(norms, [0.25, 0.5, 0.75]), rtol=1e-6)
        assert sum(lengths["counts"]) + lengths["beyond"] == 150
        assert lengths["most"] == pytest.approx(norms.max())
        alike = variance_answer(Served("unit", served.space.unit()))["lengths"]
        assert alike["alike"] and sum(alike["counts"]) == 150

    def test_of_a_large_space_a_sample_is_measured(self, space, monkeypatch):
        monkeypatch.setattr(variance_module, "_WORK", 16.0 * 16 * 100)
        answer = variance_answer(Served("large", space))
        assert answer["sampled"] == 100 and answer["n"] == 150
        full = variance_answer(Served("small", space.take(np.arange(100))))
        assert len(answer["shares"]) == len(full["shares"]) == 16

    def test_wide_rows_are_few(self, monkeypatch):
        random = np.random.default_rng(0)
        monkeypatch.setattr(variance_module, "_WORK", 1e7)
        answer = variance_answer(Served("wide", Space([f"n{i}" for i in range(120)], random.normal(size=(120, 400)))))
        assert answer["sampled"] == 100 and len(answer["shares"]) == 100


@pytest.fixture(scope="module")
def drawn(space):
    random = np.random.default_rng(1)
    places = space.matrix[:, :2] + random.normal(size=(150, 2)) * 0.3
    order = random.permutation(150)[:120]
    return Map([space.names[row] for row in order], places[order], "by hand", fingerprint=space.fingerprint)


@pytest.fixture(scope="module")
def mapped(space, drawn):
    return Served("clouds", space, maps={"half": drawn})


class TestTrust:
    def test_it_tells_what_the_room_of_maps_tells(self, mapped, drawn):
        answer = trust_answer(mapped, "half", list(drawn.names), k=7, sample=True)
        truth = point_trust(mapped.space, drawn, k=7)
        assert [point["share"] for point in answer["points"]] == truth.share.tolist() == answer["sample"]["share"]
        for point, true, shown in zip(answer["points"], truth.true, truth.shown, strict=True):
            assert [other["at"] for other in point["true"]] == true.tolist()
            assert [other["name"] for other in point["shown"]] == [drawn.names[at] for at in shown]
        assert answer["sample"]["mean"] == pytest.approx(truth.share.mean())
        assert answer["chance"] == 7 / 119

    def test_by_brute_force(self, mapped, drawn):
        point = trust_answer(mapped, "half", ["a3"] if "a3" in drawn.names else [drawn.names[5]], k=5)["points"][0]
        rows = mapped.space.names.rows(drawn.names)
        cosines = unit(mapped.space)[rows] @ unit(mapped.space)[point["row"]]
        cosines[point["at"]] = -np.inf
        true = np.argsort(-cosines)[:5]
        gaps = np.linalg.norm(drawn.coordinates - drawn.coordinates[point["at"]], axis=1)
        gaps[point["at"]] = np.inf
        shown = np.argsort(gaps)[:5]
        assert [other["at"] for other in point["true"]] == true.tolist()
        assert [other["at"] for other in point["shown"]] == shown.tolist()
        assert [other["both"] for other in point["true"]] == np.isin(true, shown).tolist()
        assert [other["both"] for other in point["shown"]] == np.isin(shown, true).tolist()
        np.testing.assert_allclose([other["score"] for other in point["true"]], cosines[true], atol=1e-6)

    def test_components_are_the_map_that_the_page_gets(self, served):
        answer = trust_answer(served, "pca", ["b7"], k=4)
        assert answer["method"] == "PCA" and answer["points"][0]["at"] == served.space.names.row("b7")

    def test_a_name_that_the_map_does_not_show_is_refused(self, mapped, drawn):
        missing = next(name for name in mapped.space.names if name not in drawn.names)
        with pytest.raises(BadInput, match="does not show"):
            trust_answer(mapped, "half", [missing])
        with pytest.raises(UnknownName):
            trust_answer(mapped, "half", ["nobody"])
        with pytest.raises(UnknownName):
            trust_answer(mapped, "third")

    def test_a_word_is_chosen_that_the_map_shows(self, mapped, drawn):
        assert trust_answer(mapped, "half")["points"][0]["name"] in drawn.names

    def test_of_a_large_map_a_sample_is_measured(self, mapped, monkeypatch):
        monkeypatch.setattr(trust_module, "_WORK", 1)
        found = trust_answer(Served("c", mapped.space, maps=mapped.maps), "half", [], k=3, sample=True)["sample"]
        assert len(found["at"]) == 100 and found["low"] < found["mean"] < found["high"]


class TestCosts:
    def test_figures_are_those_of_compress(self, served):
        """All 150 rows are asked about here as there."""
        ways = {way["key"]: way for way in costs_answer(served, k=5)["ways"]}
        for key in ("float16", "int8", "binary"):
            made = compress(served.space, key, k=5)
            assert ways[key]["recall"] == pytest.approx(made.recall.value)
            assert ways[key]["bytes"] == made.bytes_after
        for size in (8, 4, 2):
            made = compress(served.space, "float16", dim=size, k=5)
            assert ways[f"first{size}"]["recall"] == pytest.approx(made.reductions["truncate"].value)
            assert ways[f"axes{size}"]["recall"] == pytest.approx(made.reductions["pca"].value)
        both = compress(served.space, "int8", dim=8, reduce="pca", k=5)
        assert ways["axes8int8"]["recall"] == pytest.approx(both.recall.value)
        assert ways["axes8int8"]["bytes"] == both.bytes_after

    def test_neighbours_are_told_by_name(self, served):
        answer = costs_answer(served, ["a7", "c2"], k=6)
        for word in answer["names"]:
            assert [one["name"] for one in word["true"]] == served.space.nearest(word["name"], 6).names[0]
            small = served.space.truncate(4)
            found = small.nearest(word["name"], 6).names[0]
            assert [one["name"] for one in word["ways"]["first4"]["found"]] == found
            true = [one["name"] for one in word["true"]]
            assert word["ways"]["first4"]["kept"] == [name in found for name in true]
            assert [one["name"] for one in word["ways"]["first4"]["gained"]] == [n for n in found if n not in true]

    @pytest.mark.parametrize("metric", ["dot", "euclidean"])
    def test_other_metrics(self, space, metric):
        served = Served("other", Space(space.names, space.matrix, metric=metric))
        answer = costs_answer(served, ["a7"], k=6)
        assert [one["name"] for one in answer["names"][0]["true"]] == served.space.nearest("a7", 6).names[0]
        assert answer["ways"][2]["recall"] > 0.9

    def test_of_a_large_space_neighbours_are_sought_in_a_sample(self, monkeypatch):
        monkeypatch.setattr(costs_module, "_NUMBERS", 1)
        random = np.random.default_rng(0)
        served = Served("large", Space([f"n{i}" for i in range(1500)], random.normal(size=(1500, 8))))
        answer = costs_answer(served, [f"n{i}" for i in range(20)], k=3)
        assert answer["among"] == 1000 and answer["n"] == 1500 and answer["queries"] == 200
        assert answer["ways"][0]["total"] == 1500 * 32
        for word in answer["names"]:  # asked about too where the sample lacks them
            assert word["name"] not in [one["name"] for one in word["true"]]
            assert len(word["true"]) == 3

    def test_numbers_that_float16_cannot_hold_leave_it_out(self):
        answer = costs_answer(Served("huge", Space(["a", "b", "c"], [[1e6, 1], [1, 1e6], [2, 3]])), ["a"], k=1)
        assert [one["label"] for one in answer["left_out"]] == ["float16"]
        assert "65,504" in answer["left_out"][0]["why"]

    def test_how_many_names(self, served):
        for names in ([], [f"a{i}" for i in range(21)]):
            with pytest.raises(BadInput):
                costs_answer(served, names)


ODD = {
    "one": Space(["only"], [[1.0, 2.0]]),
    "two": Space(["a", "b"], [[1.0, 2.0], [2.0, 1.0]]),
    "flat": Space(["a", "b", "c", "d"], [[1.0], [2.0], [-1.0], [0.0]], metric="euclidean"),
    "zero": Space(list("abcdef"), np.zeros((6, 4))),
    "same": Space(list("abcdef"), np.ones((6, 4)), metric="dot"),
    "huge": Space(list("abcdef"), np.random.default_rng(0).normal(size=(6, 4)) * 1e30, metric="euclidean"),
    "tiny": Space(list("abcdef"), np.random.default_rng(0).normal(size=(6, 4)) * 1e-30, metric="dot"),
    "half": Space(list("abcdef"), np.random.default_rng(0).normal(size=(6, 4)).astype(np.float16)),
    "wide": Space(list("abcdef"), np.random.default_rng(0).normal(size=(6, 70))),
    "hostile": Space(["__proto__", "<script>", "\u202eb", "x" * 10_000, "two\nlines", "constructor"], np.eye(6)),
}


@pytest.fixture(scope="module")
def client():
    return TestClient(
        create_app(Shelf([Served(name, space) for name, space in ODD.items()])), raise_server_exceptions=True
    )


class TestHTTP:
    @pytest.mark.parametrize("name", ODD)
    def test_no_space_is_too_odd(self, client, name):
        asked = [
            client.get(f"/spaces/{name}/variance"),
            client.post(f"/spaces/{name}/heatmap", json={}),
            client.post(f"/spaces/{name}/heatmap", json={"dims": "stored"}),
            client.post(f"/spaces/{name}/trust", json={"sample": True}),
            client.post(f"/spaces/{name}/trust", json={"map": "pca3", "k": 1000}),
            client.post(f"/spaces/{name}/costs", json={"k": 1000}),
        ]
        few = len(ODD[name]) < 3
        assert [answer.status_code for answer in asked[:1]] == [200]
        for answer in asked:
            assert answer.status_code == 200 or (few and answer.status_code == 422), answer.text
            body = json.loads(answer.text, parse_constant=pytest.fail)
            if answer.status_code == 200:
                assert body["space"] == name and body["fingerprint"] == ODD[name].fingerprint
            else:
                assert body["error"]["message"]

    def test_names_are_told_as_they_are(self, client):
        names = ["__proto__", "\u202eb", "x" * 10_000]
        body = {"groups": [{"label": "<b>", "names": names}], "components": 2}
        answer = client.post("/spaces/hostile/heatmap", json=body).json()
        assert sorted(answer["names"]) == sorted(names) and answer["groups"][0]["label"] == "<b>"
        costs = client.post("/spaces/hostile/costs", json={"names": ["__proto__"], "k": 2}).json()
        assert costs["names"][0]["name"] == "__proto__"

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("heatmap", {"names": ["a", "b", "nobody"]}),
            ("heatmap", {"names": ["a"] * 2000}),
            ("heatmap", {"components": 0}),
            ("heatmap", {"dims": "all"}),
            ("heatmap", {"surplus": 1}),
            ("trust", {"k": 0}),
            ("trust", {"k": 10**6}),
            ("trust", {"map": "nothing"}),
            ("trust", {"names": ["nobody"]}),
            ("costs", {"names": []}),
            ("costs", {"k": "ten"}),
        ],
    )
    def test_what_cannot_be_answered_is_said(self, client, path, body):
        assert client.post(f"/spaces/half/{path}", json=body).status_code == 422

    def test_an_unknown_space(self, client):
        for answer in (client.get("/spaces/none/variance"), client.post("/spaces/none/costs", json={})):
            assert answer.status_code == 404
