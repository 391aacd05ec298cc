"""Every encoder by name, and the one door through which a saved one is opened."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from vicinal.errors import BadFormat, BadInput
from vicinal.names import near_spellings
from vicinal.store.encoder_folder import EncoderFolder

# Class name → room. What a file says is looked up here and never imported.
ENCODERS = {
    "BinaryCode": "tables",
    "DeepWalk": "graphs",
    "Doc2Vec": "words",
    "FastText": "words",
    "GloVe": "counts",
    "LSA": "counts",
    "MinMax": "tables",
    "Multiplexed": "tables",
    "Node2Vec": "graphs",
    "OneHot": "tables",
    "Ordinal": "tables",
    "PPMI": "counts",
    "Phrases": "data",
    "Procrustes": "align",
    "ProcrustesRefined": "align",
    "RandomProjection": "counts",
    "SentenceMean": "words",
    "Sketch": "tables",
    "Standardize": "tables",
    "TableEncoder": "tables",
    "TfIdf": "counts",
    "Word2Vec": "words",
}
# First bytes → class name, for encoders that are saved as a single file.
FILES = {b"\xba\x16\x4f\x2f": "FastText"}


def encoder_class(name: str) -> Any:
    """Return an encoder's class by its name.

    Parameters
    ----------
    name : str

    Returns
    -------
    type

    Raises
    ------
    BadInput
        For a name that is not known; offers near spellings.

    Examples
    --------
    >>> encoder_class("PPMI")(dim=20)
    PPMI(dim=20)
    """
    if name not in ENCODERS:
        near = near_spellings(name, list(ENCODERS))
        hint = f"; did you mean {', '.join(map(repr, near))}?" if near else f"; there are {', '.join(ENCODERS)}"
        raise BadInput(f"no encoder is called {name!r}{hint}")
    return getattr(import_module(f"vicinal.{ENCODERS[name]}"), name)


def load_encoder(path: str | os.PathLike[str]) -> Any:
    """Open a saved encoder of whatever class.

    Parameters
    ----------
    path : path
        The folder that ``save`` wrote.

    Returns
    -------
    Encoder
        As its own ``load`` gives it.

    Raises
    ------
    BadInput
        If there is no such folder.
    BadFormat
        If it holds something else, a class that this version does not have, or parts that do not fit each other.

    Examples
    --------
    >>> import tempfile
    >>> from vicinal import PPMI
    >>> folder = os.path.join(tempfile.mkdtemp(), "model")
    >>> PPMI(dim=2, min_count=1).fit(["the cat sat", "the dog sat"] * 5).save(folder)
    >>> load_encoder(folder).space
    Space(4 × 2, cosine, PPMI: sat, the, cat, dog)
    """
    if os.path.isfile(path):
        if not is_saved_encoder(path):
            raise BadInput(f"{os.fspath(path)} is a file, and no saved encoder (a space is opened by Space.open)")
        return encoder_class(next(name for magic, name in FILES.items() if _begins(path, magic))).load(path)
    name = EncoderFolder(path).name
    if name not in ENCODERS:
        raise BadFormat(
            f"{os.fspath(path)} holds {name!r}, which is no encoder of this version; it has {', '.join(ENCODERS)}"
        )
    return encoder_class(name).load(path)


def is_saved_encoder(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a folder, or a file that begins as the files of an encoder do.

    Examples
    --------
    >>> is_saved_encoder("."), is_saved_encoder("nowhere.space")
    (True, False)
    """
    return os.path.isdir(path) or (os.path.isfile(path) and any(_begins(path, magic) for magic in FILES))


def _begins(path: str | os.PathLike[str], magic: bytes) -> bool:
    with open(path, "rb") as file:
        return file.read(len(magic)) == magic
