"""The models of ``vicinal train``, one file each; to add one, copy the nearest and list it here."""

from __future__ import annotations

from vicinal.cli.models import (
    deepwalk,
    doc2vec,
    fasttext,
    glove,
    lsa,
    node2vec,
    ppmi,
    random_projection,
    table,
    tfidf,
    word2vec,
)
from vicinal.cli.models._inputs import INPUTS
from vicinal.cli.models._model import Model, Option

__all__ = ["DEFAULT", "INPUTS", "MODELS", "Model", "Option"]

DEFAULT = "word2vec"
MODELS = {
    module.MODEL.name: module.MODEL
    for module in (word2vec, fasttext, glove, ppmi, tfidf, lsa, doc2vec, random_projection, deepwalk, node2vec, table)
}
