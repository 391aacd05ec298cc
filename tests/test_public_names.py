"""What is public: written down here once more, so that it changes only on purpose."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

import vicinal

SOURCE = Path(vicinal.__file__).parent
PUBLIC = [
    "LSA",
    "PPMI",
    "DeepWalk",
    "Doc2Vec",
    "FastText",
    "GloVe",
    "Index",
    "Match",
    "Matches",
    "Multiplexed",
    "Names",
    "Node2Vec",
    "Origin",
    "Phrases",
    "Procrustes",
    "ProcrustesRefined",
    "Progress",
    "RandomProjection",
    "Reporter",
    "SentenceMean",
    "Sketch",
    "Space",
    "TableEncoder",
    "TfIdf",
    "VicinalError",
    "Word2Vec",
    "__version__",
    "build_index",
    "compress",
    "connect",
    "load_encoder",
    "open_index",
]
SPACE = [
    "analogy", "centered", "check_same_origin", "columns", "concat", "dim", "fingerprint", "matrix", "metric", "names",
    "nearest", "norms", "odd_one_out", "open", "origin", "rename", "save", "similarities", "similarity", "take",
    "truncate", "unit", "vector",
]  # fmt: skip
NO_EXAMPLE = {"main"}  # the command line: it ends the process
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def documented(thing):
    """A class's own docstring: the one it inherits says what another class is."""
    return inspect.cleandoc(thing.__doc__ or "")


def is_code(thing):
    return inspect.isclass(thing) or inspect.isfunction(thing)


def test_the_front_door():
    assert vicinal.__all__ == PUBLIC
    assert set(PUBLIC) <= set(dir(vicinal)) and not [n for n in dir(vicinal) if n[0] == "_" and n[:2] != "__"]
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = vicinal.nothing
    assert vicinal.__version__ and vicinal.__doc__


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_public_objects_are_explained(name):
    thing = getattr(vicinal, name)
    assert thing.__name__ == name
    assert "Examples\n--------\n" in documented(thing)


def test_what_a_space_can_do():
    space = vicinal.Space(["a"], [[1]])
    assert sorted(name for name in dir(space) if name[0] != "_") == SPACE
    for name in SPACE:
        member = inspect.getattr_static(vicinal.Space, name, None)
        if member is not None:
            assert documented(getattr(member, "__func__", member)), name


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_say_what_is_public(room):
    module = importlib.import_module(f"vicinal.{room}")
    assert module.__doc__ and "TBD" not in module.__doc__
    names = getattr(module, "__all__", None)
    assert names is not None, f"vicinal.{room} has no __all__"
    assert list(names) == sorted(names, key=lambda name: (not name.isupper(), name)) or list(names) == sorted(names)
    assert len(set(names)) == len(names)
    public = {name: getattr(module, name) for name in names}
    code = {name: documented(thing) for name, thing in public.items() if is_code(thing) and name not in NO_EXAMPLE}
    assert [name for name, text in code.items() if not text] == [], "no docstring"
    assert [name for name, text in code.items() if "Examples\n--------" not in text] == [], "no Examples"
