"""The spaces of a server, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vicinal.errors import BadInput, UnknownName
from vicinal.names import near_spellings
from vicinal.serve.embedding import Model
from vicinal.serve.served import Served

SERVER = "this server"


class Shelf:
    """What a server serves; each space can be replaced while others read it.

    Parameters
    ----------
    served : iterable of Served
        With distinct names; the first is shown first.
    models : iterable of Model, optional
        Encoders of new texts or words; each name once.

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

    def __init__(self, served: Iterable[Served], models: Iterable[Model] = ()) -> None:
        self._served: dict[str, Served] = {}
        self.models = tuple(models)
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

    def __iter__(self) -> Iterator[Served]:
        return iter(list(self._served.values()))

    def __len__(self) -> int:
        return len(self._served)
