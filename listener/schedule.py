"""When things run: sources by their interval, the analyser whenever something waits. APScheduler keeps the time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.errors import SourceRefused
from listener.ledger.sources import SourceState
from listener.model.issue import Signal
from listener.ports import Clock, Source, Stream
from listener.settings.schema import SourceSettings
from listener.sources.pacing import seconds_per_request
from listener.sources.purse import Purse
from listener.workflows.analyse_mentions import Analysed
from listener.workflows.ask_canary import AskCanary
from listener.workflows.collect_mentions import Collected, CollectMentions
from listener.workflows.recheck_mentions import Asking

logger = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=15)
"""RULES F16: wait at most this long on a platform's word, then look again and let coverage show it."""
REFUSED_WAIT = timedelta(minutes=10)
"""RULES F19: at most three requests in ten minutes to a platform that refuses us."""
ROUND_TIMEOUT_SECONDS = 600.0
IDLE_SECONDS = 5.0
BREATH = timedelta(seconds=1)
"""A rest before what is there already is read on, and after an event before it is read: several come together."""
HURRY_SECONDS = 5.0
"""A platform that tells of something new every second is not asked every second."""
LONGEST_PLAN = timedelta(days=1)
"""No source waits longer for its turn: a moment beyond that was noted by a clock that was set wrong (RULES F13)."""
RESTART_REST = timedelta(minutes=1)
"""A service that is started again every few seconds hears at each start that it is connected, and asks no more often than this."""
HURRY_SHARE = 0.5
"""Pulls that are hurried use no more of a platform's pace than this part of ours."""
FEW = 128
"""Fewer mentions than this are no backlog: after them the analyser rests, and takes up together what arrives meanwhile."""
RESTS = 4
"""So many times as long as it was busy: on two million mentions a single new one costs it half a second, and pages wait beside it."""
MOST_REST_SECONDS = 8.0


def next_pull(now: datetime, *, interval: timedelta, failures: int, wait_seconds: float, refused: bool, jitter: float) -> datetime:
    """Return when to pull a source again. `jitter` is drawn by the caller, 0..1: platforms must not be asked by everybody at once.

    After `failures` in a row the interval doubles up to `LONGEST_WAIT`; a platform's own `wait_seconds` always holds, up to that limit.
    """
    pause = interval * (1 + 0.1 * jitter)
    if refused:
        pause = max(pause, REFUSED_WAIT)
    elif failures:
        pause = max(pause, min(LONGEST_WAIT, interval * 2.0 ** min(failures, 10)))
    asked = min(
        timedelta(seconds=min(wait_seconds, LONGEST_WAIT.total_seconds())) * (1 + 0.1 * jitter) + timedelta(seconds=1), LONGEST_WAIT
    )
    return now + (max(pause, asked) if wait_seconds > 0 else pause)


def rest_after_pull(requests: int, *, seconds_per_request: float) -> timedelta:
    """Return how long a source is left alone after a pull that sent so many requests, whatever its platform tells of meanwhile."""
    return timedelta(seconds=max(HURRY_SECONDS, requests * seconds_per_request / HURRY_SHARE))


@dataclass
class Watched:
    """One source in the schedule, with the purse it was built with, its failures in a row, and what asks its canary, if it has one.

    `stream` tells what is new there, if somebody does. `due_seconds` is its next pull, `rests_until_seconds` the earliest moment to which
    that can be hurried, both on the clock that nobody sets (`Clock.monotonic`); `hurried` is kept while a pull is `running`, for it may
    have looked already. `asking` looks at kept posts again, where that is possible; whoever asks the platform has the source's `turn`.
    """

    source: Source
    settings: SourceSettings
    purse: Purse = field(default_factory=Purse)
    failures: int = 0
    canary: AskCanary | None = None
    stream: Stream | None = None
    due_seconds: float | None = None
    rests_until_seconds: float = 0.0
    running: bool = False
    hurried: bool = False
    asking: Asking | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class SourceSchedule:
    """Pulls each source when it is due; a slow or dead one never holds up another (each round is a job of its own)."""

    def __init__(
        self, scheduler: AsyncIOScheduler, collect: CollectMentions, watched: Sequence[Watched], *, clock: Clock, arrived: asyncio.Event
    ) -> None:
        self._scheduler = scheduler
        self._collect = collect
        self._watched = list(watched)
        self._clock = clock
        self._arrived = arrived
        self._random = random.Random()  # noqa: S311 - spreads requests in time, guards nothing

    def start(self, state_of: Callable[[str], SourceState | None]) -> None:
        """Schedule every source: at once when its last pull is longer ago than its interval (a missed run is caught up).

        What a platform, a breaker or a cap asked for holds through a restart.
        """
        now = self._clock.now()
        for one in self._watched:
            state = state_of(one.settings.id)
            one.failures = state.failures if state else 0
            due = _due(state, one.settings) or now
            at = max(now, due) if due <= now + LONGEST_PLAN else now
            rests_until = at
            if state is not None and state.last_try_at is not None and state.state == "ok":
                rests_until = min(at, max(now, state.last_try_at + RESTART_REST))
            one.rests_until_seconds = self._steady(rests_until)
            self._plan(one, at)

    def hurry(self, source_id: str) -> None:
        """Pull a source as soon as it may be asked again: its platform told that something is new. Unknown ids are nobody's.

        What a platform, a breaker or a cap asked for holds, and a cap on requests is not used up ahead of its day. For the event loop.
        """
        for one in self._watched:
            if one.settings.id == source_id:
                one.hurried = True
                self._bring_forward(one)

    def _bring_forward(self, one: Watched) -> None:
        now = self._clock.now()
        if one.running or not one.hurried or one.due_seconds is None or one.purse.is_ahead(_share_of_day(now)):
            return
        wait = max(BREATH, timedelta(seconds=one.rests_until_seconds - self._clock.monotonic()))
        if self._steady(now + wait) < one.due_seconds:
            self._plan(one, now + wait)

    def _steady(self, moment: datetime) -> float:
        """Return a moment on the clock that nobody sets: by the time of day it would move away from us, or pass, when that is set."""
        return self._clock.monotonic() + (moment - self._clock.now()).total_seconds()

    def _plan(self, one: Watched, at: datetime) -> None:
        one.due_seconds = self._steady(at)
        self._scheduler.add_job(
            self._round, "date", run_date=at, args=[one], id=f"pull:{one.settings.id}", replace_existing=True, misfire_grace_time=None
        )

    async def _round(self, one: Watched) -> None:
        result = Collected(source=one.settings.id)
        one.running, one.hurried = True, False
        try:
            async with one.turn, asyncio.timeout(ROUND_TIMEOUT_SECONDS):
                result = await self._collect.round(one.source, keep=one.settings.keep, purse=one.purse)
                if one.canary is not None and result.error is None:
                    await one.canary.once()
            one.failures = one.failures + 1 if result.error else 0
        except Exception as error:  # a source must never end its own schedule: the failure is told and the round comes again
            logger.exception("round failed", extra={"source": one.settings.id})
            one.failures += 1
            result = await self._collect.in_turn(self._collect.broke, one.settings.id, error)
        finally:
            if result.new or result.edited or result.removed:
                self._arrived.set()
            at, one.running = self._next(one, result), False
            rest = rest_after_pull(result.requests, seconds_per_request=seconds_per_request(one.settings.kind))
            one.rests_until_seconds = self._steady(at if result.error else self._clock.now() + rest)
            self._plan(one, at)
            self._bring_forward(one)

    def _next(self, one: Watched, result: Collected) -> datetime:
        if result.behind:  # after an outage the rest is read at once, round after round, at the platform's pace
            return self._clock.now() + BREATH
        at = next_pull(
            self._clock.now(),
            interval=timedelta(minutes=one.settings.interval_minutes),
            failures=one.failures,
            wait_seconds=result.wait_seconds,
            refused=isinstance(result.error, SourceRefused),
            jitter=self._random.random(),
        )
        return at if result.again_at is None else max(at, result.again_at)


def _share_of_day(now: datetime) -> float:
    """Return which part of the day (UTC) is over, 0..1."""
    return (now - now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(days=1)


def _due(state: SourceState | None, settings: SourceSettings) -> datetime | None:
    """Return when a source is due after a restart; None when it was never tried."""
    if state is None or state.last_try_at is None:
        return None
    pause = timedelta(minutes=settings.interval_minutes)
    due = [state.last_try_at + (max(pause, REFUSED_WAIT) if state.state == "refused" else pause)]
    if state.wait_until is not None:
        due.append(state.wait_until if state.state == "capped" else min(state.wait_until, state.last_try_at + LONGEST_WAIT))
    return max([*due, *([state.open_until] if state.open_until else [])])


async def keep_analysing(
    once: Callable[[], Analysed], *, arrived: asyncio.Event, stop: asyncio.Event, flagged: Callable[[tuple[Signal, ...]], None]
) -> None:
    """Analyse whenever something waits, off the event loop, until `stop`. An import by another process is noticed within seconds.

    What arrives in drops is taken up together, so that a large home's service has a fifth of its time for it at most; a backlog goes on.
    """
    while not stop.is_set():
        arrived.clear()
        begun = time.monotonic()
        try:
            done = await asyncio.to_thread(once)
        except Exception:  # the service goes on collecting; the next look tries again and doctor shows what is wrong
            logger.exception("analysing failed")
            done = Analysed(mentions=0, signals=(), more=False)
        if done.signals:
            flagged(done.signals)
        if not done.more:
            await _first_of(arrived, stop, IDLE_SECONDS)
        elif rest := rest_after(done.mentions, busy_seconds=time.monotonic() - begun):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest)


def rest_after(mentions: int, *, busy_seconds: float) -> float:
    """Return for how many seconds the analyser rests after a batch: not at all when many mentions waited, or none (a model changes)."""
    return min(MOST_REST_SECONDS, RESTS * busy_seconds) if 0 < mentions < FEW else 0.0


async def _first_of(first: asyncio.Event, second: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.create_task(first.wait()), asyncio.create_task(second.wait())]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for one in waits:
        one.cancel()
