"""Anybody's ``.safetensors`` file with a matrix in it; names from a file beside it, else the numbers of the rows."""

from __future__ import annotations

from pathlib import Path

from vicinal.errors import BadFormat
from vicinal.progress import Callback
from vicinal.space import Space
from vicinal.store import native
from vicinal.store.beside import names_path as beside
from vicinal.store.beside import read_names, write_names
from vicinal.store.container import Container, write_container
from vicinal.store.faults import Faults, assemble

NAME = "safetensors"
ENDINGS = (".safetensors",)
KEEPS = "names (beside), vectors"
_USUAL = ("vectors", "embeddings", "embedding.weight", "embeddings.weight", "weight", "embedding")
_FLOATS = ("F16", "BF16", "F32", "F64")


def sniff(head: bytes, path: Path) -> bool:
    """Tell whether a file begins as the container does: the length of the header, then a brace."""
    return len(head) > 9 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= 100_000_000


def read(path: Path, *, skip_bad: bool = False, callback: Callback | None = None) -> Space:
    """Read the one float matrix of a file, or the one with a usual name.

    Parameters
    ----------
    path : path
        Names lie in ``STEM.names.txt``, ``STEM.txt``, ``STEM.names.json`` or ``STEM.json`` beside it; without such a
        file the rows are called ``"0"``, ``"1"``, ….
    skip_bad : bool
        Leave rows out that are not finite or named twice.
    callback : callable, optional
        Not called: the file is mapped.

    Returns
    -------
    Space

    Raises
    ------
    BadFormat
        If there is no such matrix or more than one.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "a.safetensors"
    >>> write(Space(["king", "queen"], [[1, 2], [3, 4]]), path)
    >>> read(path)["queen"].tolist()
    [3.0, 4.0]
    """
    file = Container(path)
    if file.metadata.get("format", "").startswith("vicinal.space/"):
        return native.from_container(file)
    able = [name for name, tensor in file.tensors.items() if len(tensor.shape) == 2 and tensor.code in _FLOATS]
    usual = [name for name in _USUAL if name in able]
    if not usual and len(able) != 1:
        listed = ", ".join(able[:8]) or "none"
        raise BadFormat(
            f"{path}: expected one float matrix, or one called {', '.join(_USUAL)}; the file has {len(able)} ({listed})"
        )
    matrix = file.array((usual or able)[0])
    return assemble(read_names(path, len(matrix)), matrix, Faults(path, skip_bad, "row"))


def write(space: Space, path: Path) -> None:
    """Write one tensor ``vectors``, and the names to ``STEM.names.txt`` beside it.

    Raises
    ------
    BadInput
        If a name holds a line end.
    """
    write_container(path, {"vectors": space.matrix}, {})
    write_names(space.names, beside(path))
