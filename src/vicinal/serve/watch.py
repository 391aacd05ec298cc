"""Files that change while they are served: opened again, and put in the place of what was there."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable
from dataclasses import replace
from threading import Event, Thread

from vicinal.errors import BadInput, VicinalError
from vicinal.serve.embedding import Model
from vicinal.serve.opening import Source
from vicinal.serve.saved import EncoderSource, Mark
from vicinal.serve.served import Served
from vicinal.serve.shelf import Shelf

LOG = logging.getLogger("vicinal.serve")


class Watch:
    """A thread that makes the files safe and their indexes quick, and then looks at the files every second.

    A mapped file that is written over in its place would end the process, so copies are put in their place at once.

    A file that has changed, and has then rested for one look, is opened; if it is whole and sound, the new state takes
    the place of the old. Else the old one stays, and a line in the log says why.

    Parameters
    ----------
    shelf : Shelf
    sources : iterable of Source or EncoderSource
    seconds : float
        Between two looks.
    delay : float
        Seconds before the indexes are warmed, so that the first request need not share the processor.

    Examples
    --------
    >>> from vicinal import Space
    >>> from vicinal.serve import Served
    >>> watch = Watch(Shelf([Served("letters", Space(["A", "B"], [[1, 0], [0, 1]]))]), [])
    >>> watch.look()
    []
    """

    def __init__(
        self, shelf: Shelf, sources: Iterable[Source | EncoderSource], seconds: float = 1.0, delay: float = 0.5
    ) -> None:
        self.shelf, self.sources, self.seconds, self.delay = shelf, tuple(sources), seconds, delay
        self._loaded: dict[str, Mark] = {source.name: source.mark() for source in self.sources}
        self._seen = dict(self._loaded)
        self._stop = Event()
        self._thread = Thread(target=self._run, name="vicinal-watch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is being opened."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def hold(self) -> None:
        """Put copies in the place of mapped files; what was worked out of these is kept."""
        for source in self.sources:
            try:
                served, model = source.load(hold=True)
            except (VicinalError, OSError) as error:
                LOG.warning("%s has changed: %s", source.name, error)
                continue
            if source.mark() == self._loaded[source.name]:
                if served is not None:
                    now = self.shelf[source.name]
                    served = replace(now, space=served.space, index=served.index, maps=served.maps)
                self._put(served, model)

    def look(self) -> list[str]:
        """Look at the files once.

        Returns
        -------
        list of str
            Names of what was replaced.
        """
        replaced = []
        for source in self.sources:
            mark, before = source.mark(), self._seen[source.name]
            self._seen[source.name] = mark
            if mark == self._loaded[source.name] or mark != before:
                continue
            self._loaded[source.name] = mark  # whatever comes of it, it is tried once
            try:
                served, model = source.load(hold=True)
                self._check_same_kind(source.name, served, model)
                if served is not None:
                    served.warm()
            except (VicinalError, OSError) as error:
                LOG.warning("%s has changed and cannot be opened; what was there is served on: %s", source.name, error)
                continue
            if source.mark() != mark:  # it changed while it was read
                self._loaded[source.name] = ()
                continue
            self._put(served, model)
            LOG.warning("%s has changed: %s", source.name, _said(served, model))
            replaced.append(source.name)
        return replaced

    def _put(self, served: Served | None, model: Model | None) -> None:
        if served is not None:
            self.shelf.replace(served)
        if model is not None:
            self.shelf.replace_model(model)

    def _check_same_kind(self, name: str, served: Served | None, model: Model | None) -> None:
        before = name in {one.name for one in self.shelf}, name in {one.name for one in self.shelf.models}
        if before != (served is not None, model is not None):
            raise BadInput("it is another kind of encoder now, which takes a new start of the server")

    def _run(self) -> None:
        if self._stop.wait(self.delay):
            return
        self.hold()
        for served in self.shelf:
            try:
                served.warm()
            except VicinalError as error:
                LOG.warning("the index of %s is not used: %s", served.name, error)
        gc.freeze()  # names and columns stay for good; going through them again and again would hold requests up
        while not self._stop.wait(self.seconds):
            try:
                self.look()
            except Exception:  # a thread that ends would leave the spaces as they are for ever
                LOG.exception("looking at the files failed")


def _said(served: Served | None, model: Model | None) -> str:
    if served is None:
        return f"an encoder of fingerprint {model.fingerprint}" if model is not None else "nothing"
    return f"{len(served.space):,} rows, fingerprint {served.fingerprint}"
