"""When streams are listened to: one task each beside the pulls, connected again when they end. No pull waits for one or rests on one."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from listener.errors import BudgetSpent, ProductError, RateLimited, SourceRefused, SourceUnavailable
from listener.ledger.streams import StreamLedger
from listener.model.push import Connected, Pushed, StreamStanding
from listener.ports import Clock, Stream
from listener.schedule import LONGEST_WAIT, REFUSED_WAIT, Watched
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.take_pushed import TakePushed

logger = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 1.0
LIVED_SECONDS = 60.0
"""A connection that ended sooner counts as a failure: a platform that lets us in and throws us out is not asked for ever."""
UNWANTED_SECONDS = 60.0
"""How often it is looked whether there is a key now."""
HEARD_SECONDS = 60.0


def connect_after(failures: int, error: Exception | None, *, jitter: float) -> float:
    """Return the seconds before a stream is opened again. `failures` in a row, 0 when the connection lasted; `jitter` is 0..1.

    A platform's own wait holds as for pulls, a quarter of an hour at most; a refusal is asked about once in ten minutes (RULES F16, F19).
    """
    longest = LONGEST_WAIT.total_seconds()
    match error:
        case SourceRefused():
            wait = REFUSED_WAIT.total_seconds()
        case BudgetSpent():  # nobody is asked: it is looked up whether money is there again, which a new day brings
            wait = longest
        case RateLimited(wait_seconds=asked):
            wait = max(asked + 1.0, FIRST_WAIT_SECONDS * 2.0 ** min(failures, 20))
        case _:
            wait = FIRST_WAIT_SECONDS * 2.0 ** min(failures, 20)
    return min(longest, wait * (1 + 0.1 * jitter))


class StreamSchedule:
    """Listens to the streams of `watched`, and to what others hear for a source without one of its own (`take`, `lost`)."""

    def __init__(
        self,
        watched: Sequence[Watched],
        take: TakePushed,
        collect: CollectMentions,
        ledger: StreamLedger,
        *,
        clock: Clock,
        arrived: asyncio.Event,
    ) -> None:
        self._watched = {one.settings.id: one for one in watched}
        self._take = take
        self._collect = collect
        self._ledger = ledger
        self._clock = clock
        self._arrived = arrived
        self._standings: dict[str, StreamStanding] = {}
        self._random = random.Random()  # noqa: S311 - spreads connections in time, guards nothing

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop`; then close every connection."""
        for source_id in self._watched:
            await self._unwanted(source_id)
        tasks = [asyncio.create_task(self._follow(one, one.stream)) for one in self._watched.values() if one.stream is not None]
        tasks.append(asyncio.create_task(self._keep_saying()))
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for source_id in list(self._standings):
                await self.lost(source_id, "the service stopped")

    async def take(self, source_id: str, pushed: Pushed) -> None:
        """Take one event of a source. Never raises: what goes wrong with it costs its hurry, and a pull reads what it was about."""
        one = self._watched.get(source_id)
        if one is None:
            return
        try:
            if isinstance(pushed, Connected):
                await self._stand(source_id, up=True)
            if await self._take.once(one.source, one.settings, one.purse, pushed, turn=one.turn):
                self._arrived.set()
        except Exception:  # a ledger that is busy or full, or a fault of ours: the stream goes on
            logger.exception("what a platform told could not be taken", extra={"source": source_id})

    async def lost(self, source_id: str, why: str = "") -> None:
        """Take note that nobody tells us of a source any more."""
        try:
            if source_id in self._watched:
                await self._stand(source_id, up=False, why=why)
        except ProductError:
            logger.exception("how a stream stands could not be noted", extra={"source": source_id})

    async def _follow(self, one: Watched, stream: Stream) -> None:
        failures = 0
        while True:
            if not await self._is_wanted(one, stream):
                await self._clock.sleep(UNWANTED_SECONDS)
                continue
            began, (connected, error) = self._clock.monotonic(), await self._listened(one, stream)
            lasted = connected and self._clock.monotonic() - began >= LIVED_SECONDS
            failures = 0 if lasted else failures + 1
            why = str(error) if isinstance(error, ProductError) else "the platform ended the connection"
            logger.info("a stream ended", extra={"source": one.settings.id, "failures": failures, "error": type(error).__name__})
            await self.lost(one.settings.id, why)
            await self._clock.sleep(connect_after(failures, error, jitter=self._random.random()))

    async def _is_wanted(self, one: Watched, stream: Stream) -> bool:
        """Tell whether to listen now. While that cannot be told (somebody edits the file of secrets) it is looked again."""
        try:
            if stream.is_wanted:
                return True
        except Exception as error:  # whatever it is, it must not end this stream for good
            logger.exception("whether a stream can be listened to is not known", extra={"source": one.settings.id})
            await self.lost(one.settings.id, str(error) if isinstance(error, ProductError) else "our own reader failed; the log tells more")
            return False
        await self._unwanted(one.settings.id)
        return False

    async def _listened(self, one: Watched, stream: Stream) -> tuple[bool, Exception | None]:
        """Listen to one connection until it ends; return whether there was one, and what ended it."""
        connected = False
        try:
            await self._collect.begin(one.settings.id, one.purse)
            async with aclosing(stream.events()) as events:
                async for pushed in events:
                    connected = connected or isinstance(pushed, Connected)
                    await self.take(one.settings.id, pushed)
        except ProductError as error:
            return connected, error
        except Exception:  # a fault of ours in reading a stream is told, and costs that connection
            logger.exception("a stream failed", extra={"source": one.settings.id})
            return connected, SourceUnavailable("Our own reader of the stream failed; the log tells more.")
        return connected, None

    async def _stand(self, source_id: str, *, up: bool, why: str = "") -> None:
        now, was = self._clock.now(), self._standings.get(source_id)
        since = was.since if was is not None and was.up == up else now
        standing = StreamStanding(up=up, since=since, heard_at=now, why=why[:300])
        self._standings[source_id] = standing
        await self._noted(partial(self._ledger.keep, source_id, standing))

    async def _unwanted(self, source_id: str) -> None:
        def forget() -> None:
            if self._ledger.standing(source_id) is not None:
                self._ledger.forget(source_id)

        self._standings.pop(source_id, None)
        await self._noted(forget)

    async def _keep_saying(self) -> None:
        """Say once a minute which streams are up, so that nobody believes a service that died."""
        while True:
            await asyncio.sleep(HEARD_SECONDS)
            for source_id in list(self._standings):
                standing = self._standings.get(source_id)  # as it is by now: others were noted meanwhile
                if standing is not None and standing.up:
                    said = self._standings[source_id] = replace(standing, heard_at=self._clock.now())
                    await self._noted(partial(self._ledger.keep, source_id, said))

    async def _noted(self, write: Callable[[], None]) -> None:
        try:
            await self._collect.in_turn(write)
        except ProductError:
            logger.exception("how a stream stands could not be noted")
