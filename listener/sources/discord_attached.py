"""Who uses the connection to Discord, what they wish for, and how they are told what happens there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from listener.model.chat import Standing

logger = logging.getLogger(__name__)


class Attached(Protocol):
    """Whoever uses the connection. Nothing it raises ends the connection."""

    @property
    def intents(self) -> frozenset[str]:
        """Names of discord.py's intents that are wished for beside "guilds"."""
        ...

    async def connected(self) -> None:
        """A session was begun or resumed; `DiscordConnection.places` are the servers we are in."""
        ...

    async def joined(self, guild_id: str) -> None:
        """We were let into a server, or one of ours is there again after an outage."""
        ...

    async def left(self, guild_id: str) -> None:
        """We were taken out of a server."""
        ...

    async def interaction(self, body: Mapping[str, Any]) -> None:
        """Somebody did something; `body` is as Discord sent it."""
        ...

    async def stood(self, standing: Standing) -> None:
        """How the connection stands changed."""
        ...

    async def message(self, event: str, body: Mapping[str, Any]) -> None:
        """A message or thread came, changed or went (MESSAGE_CREATE …), as Discord sent it; messages only with the intent for them."""
        ...


class Audience:
    """Those who are attached, in the order in which they came."""

    def __init__(self) -> None:
        self._all: list[Attached] = []

    def add(self, one: Attached) -> None:
        """Let somebody hear what happens."""
        self._all.append(one)

    @property
    def wished(self) -> frozenset[str]:
        """The intents that any of them wishes for."""
        return frozenset().union(*(one.intents for one in self._all))

    async def each(self, tell: Callable[[Attached], Awaitable[None]]) -> None:
        """Tell one after another; raises nothing for what one of them does."""
        for one in self._all:
            try:
                await tell(one)
            except Exception:  # one who fails does not keep the news from the others
                logger.exception("an event of Discord was not handled")
