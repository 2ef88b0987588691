"""Streams hurry pulls and nothing rests on them: what they leave out, double or say too late changes no row (RULES F6, F7, F27)."""

from __future__ import annotations

import asyncio
import random
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import BudgetSpent, RateLimited, SettingsError, SourceRefused, SourceUnavailable, StoreFull, StoreLocked
from listener.ledger.ledger import Ledger
from listener.model.mention import Mention
from listener.model.page import Cursor, Page
from listener.model.push import HEARD_WITHIN, Arrived, Connected, StreamStanding
from listener.schedule import LONGEST_WAIT, REFUSED_WAIT
from listener.streams import StreamSchedule, connect_after
from listener.workflows.take_pushed import TakePushed
from tests.fakes.source import FakeSource, mention
from tests.fakes.stream import FakeStream
from tests.fakes.stream_rig import NOON, Rig, gone

HOUR = timedelta(hours=1)
FRESH = timedelta(seconds=1)


async def test_a_ledger_that_is_full_ends_no_stream(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(ledger, FakeSource([[mention("1")]]), FakeStream())
    async with rig.listening() as stream:
        tried: list[bool] = []
        with monkeypatch.context() as broken:

            def full(*_: Any, **__: Any) -> int:
                tried.append(True)
                raise StoreFull("full")

            broken.setattr(ledger.mentions, "remove", full)
            stream.tell(gone("1"))
            await rig.until(lambda: tried)
        await rig.run()
        assert ledger.mentions.count() == 1
        stream.tell(gone("1"))
        await rig.until(lambda: ledger.mentions.count() == 0)
        assert stream.connections == 1


# connecting


@pytest.mark.parametrize(
    ("failures", "error", "seconds"),
    [
        (0, None, 1),  # it lasted, and ended: at once
        (1, None, 2),
        (4, SourceUnavailable("cut"), 16),
        (30, SourceUnavailable("cut"), LONGEST_WAIT.total_seconds()),  # and no number of failures overflows
        (10_000, None, LONGEST_WAIT.total_seconds()),
        (1, RateLimited("429", wait_seconds=120), 121),
        (1, RateLimited("429", wait_seconds=1e9), LONGEST_WAIT.total_seconds()),  # RULES F16
        (9, RateLimited("429", wait_seconds=0), 512),  # who says "wait 0" again and again is not believed
        (1, SourceRefused("key"), REFUSED_WAIT.total_seconds()),  # RULES F19
        (1, BudgetSpent("cap"), LONGEST_WAIT.total_seconds()),
    ],
)
def test_a_stream_is_opened_again_after(failures: int, error: Exception | None, seconds: float) -> None:
    assert connect_after(failures, error, jitter=0.0) == seconds
    assert seconds <= connect_after(failures, error, jitter=1.0) <= max(1.1 * seconds, LONGEST_WAIT.total_seconds())


async def test_a_platform_that_takes_us_and_throws_us_out_is_asked_ever_less(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([]), FakeStream())
    async with rig.listening() as stream:
        while rig.clock.now() < NOON + 2 * HOUR:
            stream.end(SourceUnavailable("cut"))
            await asyncio.sleep(0)
    assert stream.connections <= 20


async def test_a_refused_key_is_asked_about_once_in_ten_minutes(ledger: Ledger) -> None:
    stream = FakeStream()
    stream.refuses = [SourceRefused("401") for _ in range(7)]
    rig = Rig(ledger, FakeSource([]), stream)
    async with rig.listening():
        assert NOON + 7 * REFUSED_WAIT <= rig.clock.now() <= NOON + 7.8 * REFUSED_WAIT


async def test_a_stream_that_nobody_can_listen_to_is_not_shown_as_down(ledger: Ledger) -> None:
    """Open hashtags are read without a key, and that is no trouble."""
    stream = FakeStream()
    stream.is_wanted = False
    ledger.streams.keep("fake", StreamStanding(up=True, since=NOON, heard_at=NOON))
    rig = Rig(ledger, FakeSource([]), stream)
    running = asyncio.create_task(rig.streams.run(rig.stop))
    await rig.until(lambda: ledger.streams.standing("fake") is None)
    await rig.until(lambda: rig.clock.now() > NOON + HOUR)
    assert stream.connections == 0
    stream.is_wanted = True
    await rig.until(lambda: stream.connections == 1)  # a key that is put there is taken up without a restart
    rig.stop.set()
    await running


class Unreadable(FakeStream):
    """A stream whose key cannot be looked up for a while."""

    trouble: Exception | None = None

    @property
    def is_wanted(self) -> bool:
        if self.trouble is not None:
            raise self.trouble
        return True

    @is_wanted.setter
    def is_wanted(self, value: bool) -> None:
        """Nothing is set here."""


@pytest.mark.parametrize("trouble", [SettingsError("secrets.env can be read by others; chmod 600"), RuntimeError("ours")])
async def test_a_key_that_cannot_be_read_for_a_while_ends_no_stream_for_good(ledger: Ledger, trouble: Exception) -> None:
    """Somebody edits the file of secrets: until then the source is pulled, and once it is right it is listened to again."""
    stream = Unreadable()
    stream.trouble = trouble
    rig = Rig(ledger, FakeSource([[mention("1")]]), stream)
    await rig.run()
    running = asyncio.create_task(rig.streams.run(rig.stop))
    await rig.until(lambda: rig.clock.now() > NOON + HOUR)
    assert stream.connections == 0
    assert _stream(ledger, rig.clock.now())[0] is False
    stream.trouble = None
    await rig.until(lambda: stream.connections == 1)
    rig.stop.set()
    await running


async def test_a_ledger_that_cannot_be_read_for_a_while_ends_no_stream_for_good(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = FakeStream()
    stream.is_wanted = False
    rig = Rig(ledger, FakeSource([]), stream)

    def busy(_source: str) -> None:
        raise StoreLocked("the ledger is in use")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ledger.streams, "standing", busy)
        running = asyncio.create_task(rig.streams.run(rig.stop))
        await rig.until(lambda: rig.clock.now() > NOON + HOUR)
    stream.is_wanted = True
    await rig.until(lambda: stream.connections == 1)
    rig.stop.set()
    await running


async def test_a_stream_that_is_lost_while_others_are_noted_stays_lost(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a minute it is noted which streams are up: one that ends just then was noted as up again, and believed."""
    monkeypatch.setattr("listener.streams.HEARD_SECONDS", 0.0)
    rig, other = Rig(ledger, FakeSource([], source_id="one")), Rig(ledger, FakeSource([], source_id="two"))
    take = TakePushed(ledger, rig.collect, clock=rig.clock, hurry=rig.schedule.hurry)
    watched = [rig.watched, other.watched]
    streams = StreamSchedule(watched, take, rig.collect, ledger.streams, clock=rig.clock, arrived=rig.arrived)
    for one in watched:
        await streams.take(one.settings.id, Connected())
    loop, seen, rounds = asyncio.get_running_loop(), threading.Event(), 0
    whole = ledger.streams.keep

    def lose() -> None:
        losing.append(loop.create_task(streams.lost("two", "cut")))
        loop.call_soon(seen.set)  # behind the first step of that task

    def keep(source_id: str, standing: StreamStanding) -> None:
        nonlocal rounds
        rounds += source_id == "one"
        if source_id == "one" and rounds == 1:
            loop.call_soon_threadsafe(lose)
            assert seen.wait(20)
        whole(source_id, standing)

    losing: list[asyncio.Task[None]] = []
    monkeypatch.setattr(ledger.streams, "keep", keep)
    saying = asyncio.create_task(streams._keep_saying())
    await rig.until(lambda: rounds >= 3)
    saying.cancel()
    await asyncio.gather(saying, *losing, return_exceptions=True)
    standing = ledger.streams.standing("two")
    assert standing is not None
    assert (standing.up, standing.why) == (False, "cut")


async def test_coverage_says_since_when_a_stream_is_up_or_down_and_why(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([[mention("1")]]), FakeStream())
    await rig.run()
    async with rig.listening() as stream:
        await rig.until(lambda: _stream(ledger, rig.clock.now()) == (True, NOON, ""))
        rig.clock.advance(HOUR / 60)
        stream.end(SourceRefused("X takes this key no more."))
        down = rig.clock.now()
        await rig.until(lambda: stream.connections == 2)
    (row,) = ledger.sources.coverage(rig.clock.now())
    assert (row.stream_up, row.stream_why) == (False, "the service stopped")
    assert down == NOON + HOUR / 60


async def test_coverage_does_not_believe_a_service_that_died(ledger: Ledger) -> None:
    ledger.sources.note_ok("fake", at=NOON, new=0, seen=0)
    ledger.streams.keep("fake", StreamStanding(up=True, since=NOON - HOUR, heard_at=NOON))
    assert _stream(ledger, NOON + HEARD_WITHIN) == (True, NOON - HOUR, "")
    assert _stream(ledger, NOON + HEARD_WITHIN + FRESH) == (False, NOON, "")


async def test_a_source_without_a_stream_shows_none(ledger: Ledger) -> None:
    ledger.sources.note_ok("fake", at=NOON, new=0, seen=0)
    assert _stream(ledger, NOON) == (None, None, "")


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"up": true}', '{"up": true, "since": "x", "heard_at": "y", "why": ""}'])
async def test_a_standing_that_cannot_be_read_is_none(ledger: Ledger, kept: str) -> None:
    ledger.sources.note_ok("fake", at=NOON, new=0, seen=0)
    ledger.meta.set("stream:fake", kept)
    assert _stream(ledger, NOON) == (None, None, "")


def _stream(ledger: Ledger, now: datetime) -> tuple[bool | None, datetime | None, str]:
    (row,) = ledger.sources.coverage(now)
    return row.stream_up, row.stream_since, row.stream_why


async def test_a_dead_stream_delays_no_pull_by_a_second(ledger: Ledger) -> None:
    """A platform that lets us wait for ever at its gateway answers pulls as before."""

    class Hangs(FakeStream):
        async def events(self) -> Any:
            self.connections += 1
            await asyncio.Event().wait()
            yield Connected()

    rig = Rig(ledger, FakeSource([[mention("1")], [mention("2")]]), Hangs())
    async with rig.listening():
        await rig.run()
        assert ledger.mentions.count() == 2
        assert rig.due <= NOON + timedelta(minutes=11)
    assert rig.stop.is_set(), "and it holds up nobody who stops"


# the figures of RULES


@dataclass
class Platform:
    """Posts at moments of the clock, edited and deleted now and then; a pull shows what was posted since an hour before the cursor."""

    clock: ManualClock
    source_id: str = "fake"
    posts: list[tuple[datetime, Mention]] = None  # type: ignore[assignment] # set below
    pulls: int = 0

    def __post_init__(self) -> None:
        self.posts = []

    def post(self, number: int) -> Mention:
        made = mention(str(number), at=self.clock.now())
        self.posts.append((self.clock.now(), made))
        return made

    async def pull(self, cursor: Cursor | None) -> Page:
        self.pulls += 1
        since = datetime.fromisoformat(cursor) - HOUR if cursor else NOON - HOUR
        found = [one for at, one in self.posts if at > since]
        page = found[:100]
        last = max((one.posted_at for one in page), default=since + HOUR)
        return Page(mentions=tuple(page), next=Cursor(last.isoformat()), more=len(found) > 100)

    async def aclose(self) -> None: ...


@pytest.mark.parametrize("down", [timedelta(seconds=1), HOUR / 60, HOUR, timedelta(hours=24)], ids=["1 s", "1 min", "1 h", "24 h"])
async def test_nothing_is_lost_or_doubled_while_a_stream_is_down(ledger: Ledger, down: timedelta) -> None:
    """RULES F27: what was posted meanwhile is read by pulls, from where they stood; and at once when the stream is back."""
    rig = Rig(ledger, FakeSource([]), FakeStream())
    platform = Platform(rig.clock)
    rig.watched.source = platform
    await rig.run()
    step = max(timedelta(seconds=0.25), down / 96)
    async with rig.listening() as stream:
        await rig.settled()
        stream.end(SourceUnavailable("cut"))
        stream.refuses = [SourceUnavailable("down")] * 10_000
        ends = rig.clock.now() + down
        number = 0
        while rig.clock.now() < ends:
            platform.post(number)
            number += 1
            await asyncio.sleep(0)
            await rig.run_what_is_due(min(ends, rig.clock.now() + step))
        stream.refuses.clear()
        back = rig.clock.now()
        await rig.until(lambda: stream.connections == 2)
        await rig.settled()
        await rig.run_what_is_due(max(rig.due, rig.clock.now()))
    assert number >= 4
    assert sorted(int(one.mention.native_id) for one in ledger.mentions.latest(limit=5_000)) == list(range(number))
    assert rig.clock.now() - back <= LONGEST_WAIT + HOUR / 6, "read when the stream is back, or at the interval: whichever is first"


async def test_each_event_many_times_shuffled_among_pulls_is_one_row(ledger: Ledger) -> None:
    """RULES F6: 1,000 events, each told 1 to 20 times in any order, by a stream, by pulls, or by both. 100 of them are deleted."""
    chance = random.Random(6)
    posts = {n: mention(str(n), at=NOON + n * FRESH) for n in range(1_000)}
    deleted = set(chance.sample(range(1_000), 100))
    news = [posts[n] for n in posts for _ in range(chance.randint(1, 20))]
    ends = [str(n) for n in deleted for _ in range(chance.randint(1, 20))]
    chance.shuffle(news)
    chance.shuffle(ends)
    told: list[Any] = [Arrived(mentions=tuple(news[at : at + 50])) for at in range(0, len(news), 50)]
    told += [gone(*ends[at : at + 10]) for at in range(0, len(ends), 10)]
    chance.shuffle(told)
    pages = [[posts[n] for n in chance.choices(range(1_000), k=50)] for _ in range(100)] + [list(posts.values())]
    source = FakeSource(pages)
    rig = Rig(ledger, source)
    for at, event in enumerate(told):
        await rig.take(event)
        if at % 50 == 0:
            await rig.run()
    source.rewind()
    await rig.run()
    await rig.run()
    await rig.run()
    found = [int(one.mention.native_id) for one in ledger.mentions.latest(limit=5_000)]
    assert len(found) == len(set(found)) == 900
    assert set(found) == set(posts) - deleted
