"""Levels of a tree above its leaves: centres of centres, by which a query is led to some of the leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat
from vicinal.index.kmeans import Packs, assign, k_means
from vicinal.index.rows import fixed
from vicinal.index.tree_ah_codes import finite
from vicinal.index.tree_ah_layout import check_array

OPTIMISM = 0.5  # of its radius, in the direction of the query, a leaf or node is credited with
_WIDER = 2  # times the root of the share that is wanted of a level, the share of the nodes above that are followed
_FEWEST = 12  # nodes of a level that are followed
_FLAT = 0.5  # of all leaves: where more would be compared, all are, four queries at a time


@dataclass(frozen=True, eq=False)
class Levels:
    """The nodes above the leaves, the top level first; those below a node stand side by side, in the order of nodes.

    Attributes
    ----------
    nodes : (t, dim) float32
        Centres of the nodes of all levels.
    radii : (t,) float32
        Root of the mean squared distance of what is below a node.
    below : (t,) int32
        Nodes or leaves below each.
    counts : (levels,) int32
        Nodes of each level.
    """

    nodes: NDArray[np.float32]
    radii: NDArray[np.float32]
    below: NDArray[np.int32]
    counts: NDArray[np.int32]

    @classmethod
    def of(
        cls, centres: NDArray[np.float32], levels: int, *, seed: int, threads: int = 1
    ) -> tuple[Levels, NDArray[np.int64]]:
        """Cluster the centres of leaves, and the centres of the clusters, so many times.

        Parameters
        ----------
        centres : (leaves, dim) float32
        levels : int
            Levels above the leaves. Each has the same share of the one below: the root of that number for one level.
        seed : int
        threads : int

        Returns
        -------
        levels : Levels
        order : (leaves,) int64
            Which leaf is to stand at each place.

        Examples
        --------
        >>> centres = np.array([[0, 1], [9, 9], [0, 2], [9, 8]], np.float32)
        >>> levels, order = Levels.of(centres, 1, seed=0)
        >>> levels.below.tolist(), np.sort(order.reshape(2, 2)).tolist()
        ([2, 2], [[0, 2], [1, 3]])
        """
        tiers, owners = [centres], list[NDArray[Any]]()
        for level in range(levels, 0, -1):
            count = min(max(1, round(len(centres) ** (level / (levels + 1)))), len(tiers[-1]))
            nodes = finite(k_means(tiers[-1], count, seed=seed, threads=threads))
            own, _ = assign(tiers[-1], Packs.of(nodes), threads)
            used, places = np.unique(own, return_inverse=True)  # nodes that nothing is nearest to are left out
            tiers.append(nodes[used])
            owners.append(places)
        order: NDArray[np.int64] = np.arange(len(tiers[-1]))
        parts: list[tuple[NDArray, ...]] = []
        for nodes, tier, own in zip(tiers[:0:-1], tiers[-2::-1], owners[::-1], strict=True):
            place = np.argsort(order)[own]
            squares = np.square(tier - nodes[own]).sum(axis=1, dtype=np.float64)
            below = np.bincount(place, minlength=len(nodes))
            radii = finite(np.sqrt(np.bincount(place, squares, len(nodes)) / below))
            parts.append((nodes[order], radii, below.astype(np.int32)))
            order = np.argsort(place, kind="stable")
        joined: list[NDArray[Any]] = [np.concatenate(part) for part in zip(*parts, strict=True)]
        return cls(joined[0], joined[1], joined[2], np.array([len(part[0]) for part in parts], np.int32)), order

    def choose(
        self, queries: NDArray[np.float32], metric: int, leaves: Packs, wanted: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Choose leaves for queries: from the top down, those below the best nodes are compared.

        Parameters
        ----------
        queries : (m, dim) float32
        metric : int
            As of the kernels.
        leaves : Packs
        wanted : int

        Returns
        -------
        leaves : (m, wanted) int32
            Best first; of all leaves where so many are wanted that most would be compared, or where the best nodes
            hold too few.
        offsets : (m, wanted) float32
            As of `vicinal.index._tree_ah_leaves_kernels.choose_leaves`.
        """
        from vicinal.index import _tree_ah_leaves_kernels as kernels

        followed = self.followed(wanted, leaves.count)
        if not followed:
            return choose_of_all(queries, metric, leaves, wanted)
        found, offsets = choose_of_all(queries, metric, self._packs(metric)[0], followed[0])
        tiers = [*self._packs(metric)[1:], leaves]
        for tier, firsts, count in zip(tiers, self._firsts, [*followed[1:], wanted], strict=True):
            above, found = found, np.empty((len(queries), count), np.int32)
            offsets = np.empty((len(queries), count), np.float32)
            kernels.choose_below(queries, metric, tier.values, tier.biases, firsts, above, found, offsets)
            short = np.flatnonzero(found[:, 0] < 0)
            if len(short):
                found[short], offsets[short] = choose_of_all(fixed(queries[short]), metric, tier, count)
        return found, offsets

    def followed(self, wanted: int, leaves: int) -> list[int]:
        """How many nodes of each level are followed, the top level first; empty where it is as well to compare all."""
        numbers: list[int] = []
        for count, below in zip(self.counts[::-1].tolist(), [leaves, *self.counts[:0:-1].tolist()], strict=True):
            share = _WIDER * (wanted / below) ** 0.5
            wanted = min(count, max(_FEWEST, math.ceil(share * count)))
            numbers.insert(0, wanted)
        return numbers if numbers[-1] < _FLAT * self.counts[-1] else []

    def _packs(self, metric: int) -> tuple[Packs, ...]:
        from vicinal.index._rescore_kernels import EUCLIDEAN

        return self._plain_packs if metric == EUCLIDEAN else self._wide_packs

    @cached_property
    def _plain_packs(self) -> tuple[Packs, ...]:
        return tuple(Packs.of(self.nodes[a:b]) for a, b in self._ranges)

    @cached_property
    def _wide_packs(self) -> tuple[Packs, ...]:
        return tuple(Packs.of(self.nodes[a:b], -OPTIMISM * self.radii[a:b]) for a, b in self._ranges)

    @property
    def _ranges(self) -> list[tuple[int, int]]:
        ends = np.cumsum(self.counts).tolist()
        return list(zip([0, *ends], ends, strict=False))

    @cached_property
    def _firsts(self) -> list[NDArray[np.int64]]:
        return [np.concatenate([[0], np.cumsum(self.below[a:b], dtype=np.int64)]) for a, b in self._ranges]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays, and of the nodes once more as the kernels read them."""
        return 2 * self.nodes.nbytes + self.radii.nbytes + self.below.nbytes + self.counts.nbytes

    def arrays(self) -> dict[str, NDArray]:
        """All arrays, for a file."""
        return {"nodes": self.nodes, "radii": self.radii, "below": self.below, "counts": self.counts}

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray], levels: int, dim: int, leaves: int) -> Levels:
        """Make again of what `arrays` gave; raises `BadFormat` where they do not fit each other or the leaves.

        Examples
        --------
        >>> levels, _ = Levels.of(np.eye(9, dtype=np.float32), 1, seed=0)
        >>> Levels.restore(levels.arrays(), 1, 9, 9).counts.tolist()
        [3]
        >>> Levels.restore(levels.arrays(), 1, 9, 10)
        Traceback (most recent call last):
            ...
        vicinal.errors.BadFormat: the nodes of the index do not fit what is below them
        """
        missing = [name for name in ("nodes", "radii", "below", "counts") if name not in arrays]
        if missing:
            raise BadFormat(f"the index lacks {missing[0]}")
        nodes, radii, below, counts = (arrays[name] for name in ("nodes", "radii", "below", "counts"))
        total = len(nodes) if nodes.ndim else 0
        check_array("nodes", nodes, np.float32, (total, dim))
        check_array("radii", radii, np.float32, (total,))
        check_array("below", below, np.int32, (total,))
        check_array("counts", counts, np.int32, (levels,))
        if not (np.isfinite(nodes).all() and np.isfinite(radii).all()):
            raise BadFormat("the index holds NaN or infinity")
        fit = (counts > 0).all() and (below > 0).all() and counts.sum(dtype=np.int64) == total
        if fit:
            sums = np.add.reduceat(below.astype(np.int64), np.cumsum(counts) - counts)
            fit = sums.tolist() == [*counts[1:].tolist(), leaves]
        if not fit:
            raise BadFormat("the nodes of the index do not fit what is below them")
        return cls(nodes, radii, below, counts)


def choose_of_all(
    queries: NDArray[np.float32], metric: int, leaves: Packs, wanted: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Choose leaves for queries by comparing all; see `Levels.choose`."""
    from vicinal.index import _tree_ah_leaves_kernels as kernels

    found, offsets = np.empty((len(queries), wanted), np.int32), np.empty((len(queries), wanted), np.float32)
    kernels.choose_leaves(queries, metric, leaves.values, leaves.biases, leaves.count, found, offsets)
    return found, offsets
