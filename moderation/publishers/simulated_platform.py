"""The simulated platform: accepts and refuses as told, and keeps its own record, so that our ledger can be checked against it.

One line of JSON per accepted post, edit or removal, synced to disk before the platform answers. A torn last line was never accepted.
Faults are told in advance, one per request; they behave as platforms do (RULES F4): most of them accept and then fail to say so.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from listener.errors import PublishRejected, PublishUnknown, RateLimited, SourceRefused
from listener.ports import Clock
from moderation.model.post import Accepted, AccountId, OutgoingPost, Target

_WHY = {"locked": "locked", "deleted": "gone", "banned": "banned"}


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
    BAD_KEY = "bad_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedPost:
    """One post in the platform's own record, as its edits left it. `visible_at`: from when the platform shows it when asked.

    `removed`: taken away again, and shown to nobody.
    """

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
    title: str = ""
    options: tuple[str, ...] = ()
    edits: int = 0
    removed: bool = False


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

    def expect(self, *faults: Fault) -> None:
        """Let these happen to the next requests, after those told before, one each."""
        self._faults.extend(faults)

    def close_thread(self, target: Target, *, why: str) -> None:
        """Refuse every later post there: the thread was "locked" or "deleted", or its author blocked us."""
        self._closed[place_of(target)] = why

    def closed(self, target: Target) -> str:
        """Return why nobody may post there, or an empty string."""
        return self._closed.get(place_of(target), "")

    def posts(self) -> list[AcceptedPost]:
        """Return everything ever accepted, oldest first: what a checker counts."""
        try:
            lines = self._record.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return []
        posts: dict[str, AcceptedPost] = {}
        for line in lines[:-1]:
            fields = json.loads(line)
            if (gone := fields.get("removes")) is not None:
                posts[gone] = replace(posts[gone], removed=True)
            elif (changed := fields.get("changes")) is not None:
                posts[changed] = replace(posts[changed], text=fields["text"], edits=posts[changed].edits + 1)
            else:
                posts[fields["platform_id"]] = _read(fields)
        return list(posts.values())

    def shown(self) -> list[AcceptedPost]:
        """Return what the platform shows by now: an accepted post may take a while to appear."""
        now = self._clock.now()
        return [one for one in self.posts() if one.visible_at <= now and not one.removed]

    async def take(self, account: AccountId, post: OutgoingPost, key: str, *, native_key: bool | None = None) -> Accepted:
        """Handle one request with the next fault. `native_key`: as this platform's own, when it stands for several."""
        self.requests += 1
        fault = self._faults.pop(0) if self._faults else Fault.NONE
        self._on_step("platform.received")
        if fault is Fault.REFUSE:
            raise PublishRejected("403: this account may not post here")
        if fault is Fault.BAD_KEY:
            raise SourceRefused("401: this key is not accepted")
        if not post.removes and (why := self._closed.get(place_of(post.target))):
            raise PublishRejected(f"403: the thread is {why}", why=_WHY.get(why, ""))
        if fault is Fault.RATE_LIMIT:
            raise RateLimited("429: too many requests", wait_seconds=30)
        if fault is Fault.LOSE:
            raise PublishUnknown("502: bad gateway")
        keyed = self.native_key if native_key is None else native_key
        accepted = self._accept(account, post, key, late=fault is Fault.ACCEPT_LATE, keyed=keyed)
        self._on_step("platform.accepted")
        if fault is Fault.ACCEPT_THEN_HANG:
            await asyncio.Event().wait()
        if fault in (Fault.ACCEPT_THEN_ERROR, Fault.ACCEPT_LATE):
            raise PublishUnknown("502: bad gateway")
        if fault is Fault.SLOW:
            await asyncio.sleep(self._slow)
        return accepted

    def _accept(self, account: AccountId, post: OutgoingPost, key: str, *, late: bool, keyed: bool) -> Accepted:
        self._record.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._record, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            earlier = self.posts()
            mine = {one.platform_id: one for one in earlier if one.account == account.key}
            if post.removes:
                if post.removes not in mine or mine[post.removes].removed:
                    raise PublishRejected("404: there is no such post of ours", why="gone")
                self._append(file, {"removes": post.removes, "key": key})
                return Accepted(platform_id=post.removes)
            if post.edits:
                if post.edits not in mine or mine[post.edits].removed:
                    raise PublishRejected("404: there is no such post of ours", why="gone")
                self._append(file, {"changes": post.edits, "text": post.text, "key": key})
                return Accepted(platform_id=post.edits, url=url_of(post.edits))
            if keyed and (first := next((one for one in mine.values() if one.key == key), None)):
                return Accepted(platform_id=first.platform_id, url=url_of(first.platform_id))
            now = self._clock.now()
            made = _line(account, post, key, number=len(earlier) + 1, accepted_at=now, visible_at=now + self._late if late else now)
            self._append(file, made)
        finally:
            os.close(file)
        return Accepted(platform_id=made["platform_id"], url=url_of(made["platform_id"]))

    def _append(self, file: int, line: dict[str, Any]) -> None:
        os.ftruncate(file, self._sound_length())  # a line that was being written when the power went never counted
        os.lseek(file, 0, os.SEEK_END)
        os.write(file, json.dumps(line, ensure_ascii=True).encode() + b"\n")
        os.fsync(file)

    def _sound_length(self) -> int:
        written = self._record.read_bytes()
        return written.rfind(b"\n") + 1


def place_of(target: Target) -> tuple[str, str, str]:
    """Return what tells one thread from another."""
    return target.platform, target.realm, target.thread_id


def url_of(platform_id: str) -> str:
    """Return where a post would stand."""
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
        "title": post.title,
        "options": post.options,
        "key": key,
        "accepted_at": accepted_at.isoformat(),
        "visible_at": visible_at.isoformat(),
    }


def _read(line: dict[str, Any]) -> AcceptedPost:
    moments = {name: datetime.fromisoformat(line[name]) for name in ("accepted_at", "visible_at")}
    return AcceptedPost(**{**line, **moments, "options": tuple(line.get("options", ()))})
