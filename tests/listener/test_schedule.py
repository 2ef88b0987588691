"""When a source is pulled again, and that no source holds up another: platforms are asked no more often than they allow."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.clock import ManualClock
from listener.errors import RateLimited, SettingsError, SourceRefused, SourceUnavailable
from listener.ledger.ledger import Ledger
from listener.schedule import (
    LONGEST_WAIT,
    REFUSED_WAIT,
    SourceSchedule,
    Watched,
    next_pull,
)
from listener.settings.schema import SourceSettings
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes.source import FakeSource, mention

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def pause(
    *, interval: timedelta = MINUTE, failures: int = 0, wait_seconds: float = 0.0, refused: bool = False, jitter: float = 0.0
) -> timedelta:
    """Return how long a source is left alone."""
    return next_pull(NOON, interval=interval, failures=failures, wait_seconds=wait_seconds, refused=refused, jitter=jitter) - NOON


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, MINUTE),  # well: the interval
        ({"jitter": 1.0}, 1.1 * MINUTE),  # spread over a tenth of it
        ({"failures": 1}, 2 * MINUTE),  # each failure doubles
        ({"failures": 3}, 8 * MINUTE),
        ({"failures": 4}, LONGEST_WAIT),  # sixteen minutes would be too blind
        ({"failures": 10_000}, LONGEST_WAIT),  # and no number of failures overflows
        ({"failures": 2, "interval": timedelta(hours=1)}, timedelta(hours=1)),  # a slow source is never asked sooner than its interval
        ({"refused": True}, REFUSED_WAIT),  # RULES F19: a refusal is not hammered
        ({"refused": True, "failures": 9}, REFUSED_WAIT),  # nor forgotten: a mended key is noticed within ten minutes
        ({"refused": True, "interval": timedelta(hours=1)}, timedelta(hours=1)),
        ({"wait_seconds": 300.0, "failures": 1}, timedelta(seconds=301)),  # the platform's own word, and a second
        ({"wait_seconds": 300.0, "failures": 1, "jitter": 1.0}, timedelta(seconds=331)),  # later than asked, never sooner
        ({"wait_seconds": 5.0, "failures": 1}, 2 * MINUTE),  # a short wait does not shorten the back-off
        ({"wait_seconds": 86_400.0, "failures": 1}, LONGEST_WAIT),  # RULES F16: a day is not believed
        ({"wait_seconds": float("inf"), "failures": 1}, LONGEST_WAIT),
    ],
)
def test_a_source_is_left_alone_for(given: dict[str, Any], expected: timedelta) -> None:
    assert pause(**given) == expected


def watched(source: FakeSource, minutes: float = 10.0) -> Watched:
    settings = {"id": source.source_id, "kind": "feed", "keep": "all", "interval_minutes": minutes}
    return Watched(source, SourceSettings.model_validate(settings))


class Broken(FakeSource):
    """A source whose reader has a fault of ours."""

    async def pull(self, cursor: Any) -> Any:
        raise ZeroDivisionError


class Rig:
    """A schedule on a real ledger whose clock stands still; rounds are run by hand."""

    def __init__(self, ledger: Ledger, *sources: FakeSource) -> None:
        self.clock = ManualClock(NOON)
        self.arrived = asyncio.Event()
        self.watched = [watched(source) for source in sources]
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        collect = CollectMentions(ledger, (), clock=self.clock)
        self.schedule = SourceSchedule(self._scheduler, collect, self.watched, clock=self.clock, arrived=self.arrived)

    def due(self) -> dict[str, datetime]:
        return {job.id: job.trigger.run_date for job in self._scheduler.get_jobs()}

    async def run(self, source_id: str) -> None:
        job = self._scheduler.get_job(f"pull:{source_id}")
        await job.func(*job.args)


async def test_a_missed_pull_is_made_up_at_once_and_a_recent_one_waits_its_turn(ledger: Ledger) -> None:
    """A machine that slept a night catches up; a restart every minute does not ask a platform every minute."""
    rig = Rig(ledger, FakeSource([], source_id="never"), FakeSource([], source_id="missed"), FakeSource([], source_id="recent"))
    ledger.sources.note_ok("missed", at=NOON - timedelta(hours=8), new=0, seen=0)
    ledger.sources.note_ok("recent", at=NOON - 4 * MINUTE, new=0, seen=0)
    rig.schedule.start(ledger.sources.state)
    assert rig.due() == {"pull:never": NOON, "pull:missed": NOON, "pull:recent": NOON + 6 * MINUTE}


@pytest.mark.parametrize(
    ("failure", "due"),
    [
        ({"kind": "waiting", "wait_seconds": 840.0}, 14 * MINUTE),  # RULES F16: nothing inside the window, whoever restarts
        ({"kind": "waiting", "wait_seconds": 86_400.0}, LONGEST_WAIT),
        ({"kind": "blind", "open_until": NOON + 13 * MINUTE}, 13 * MINUTE),  # RULES F17: the breaker stays open
        ({"kind": "refused"}, REFUSED_WAIT),  # RULES F19
        ({"kind": "capped", "wait_seconds": 43_200.0}, timedelta(hours=12)),  # RULES P8: until the day is over
    ],
)
async def test_a_restart_forgets_no_wait(ledger: Ledger, failure: dict[str, Any], due: timedelta) -> None:
    """A service that crashes and is started again every few seconds must not become an attack."""
    ledger.sources.note_failure("forum", at=NOON, error="x", **failure)
    rig = Rig(ledger, FakeSource([], source_id="forum"))
    rig.schedule.start(ledger.sources.state)
    assert rig.due()["pull:forum"] == NOON + max(due, 10 * MINUTE)
    assert rig.watched[0].failures == 1


async def test_what_a_clock_noted_that_ran_ahead_keeps_no_source_from_being_read(ledger: Ledger) -> None:
    """RULES F13: it is right again with the restart, and nothing would be read for ten years."""
    ledger.sources.note_failure("failed", at=NOON + timedelta(days=3_650), error="x", kind="blind", open_until=NOON + timedelta(days=3_651))
    ledger.sources.note_ok("read", at=NOON + timedelta(days=3_650), new=0, seen=0)
    rig = Rig(ledger, FakeSource([], source_id="failed"), FakeSource([], source_id="read"))
    rig.schedule.start(ledger.sources.state)
    assert rig.due() == {"pull:failed": NOON, "pull:read": NOON}


async def test_a_platform_that_is_down_is_asked_ever_less_and_at_once_when_it_is_back(ledger: Ledger) -> None:
    """RULES F17: two hours of 503 cost a dozen requests, and everything is read afterwards."""
    down = FakeSource([*[SourceUnavailable("503")] * 200, *[[mention(str(n))] for n in range(30)]], source_id="forum")
    rig = Rig(ledger, down)
    rig.watched[0].settings = rig.watched[0].settings.model_copy(update={"interval_minutes": 0.1})
    rig.schedule.start(ledger.sources.state)
    while rig.clock.now() < NOON + timedelta(hours=2):
        await rig.run("forum")
        rig.clock.move_to(rig.due()["pull:forum"])
    assert len(down.pulls) <= 15
    (noted,) = ledger.sources.states()
    assert noted.open_until is not None, "a restart must not begin anew"
    assert noted.open_until > NOON + timedelta(hours=2) - MINUTE
    down.mend()
    await rig.run("forum")
    assert ledger.mentions.count() == 30
    state = ledger.sources.state("forum")
    assert state is not None
    assert (state.state, state.failures, state.open_until) == ("ok", 0, None)


async def test_what_one_round_does_not_reach_is_read_by_the_next_at_once(ledger: Ledger) -> None:
    """RULES F17: after hours of outage everything is there within minutes, not an interval per fifty pages."""
    rig = Rig(ledger, FakeSource([[mention(str(n))] for n in range(120)], source_id="forum"))
    rig.schedule.start(ledger.sources.state)
    for _ in range(3):
        await rig.run("forum")
        rig.clock.move_to(rig.due()["pull:forum"])
    assert ledger.mentions.count() == 120
    assert NOON + 10 * MINUTE <= rig.clock.now() <= NOON + 12 * MINUTE


async def test_a_round_says_that_something_arrived_and_plans_the_next(ledger: Ledger) -> None:
    rig = Rig(ledger, FakeSource([[mention("1")]], source_id="forum"))
    rig.schedule.start(lambda _: None)
    await rig.run("forum")
    assert rig.arrived.is_set()
    assert NOON + 10 * MINUTE <= rig.due()["pull:forum"] <= NOON + 11 * MINUTE


@pytest.mark.parametrize("error", [SourceUnavailable("down"), RateLimited("slower", wait_seconds=30), SourceRefused("key")])
async def test_failures_are_counted_until_one_round_ends_well(ledger: Ledger, error: Any) -> None:
    rig = Rig(ledger, FakeSource([error, [mention("1")]], source_id="forum"))
    rig.schedule.start(lambda _: None)
    await rig.run("forum")
    assert (rig.watched[0].failures, rig.arrived.is_set()) == (1, False)
    await rig.run("forum")
    assert (rig.watched[0].failures, rig.arrived.is_set()) == (0, True)


@pytest.mark.parametrize(
    ("error", "state", "said"),
    [
        (TimeoutError(), "blind", "longer than a round may"),
        (ZeroDivisionError(), "blind", "Our own reader failed (ZeroDivisionError)"),
        (SettingsError("secrets.env can be read by others; run: chmod 600"), "refused", "chmod 600"),
    ],
)
async def test_a_round_that_ends_in_another_way_is_told_and_not_only_logged(
    ledger: Ledger, error: Exception, state: str, said: str
) -> None:
    """Coverage that says "fine" of a source whose rounds all break is the one lie it must not tell."""

    class Breaks(FakeSource):
        async def pull(self, cursor: Any) -> Any:
            raise error

    rig = Rig(ledger, Breaks([], source_id="forum"))
    rig.schedule.start(ledger.sources.state)
    await rig.run("forum")
    (noted,) = ledger.sources.states()
    assert noted.state == state
    assert said in noted.error


async def test_telling_that_a_round_broke_holds_up_nothing_else(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that somebody else writes to lets others wait for seconds: pages, webhooks and other sources go on meanwhile."""

    whole, noted = ledger.sources.note_failure, list[bool]()

    def note(*given: Any, **named: Any) -> None:
        noted.append(threading.current_thread() is threading.main_thread())
        whole(*given, **named)

    monkeypatch.setattr(ledger.sources, "note_failure", note)
    rig = Rig(ledger, Broken([], source_id="forum"))
    rig.schedule.start(ledger.sources.state)
    await rig.run("forum")
    assert noted == [False]


async def test_a_source_that_breaks_in_an_unknown_way_is_pulled_again(ledger: Ledger) -> None:
    """A bug in one reader must not silence it until somebody restarts the service."""

    rig = Rig(ledger, Broken([], source_id="forum"))
    rig.schedule.start(lambda _: None)
    await rig.run("forum")
    assert rig.watched[0].failures == 1
    assert rig.due()["pull:forum"] >= NOON + LONGEST_WAIT
