"""Accounts on the simulated platform: they post nowhere. What that platform is, and its record, stand in `simulated_platform`."""

from __future__ import annotations

import asyncio
import math
from datetime import datetime

from listener.errors import NotSent, PublishRejected, PublishUnknown, SourceError, SourceUnavailable
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.limits import PlatformTraits
from moderation.publishers.removal import taken_away
from moderation.publishers.simulated_platform import AcceptedPost, Fault, SimulatedPlatform, place_of, url_of

__all__ = ["AcceptedPost", "Fault", "SimulatedPlatform", "SimulatedPublisher", "simulated_account"]
PLATFORM = "simulated"
REALM = "simulated"
USUAL_LIMITS = Limits(most=500, counts="graphemes")


class SimulatedPublisher:
    """One account on the simulated platform. `traits`: what it is like to post there, of a real platform when it is that one's twin.

    `unreachable` makes reading back fail, as a platform that is down does; `failing` makes every request fail so. After `timeout_seconds`
    without an answer the outcome is unknown; None waits for ever.
    """

    def __init__(
        self,
        platform: SimulatedPlatform,
        name: str,
        *,
        limits: Limits | None = None,
        traits: PlatformTraits | None = None,
        realm: str = REALM,
        timeout_seconds: float | None = None,
    ) -> None:
        keyed = platform.native_key
        usual = PlatformTraits(
            limits=USUAL_LIMITS, native_key=keyed, key_seconds=math.inf if keyed else 0.0, can_edit=True, can_remove=True, title_most=300
        )
        self._platform = platform
        self._account = simulated_account(name, realm=realm)
        self._traits = traits or usual
        self._limits = limits or self._traits.limits
        self._timeout = timeout_seconds
        self.unreachable = False
        self.failing: SourceError | None = None

    @property
    def native_key(self) -> bool:
        return self._traits.native_key

    @property
    def key_seconds(self) -> float:
        return self._traits.key_seconds

    @property
    def looks_back(self) -> bool:
        return self._traits.looks_back

    @property
    def can_edit(self) -> bool:
        return self._traits.can_edit

    @property
    def can_remove(self) -> bool:
        return self._traits.can_remove

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def account(self) -> AccountId:
        """Whose account this is, without asking."""
        return self._account

    async def whoami(self) -> AccountId:
        """Return whose account this is; others get a turn meanwhile, as with a platform far away."""
        await asyncio.sleep(0)
        self._must_answer()
        return self._account

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post once; see `Publisher.publish`."""
        if isinstance(self.failing, SourceUnavailable):
            raise NotSent("the platform cannot be reached; nothing was sent")
        if post.edits and not self.can_edit:
            raise PublishRejected("405: posts cannot be changed here", why="invalid")
        if post.removes and not self.can_remove:
            raise PublishRejected("405: posts cannot be taken away here", why="invalid")
        if post.removes:
            return await taken_away(self._take(post, key), post.removes)
        if length(post.text, self._limits) > self._limits.most or len(post.title) > self._traits.title_most > 0:
            raise PublishRejected("413: that is too long", why="too_long")
        return await self._take(post, key)

    async def _take(self, post: OutgoingPost, key: str) -> Accepted:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._platform.take(self._account, post, key, native_key=self.native_key)
        except TimeoutError as error:
            raise PublishUnknown("no answer in time") from error

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return this account's posts in the target's thread that the platform shows by now, oldest first."""
        self._must_answer(reading_back=True)
        return [_seen(one) for one in self._own(since) if (one.platform, one.realm, one.thread_id) == place_of(target)]

    async def place_now(self, target: Target) -> PlaceNow:
        """Return whether the thread takes posts: open until a test closes it."""
        return {"": PlaceNow.OPEN, "deleted": PlaceNow.GONE}.get(self._platform.closed(target), PlaceNow.LOCKED)

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what this account posted anywhere, as far as the platform shows it by now; None where nobody can look back."""
        return [_seen(one) for one in self._own(since)] if self.looks_back else None

    async def aclose(self) -> None:
        """Nothing is held open."""

    def _own(self, since: datetime) -> list[AcceptedPost]:
        return [one for one in self._platform.shown() if one.account == self._account.key and one.accepted_at >= since]

    def _must_answer(self, *, reading_back: bool = False) -> None:
        if self.failing is not None:
            raise self.failing
        if reading_back and not self.looks_back:
            raise SourceUnavailable("what left here cannot be looked up afterwards")
        if reading_back and self.unreachable:
            raise SourceUnavailable("503: the platform cannot be asked now")


def simulated_account(name: str, *, realm: str = REALM) -> AccountId:
    """Return the account that the simulated platform gives to a name. `realm`: the platform it is a twin of."""
    return AccountId(platform=PLATFORM, realm=realm, native_id=name, name=name)


def _seen(one: AcceptedPost) -> SeenPost:
    return SeenPost(platform_id=one.platform_id, text=one.text, posted_at=one.accepted_at, url=url_of(one.platform_id))
