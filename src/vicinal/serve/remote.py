"""A space behind a server, asked as one asks a space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vicinal import lookup
from vicinal.errors import BadInput, SpacesDiffer, UnknownName
from vicinal.lengths import unit_rows_wide
from vicinal.matches import Matches
from vicinal.record import Record
from vicinal.serve.merged import merged_matches
from vicinal.serve.numbers import decoded
from vicinal.serve.parts import Parts, to_json
from vicinal.serve.wire import Wire


class RemoteSpace:
    """A space behind a server: it answers as `Space` does, with the same `Matches` and the same errors.

    Every answer is checked to come from the vectors that this was first made for.

    Attributes
    ----------
    name : str
    dim : int
    metric : str
    fingerprint : str
    columns : dict of str to str
        ``"text"`` or ``"number"``.
    index : dict or None
        Kind, recall and more of its index.

    Examples
    --------
    >>> [name for name in dir(RemoteSpace) if name[0] != "_"][:4]
    ['analogy', 'nearest', 'odd_one_out', 'search']
    """

    def __init__(self, wire: Wire, record: Mapping[str, Any], limits: Mapping[str, int]) -> None:
        self._wire, self._limits = wire, limits
        self.name: str = record["name"]
        self.dim: int = record["dim"]
        self.metric: str = record["metric"]
        self.fingerprint: str = record["fingerprint"]
        self.columns: dict[str, str] = record["columns"]
        self.index: dict[str, Any] | None = record["index"]
        self._n: int = record["n"]

    def nearest(
        self, query: Any, k: int = 10, *, metric: str | None = None, exclude: Iterable[str] = (),
        filter: str | Sequence[str] = (), exact: bool = False, mix: bool = False,
    ) -> Matches:  # fmt: skip
        """Find the k nearest names, by the server's index where it was made for such a question.

        Parameters
        ----------
        query : str, list of str, (dim,) or (m, dim) array, or Space
        k : int
        metric : str, optional
        exclude : iterable of str
        filter : str or sequence of str
            Conditions on columns, such as ``"count > 100"``.
        exact : bool
            Compare every row even where there is an index.
        mix : bool
            Allow a query space of another origin, and a space that has changed on the server.

        Returns
        -------
        Matches

        Raises
        ------
        BadInput, BadOption, UnknownName
            As `Space.nearest` does.
        SpacesDiffer
            For another origin, or if the server's space has other vectors by now.
        """
        body = {"metric": metric, "exclude": _names(exclude), "filter": _conditions(filter), "exact": bool(exact)}
        return self._find("nearest", query, k, body, mix)

    def search(
        self, queries: Any, k: int = 10, *, filter: str | Sequence[str] = (), exclude: Iterable[str] = (),
        setting: Mapping[str, Any] | None = None, mix: bool = False,
    ) -> Matches:  # fmt: skip
        """Ask the server's index, as `Index.search` does; ``filter`` as in `nearest`."""
        chosen = None if setting is None else dict(setting)
        body = {"exclude": _names(exclude), "filter": _conditions(filter), "setting": chosen}
        return self._find("search", queries, k, body, mix)

    def analogy(self, a: str, b: str, c: str, k: int = 10, *, method: str = "add", mix: bool = False) -> Matches:
        """Answer "a is to b as c is to …" as `Space.analogy` does."""
        body = {"a": a, "b": b, "c": c, "k": min(lookup.check_k(k), self._n), "method": method}
        return merged_matches([self._post("analogy", to_json(body), mix)])

    def similarity(self, a: str, b: str, *, metric: str | None = None, mix: bool = False) -> float:
        """Score two names or sums as `Space.similarity` does."""
        answer = self._post("similarity", to_json({"pairs": [[a, b]], "metric": metric}), mix)
        return float(_scores(answer["scores"])[0])

    def similarities(
        self, names: Sequence[str], *, metric: str | None = None, mix: bool = False
    ) -> NDArray[np.float32]:
        """Score all pairs of the given names or sums, (m, m) float32, as `Space.similarities` does."""
        listed = lookup.check_list(names, "similarities()")
        if not listed:
            return np.empty((0, 0), np.float32)
        return _scores(self._post("similarity", to_json({"names": listed, "metric": metric}), mix)["scores"])

    def vector(self, query: str, *, mix: bool = False) -> NDArray[np.float32]:
        """Return the vector of a name or a sum, (dim,) float32."""
        if not isinstance(query, str):
            raise BadInput(f"a query must be a name or a sum of names, got {query!r}")
        return self.vectors([query], mix=mix)[0]

    def vectors(self, queries: Sequence[str], *, mix: bool = False) -> NDArray[np.float32]:
        """Return the vectors of several names or sums, (m, dim) float32."""
        listed = lookup.check_list(queries, "vectors()")
        parts = Parts(self._limits, "names", max(1, self._limits["max_figures"] // self.dim))
        answers = parts.ask(listed, {"encoding_format": "base64"}, lambda raw: self._post("vectors", raw, mix))
        rows = [decoded(row["vector"]) for answer in answers for row in answer["vectors"]]
        return np.array(rows, np.float32).reshape(len(listed), self.dim)

    def odd_one_out(self, names: Sequence[str], *, mix: bool = False) -> str:
        """Name the one that is farthest from the others, as `Space.odd_one_out` does."""
        listed = lookup.check_list(names, "odd_one_out()", least=3)
        unit = unit_rows_wide(self.vectors(listed, mix=mix))
        return listed[lookup.farthest(unit)]

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return the vector of one name, (dim,) float32; a sum is none."""
        answer = self._post("vectors", to_json({"names": [name], "encoding_format": "base64"}), False)["vectors"][0]
        if answer["row"] is None:
            raise UnknownName(name)
        return decoded(answer["vector"])

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and len(self[name]) == self.dim
        except UnknownName:
            return False

    def __iter__(self) -> Iterator[str]:
        raise BadInput("the names of a space behind a server are not listed; open its file for that")

    def __len__(self) -> int:
        return self._n

    def __repr__(self) -> str:
        return f"RemoteSpace({self.name!r}: {self._n:,} × {self.dim}, {self.metric}, at {self._wire.url})"

    def _find(self, route: str, query: Any, k: int, body: dict[str, Any], mix: bool) -> Matches:
        body["k"] = min(lookup.check_k(k), self._n)
        items, labels = self._items(query, mix)
        parts = Parts(self._limits, "query", max(1, self._limits["max_figures"] // body["k"]))
        answers = parts.ask(items, body, lambda raw: self._post(route, raw, mix))
        return merged_matches(answers, labels, body.get("metric") or self.metric)

    def _items(self, query: Any, mix: bool) -> tuple[list[Any], list[str] | None]:
        """List the queries as JSON has them, and what they are called where the server does not know."""
        if isinstance(query, Record):
            if not mix and query.fingerprint != self.fingerprint:
                raise SpacesDiffer(
                    f"these vectors come from different models ({query.fingerprint} here and {self.fingerprint} on the "
                    "server), so comparing them means nothing; align them first, or pass mix=True if you know better"
                )
            return lookup.asked_by_vectors(query.matrix, self.dim).vectors.tolist(), list(query.names)
        if isinstance(query, str):
            return [query], None
        if isinstance(query, np.ndarray) and query.dtype.kind in "UTO" and query.ndim == 1:
            query = query.tolist()
        if isinstance(query, Sequence) and all(isinstance(text, str) for text in query):
            return list(query), None
        given: ArrayLike = query
        asked = lookup.asked_by_vectors(given, self.dim)
        return asked.vectors.tolist(), asked.labels

    def _post(self, route: str, body: bytes, mix: bool) -> Any:
        answer = self._wire.post("spaces", self.name, route, body=body)
        if not mix and answer["fingerprint"] != self.fingerprint:
            raise SpacesDiffer(
                f"the space {self.name!r} has other vectors on the server by now ({answer['fingerprint']}, not "
                f"{self.fingerprint}); ask for it anew, or pass mix=True if that does not matter"
            )
        return answer


def _names(exclude: Iterable[str]) -> list[str]:
    if isinstance(exclude, str) or not isinstance(exclude, Iterable):
        raise BadInput(f"exclude takes a list of names, got {exclude!r}")
    return [name for name in exclude if isinstance(name, str)]


def _conditions(given: Any) -> list[str]:
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Sequence) or not all(isinstance(text, str) for text in given):
        raise BadInput("the filter of a remote space is a condition such as 'count > 100', or several")
    return list(given)


def _scores(figures: Any) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # what is beyond float32 was infinite, which JSON cannot say
        return np.array(figures, np.float64).astype(np.float32)
