"""A stream whose events are told by the test, and that ends when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from listener.errors import SourceError
from listener.model.push import Connected, Pushed


class FakeStream:
    """Tells what is put into it, to whoever listens. `refuses` is raised instead of connecting, as often as it is there."""

    def __init__(self, source_id: str = "fake") -> None:
        self.source_id = source_id
        self.is_wanted = True
        self.refuses: list[SourceError] = []
        self.connections = 0
        self.closed = 0
        self._told: asyncio.Queue[Pushed | Exception | None] = asyncio.Queue()

    def tell(self, pushed: Pushed) -> None:
        """Let the platform tell something; nobody hears it while nobody listens."""
        if self.connections > self.closed:
            self._told.put_nowait(pushed)

    def end(self, error: Exception | None = None) -> None:
        """End the connection, in order or with an error."""
        if self.connections > self.closed:
            self._told.put_nowait(error)

    async def events(self) -> AsyncGenerator[Pushed, None]:
        if self.refuses:
            raise self.refuses.pop(0)
        self.connections += 1
        self._told = asyncio.Queue()
        try:
            yield Connected()
            while (one := await self._told.get()) is not None:
                if isinstance(one, Exception):
                    raise one
                yield one
        finally:
            self.closed += 1
