"""Questions that take less time than a thread takes to start: asked on the event loop, those of a moment together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import Receive, Scope, Send


class LightRoute(APIRoute):
    """A route whose endpoint reads its request and writes its response by itself, with nothing in between.

    The endpoint is ``async def endpoint(name, request)``. What FastAPI would do for each request takes twice the time
    of a search.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        response = await self.endpoint(scope["path_params"]["name"], Request(scope, receive, send))
        await response(scope, receive, send)


class Together:
    """Joins questions that came in one turn of the event loop into one batch.

    Parameters
    ----------
    answer : callable
        Takes a key and a list of questions, and gives as many answers.
    most : int
        Questions of one batch.
    """

    def __init__(self, answer: Callable[[Any, list[Any]], list[Any]], most: int = 32) -> None:
        self._answer, self._most = answer, most
        self._waiting: dict[Any, list[tuple[Any, asyncio.Future[Any]]]] = {}

    async def ask(self, key: Any, question: Any) -> Any:
        """Wait for the answer to one question; those of the same key are answered together."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        waiting = self._waiting.setdefault(key, [])
        waiting.append((question, future))
        if len(waiting) == 1:
            loop.call_soon(self._flush, key)
        elif len(waiting) == self._most:
            self._flush(key)
        return await future

    def _flush(self, key: Any) -> None:
        waiting = self._waiting.pop(key, [])
        if not waiting:
            return
        try:
            answers = self._answer(key, [question for question, _ in waiting])
        except Exception as error:
            for _, future in waiting:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(waiting, answers, strict=True):
            if not future.done():
                future.set_result(answer)
