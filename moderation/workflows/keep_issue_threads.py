"""Keep a thread per issue in our own team's channel: opened when it matters, kept up to date by edits, put away when it is over.

Row before message; a message whose outcome is unknown is looked up before it is sent again, and Discord keeps it once by its nonce. The
thread hangs below the message, and has its number: an issue never has two. A new line comes only when the issue's state changed.

Looking up reads back to before the row was made, a hundred messages at a time. Where that takes more than `MOST_PAGES`, nobody can tell
whether it stands there: then it is not sent again. An issue without a thread is a nuisance, and two threads of one issue are another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from listener.errors import NotAllowed, NotSent, ProductError, PublishRejected, PublishUnknown, RateLimited
from listener.ports import Clock
from moderation.ledger.issue_threads import IssueThreadLedger
from moderation.model.issue_thread import LOUD, SILENT, IssueThread, ThreadNow, ThreadState

logger = logging.getLogger(__name__)

MOST_NEW = 5
"""Threads opened in one look: a day on which everything is new does not flood the channel at once."""
EDIT_EVERY = timedelta(minutes=5)
"""Figures move with each message; a thread follows at this pace, and at once when its state changes."""
NONCE_SIGNS = 24
EVERY = 0
"""Stands for all issues of the channel."""
MOST_PAGES = 20
"""Hundreds of messages read back in one look."""
DISCORD_BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
CLOCKS_APART = timedelta(minutes=10)
"""How far Discord's clock and ours may be apart."""
REST = timedelta(minutes=10)
"""After Discord said no: asking the same again and again gets a bot shut out (RULES F19)."""


class TeamChannel(Protocol):
    """A channel of our own team: `moderation/bot/channels.py`. Raises what that says."""

    def guild_of(self, channel_id: str) -> str: ...
    async def post(self, channel_id: str, body: Mapping[str, Any], *, nonce: str = "", within: str = "") -> str: ...
    async def edit(self, channel_id: str, message_id: str, body: Mapping[str, Any]) -> None: ...
    async def recent(self, channel_id: str, *, before: str = "") -> Sequence[Mapping[str, Any]]: ...
    async def start_thread(self, channel_id: str, message_id: str, name: str) -> str: ...
    async def change_thread(self, thread_id: str, *, name: str = "", archived: bool | None = None) -> None: ...


class KeepIssueThreads:
    """`now(issue ids)` gives what threads are to show: of these issues, and of those that want one. It may block."""

    def __init__(
        self,
        ledger: IssueThreadLedger,
        channel: TeamChannel,
        now: Callable[[Sequence[int]], Sequence[ThreadNow]],
        clock: Clock,
        *,
        channel_id: str,
    ) -> None:
        self._ledger = ledger
        self._channel = channel
        self._now = now
        self._clock = clock
        self._channel_id = channel_id
        self._rest_until: dict[int, datetime] = {}

    async def once(self) -> int:
        """Bring every thread up to date; return how many messages were written or edited. What Discord refuses waits for the next look."""
        there = await asyncio.to_thread(self._ledger.all, self._channel_id)
        wanted = await asyncio.to_thread(self._now, sorted(there))
        done = begun = 0
        for one in wanted:
            thread = there.get(one.issue_id)
            if any(self._clock.now() < self._rest_until.get(number, self._clock.now()) for number in (one.issue_id, EVERY)):
                continue
            if thread is None:
                if one.state not in LOUD or begun >= MOST_NEW:
                    continue
                begun += 1
            try:
                done += await self._one(thread, one)
            except (RateLimited, NotSent, NotAllowed) as error:
                logger.info("threads wait", extra={"why": type(error).__name__})
                return done
            except PublishUnknown:
                logger.info("a thread's message is looked up next time", extra={"issue": one.issue_id})
            except PublishRejected as error:
                await self._refused(one, error)
            except ProductError as error:
                logger.warning("a thread was not kept up to date", extra={"issue": one.issue_id, "error": type(error).__name__})
        await self._put_away(there, {one.issue_id for one in wanted})
        return done

    async def _put_away(self, there: Mapping[int, IssueThread], known: Collection[int]) -> None:
        """Put the threads away of issues that are no longer there: they were merged into another one."""
        for thread in there.values():
            if thread.issue_id not in known and thread.state is ThreadState.OPEN:
                with contextlib.suppress(ProductError):
                    await self._channel.change_thread(thread.thread_id, archived=True)
                    await self._kept(thread, state=ThreadState.CLOSED)

    async def _one(self, thread: IssueThread | None, now: ThreadNow) -> int:
        if thread is None:
            guild_id = self._channel.guild_of(self._channel_id)
            nonce = secrets.token_hex(NONCE_SIGNS // 2)
            thread = await asyncio.to_thread(self._ledger.begin, now.issue_id, self._channel_id, guild_id, nonce, at=self._clock.now())
            return await self._open(thread, now, looked=False)
        if thread.state is ThreadState.GONE:
            return 0
        if thread.state in (ThreadState.POSTING, ThreadState.POSTED):
            return await self._open(thread, now, looked=True)
        return await self._follow(thread, now)

    async def _open(self, thread: IssueThread, now: ThreadNow, *, looked: bool) -> int:
        """Write the message, unless it stands there already (`looked`: it may), and start its thread."""
        written = 0
        if not thread.message_id:
            ours = partial(_carries, now.mark)
            found = await self._found(thread, self._channel_id, ours) if looked else ""
            if found is None:
                logger.warning("whether an issue's message stands cannot be told; it is not sent again", extra={"issue": now.issue_id})
                await self._kept(thread, state=ThreadState.GONE)
                return 0
            message_id = found or await self._channel.post(self._channel_id, now.body, nonce=thread.nonce)
            written = 0 if found else 1
            thread = await self._kept(thread, message_id=message_id, shown="" if found else now.shown, state=ThreadState.POSTED)
        thread_id = await self._channel.start_thread(self._channel_id, thread.message_id, now.name)
        await self._kept(thread, thread_id=thread_id, state=ThreadState.OPEN, stage=now.state.value)
        return written

    async def _found(self, thread: IssueThread, channel_id: str, is_it: Callable[[Mapping[str, Any]], bool]) -> str | None:
        """Return the message that is looked for; empty when there is none since the row was made, None when that cannot be told."""
        before = ""
        for _ in range(MOST_PAGES):
            page = await self._channel.recent(channel_id, before=before)
            for message in page:
                if is_it(message):
                    return str(message.get("id", ""))
            oldest = min((int(one["id"]) for one in page if str(one.get("id", "")).isdecimal()), default=None)
            if oldest is None or _written_at(oldest) < thread.made_at - CLOCKS_APART:
                return ""
            before = str(oldest)
        return None

    async def _follow(self, thread: IssueThread, now: ThreadNow) -> int:
        done, turned = 0, thread.stage != now.state.value
        if thread.shown != now.shown and (turned or self._clock.now() - thread.changed_at >= EDIT_EVERY or not thread.shown):
            await self._channel.edit(self._channel_id, thread.message_id, now.body)
            thread = await self._kept(thread, shown=now.shown)
            done += 1
        if thread.state is ThreadState.CLOSED and now.state in LOUD:
            await self._channel.change_thread(thread.thread_id, archived=False)
            thread = await self._kept(thread, state=ThreadState.OPEN)
        if turned and thread.state is ThreadState.OPEN:
            done += await self._tell(thread, now)
            thread = await self._kept(thread, stage=now.state.value, told="")
        if thread.state is ThreadState.OPEN and now.state in SILENT:
            with contextlib.suppress(PublishRejected):  # where we may not put it away, Discord does so after a week of silence
                await self._channel.change_thread(thread.thread_id, archived=True)
            await self._kept(thread, state=ThreadState.CLOSED)
        return done

    async def _tell(self, thread: IssueThread, now: ThreadNow) -> int:
        """Say a line once: one that may have arrived before is looked for, then sent under the same nonce."""
        if thread.told and await self._found(thread, thread.thread_id, lambda message: message.get("content") == now.line) != "":
            return 0
        nonce = thread.told or secrets.token_hex(NONCE_SIGNS // 2)
        thread = await self._kept(thread, told=nonce)
        await self._channel.post(thread.thread_id, {"content": now.line}, nonce=nonce, within=self._channel_id)
        return 1

    async def _refused(self, now: ThreadNow, error: PublishRejected) -> None:
        """Discord said no. A message that a person took away stays away."""
        logger.warning("Discord does not take an issue's thread", extra={"issue": now.issue_id, "why": error.why})
        self._rest_until[EVERY if error.why == "forbidden" else now.issue_id] = self._clock.now() + REST
        thread = (await asyncio.to_thread(self._ledger.all, self._channel_id)).get(now.issue_id)
        if error.why == "gone" and thread is not None and thread.message_id:
            await self._kept(thread, state=ThreadState.GONE)

    async def _kept(self, thread: IssueThread, **values: Any) -> IssueThread:
        return await asyncio.to_thread(lambda: self._ledger.change(thread, at=self._clock.now(), **values))


def _carries(mark: str, message: Mapping[str, Any]) -> bool:
    return mark in repr(message.get("components"))


def _written_at(message_id: int) -> datetime:
    """Return when Discord made an id: milliseconds since 2015 above the lowest 22 bits (its documentation of snowflakes, read 2026-11)."""
    return DISCORD_BEGAN + timedelta(milliseconds=message_id >> 22)
