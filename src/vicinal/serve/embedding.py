"""Vectors of new texts and words by a saved encoder."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadInput, BadOption
from vicinal.lengths import unit_rows_wide

# Class name → what it encodes, of those that encode text.
TAKES = {
    "DeepWalk": "names",
    "Doc2Vec": "texts",
    "FastText": "words",
    "GloVe": "names",
    "LSA": "texts",
    "Node2Vec": "names",
    "PPMI": "names",
    "SentenceMean": "texts",
    "TfIdf": "texts",
    "Word2Vec": "names",
}


class Model:
    """A trained encoder behind the server; one request at a time encodes by it.

    Parameters
    ----------
    name : str
    encoder : Encoder

    Raises
    ------
    BadInput
        For one that takes something else than text.

    Examples
    --------
    >>> from vicinal import PPMI
    >>> model = Model("tiny", PPMI(dim=2, min_count=1).fit(["the cat sat", "the dog sat"] * 5))
    >>> model.encode(["cat"]).shape, model.takes
    ((1, 2), 'names')
    """

    def __init__(self, name: str, encoder: Any) -> None:
        kind = type(encoder).__name__
        if kind not in TAKES:
            raise BadInput(f"{name}: a {kind} does not encode text, so it cannot be served")
        self.name, self.kind, self.takes = name, kind, TAKES[kind]
        self._encoder, self._lock = encoder, Lock()

    @property
    def fingerprint(self) -> str:
        """Of the vectors it makes."""
        return self._encoder.origin_.fingerprint

    def encode(self, texts: Sequence[str], dimensions: int | None = None) -> NDArray[np.float32]:
        """Encode texts, words or names.

        Parameters
        ----------
        texts : sequence of str
        dimensions : int, optional
            Keep so many of the first ones, and scale to length 1.

        Returns
        -------
        (n, dim) float32
            Finite.

        Raises
        ------
        BadOption
            For more dimensions than there are.
        UnknownName
            For a name that the encoder has no vector of.
        """
        with self._lock:
            vectors = np.asarray(self._encoder.encode(list(texts)), np.float32)
        if dimensions is None:
            return vectors
        if not 1 <= dimensions <= vectors.shape[1]:
            raise BadOption(f"dimensions must be from 1 to {vectors.shape[1]} for {self.name!r}, got {dimensions:,}")
        return unit_rows_wide(vectors[:, :dimensions]).astype(np.float32)


def embeddings_answer(
    model: Model, texts: Sequence[str], dimensions: int | None, encoding_format: str
) -> dict[str, Any]:
    """Answer as OpenAI's API does.

    Examples
    --------
    >>> from vicinal import PPMI
    >>> model = Model("tiny", PPMI(dim=2, min_count=1).fit(["the cat sat", "the dog sat"] * 5))
    >>> answer = embeddings_answer(model, ["cat", "dog"], 1, "float")
    >>> [row["embedding"] for row in answer["data"]], answer["usage"]["total_tokens"]
    ([[1.0], [1.0]], 2)
    """
    from vicinal.serve.numbers import encoded

    vectors = model.encode(texts, dimensions)
    data = [
        {"object": "embedding", "index": at, "embedding": encoded(vector, encoding_format)}
        for at, vector in enumerate(vectors)
    ]
    tokens = sum(len(text.split()) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model.name, "fingerprint": model.fingerprint, "usage": usage}
