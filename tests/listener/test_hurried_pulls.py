"""What a platform tells by itself hurries the next pull of its source, within every wait, pace and cap that holds for pulls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.errors import BudgetSpent, RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.ledger.ledger import Ledger
from listener.model.mention import MentionKey, Removal
from listener.model.page import Cursor, Page
from listener.model.push import Arrived, Connected, Edited, Gone
from listener.schedule import HURRY_SECONDS
from tests.fakes.source import FakeSource
from tests.fakes.stream_rig import NOON, Rig

HOUR = timedelta(hours=1)
FRESH = timedelta(seconds=1)


async def test_something_new_is_pulled_within_seconds(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([]))
    await rig.run()
    rig.clock.advance(HOUR / 60)
    assert rig.due > rig.clock.now() + HOUR / 10
    await rig.take(Arrived())
    assert rig.due == rig.clock.now() + FRESH


async def test_a_platform_that_tells_all_the_time_is_not_asked_all_the_time(ledger: Ledger) -> None:
    """A hashtag in a crisis gets fifty posts a second."""
    source = FakeSource([])
    rig = Rig(ledger, source)
    for _ in range(60):
        for _ in range(50):
            await rig.take(Arrived())
        await rig.run_what_is_due(rig.clock.now() + FRESH)
    assert 60 / HURRY_SECONDS - 2 <= len(source.pulls) <= 60 / HURRY_SECONDS + 1


async def test_pulls_that_are_hurried_use_half_our_pace_at_most(ledger: Ledger) -> None:
    """A round over thirty channels costs a hundred requests: the platform counts those."""

    class Costly(FakeSource):
        async def pull(self, cursor: Cursor | None) -> Page:
            page = await super().pull(cursor)
            return Page(mentions=page.mentions, next=page.next, more=page.more, requests=100)

    source = Costly([])
    rig = Rig(ledger, source, kind="mastodon")  # 240 requests in five minutes are our share
    for _ in range(600):
        await rig.take(Arrived())
        await rig.run_what_is_due(rig.clock.now() + 3 * FRESH)
    assert len(source.pulls) * 100 <= 0.5 * 240 * 6 + 100


@pytest.mark.parametrize(
    "error", [SourceUnavailable("down"), RateLimited("slower", wait_seconds=300), SourceRefused("key"), BudgetSpent("cap")]
)
async def test_nothing_hurries_past_a_wait(ledger: Ledger, error: SourceError) -> None:
    """RULES F16, F17, F19: what a platform, the breaker or a cap said holds, whatever a stream tells."""
    rig = Rig(ledger, FakeSource([error]))
    await rig.run()
    due = rig.due
    await rig.take(Arrived(), Connected(), Edited((MentionKey("fake", "fake.example", "1"),)))
    assert rig.due == due > NOON + FRESH


async def test_nothing_hurries_past_a_wait_from_before_a_restart(ledger: Ledger) -> None:
    ledger.sources.note_failure("fake", at=NOON, error="x", kind="waiting", wait_seconds=840.0)
    rig = Rig(ledger, FakeSource([]))
    await rig.take(Arrived())
    assert rig.due == NOON + timedelta(minutes=14)


@pytest.mark.parametrize("back", [HOUR, timedelta(days=3_650)])
async def test_what_is_told_after_a_clock_was_set_back_is_read_within_seconds(ledger: Ledger, back: timedelta) -> None:
    """RULES F13: the rest after a pull was noted by the time of day, and news put off the next pull until that time came again."""
    rig = Rig(ledger, FakeSource([]))
    await rig.run()
    rig.clock._now -= back
    await rig.take(Arrived())
    assert rig.due <= rig.clock.now() + timedelta(seconds=HURRY_SECONDS)


async def test_a_service_that_is_started_again_and_again_does_not_pull_each_time(ledger: Ledger) -> None:
    """Being connected hurries a pull; a crash every few seconds would make an attack of it."""
    ledger.sources.note_ok("fake", at=NOON - 10 * FRESH, new=0, seen=0)
    rig = Rig(ledger, FakeSource([]))
    await rig.take(Connected())
    assert rig.due == NOON + 50 * FRESH


async def test_news_during_a_pull_is_read_by_another_one(ledger: Ledger) -> None:
    """It may have looked where the news is just before it came."""
    rig = Rig(ledger, FakeSource([]))

    class Told(FakeSource):
        async def pull(self, cursor: Cursor | None) -> Page:
            rig.schedule.hurry("fake")
            assert rig.due == NOON, "one pull at a time"
            return await super().pull(cursor)

    rig.watched.source = Told([])
    await rig.run()
    assert rig.due == NOON + timedelta(seconds=HURRY_SECONDS)


async def test_a_cap_on_requests_is_not_used_up_ahead_of_its_day(ledger: Ledger) -> None:
    """A noisy morning must not leave the evening unread."""

    class Costly(FakeSource):
        async def pull(self, cursor: Cursor | None) -> Page:
            rig.watched.purse.ask()
            return await super().pull(cursor)

    source = Costly([])
    rig = Rig(ledger, source, budget_requests_per_day=480)
    for _ in range(360):
        await rig.take(Arrived())
        await rig.run_what_is_due(rig.clock.now() + 10 * FRESH)
    assert rig.clock.now() == NOON + HOUR
    assert len(source.pulls) <= 480 * 13 / 24 + 2
    state = ledger.sources.state("fake")
    assert state is not None
    assert state.state == "ok"


async def test_news_of_a_source_that_is_not_here_is_nobodys(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([]))
    await rig.streams.take("another", Arrived())
    await rig.streams.take("another", Gone(removals=(Removal(platform="fake", realm="fake.example", native_id="1"),)))
    assert rig.due == NOON
