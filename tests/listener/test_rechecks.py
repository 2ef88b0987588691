"""Looking again beside listening: it holds up its own source for one question at most, other sources not at all, and survives anything."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.bootstrap_rechecks import look_again
from listener.bootstrap_sources import source_context
from listener.clock import ManualClock, SystemClock
from listener.errors import SettingsError
from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, Mention, Removal
from listener.model.page import Cursor, Skip
from listener.model.recheck import Asker, RecheckRule, Wanted
from listener.ports import Clock
from listener.rechecks import FIRST_WAIT, RecheckSchedule
from listener.schedule import SourceSchedule, Watched
from listener.settings.schema import ListenerSettings, SourceSettings
from listener.sources.looking_up import LookUp
from listener.sources.pacing import PUBLISHED
from listener.sources.purse import Purse
from listener.sources.recheck_rules import RULES, rule_of
from listener.sources.registry import SOURCES
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.recheck_mentions import Asking, RecheckMentions
from tests.fakes.looked_up import FakePlatform
from tests.fakes.source import FakeSource, mention
from tests.patience import PATIENCE_SECONDS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class SlowPlatform(FakePlatform):
    """Does not answer before `answers` is set, as a platform that hangs does."""

    def __init__(self, posts: Sequence[Mention]) -> None:
        super().__init__(posts, most=5)
        self.answers = asyncio.Event()
        self.hangs = asyncio.Event()

    async def look_up(self, wanted: Sequence[Wanted], *, control: Sequence[Wanted] = ()) -> tuple[Mention | Removal | Skip, ...]:
        self.hangs.set()
        await self.answers.wait()
        return await super().look_up(wanted, control=control)


def rig(ledger: Ledger, clock: Clock, source_id: str, platform: FakePlatform, *, minutes: float = 10.0) -> Watched:
    """Return a source in the schedule that looks again at what it showed."""
    rule = RecheckRule(every=DAY)
    ledger.rechecks.describe(source_id, rule)
    settings = {"id": source_id, "kind": "reddit", "interval_minutes": minutes, "keep": "all", "subreddits": ["x"]}
    asking = Asking(
        asker=Asker(source=source_id, platform="reddit", rule=rule, all_askers=(source_id,)),
        look_up=platform,
        purse=Purse(),
        allowance=platform.purse,
    )
    source = FakeSource([], source_id=source_id)
    return Watched(source, SourceSettings.model_validate(settings), asking=asking)


def posts(number: int) -> list[Mention]:
    return [mention(f"t1_{n}", platform="reddit", realm="reddit.com") for n in range(number)]


def keep(ledger: Ledger, source_id: str, some: Sequence[Mention], at: datetime) -> None:
    ledger.mentions.add_page([Kept(mention=one) for one in some], source=source_id, next_cursor=Cursor("c"), at=at)


async def test_a_hanging_platform_holds_up_no_other_source_and_its_own_for_one_question(ledger: Ledger) -> None:
    """RULES: one slow platform does not delay another by more than a second."""
    clock = SystemClock()
    old = clock.now() - 2 * DAY
    slow, quick = SlowPlatform(posts(50)), FakePlatform(posts(3))
    watched = [rig(ledger, clock, "slow", slow, minutes=0.05), rig(ledger, clock, "quick", quick, minutes=0.05)]
    keep(ledger, "slow", posts(50), old)
    scheduler = AsyncIOScheduler(timezone="UTC")
    collect = CollectMentions(ledger, (), clock=clock)
    pulls = SourceSchedule(scheduler, collect, watched, clock=clock, arrived=asyncio.Event())
    rechecks = RecheckSchedule(scheduler, RecheckMentions(ledger, collect, clock=clock), watched, clock=clock, arrived=asyncio.Event())
    begun = asyncio.get_running_loop().create_task(rechecks._question(watched[0], watched[0].asking))  # type: ignore[arg-type]  # it asks
    async with asyncio.timeout(PATIENCE_SECONDS):
        await slow.hangs.wait()
        await pulls._round(watched[1])
        assert not begun.done(), "another source does not wait"
        own = asyncio.get_running_loop().create_task(pulls._round(watched[0]))
        await asyncio.sleep(0.1)
        assert not own.done(), "its own source waits for the question under way"
        slow.answers.set()
        await own
        await begun
    assert len(slow.asked) == 1, "and for no second one"


async def test_a_question_that_never_ends_is_given_up_and_asked_again(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.rechecks.QUESTION_SECONDS", 0.1)
    clock = SystemClock()
    one = rig(ledger, clock, "slow", SlowPlatform(posts(5)))
    keep(ledger, "slow", posts(5), clock.now() - 2 * DAY)
    scheduler = AsyncIOScheduler(timezone="UTC")
    recheck = RecheckMentions(ledger, CollectMentions(ledger, (), clock=clock), clock=clock)
    schedule = RecheckSchedule(scheduler, recheck, [one], clock=clock, arrived=asyncio.Event())
    await schedule._question(one, one.asking)  # type: ignore[arg-type]  # it asks
    assert not one.turn.locked()
    assert [job.id for job in scheduler.get_jobs()] == ["recheck:slow"]


async def test_a_start_reads_sources_first_and_each_asks_in_its_own_time(ledger: Ledger) -> None:
    clock = ManualClock(NOON)
    watched = [rig(ledger, clock, name, FakePlatform([])) for name in ("a", "b")]
    watched.append(Watched(FakeSource([], source_id="feed"), SourceSettings.model_validate({"id": "feed", "kind": "feed"})))
    scheduler = AsyncIOScheduler(timezone="UTC")
    recheck = RecheckMentions(ledger, CollectMentions(ledger, (), clock=clock), clock=clock)
    RecheckSchedule(scheduler, recheck, watched, clock=clock, arrived=asyncio.Event()).start()
    assert {job.id: job.trigger.run_date for job in scheduler.get_jobs()} == {
        "recheck:a": NOON + FIRST_WAIT,
        "recheck:b": NOON + FIRST_WAIT + timedelta(seconds=1),
    }


async def test_what_was_found_wakes_the_analyser_and_the_next_question_follows_at_half_our_pace(ledger: Ledger) -> None:
    clock = ManualClock(NOON)
    platform = FakePlatform(posts(10), most=5)
    one = rig(ledger, clock, "a", platform)
    keep(ledger, "a", posts(10), NOON - 2 * DAY)
    del platform.posts["t1_3"]
    scheduler, arrived = AsyncIOScheduler(timezone="UTC"), asyncio.Event()
    recheck = RecheckMentions(ledger, CollectMentions(ledger, (), clock=clock), clock=clock)
    schedule = RecheckSchedule(scheduler, recheck, [one], clock=clock, arrived=arrived)
    await schedule._question(one, one.asking)  # type: ignore[arg-type]  # it asks
    assert arrived.is_set()
    (job,) = scheduler.get_jobs()
    assert job.trigger.run_date == NOON + timedelta(seconds=1.5)


def settings_of(*sources: dict[str, Any]) -> ListenerSettings:
    return ListenerSettings.model_validate({"brands": [{"name": "Stroomwerk"}], "sources": list(sources)})


async def test_of_two_sources_of_one_platform_the_first_asks_for_what_is_nobodys(tmp_path: Path, ledger: Ledger) -> None:
    settings = settings_of(
        {"id": "one", "kind": "reddit", "subreddits": ["aa"]},
        {"id": "two", "kind": "reddit", "subreddits": ["bb"]},
        {"id": "here", "kind": "discourse", "url": "https://forum.example.org"},
        {"id": "there", "kind": "discourse", "url": "https://other.example.org"},
        {"id": "threads", "kind": "meta_graph", "network": "threads", "accounts": ["1"]},
        {"id": "off", "kind": "hackernews", "recheck": "off"},
        {"id": "news", "kind": "feed", "url": "https://example.org/feed"},
    )
    context = source_context(tmp_path, settings, ManualClock(NOON))
    watched = [Watched(FakeSource([], source_id=one.id), one) for one in settings.sources]
    async with AsyncExitStack() as closing:
        closing.push_async_callback(context.http.aclose)
        look_again(watched, context, ledger, closing)
    asked = {one.settings.id: one.asking.asker for one in watched if one.asking is not None}
    assert set(asked) == {"one", "two", "here", "there"}
    assert (asked["one"].before, asked["one"].adopts) == ((), frozenset({"reddit.com"}))
    assert (asked["two"].before, asked["two"].adopts) == (("one",), frozenset())
    assert asked["two"].all_askers == ("one", "two")
    assert (asked["here"].adopts, asked["there"].adopts) == (frozenset({"forum.example.org"}), frozenset({"other.example.org"}))
    assert set(ledger.rechecks.coverage(NOON)) == {"one", "two", "here", "there"}


@pytest.mark.parametrize("kind", sorted(RULES))
def test_every_rule_is_of_a_kind_that_there_is_and_says_where_it_is_written(kind: str) -> None:
    assert kind in SOURCES
    assert len(RULES[kind].source) > 3
    assert RULES[kind].rule.every <= timedelta(days=7)


@pytest.mark.parametrize(
    ("kind", "recheck", "every_hours"),
    [
        ("reddit", "auto", 24),
        ("reddit", "daily", 24),
        ("hackernews", "weekly", 168),
        ("hackernews", "off", None),
        ("feed", "auto", None),
        ("feed", "off", None),
    ],
)
def test_how_often_is_a_setting(kind: str, recheck: str, every_hours: int | None) -> None:
    rule = rule_of(SourceSettings.model_validate({"id": "s", "kind": kind, "recheck": recheck}))
    assert (None if rule is None else rule.every / timedelta(hours=1)) == every_hours


@pytest.mark.parametrize(("kind", "recheck"), [("reddit", "off"), ("reddit", "weekly"), ("x", "off"), ("x", "weekly"), ("feed", "daily")])
def test_less_than_a_platforms_terms_ask_is_refused_with_the_reason(kind: str, recheck: str) -> None:
    """RULES P5, P11: a setting that breaks the terms would be found by the platform, not by us."""
    with pytest.raises(SettingsError, match=r"klankbord.yaml: sources: s: recheck") as refused:
        rule_of(SourceSettings.model_validate({"id": "s", "kind": kind, "recheck": recheck}))
    assert "write daily" in str(refused.value) or "leave it out" in str(refused.value)


def test_youtube_is_refreshed_within_thirty_days() -> None:
    rule = RULES["youtube"].rule
    assert max(rule.every, rule.later) <= timedelta(days=30)


def test_looking_again_leaves_half_of_every_pace_to_listening() -> None:
    """RULES P12: Reddit allows 100 a minute, we use 80 at most, and looking again 40 of these."""

    async def nobody(_wanted: object, _control: object) -> tuple[()]:
        return ()

    reddit = LookUp(platform="reddit", most=99, ask=nobody, limits=PUBLISHED["reddit"])
    assert reddit.rest_seconds(40) == pytest.approx(60.0)
