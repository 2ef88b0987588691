"""A source in trouble is told of once, left in peace meanwhile, and loses nothing (RULES F16, F17, F19, P8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import SILENCE, Signal
from listener.schedule import SourceSchedule, Watched
from listener.settings.schema import HttpSettings, SourceSettings
from listener.settings.secrets import Secrets
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.registry import build_source
from listener.workflows.collect_mentions import CollectMentions
from moderation.ledger.alarms import AlarmLedger
from moderation.workflows.tell_source_trouble import TellSourceTrouble
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.site import Site, open_site

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


class Service:
    """The schedule of one Mastodon source with its secrets in a file, and the watch that raises alarms; time moves from pull to pull."""

    def __init__(self, ledger: Ledger, clock: ManualClock, site: Site, home: Path) -> None:
        self.ledger, self.clock, self.alarms = ledger, clock, AlarmLedger(ledger.engine)
        self._secrets = home / "secrets.env"
        self.write_token("the-first-token")
        self.http = HttpClient(HttpSettings.model_validate({}), clock=clock)
        context = SourceContext(http=self.http, clock=clock, secrets=Secrets(home, environment={}).get, brands=())
        settings = {"id": "social", "kind": "mastodon", "url": site.url(""), "hashtags": ["stroomwerk"], "mentions": "never"}
        one = SourceSettings.model_validate({**settings, "keep": "all", "interval_minutes": 1, "allow_http": True, "allow_private": True})
        own = context.of(one)
        self.watched = Watched(build_source(one, context=own), one, own.purse)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        collect = CollectMentions(ledger, (), clock=clock)
        self._schedule = SourceSchedule(self._scheduler, collect, [self.watched], clock=clock, arrived=asyncio.Event())
        self._schedule.start(ledger.sources.state)
        self._tell = TellSourceTrouble(ledger, self.alarms, sources=["social"], clock=clock)

    def write_token(self, token: str) -> None:
        self._secrets.write_text(f"KLANKBORD_MASTODON_READ_TOKEN={token}\n")
        self._secrets.chmod(0o600)

    async def until(self, moment: datetime) -> None:
        """Run whatever is due up to a moment."""
        while (job := self._scheduler.get_jobs()[-1]).trigger.run_date < moment:  # the latest plan: nobody started the scheduler
            self.clock.move_to(job.trigger.run_date)
            await job.func(*job.args)
            self._tell.once()
        self.clock.move_to(moment)

    def told(self) -> list[tuple[str, str, bool]]:
        return [(one.kind, one.subject, one.over_at is not None) for one in self.alarms.unseen()]


@pytest.fixture
async def service(ledger: Ledger, clock: ManualClock, site: Site, tmp_path: Path) -> AsyncIterator[Service]:
    made = Service(ledger, clock, site, tmp_path)
    yield made
    await made.watched.source.aclose()
    await made.http.aclose()


async def test_a_token_revoked_in_the_middle_of_a_run_costs_one_alarm_and_no_mention(
    service: Service, ledger: Ledger, clock: ManualClock, site: Site
) -> None:
    """No loop while nobody acts, at most three requests in ten minutes; the new token is taken without a restart (RULES F19)."""
    fake = FakeMastodon()
    fake.token = "the-first-token"
    posts = iter(range(10_000))
    asked_at: list[datetime] = []

    def answer(request: Any) -> Any:
        asked_at.append(clock.now())
        if len(asked_at) == 4:  # in the middle of reading pages
            fake.token = "the-second-token"
        return fake(request)

    site.answer = answer
    for _ in range(200):
        fake.add("#stroomwerk", clock.now() - 5 * MINUTE, number=next(posts))
    for hours in range(1, 5):
        await service.until(NOON + timedelta(hours=hours))
        fake.add("#stroomwerk", clock.now() - MINUTE, number=next(posts))
    assert service.told() == [("source_refused", "social", False)]
    refused = asked_at[4:]
    assert refused, "it asks now and then whether it may again"
    assert max(sum(1 for at in refused if start <= at < start + 10 * MINUTE) for start in refused) <= 3
    state = ledger.sources.state("social")
    assert state is not None
    assert (state.state, state.cause) == ("refused", "token_rejected")
    service.write_token("the-second-token")
    await service.until(clock.now() + 15 * MINUTE)
    assert ledger.mentions.count() == len(fake.statuses) == 204
    assert service.told() == [("source_refused", "social", True)]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ({"kind": "refused"}, "source_refused"),
        ({"kind": "capped"}, "source_capped"),
        ({"kind": "blind"}, "source_blind"),
        ({"kind": "waiting", "wait_seconds": 900}, "source_waits"),
        ({"kind": "waiting", "wait_seconds": 60}, ""),
    ],
)
def test_each_kind_of_trouble_is_told_once_and_is_over_with_the_first_success(
    ledger: Ledger, clock: ManualClock, failure: dict[str, Any], kind: str
) -> None:
    alarms = AlarmLedger(ledger.engine)
    tell = TellSourceTrouble(ledger, alarms, sources=["forum"], clock=clock)
    for _ in range(3):
        for source in ("forum", "switched-off"):
            ledger.sources.note_failure(source, at=clock.now(), error="x", **failure)
        tell.once()
        clock.advance(10 * MINUTE)
    assert [(one.kind, one.subject) for one in alarms.unseen()] == ([(kind, "forum")] if kind else [])
    ledger.sources.note_ok("forum", at=clock.now(), new=0, seen=0)
    tell.once()
    assert all(one.over_at is not None for one in alarms.unseen())


def test_a_source_that_answers_nothing_to_its_canary_either_is_told_of(ledger: Ledger, clock: ManualClock) -> None:
    """Only while it is silent: what a canary said months ago is no trouble of today."""
    alarms = AlarmLedger(ledger.engine)
    tell = TellSourceTrouble(ledger, alarms, sources=["forum"], clock=clock)
    ledger.sources.note_ok("forum", at=NOON, new=0, seen=0)
    ledger.sources.note_canary("forum", "empty", at=NOON)
    tell.once()
    assert alarms.unseen() == []
    one = Signal(kind=SILENCE, issue_id=None, about="forum", at=NOON, seen=0, usual=9, p_value=1e-4, window_hours=9.0, mention_ids=())
    ledger.analyses.save(AnalysisStep(at=NOON, signals=(one,)))
    tell.once()
    assert [one.kind for one in alarms.unseen()] == ["source_empty"]
    ledger.sources.note_canary("forum", "found", at=NOON)
    tell.once()
    assert [one.over_at is None for one in alarms.unseen()] == [False]


def test_a_platform_that_is_down_for_ten_minutes_wakes_nobody(ledger: Ledger, clock: ManualClock) -> None:
    alarms = AlarmLedger(ledger.engine)
    ledger.sources.note_failure("forum", at=clock.now(), error="x", kind="blind")
    clock.advance(10 * MINUTE)
    TellSourceTrouble(ledger, alarms, sources=["forum"], clock=clock).once()
    assert alarms.unseen() == []
