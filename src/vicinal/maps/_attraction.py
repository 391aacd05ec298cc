"""The loss of t-SNE and its gradient: neighbours attract, everything repels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.require import require

Places = NDArray[np.float64]
_INTERPOLATED = 10_000  # points from which interpolation is quicker than a tree
_WORTH_THREADS = 1_000  # points below which threads wait for each other more than they work


class Attraction:
    """The joint probabilities of neighbours, and what they do to places.

    Parameters
    ----------
    near : (n, k) int64
        Neighbours of every point, nearest first.
    distances : (n, k) float32
    perplexity : float
    dim : 2 or 3
    threads : int
    """

    def __init__(
        self, near: NDArray[np.int64], distances: NDArray[np.float32], perplexity: float, *, dim: int, threads: int
    ) -> None:
        threads = threads if len(near) >= _WORTH_THREADS else 1
        affinity, tsne = require("openTSNE.affinity", "maps"), require("openTSNE.tsne", "maps")
        self._true: Any = affinity.joint_probabilities_nn(near, distances, [perplexity], n_jobs=threads)
        self._scaled, self._exaggeration = self._true, 1.0
        self._how: dict[str, Any] = {"dof": 1, "n_jobs": threads}
        if dim == 2 and len(near) >= _INTERPOLATED:
            self._loss = tsne.kl_divergence_fft
            self._how["fft_params"] = {"n_interpolation_points": 3, "min_num_intervals": 50, "ints_in_interval": 1}
        else:
            self._loss = tsne.kl_divergence_bh
            self._how["bh_params"] = {"theta": 0.5}

    def gradient(self, places: Places, exaggeration: float, wanted: bool) -> tuple[float, Places]:
        """Return the Kullback-Leibler divergence (NaN unless it is wanted) and its gradient under exaggeration."""
        if exaggeration != self._exaggeration:
            self._scaled = self._true if exaggeration == 1 else self._true * exaggeration
            self._exaggeration = exaggeration
        loss, found = self._loss(places, self._scaled, should_eval_error=wanted, **self._how)
        return (float(loss) / exaggeration - float(np.log(exaggeration)) if wanted else float("nan")), found
