"""A simulated platform: posts nowhere, and keeps its own record of what it accepted, so that our ledger can be checked against it.

One line of JSON per accepted post, synced to disk before the platform answers. A torn last line was never accepted. Faults are told
in advance, one per request; they behave as platforms do (RULES F4): most of them accept and then fail to say so.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from listener.errors import PublishRejected, PublishUnknown, RateLimited, SourceUnavailable
from listener.ports import Clock
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target

PLATFORM = "simulated"
REALM = "simulated"


class Fault(StrEnum):
    """What happens to one request."""

    NONE = "none"
    ACCEPT_THEN_HANG = "accept_then_hang"
    ACCEPT_THEN_ERROR = "accept_then_error"
    ACCEPT_LATE = "accept_late"
    LOSE = "lose"
    REFUSE = "refuse"
    SLOW = "slow"
    RATE_LIMIT = "rate_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedPost:
    """One line of the platform's own record. `visible_at`: from when the platform shows it when asked."""

    platform_id: str
    account: str
    platform: str
    realm: str
    thread_id: str
    parent_id: str
    kind: str
    text: str
    key: str
    accepted_at: datetime
    visible_at: datetime


class SimulatedPlatform:
    """The far side: accepts, refuses, hangs, forgets to answer. Several processes may share one record file.

    native_key: a repeated key is answered with the first post. late_seconds: how long an accepted-late post stays invisible.
    slow_seconds: how long a slow answer takes, in real time. on_step: called with "platform.received" before a post is accepted and
    "platform.accepted" after it is on disk; tests end the process there.
    """

    def __init__(
        self,
        record: Path,
        clock: Clock,
        *,
        faults: Iterable[Fault] = (),
        native_key: bool = True,
        late_seconds: float = 45.0,
        slow_seconds: float = 0.05,
        on_step: Callable[[str], None] = lambda _point: None,
    ) -> None:
        self._record = record
        self._clock = clock
        self._faults = list(faults)
        self.native_key = native_key
        self._late = timedelta(seconds=late_seconds)
        self._slow = slow_seconds
        self._on_step = on_step
        self._closed: dict[tuple[str, str, str], str] = {}
        self.requests = 0

    def close_thread(self, target: Target, *, why: str) -> None:
        """Refuse every later post there: the thread was "locked" or "deleted", or its author blocked us."""
        self._closed[_place(target)] = why

    def closed(self, target: Target) -> str:
        """Return why nobody may post there, or an empty string."""
        return self._closed.get(_place(target), "")

    def posts(self) -> list[AcceptedPost]:
        """Return everything ever accepted, oldest first: what a checker counts."""
        try:
            lines = self._record.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return []
        return [_read(json.loads(line)) for line in lines[:-1]]

    def shown(self) -> list[AcceptedPost]:
        """Return what the platform shows by now: an accepted post may take a while to appear."""
        now = self._clock.now()
        return [one for one in self.posts() if one.visible_at <= now]

    async def take(self, account: AccountId, post: OutgoingPost, key: str) -> Accepted:
        """Handle one request with the next fault."""
        self.requests += 1
        fault = self._faults.pop(0) if self._faults else Fault.NONE
        self._on_step("platform.received")
        if fault is Fault.REFUSE:
            raise PublishRejected("403: this account may not post here")
        if why := self._closed.get(_place(post.target)):
            raise PublishRejected(f"403: the thread is {why}")
        if fault is Fault.RATE_LIMIT:
            raise RateLimited("429: too many requests", wait_seconds=30)
        if fault is Fault.LOSE:
            raise PublishUnknown("502: bad gateway")
        accepted = self._accept(account, post, key, late=fault is Fault.ACCEPT_LATE)
        self._on_step("platform.accepted")
        if fault is Fault.ACCEPT_THEN_HANG:
            await asyncio.Event().wait()
        if fault in (Fault.ACCEPT_THEN_ERROR, Fault.ACCEPT_LATE):
            raise PublishUnknown("502: bad gateway")
        if fault is Fault.SLOW:
            await asyncio.sleep(self._slow)
        return accepted

    def _accept(self, account: AccountId, post: OutgoingPost, key: str, *, late: bool) -> Accepted:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._record, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            earlier = self.posts()
            if self.native_key and (first := next((one for one in earlier if one.key == key and one.account == account.key), None)):
                return Accepted(platform_id=first.platform_id, url=_url(first.platform_id))
            now = self._clock.now()
            made = _line(account, post, key, number=len(earlier) + 1, accepted_at=now, visible_at=now + self._late if late else now)
            os.ftruncate(file, self._sound_length())  # a line that was being written when the power went never counted
            os.lseek(file, 0, os.SEEK_END)
            os.write(file, json.dumps(made, ensure_ascii=True).encode() + b"\n")
            os.fsync(file)
        finally:
            os.close(file)
        return Accepted(platform_id=made["platform_id"], url=_url(made["platform_id"]))

    def _sound_length(self) -> int:
        written = self._record.read_bytes()
        return written.rfind(b"\n") + 1


class SimulatedPublisher:
    """One account on the simulated platform. `unreachable` makes reading back fail, as a platform that is down does."""

    def __init__(self, platform: SimulatedPlatform, name: str, *, limits: Limits | None = None) -> None:
        self._platform = platform
        self._account = simulated_account(name)
        self._limits = limits or Limits(most=500, counts="graphemes")
        self.unreachable = False

    @property
    def native_key(self) -> bool:
        return self._platform.native_key

    @property
    def key_seconds(self) -> float:
        return math.inf if self._platform.native_key else 0.0

    @property
    def looks_back(self) -> bool:
        return True

    @property
    def can_edit(self) -> bool:
        return False

    @property
    def limits(self) -> Limits:
        return self._limits

    async def whoami(self) -> AccountId:
        """Return whose account this is; others get a turn meanwhile, as with a platform far away."""
        await asyncio.sleep(0)
        return self._account

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post once; see `Publisher.publish`."""
        return await self._platform.take(self._account, post, key)

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return this account's posts in the target's thread that the platform shows by now, oldest first."""
        if self.unreachable:
            raise SourceUnavailable("503: the platform cannot be asked now")
        return [
            SeenPost(platform_id=one.platform_id, text=one.text, posted_at=one.accepted_at, url=_url(one.platform_id))
            for one in self._platform.shown()
            if one.account == self._account.key and (one.platform, one.realm, one.thread_id) == _place(target) and one.accepted_at >= since
        ]

    async def place_now(self, target: Target) -> PlaceNow:
        """Return whether the thread takes posts: open until a test closes it."""
        return {"": PlaceNow.OPEN, "deleted": PlaceNow.GONE}.get(self._platform.closed(target), PlaceNow.LOCKED)

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return what this account posted anywhere, as far as the platform shows it by now."""
        return [
            SeenPost(platform_id=one.platform_id, text=one.text, posted_at=one.accepted_at, url=_url(one.platform_id))
            for one in self._platform.shown()
            if one.account == self._account.key and one.accepted_at >= since
        ]

    async def aclose(self) -> None:
        """Nothing is held open."""


def simulated_account(name: str) -> AccountId:
    """Return the account that the simulated platform gives to a name."""
    return AccountId(platform=PLATFORM, realm=REALM, native_id=name, name=name)


def _place(target: Target) -> tuple[str, str, str]:
    return target.platform, target.realm, target.thread_id


def _url(platform_id: str) -> str:
    return f"https://simulated.example/{platform_id}"


def _line(account: AccountId, post: OutgoingPost, key: str, *, number: int, accepted_at: datetime, visible_at: datetime) -> dict[str, Any]:
    return {
        "platform_id": f"post-{number}",
        "account": account.key,
        "platform": post.target.platform,
        "realm": post.target.realm,
        "thread_id": post.target.thread_id,
        "parent_id": post.target.parent_id,
        "kind": post.kind.value,
        "text": post.text,
        "key": key,
        "accepted_at": accepted_at.isoformat(),
        "visible_at": visible_at.isoformat(),
    }


def _read(line: dict[str, Any]) -> AcceptedPost:
    moments = {name: datetime.fromisoformat(line[name]) for name in ("accepted_at", "visible_at")}
    return AcceptedPost(**{**line, **moments})
