"""The spaces of a server, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vicinal.align import Dictionary
from vicinal.errors import BadInput, UnknownName
from vicinal.names import near_spellings
from vicinal.serve.embedding import Model
from vicinal.serve.served import Served

SERVER = "this server"
_DICTIONARIES = "the dictionaries of this server (pasted ones are not kept for good: bring it again)"
_PASTED = 8  # dictionaries that are kept of those that came with requests


class Shelf:
    """What a server serves; each space can be replaced while others read it.

    Parameters
    ----------
    served : iterable of Served
        With distinct names; the first is shown first.
    models : iterable of Model, optional
        Encoders of new texts or words; each name once.
    dictionaries : iterable of Dictionary, optional
        Which names of two spaces belong together; each name once.

    Raises
    ------
    BadInput
        For two of one name, or nothing at all.

    Examples
    --------
    >>> from vicinal import Space
    >>> shelf = Shelf([Served("letters", Space(["A", "B"], [[1, 0], [0, 1]]))])
    >>> shelf["letters"].space.names[0]
    'A'
    """

    def __init__(
        self, served: Iterable[Served], models: Iterable[Model] = (), dictionaries: Iterable[Dictionary] = ()
    ) -> None:
        self._served: dict[str, Served] = {}
        self.models = tuple(models)
        self._brought = {one.name: one for one in dictionaries}
        self._pasted: dict[str, Dictionary] = {}
        for one in served:
            if one.name in self._served:
                raise BadInput(f"two spaces are called {one.name!r}; give one another name")
            self._served[one.name] = one
        if len({model.name for model in self.models}) != len(self.models):
            raise BadInput("two encoders have the same name; give one another")
        if not self._served and not self.models:
            raise BadInput("there is no space to serve")

    def __getitem__(self, name: str) -> Served:
        """Return the space of that name as it is now, or raise `UnknownName`."""
        try:
            return self._served[name]
        except KeyError:
            raise UnknownName(name, near_spellings(name, self._served), SERVER) from None

    def replace(self, served: Served) -> None:
        """Put a newer state of a space in its place; who holds the older one keeps it."""
        self[served.name]
        self._served[served.name] = served

    def replace_model(self, model: Model) -> None:
        """Put a newer state of an encoder in its place; who encodes by the older one goes on."""
        self.models = tuple(model if one.name == model.name else one for one in self.models)

    @property
    def dictionaries(self) -> list[Dictionary]:
        """Those brought along, and then those pasted, the newest last."""
        return [*self._brought.values(), *list(self._pasted.values())]

    def dictionary(self, name: str) -> Dictionary:
        """Return the dictionary of that name, or raise `UnknownName`."""
        known = {one.name: one for one in self.dictionaries}
        if name not in known:
            raise UnknownName(name, near_spellings(name, known), _DICTIONARIES)
        return known[name]

    def keep(self, pasted: Dictionary) -> Dictionary:
        """Keep a dictionary that somebody pasted, until a few newer ones came."""
        self._pasted.setdefault(pasted.name, pasted)
        for oldest in list(self._pasted)[:-_PASTED]:
            self._pasted.pop(oldest, None)
        return self._pasted.get(pasted.name, pasted)

    def __iter__(self) -> Iterator[Served]:
        return iter(list(self._served.values()))

    def __len__(self) -> int:
        return len(self._served)
