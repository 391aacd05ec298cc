"""The order of the rooms: what is built first knows nothing of what is built on it. And a few rules for every file."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "vicinal"
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = [
    "errors", "checks", "progress", "randomness", "require", "memory", "processors", "names", "origin", "lengths",
    "similarity", "matches", "expression", "frozen", "lookup", "record", "conditions", "questions", "space", "encoder",
    "store", "data", "words", "counts", "graphs", "tables", "texts", "contrast", "towers", "recommend", "sequences",
    "autoencoders", "align", "encoders", "index", "export", "evaluate", "maps", "scale", "serve", "cli",
]  # fmt: skip
VOCABULARY = {"_vectors", "_bytes", "_integers"}  # of the kernels
OUTSIDE = {"__init__", "__main__", *VOCABULARY}  # the front door, the command
EXCEPTIONS = {
    ("space.py", "store"): "Space.open and Space.save are doors to the store, opened when used",
}
HEAVY = {
    "torch", "matplotlib", "pyarrow", "pandas", "polars", "sklearn", "scipy", "tokenizers", "zstandard", "ray", "faiss",
    "h5py", "lancedb", "qdrant_client", "psycopg", "hnswlib", "openTSNE", "umap", "pynndescent", "fastapi", "starlette",
    "pydantic", "uvicorn", "uvloop", "prometheus_client",
}  # fmt: skip
# What stands behind a door: files that are imported only once the packages they need are known to be there.
BEHIND_DOORS = {"serve/http": {"fastapi", "starlette", "pydantic", "uvicorn", "prometheus_client"}}
FORBIDDEN_CALLS = {"eval", "exec", "__import__"}
LONGEST, LONGEST_KERNELS = 300, 400
LONGEST_FUNCTION, MOST_ARGUMENTS = 60, 7
# states of their own; everything else there works on the one all share
GENERATORS = {
    "RandomState",
    "MT19937",
    "Generator",
    "SeedSequence",
    "default_rng",
    "BitGenerator",
    "PCG64",
    "Philox",
    "SFC64",
}

files = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())


@cache
def tree(path):
    return ast.parse(path.read_text("utf-8"), str(path))


def room_of(path):
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def is_kernels(path):
    return path.stem in VOCABULARY or (path.name.startswith("_") and path.name.endswith("_kernels.py"))


def top_level(path):
    """What runs when a module is imported: not the insides of functions, not what only type checkers read."""
    pending = list(tree(path).body)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        pending += ast.iter_child_nodes(node)


def imported(nodes, package=""):
    """Dotted names of the modules that import statements bring; for ``from a import b`` also ``a.b``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@files
def test_rooms_import_only_from_their_left(path):
    room = room_of(path)
    if room in OUTSIDE:
        return
    assert room in ROOMS, f"{room} is not in the order of rooms; put it where it belongs"
    for name in imported(ast.walk(tree(path))):
        parts = name.split(".")
        if parts[0] != "vicinal":
            continue
        other = parts[1] if len(parts) > 1 else ""
        if other in VOCABULARY:
            assert is_kernels(path), "the vector vocabulary is for kernels"
        elif other == "__version__":
            continue
        elif other not in ROOMS:  # a public name through the front door: fine only where everything is on the left
            assert room == "cli", f"imports {name} through the front door; import it from its own room"
        elif other != room and (path.relative_to(SOURCE).as_posix(), other) not in EXCEPTIONS:
            assert ROOMS.index(other) < ROOMS.index(room), f"{room} imports {name}, which is on its right"


def test_every_exception_is_still_needed():
    for name, other in EXCEPTIONS:
        assert any(found.startswith(f"vicinal.{other}") for found in imported(ast.walk(tree(SOURCE / name)))), name
        assert not any(found.startswith(f"vicinal.{other}") for found in imported(top_level(SOURCE / name))), name


@files
def test_files_are_short(path):
    lines = path.read_text("utf-8").count("\n")
    assert lines <= (LONGEST_KERNELS if is_kernels(path) else LONGEST), f"{lines} lines"


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@files
def test_functions_are_short(path):
    for function in functions(path):
        first = function.body[0]
        said = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) is not None else 0
        lines = function.end_lineno - function.lineno + 1 - said
        assert lines <= LONGEST_FUNCTION, f"line {function.lineno}: {function.name} takes {lines} lines"


@files
def test_functions_need_few_arguments(path):
    """What a call may leave out and must name otherwise does not count, nor do the options of a command."""
    if is_kernels(path):
        return
    for function in functions(path):
        given = function.args
        optional = sum(default is not None for default in given.kw_defaults)
        count = sum(map(len, (given.posonlyargs, given.args, given.kwonlyargs))) - optional
        command = any("command(" in ast.unparse(decorator) for decorator in function.decorator_list)
        assert command or count <= MOST_ARGUMENTS, f"line {function.lineno}: {function.name} takes {count} arguments"


@files
def test_what_begins_with_an_underscore_stays_in_its_room(path):
    for name in imported(ast.walk(tree(path))):
        parts = name.split(".")
        if parts[0] != "vicinal" or parts[1] in VOCABULARY:
            continue
        private = [part for part in parts[1:] if part.startswith("_") and not part.startswith("__")]
        modules = [
            part for part in private if (SOURCE.joinpath(*parts[1 : parts.index(part)]) / f"{part}.py").is_file()
        ]
        assert private == modules, f"{name}: {private[-1]} is private to its file; give it a public name"
        kernels = all(part.endswith("_kernels") for part in private)
        assert kernels or parts[1] == room_of(path), f"{name} is private to the room {parts[1]}"


@files
def test_heavy_packages_are_not_imported_with_a_module(path):
    brought = {name.partition(".")[0] for name in imported(top_level(path))}
    allowed = BEHIND_DOORS.get(path.relative_to(SOURCE).parent.as_posix(), set())
    assert not brought & HEAVY - allowed, brought & HEAVY - allowed
    if not allowed:
        doors = {"vicinal." + door.replace("/", ".") for door in BEHIND_DOORS}
        behind = {name for name in imported(top_level(path)) if any(name.startswith(door) for door in doors)}
        assert not behind, f"{behind} is imported at once; it stands behind a door"
    if not is_kernels(path):
        assert not brought & {"numba", "llvmlite"}, "numba belongs in _*kernels.py"


@files
def test_nothing_dangerous_or_global(path):
    brought = {name.partition(".")[0] for name in imported(ast.walk(tree(path)))}
    assert not brought & {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}, brought
    assert "random" not in brought, "Python's global random state; use vicinal.randomness"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN_CALLS, f"line {node.lineno}: {node.func.id}()"
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text.startswith(("np.random.", "numpy.random.")) and text.count(".") == 2:
            assert text.rpartition(".")[2] in GENERATORS, f"line {node.lineno}: {text} uses the global random state"
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant) and node.value.value is False, (
                f"line {node.lineno}: allow_pickle"
            )


def test_the_rules_see_what_they_should():
    code = "import os\nif TYPE_CHECKING:\n    import torch\ndef f():\n    from a import b\nclass C:\n    import c.d\n"
    module = ast.parse(code)
    assert set(imported(ast.walk(module))) == {"os", "torch", "a.b", "c.d"}


def test_tests_have_names_of_their_own():
    folder = Path(__file__).parent
    names = [path.name for path in folder.rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
    assert not list(folder.rglob("__init__.py"))
