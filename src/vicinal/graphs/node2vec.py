"""Node2Vec: nodes that share walks get similar vectors, p and q saying how the walks explore."""

from __future__ import annotations

from vicinal.graphs.walk_encoder import WalkEncoder


class Node2Vec(WalkEncoder):
    """Skip-gram over second-order random walks (Grover and Leskovec 2016).

    Parameters
    ----------
    dim : int
        Dimensions of the vectors.
    walk_length : int
        Nodes in a walk.
    walks_per_node : int
        Walks that begin at each node, in every epoch anew.
    p, q : float
        Coming from t, a step to x is weighed by 1/p if x is t, by 1 if an edge leads from t to x, else by 1/q. A small
        p and a large q keep walks near where they are, a large p and a small q send them on.
    window : int
        Nodes on each side in a walk that count as company.
    shrink_window : bool
        Draw each window's reach from 1 to ``window``, so that near nodes weigh more.
    objective : "negative_sampling", "hierarchical_softmax" or "softmax"
        As in `vicinal.words.Word2Vec`.
    negatives, sharing, noise_exponent
        As in `vicinal.words.Word2Vec`.
    subsample : float
        Nodes more frequent than this share of all visits are dropped at random; 0 keeps all.
    epochs : int
        The papers train once over their walks; here each epoch has fresh ones.
    learning_rate, min_learning_rate : float
        At the first and after the last walk; a straight line between. The default is half of what is usual for words:
        the nodes of one window are alike, and all of them move the same few negatives.
    threads : int
        0 takes all processors. With more than one the threads race, so two trainings differ slightly.
    seed : int
    deterministic : bool
        Give the same bits for the same seed at any ``threads``, by training on one thread.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        All nodes and how often one walk from every node came to them.
    input_, output_ : (n, dim) float32
        Node vectors, and the vectors they are scored against.
    degrees_ : (n,) int64
        In the order of the vocabulary.
    history_ : list of float
        Mean loss per example of every epoch.
    paths_ : Paths or None
        The Huffman tree, with hierarchical softmax.
    origin_ : Origin

    Examples
    --------
    >>> barbell = [(i, j) for side in (range(5), range(5, 10)) for i in side for j in side if i < j] + [(0, 5)]
    >>> model = Node2Vec(dim=16, walk_length=20, epochs=3, q=0.5, threads=1).fit(barbell)
    >>> sorted(model.space.nearest("7", k=4).names[0])
    ['5', '6', '8', '9']
    """

    def __init__(
        self, *, dim: int = 128, walk_length: int = 80, walks_per_node: int = 10, p: float = 1.0, q: float = 1.0,
        window: int = 10, shrink_window: bool = True, objective: str = "negative_sampling", negatives: int = 5,
        sharing: int = 1, noise_exponent: float = 0.75, subsample: float = 0.0, epochs: int = 2,
        learning_rate: float = 0.0125, min_learning_rate: float = 1e-4, threads: int = 0, seed: int = 1,
        deterministic: bool = False,
    ) -> None:  # fmt: skip
        self.dim, self.walk_length, self.walks_per_node, self.p, self.q = dim, walk_length, walks_per_node, p, q
        self.window, self.shrink_window, self.objective = window, shrink_window, objective
        self.negatives, self.sharing, self.noise_exponent = negatives, sharing, noise_exponent
        self.subsample, self.epochs = subsample, epochs
        self.learning_rate, self.min_learning_rate = learning_rate, min_learning_rate
        self.threads, self.seed, self.deterministic = threads, seed, deterministic

    def _bias(self) -> tuple[float, float]:
        return self.p, self.q
