"""The result of drawing a space up: names, places, and how far to trust them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.maps._native import read_native, write_native
from vicinal.maps._output import write_whole
from vicinal.maps._text import AXES, from_text, to_text
from vicinal.matches import html_table, printable
from vicinal.names import Names

ENDING = ".map"


class Map:
    """Places in two or three dimensions for the names of a space.

    Parameters
    ----------
    names : iterable of str
        Distinct and not empty.
    coordinates : (n, 2) or (n, 3) array
        Finite; kept as read-only float32.
    method : str
        What made it, such as ``"PCA"``; one line.
    fingerprint : str
        Of the space it was made from; empty where unknown.
    quality : mapping of str to float, optional
        ``variance_kept``, ``trustworthiness``, ``continuity``, ``stress`` and what they were measured on.
    axis_shares : iterable of float, optional
        The share of the variance along each axis, one an axis; empty for methods whose axes have none.
    options : mapping of str to JSON value, optional
        What it was made with, such as ``perplexity`` and ``seed``.

    Raises
    ------
    BadInput
        If names and coordinates do not fit each other, a coordinate is not finite, or options are not JSON.

    Examples
    --------
    >>> drawn = Map(["king", "queen"], [[0.5, 1.0], [0.5, -1.0]], "PCA", quality={"trustworthiness": 0.9})
    >>> drawn
    Map(2 names × 2, PCA, trustworthiness 0.90: king, queen)
    >>> drawn["queen"].tolist()
    [0.5, -1.0]
    """

    def __init__(
        self,
        names: Iterable[str],
        coordinates: ArrayLike,
        method: str,
        *,
        fingerprint: str = "",
        quality: Mapping[str, float] | None = None,
        axis_shares: Iterable[float] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.names = names if isinstance(names, Names) else Names(names)
        with np.errstate(over="ignore"):  # too large becomes infinite, which is refused below
            places = np.array(coordinates, np.float32)
        if places.ndim != 2 or places.shape[1] not in (2, 3) or len(places) != len(self.names):
            raise BadInput(
                f"{len(self.names)} names need coordinates of shape ({len(self.names)}, 2 or 3), got {places.shape}"
            )
        if not np.isfinite(places).all():
            raise BadInput("the coordinates of a map must be finite")
        places.flags.writeable = False
        self.coordinates = places
        self.method, self.fingerprint = str(method), str(fingerprint)
        self.quality = {str(key): _plain(value) for key, value in (quality or {}).items()}
        self.axis_shares = tuple(float(share) for share in axis_shares)
        if any("\n" in text or "\r" in text for text in (self.method, self.fingerprint)):
            raise BadInput("the method and the fingerprint of a map must be one line each")
        if len(self.axis_shares) not in (0, self.dim) or not np.isfinite(self.axis_shares).all():
            raise BadInput(f"axis_shares must hold one share for each of {self.dim} axes, got {self.axis_shares}"[:200])
        self.options = _options(options or {})

    @property
    def dim(self) -> int:
        """Number of axes, 2 or 3."""
        return int(self.coordinates.shape[1])

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return the place of one name, (dim,) float32, or raise `UnknownName`."""
        return self.coordinates[self.names.row(name)]

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        r"""Write whole or not at all: as a ``.map`` file if the path ends so, else as tab-separated text.

        A ``.map`` file is a safetensors file, opened by mapping it; see ``docs/formats.md``. In text, a few lines that
        start with ``#`` say what the map is; then ``name  x  y [z]``, then one line a name, with the shortest decimals
        that read back to the same float32. In a name, ``\t``, ``\n``, ``\r`` and ``\\`` stand for a tab, the two line
        ends and a backslash.

        Raises
        ------
        OutputExists
            If the file is there and ``force`` is not set.
        BadInput
            If the path cannot be written to.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Map(["A", "B"], [[0, 1], [2, 3.5]], "PCA").save(f"{folder}/a.map")
        ...     Map.open(f"{folder}/a.map")["B"].tolist()
        [2.0, 3.5]
        """
        record = {"fingerprint": self.fingerprint, "quality": self.quality, "axis_shares": self.axis_shares}
        record |= {"options": self.options} if self.options else {}
        if Path(path).suffix.lower() == ENDING:
            write_native(path, self.names, self.coordinates, self.method, record, force=force)
        else:
            write_whole(path, to_text(self.names, self.coordinates, self.method, record).encode(), force)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Map:
        """Read what `save` wrote.

        Raises
        ------
        BadFormat
            Naming the file and, in text, its first bad line.
        """
        names: Iterable[str]
        places: ArrayLike
        if Path(path).suffix.lower() == ENDING:
            names, places, method, record = read_native(path)
        else:
            names, rows, dim, method, record = from_text(Path(path).read_bytes(), str(path))
            places = rows if rows else np.empty((0, dim))
        known = ("fingerprint", "quality", "axis_shares", "options")
        try:
            return cls(names, places, method, **{key: value for key, value in record.items() if key in known})
        except (BadInput, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise BadFormat(f"{path} is not a map: {error}") from error

    def summary(self) -> list[tuple[str, str]]:
        """Return what is known of the quality as (what, figure) pairs of text, for people to read.

        Examples
        --------
        >>> Map(["A", "B"], [[0, 1], [2, 3]], "PCA", quality={"variance_kept": 0.41, "points": 2}).summary()
        [('variance kept', '0.41')]
        """
        shown = ("variance_kept", "trustworthiness", "continuity", "stress")
        found = [(key.replace("_", " "), f"{self.quality[key]:.2f}") for key in shown if key in self.quality]
        points = self.quality.get("points", len(self))
        if points < len(self):
            found.append(("measured on", f"a sample of {points:,.0f} of {len(self):,} points"))
        return found

    def _first(self) -> list[str]:
        return [self.names[row] for row in range(min(5, len(self)))]  # a slice would read all names of a mapped file

    def __repr__(self) -> str:
        figures = "".join(f", {what} {figure}" for what, figure in self.summary())
        names = ", ".join(printable(name[:60]) for name in self._first()) + (", …" if len(self) > 5 else "")
        return f"Map({len(self):,} names × {self.dim}, {printable(self.method[:60])}{figures}: {names})"

    def _repr_html_(self) -> str:
        rows = [
            (name[:60], *(f"{value:.3f}" for value in place))
            for name, place in zip(self._first(), self.coordinates, strict=False)
        ]
        places = html_table((f"{len(self):,} names, {self.method[:60]}", *AXES[: self.dim]), rows)
        return places + (html_table(("quality", ""), self.summary()) if self.summary() else "")


def _plain(value: float) -> float:
    number = value.item() if isinstance(value, np.generic) else value
    if not isinstance(number, int | float) or not np.isfinite(number):
        raise BadInput(f"a figure of quality must be a finite number, got {value!r}")
    return number


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Copy options as a file would give them back."""
    try:
        kept = json.loads(json.dumps(dict(options), allow_nan=False))
        if kept != dict(options):
            raise ValueError("not the same when read back")
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"the options of a map must be JSON values by name ({error})") from None
    return kept
