"""DeepWalk: nodes that share random walks get similar vectors."""

from __future__ import annotations

from vicinal.graphs.walk_encoder import WalkEncoder


class DeepWalk(WalkEncoder):
    """Skip-gram over random walks whose steps depend on the present node alone (Perozzi et al. 2014).

    The paper trains with ``objective="hierarchical_softmax"``; the default here is negative sampling, which is quicker.
    In a weighted graph a step goes along an edge in proportion to its weight. `Node2Vec` with p = q = 1 is the same.

    Parameters
    ----------
    dim, walk_length, walks_per_node, window, shrink_window, objective, negatives, sharing, noise_exponent, subsample, \
epochs, learning_rate, min_learning_rate, threads, seed, deterministic
        As in `Node2Vec`.

    Attributes
    ----------
    vocabulary_, input_, output_, degrees_, history_, paths_, origin_
        As in `Node2Vec`.

    Examples
    --------
    >>> barbell = [(i, j) for side in (range(5), range(5, 10)) for i in side for j in side if i < j] + [(0, 5)]
    >>> model = DeepWalk(dim=16, walk_length=20, epochs=3, threads=1).fit(barbell)
    >>> sorted(model.space.nearest("7", k=4).names[0])
    ['5', '6', '8', '9']
    """

    def __init__(
        self, *, dim: int = 128, walk_length: int = 80, walks_per_node: int = 10, window: int = 10,
        shrink_window: bool = True, objective: str = "negative_sampling", negatives: int = 5, sharing: int = 1,
        noise_exponent: float = 0.75, subsample: float = 0.0, epochs: int = 2, learning_rate: float = 0.0125,
        min_learning_rate: float = 1e-4, threads: int = 0, seed: int = 1, deterministic: bool = False,
    ) -> None:  # fmt: skip
        self.dim, self.walk_length, self.walks_per_node = dim, walk_length, walks_per_node
        self.window, self.shrink_window, self.objective = window, shrink_window, objective
        self.negatives, self.sharing, self.noise_exponent = negatives, sharing, noise_exponent
        self.subsample, self.epochs = subsample, epochs
        self.learning_rate, self.min_learning_rate = learning_rate, min_learning_rate
        self.threads, self.seed, self.deterministic = threads, seed, deterministic

    def _bias(self) -> tuple[float, float]:
        return 1.0, 1.0
