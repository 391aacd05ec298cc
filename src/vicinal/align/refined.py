"""Procrustes, refined: the map finds more of the dictionary, and the dictionary a better map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from vicinal.align.csls import mutual_nearest
from vicinal.align.dictionary import Pairs
from vicinal.align.procrustes import Procrustes
from vicinal.checks import check_whole
from vicinal.space import Space


@dataclass(frozen=True)
class Round:
    """One state of a refinement.

    Attributes
    ----------
    pairs : int
        Pairs that the map was learned from.
    similarity : float
        Mean cosine of the most frequent words to their translation by CSLS; what is maximised.

    Examples
    --------
    >>> Round(pairs=500, similarity=0.4).pairs
    500
    """

    pairs: int
    similarity: float


class ProcrustesRefined(Procrustes):
    """`Procrustes`, whose dictionary is then replaced by its own best guesses, again and again.

    Every round pairs those frequent words of the two spaces that are each other's nearest by CSLS, and learns the map
    anew from them (Conneau et al. 2018, section 2.2; Artetxe et al. 2017). It stops early when the words do not come
    nearer to their translations, and keeps the best map. A small or noisy dictionary gains most.

    Parameters
    ----------
    rounds : int
        At most so many; 0 is plain `Procrustes`.
    most_frequent : int
        Words of each space that take part: its first rows, since spaces are ordered by frequency.
    neighbors : int
        How many make the neighbourhood of CSLS.
    unit, center, min_pairs
        As in `Procrustes`.

    Attributes
    ----------
    history_ : list of Round
        The map of the dictionary, then one a round; the last may be one that was not kept.
    map_, source_mean_, target_mean_, seed_, origin_, target_origin_
        As in `Procrustes`.

    Examples
    --------
    >>> from vicinal.randomness import generator
    >>> target = Space([f"t{i}" for i in range(200)], generator(1).normal(size=(200, 8)))
    >>> turn = np.linalg.qr(generator(2).normal(size=(8, 8)))[0]
    >>> source = Space([f"s{i}" for i in range(200)], target.matrix @ turn)
    >>> model = ProcrustesRefined().fit(source, target, [(f"s{i}", f"t{i}") for i in range(8)])
    >>> model.history_[-1].pairs
    200
    """

    def __init__(
        self, *, rounds: int = 5, most_frequent: int = 10_000, neighbors: int = 10, unit: bool = True,
        center: bool = False, min_pairs: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(unit=unit, center=center, min_pairs=min_pairs)
        self.rounds, self.most_frequent, self.neighbors = rounds, most_frequent, neighbors

    def fit(self, source: Space, target: Space, pairs: Pairs = None) -> Self:
        """Learn the map from a dictionary and refine it.

        Parameters
        ----------
        source, target, pairs
            As in `Procrustes.fit`.

        Returns
        -------
        self

        Raises
        ------
        BadInput, BadFormat, SpacesDiffer, BadOption
            As `Procrustes.fit` does.
        """
        self._check_options()
        rows, seed = self._known(source, target, pairs)
        self._solve(source, target, rows)
        self.history_: list[Round] = []
        best, kept = -np.inf, (self.map_, self.source_mean_, self.target_mean_)
        heads = [np.flatnonzero(space.norms[: self.most_frequent] > 0) for space in (source, target)]
        left, right = (
            np.asarray(space.matrix[head], np.float32) for space, head in zip((source, target), heads, strict=True)
        )
        while True:
            guess_left, guess_right, similarity = mutual_nearest(self.encode(left), right, neighbors=self.neighbors)
            self.history_.append(Round(len(rows), similarity))
            if similarity <= best:
                break
            best, kept = similarity, (self.map_, self.source_mean_, self.target_mean_)
            if len(self.history_) > self.rounds or len(guess_left) < source.dim:
                break
            rows = np.stack([heads[0][guess_left], heads[1][guess_right]], axis=1)
            self._solve(source, target, rows)
        self.map_, self.source_mean_, self.target_mean_ = kept
        return self._keep(source, target, seed)

    def _check_options(self) -> None:
        super()._check_options()
        check_whole("rounds", self.rounds, 0)
        check_whole("most_frequent", self.most_frequent)
        check_whole("neighbors", self.neighbors)

    def _record(self) -> dict[str, Any]:
        rounds = [{"pairs": r.pairs, "similarity": r.similarity} for r in self.history_]
        return {**super()._record(), "history": rounds}

    def _restore(self, record: dict[str, Any]) -> None:
        super()._restore(record)
        self.history_ = [Round(int(r["pairs"]), float(r["similarity"])) for r in record["history"]]
