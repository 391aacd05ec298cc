"""A space in fewer bytes, and how many of its neighbours that costs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.checks import check_choice, check_whole
from vicinal.errors import BadOption
from vicinal.frozen import own
from vicinal.index.axes import principal_axes
from vicinal.index.binary import Binary
from vicinal.index.kept import NeighbourRecall, NeighbourTruth
from vicinal.index.product import Product
from vicinal.index.scalar import Int8, relative_error, to_float16
from vicinal.memory import show_bytes
from vicinal.progress import Callback
from vicinal.randomness import generator
from vicinal.space import Space
from vicinal.store import native
from vicinal.store.atomic import atomic
from vicinal.store.quantised import Form, decoded, form_bytes

FORMS = ("int8", "binary", "pq", "float16")
_CODERS: dict[str, Any] = {"int8": Int8, "binary": Binary, "pq": Product}


@dataclass(frozen=True, eq=False)
class Compressed:
    """What `compress` made.

    Attributes
    ----------
    space : Space
        As it will be read again: the vectors as the codes give them, float32 (or float16).
    form : Form or None
        What `save` writes instead of the vectors; None for float16, which a file holds as it is.
    to : str
    bytes_before, bytes_after : float
        Of a vector; what all share (centres, a rotation) is divided among them.
    error : float
        Sum of squared differences as a share of the sum of squares, against the vectors after `dim` was applied.
    recall : NeighbourRecall
        Neighbours found in the compressed space by a compressed vector.
    rescored : NeighbourRecall
        Neighbours among the best ``oversample`` · k of them: what a second look at the full vectors would find.
    oversample : int
    reductions : dict of str to NeighbourRecall
        Where ``dim`` was asked for: recall after each way to reduce alone.
    reduced : str
        The way that was taken: "truncate", "pca", or empty.

    Examples
    --------
    >>> made = compress(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), "int8")
    >>> made.bytes_before, made.bytes_after
    (8.0, 6.0)
    """

    space: Space
    form: Form | None
    to: str
    bytes_before: float
    bytes_after: float
    error: float
    recall: NeighbourRecall
    rescored: NeighbourRecall
    oversample: int
    reductions: dict[str, NeighbourRecall]
    reduced: str

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write a ``.space`` file that keeps the codes; it is read as any other, and its vectors made float32 then.

        Raises
        ------
        OutputExists
        BadOption
            If the path does not end with ``.space``: no other format keeps codes.
        """
        if not os.fspath(path).lower().endswith(native.ENDINGS):
            raise BadOption(f"only .space files keep compressed vectors, got {os.fspath(path)!r}")
        with atomic(path, force) as temporary:
            native.write(self.space, temporary, form=self.form)

    def __str__(self) -> str:
        was, now = (show_bytes(count) for count in (self.bytes_before, self.bytes_after))
        lines = [f"{was} a vector before, {now} after ({self.bytes_before / self.bytes_after:.1f} times fewer)"]
        for way, recall in self.reductions.items():
            taken = ", taken" if way == self.reduced and len(self.reductions) > 1 else ""
            lines.append(f"recall@{recall.k} with {self.space.dim} dimensions by {way}{taken}: {recall}")
        lines.append(f"recall@{self.recall.k} of the codes: {self.recall}")
        lines.append(f"recall@{self.rescored.k} of {self.oversample} times as many, rescored: {self.rescored}")
        return "\n".join(lines)


def compress(
    space: Space,
    to: str = "int8",
    *,
    dim: int | None = None,
    reduce: str = "auto",
    sample: int = 1000,
    k: int = 10,
    oversample: int = 4,
    seed: int = 0,
    threads: int = 1,
    callback: Callback | None = None,
    **options: Any,
) -> Compressed:
    """Keep a space in fewer bytes a vector, and measure on a sample of its own rows what that loses.

    Parameters
    ----------
    space : Space
    to : "int8", "binary", "pq" or "float16"
        A byte a number; a bit a number and a scale a row; product codes, by default a byte for 4 numbers; 2 bytes a
        number.
    dim : int, optional
        Dimensions to keep, of the space's own number or fewer.
    reduce : "truncate", "pca" or "auto"
        How ``dim`` is reached: the first dimensions, right where training put most into them (Matryoshka); the
        principal axes, found from the rows; or whichever of the two keeps more neighbours.
    sample : int
        Rows to measure on.
    k : int
        Neighbours of each that should be found again.
    oversample : int
        See `Compressed.rescored`.
    seed : int
        Of the sample, and of codes that are learned or drawn.
    threads : int
        0 for one a processor.
    callback : callable, optional
        Receives `vicinal.progress.Progress`.
    **options
        Of `vicinal.index.scalar.Int8`, `vicinal.index.binary.Binary` or `vicinal.index.product.Product`.

    Returns
    -------
    Compressed

    Raises
    ------
    BadOption
        For an option out of range or not known.
    BadInput
        If a row holds NaN or infinity, or does not fit float16.

    Examples
    --------
    >>> space = Space([f"n{i}" for i in range(50)], np.random.default_rng(0).standard_normal((50, 16)))
    >>> small = compress(space, "int8")
    >>> small.bytes_before, small.bytes_after, small.recall.value > 0.9
    (64.0, 20.0, True)
    """
    check_choice("to", to, FORMS)
    check_choice("reduce", reduce, ("auto", "truncate", "pca"))
    for name, value in (("sample", sample), ("k", k), ("oversample", oversample)):
        check_whole(name, value)
    check_whole("threads", threads, 0)
    coder = _coder(to, seed, options)
    chosen = generator(seed, 1).permutation(len(space))[:sample]
    truth = NeighbourTruth(space, np.sort(chosen), k, threads)
    smaller, reductions, reduced = space, dict[str, NeighbourRecall](), ""
    if dim is not None:
        smaller, reductions, reduced = _reduced(space, dim, reduce, truth)
    form, matrix, step = _encoded(smaller, to, coder, callback)
    made = Space(space.names, own(matrix), columns=space.columns, metric=space.metric, origin=smaller.origin.then(step))
    after = made.matrix.nbytes if form is None else form_bytes(form)
    return Compressed(
        made, form, to, space.matrix.nbytes / len(space), after / len(space),
        relative_error(smaller.matrix, made.matrix), truth.recall(made.matrix),
        truth.recall(made.matrix, oversample), oversample, reductions, reduced,
    )  # fmt: skip


def _coder(to: str, seed: int, options: dict[str, Any]) -> Any:
    """Make the coder of a form with the user's options."""
    if to == "float16":
        if options:
            raise BadOption(f"float16 has no option {next(iter(options))!r}")
        return None
    seeded = {} if to == "int8" else {"seed": seed}
    try:
        return _CODERS[to](**seeded, **options)
    except TypeError:
        raise BadOption(f"{to} has no such option among {', '.join(map(repr, options))}") from None


def _encoded(space: Space, to: str, coder: Any, callback: Callback | None) -> tuple[Form | None, NDArray[Any], str]:
    """Encode the vectors: the form, the vectors it gives, and the step for the origin."""
    if coder is None:
        return None, to_float16(space.matrix), to
    how = {"callback": callback} if to == "pq" else {}
    form = coder.fit(space.matrix, **how).encode(space.matrix)
    given = {name: value for name, value in vars(coder).items() if not name.endswith("_")}
    listed = ", ".join(f"{name}={value}" for name, value in given.items())
    return form, decoded(form), f"{to}({listed})"


def _reduced(
    space: Space, dim: int, reduce: str, truth: NeighbourTruth
) -> tuple[Space, dict[str, NeighbourRecall], str]:
    """Bring a space to ``dim`` dimensions by the way that keeps most neighbours of those allowed."""
    ways = ("truncate", "pca") if reduce == "auto" else (reduce,)
    made = {way: space.truncate(dim) if way == "truncate" else principal_axes(space, dim) for way in ways}
    found = {way: truth.recall(smaller.matrix) for way, smaller in made.items()}
    best = max(found, key=lambda way: found[way].value)
    return made[best], found, best
