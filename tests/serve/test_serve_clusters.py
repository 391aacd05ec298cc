"""Clusters as the server sends them."""

import json

import numpy as np
import pytest

from vicinal import Space
from vicinal.errors import BadOption
from vicinal.maps import clusters
from vicinal.serve import Served
from vicinal.serve.clusters import clusters_bytes


def space_of(matrix):
    return Space([f"w{i}" for i in range(len(matrix))], matrix)


def test_sends_what_is_found():
    space = space_of(np.random.default_rng(5).normal(size=(80, 6)))
    found, data = clusters(space, 5), clusters_bytes(Served("a", space), 5).data
    head = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert json.loads(head["__metadata__"]["labels"]) == [", ".join(names) for names in found.central]
    assert float(head["__metadata__"]["explained"]) == found.explained
    np.testing.assert_array_equal(np.frombuffer(data[-160:], np.uint16), found.codes)


def test_refusals():
    served = Served("a", space_of(np.eye(4)))
    for k in (-1, 0, 1, 5, 65, 10**12):
        with pytest.raises(BadOption, match="k must be from 2 to 4"):
            clusters_bytes(served, k)
    assert clusters_bytes(served, 4).tag == clusters_bytes(Served("a", space_of(np.eye(4))), 4).tag
