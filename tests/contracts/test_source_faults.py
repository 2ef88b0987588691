"""Faults that every pulled source meets: told to wait, down for hours, a key revoked, cut anywhere, away for weeks (RULES F16-F27)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.ledger.ledger import Ledger
from listener.model.page import Cursor
from listener.ports import Source
from listener.schedule import SourceSchedule, Watched
from listener.settings.schema import HttpSettings, SourceSettings
from listener.sources.http import HttpClient
from listener.workflows.collect_mentions import CollectMentions
from moderation.ledger.alarms import AlarmLedger
from moderation.workflows.tell_source_trouble import TellSourceTrouble
from tests.contracts.source_bench import Bench
from tests.contracts.test_source_contract import BENCHES, NOW
from tests.fakes.site import Answering, Reply, Request, Site, open_site

MINUTE = timedelta(minutes=1)
KINDS = sorted(BENCHES.keys() - {"file", "fake"})
DOWN, REVOKED = Reply(status=503, body=b"down"), Reply(status=401, body=b'{"error": "invalid_token", "errcode": "M_UNKNOWN_TOKEN"}')
RAISED: dict[int, SourceError] = {
    503: SourceUnavailable("down"),
    401: SourceRefused("the key is no longer good", cause="token_rejected"),
    429: RateLimited("slower", wait_seconds=600),
}


class Rig:
    """One source of a kind with its platform, whose answer to request number n `fault` may take the place of; and its schedule by hand."""

    def __init__(self, bench: Bench, site: Site, clock: ManualClock, ledger: Ledger) -> None:
        self.bench, self.clock, self.ledger = bench, clock, ledger
        self.fault: Callable[[int], Reply | None] = lambda _: None
        self.asked: list[datetime] = []
        well: Answering = site.answer
        site.answer = lambda request: self._answer(request, well)
        if bench.interfere is not None:
            bench.interfere(self._before)
        self.source: Source = bench.open()
        self.name = self.source.source_id
        settings = SourceSettings.model_validate({"id": self.name, "kind": "feed", "keep": "all", "interval_minutes": 1})
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        collect = CollectMentions(ledger, (), clock=clock)
        watched = [Watched(self.source, settings)]
        SourceSchedule(self._scheduler, collect, watched, clock=clock, arrived=asyncio.Event()).start(ledger.sources.state)
        self.alarms = AlarmLedger(ledger.engine)
        self._tell = TellSourceTrouble(ledger, self.alarms, sources=[self.name], clock=clock)

    def _fault(self) -> Reply | None:
        self.asked.append(self.clock.now())
        return self.fault(len(self.asked))

    def _answer(self, request: Request, well: Answering) -> Reply:
        return self._fault() or well(request)

    def _before(self) -> None:
        found = self._fault()
        if found is not None:
            raise RAISED[found.status]

    def due(self) -> datetime:
        job = self._scheduler.get_jobs()[-1]
        at: datetime = job.trigger.run_date
        return at

    async def run(self) -> None:
        """Run the next round at its time."""
        job = self._scheduler.get_jobs()[-1]
        self.clock.move_to(max(self.clock.now(), job.trigger.run_date))
        await job.func(*job.args)
        self._tell.once()

    async def until(self, moment: datetime) -> None:
        while self.due() < moment:
            await self.run()
        self.clock.move_to(moment)

    def kept(self) -> set[str]:
        return {one.mention.native_id for one in self.ledger.mentions.by_ids(range(1, 1_000))}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(params=KINDS)
async def rig(request: pytest.FixtureRequest, clock: ManualClock, ledger: Ledger, tmp_path: Path) -> AsyncIterator[Rig]:
    async with AsyncExitStack() as closing:
        site = await closing.enter_async_context(open_site())
        http = HttpClient(HttpSettings.model_validate({"timeout_seconds": 5}), clock=clock)
        closing.push_async_callback(http.aclose)
        made = Rig(BENCHES[request.param](site, clock, http, tmp_path), site, clock, ledger)
        closing.push_async_callback(made.source.aclose)
        yield made


async def test_through_two_hours_of_outage_and_a_revoked_token_nothing_is_lost_and_each_is_told_once(rig: Rig) -> None:
    """RULES F17: a dozen rounds in two hours, all there ten minutes after the first answer. F19: at most three requests in ten minutes."""
    rig.fault = lambda n: DOWN if n > 1 else None  # it goes down while we read
    await rig.until(NOW + timedelta(hours=2))
    lost = {rig.bench.post()}
    assert 2 <= len(set(rig.asked)) <= 16
    state = rig.ledger.sources.state(rig.name)
    assert state is not None
    assert (state.state, state.open_until is not None) == ("blind", True)
    rig.fault = lambda _: None
    back = rig.due()
    await rig.until(back + 10 * MINUTE)
    assert rig.kept() == rig.bench.ids | lost
    rig.asked.clear()
    rig.fault = lambda _: REVOKED
    began = rig.clock.now()
    await rig.until(began + timedelta(hours=2))
    lost.add(rig.bench.post())
    refused = [at for at in rig.asked if at > began + MINUTE]
    assert refused, "it asks now and then whether it may again"
    assert max(sum(1 for at in refused if start <= at < start + 10 * MINUTE) for start in refused) <= 3
    told = [(one.kind, one.over_at is not None) for one in rig.alarms.unseen()]
    assert told == [("source_blind", True), ("source_refused", False)]
    rig.fault = lambda _: None
    await rig.until(rig.clock.now() + 15 * MINUTE)
    assert rig.kept() == rig.bench.ids | lost
    assert [one.over_at is not None for one in rig.alarms.unseen()] == [True, True]


def _slower(n: int, now: datetime) -> tuple[Reply, float]:
    """Return how a platform asks to wait, in dialect number n, and for how many seconds at least it means."""
    soon = now + timedelta(seconds=300)
    said: list[tuple[dict[str, str], bytes, float]] = [
        ({"Retry-After": "120"}, b"", 120),
        ({"Retry-After": f"{soon:%a, %d %b %Y %H:%M:%S} GMT"}, b"", 299),  # written in whole seconds
        ({}, b"", 60),
        ({"Retry-After": "0"}, b"", 1),
        ({"Retry-After": "1000000000"}, b"", 899),
        ({"Retry-After": "as soon as we can"}, b"", 60),
        ({"x-rate-limit-reset": str(int(soon.timestamp())), "x-rate-limit-remaining": "0"}, b"", 299),
        ({"Retry-After": "64", "Content-Type": "application/json"}, b'{"retry_after": 64.57, "global": true}', 64.57),
        ({"Content-Type": "application/json"}, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 90000}', 90),
    ]
    headers, body, least = said[n]
    return Reply(status=429, headers=headers, body=body), least


async def test_whatever_dialect_asks_to_wait_no_request_goes_out_before(rig: Rig) -> None:
    """RULES F16: at least as long as asked, at most a quarter of an hour at a time, and one request tells us so."""
    paced_by_the_wall_clock = rig.name == "x"  # once told to wait it asks nothing, whatever this clock says: it has its own dialect
    dialects = [6] if paced_by_the_wall_clock else range(9) if rig.bench.interfere is None else [0]
    for n in dialects:
        reply, least = _slower(n, max(rig.clock.now(), rig.due()))
        rig.fault = lambda _, reply=reply: reply  # type: ignore[misc]  # mypy infers no type for a lambda with defaults
        before = len(rig.asked)
        await rig.run()
        assert len(rig.asked) - before == 1, n
        state = rig.ledger.sources.state(rig.name)
        assert state is not None
        assert state.state == "waiting", (n, state.error)
        assert state.wait_until is not None
        assert timedelta(seconds=least) <= state.wait_until - rig.clock.now() <= 15 * MINUTE, n
        assert state.wait_until <= rig.due() <= rig.clock.now() + 15 * MINUTE, n


async def test_cut_at_any_request_every_post_comes_once_all_is_read(rig: Rig) -> None:
    """RULES F26: twenty places to break; the cursor never moves past what was not handed over."""
    for cut in range(1, 21):
        broken = len(rig.asked) + cut
        rig.fault = lambda n, broken=broken: DOWN if n == broken else None  # type: ignore[misc]  # as above
        source, found, cursor, more = rig.bench.open(), set[str](), None, True
        for _ in range(40):
            try:
                page = await source.pull(cursor)
            except SourceError:
                source = rig.bench.open()  # the process ended: only the cursor is left
                continue
            found |= {one.native_id for one in page.mentions}
            cursor, more = page.next, page.more
            if not more:
                break
        await source.aclose()
        assert (found, more) == (rig.bench.ids, False), cut


async def test_after_any_time_away_what_is_new_is_found(rig: Rig) -> None:
    """RULES F26, F27: also when the cursor is older than what the platform remembers."""
    await rig.run()
    cursor: Cursor | None = rig.ledger.mentions.cursor(rig.name)
    for away in (timedelta(seconds=1), timedelta(hours=1), timedelta(hours=24), timedelta(days=40)):
        rig.clock.advance(away)
        new, found = rig.bench.post(), set[str]()
        for _ in range(40):
            page = await rig.source.pull(cursor)
            found |= {one.native_id for one in page.mentions}
            cursor = page.next
            if not page.more:
                break
        assert new in found, away
