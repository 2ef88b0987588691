"""Two pages at a time: many threads that make pages at once only make each other late, for Python runs one of them at any moment.

Of one person, too, no more than that many stand in the row: whoever asks for hundreds at once waits behind himself, and nobody else does.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary, WeakValueDictionary

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 2
"""One is made while another waits for its store. Twenty at once all end when the last one would have."""
LONGEST_SECONDS = 0.5
"""A turn ends after this long though the page goes on: a large export, or a writer that waits for another, holds up nobody."""


class Turns:
    """Lets so many answers be made at a time, in the order in which they were asked for, of whoever has fewer than that many in the row.

    For one event loop at a time.

    A turn ends as soon as an answer begins, so that whoever reads slowly keeps nobody waiting.
    """

    def __init__(self, at_once: int = AT_ONCE, *, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._at_once = at_once
        self._longest_seconds = longest_seconds
        self._free: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._own: WeakKeyDictionary[asyncio.AbstractEventLoop, WeakValueDictionary[str, asyncio.Semaphore]] = WeakKeyDictionary()

    async def take(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with `app` when it is this request's turn; `person` on its state says whose it is."""
        loop = asyncio.get_running_loop()
        free = self._free.setdefault(loop, asyncio.Semaphore(self._at_once))
        own = self._own.setdefault(loop, WeakValueDictionary()).setdefault(_whose(scope), asyncio.Semaphore(self._at_once))
        await own.acquire()
        try:
            await free.acquire()
        except BaseException:
            own.release()
            raise
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                ended = True
                free.release()
                own.release()

        async def sending(message: Message) -> None:
            end()
            await send(message)

        late = loop.call_later(self._longest_seconds, end)
        try:
            await app(scope, receive, sending)
        finally:
            late.cancel()
            end()


def _whose(scope: Scope) -> str:
    person = scope.get("state", {}).get("person")
    return "" if person is None else str(person.name)
