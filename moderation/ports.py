"""What the answering half needs from the outside world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from listener.model.mention import StoredMention
from moderation.model.delivery import Outcome, Parcel
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target


class Publisher(Protocol):
    """One account on one platform that can post. `moderation/publishers/`; only `moderation/outbox/gateway.py` may call `publish`.

    A publisher never repeats a request by itself: retries of client libraries are off.
    """

    @property
    def native_key(self) -> bool:
        """Whether the platform itself answers a repeated key with the first post, and posts nothing."""
        ...

    @property
    def key_seconds(self) -> float:
        """For how long the platform knows a key; 0 without native keys, infinity when for ever. After that only looking tells."""
        ...

    @property
    def looks_back(self) -> bool:
        """Whether `own_posts` can ever say that something is not there (not by e-mail, not behind a webhook)."""
        ...

    @property
    def can_edit(self) -> bool:
        """Whether a post of ours can be changed afterwards (`OutgoingPost.edits`)."""
        ...

    @property
    def can_remove(self) -> bool:
        """Whether a post of ours can be taken away afterwards (`OutgoingPost.removes`)."""
        ...

    @property
    def limits(self) -> Limits:
        """How long a text may be."""
        ...

    async def whoami(self) -> AccountId:
        """Ask the platform whose account this is. Raises `SourceError` kinds when it cannot say."""
        ...

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post once, and return what the platform says it accepted.

        A post that `removes` takes exactly that post of ours away and nothing else; one that is gone already counts as taken away.
        Raises `PublishRejected` when the platform said no and accepted nothing (final), `RateLimited` when it accepted nothing and asks
        to wait, `NotSent` when the request never left this machine (no name, no connection), `PublishUnknown` when it may have accepted
        (time-out, reset, 5xx, an answer that cannot be read). Any other error counts as unknown.
        """
        ...

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return this account's posts at `target` since a moment, complete, oldest first.

        Raises a `SourceError` when that cannot be said for sure: an error is never an empty list.
        """
        ...

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether `target` still takes posts. Raises `SourceError` kinds when the platform cannot be reached."""
        ...

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what this account posted anywhere since a moment, oldest first, for the watch over our own accounts (RULES S33).

        None: this platform cannot tell. Raises `SourceError` kinds when it could not be asked.
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and threads; harmless when called twice."""
        ...


class Mentions(Protocol):
    """The mentions as they stand. `listener/ledger/mentions.py`."""

    def by_ids(self, mention_ids: Iterable[int]) -> list[StoredMention]:
        """Return the mentions with these ids, by id; unknown and removed ones are left out."""
        ...


class Draws(Protocol):
    """Draws charts, fetching nothing. `moderation/drawing/process.py`."""

    def svg(self, spec: Mapping[str, Any]) -> str:
        """Return a Vega-Lite specification as SVG. Raises `CannotDraw`, also when the specification wants to load something."""
        ...

    def png(self, svg: str, *, scale: float = 2.0) -> bytes:
        """Return an SVG as a picture. Raises `CannotDraw`."""
        ...

    def pdf(self, svg: str) -> bytes:
        """Return an SVG as one page of PDF. Raises `CannotDraw`."""
        ...


Carry = Callable[[Parcel], Awaitable[Outcome]]
"""Takes one parcel to where it goes, once, and says what became of it; never raises for what the other side or the network does."""


class Carrier(Protocol):
    """A way by which messages reach our own people. `moderation/delivery/`; nothing here reaches a customer."""

    def opened(self) -> AbstractAsyncContextManager[Carry]:
        """Give what carries the parcels of one round, over one connection where the way has such; it is closed when the round is over."""
        ...
