""" "OK, nothing" for unusually long: a question with a known answer tells whether it is quiet there or we see nothing (L6)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceUnavailable, StoreError
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import SILENCE, Signal
from listener.model.page import Page, Spent
from listener.settings.schema import HttpSettings, SourceSettings
from listener.sources.canaries import ASKED_BY, canary_settings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.purse import Purse
from listener.sources.registry import KEYS, build_source
from listener.workflows.ask_canary import AskCanary
from tests.fakes.source import FakeSource, mention
from tests.listener.workflows.conftest import NOON


class Rig:
    """A source that fell silent, and what its canary would bring."""

    def __init__(self, ledger: Ledger, *pages: Any, silent: bool = True) -> None:
        self.ledger, self.clock, self.purse = ledger, ManualClock(NOON), Purse(most_usd=1.0)
        self.probes: list[FakeSource] = []
        ledger.sources.note_ok("forum", at=NOON, new=0, seen=0)
        if silent:
            one = Signal(
                kind=SILENCE, issue_id=None, about="forum", at=NOON, seen=0, usual=9, p_value=1e-4, window_hours=9.0, mention_ids=()
            )
            ledger.analyses.save(AnalysisStep(at=NOON, signals=(one,)))

        def opened(purse: Purse) -> FakeSource:
            purse.ask()
            self.probes.append(FakeSource(list(pages), source_id="forum"))
            return self.probes[-1]

        self.canary = AskCanary("forum", ledger, purse=self.purse, open_source=opened, clock=self.clock)


@pytest.mark.parametrize(
    ("pages", "outcome"),
    [
        ([[mention("1")]], "found"),
        ([], "empty"),
        ([[], [mention("1")]], "found"),
        ([[], [], [], [mention("1")]], "empty"),  # a few pages are enough
        ([SourceUnavailable("502")], ""),  # no answer is no proof of anything
    ],
)
async def test_a_silent_source_is_asked_and_what_it_says_is_told(ledger: Ledger, pages: list[Any], outcome: str) -> None:
    rig = Rig(ledger, *pages)
    assert await rig.canary.once() == outcome
    (coverage,) = ledger.sources.coverage(NOON)
    assert (coverage.silent_since, coverage.canary) == (NOON - timedelta(hours=9), outcome)
    assert rig.probes[0].closed == 1
    assert ledger.mentions.count() == 0, "what a canary finds is nobody's business"


async def test_it_is_asked_once_a_day_and_only_in_silence(ledger: Ledger) -> None:
    rig = Rig(ledger)
    for _ in range(47):
        await rig.canary.once()
        rig.clock.advance(timedelta(hours=1))
    assert len(rig.probes) == 2


async def test_a_platform_that_does_not_answer_is_not_asked_after_every_round(ledger: Ledger) -> None:
    """Rounds come every ten minutes, and where a platform charges each question may cost twenty cents."""
    rig = Rig(ledger, SourceUnavailable("502"))
    for _ in range(24 * 6):
        assert await rig.canary.once() == ""
        rig.clock.advance(timedelta(minutes=10))
    assert 20 <= len(rig.probes) <= 24


async def test_one_that_was_asked_while_a_clock_ran_ahead_is_asked_again(ledger: Ledger) -> None:
    """RULES F13: a day after a moment ten years from now would be too late."""
    rig = Rig(ledger, [mention("1")])
    ledger.sources.note_canary("forum", "empty", at=NOON + timedelta(days=3_650))
    assert await rig.canary.once() == "found"


async def test_noting_what_it_brought_holds_up_nothing_else(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that somebody else writes to lets others wait for seconds: pages and webhooks are answered meanwhile."""
    rig, noted = Rig(ledger, [mention("1")]), list[bool]()
    for name in ("note_spent", "note_canary"):
        whole = getattr(ledger.sources, name)

        def note(*given: Any, whole: Any = whole, **named: Any) -> None:
            noted.append(threading.current_thread() is threading.main_thread())
            whole(*given, **named)

        monkeypatch.setattr(ledger.sources, name, note)
    assert await rig.canary.once() == "found"
    assert noted == [False, False]


async def test_a_source_that_speaks_is_not_asked(ledger: Ledger) -> None:
    rig = Rig(ledger, silent=False)
    assert await rig.canary.once() == ""
    assert rig.probes == []


async def test_what_it_costs_comes_out_of_the_days_purse(ledger: Ledger) -> None:
    rig = Rig(ledger, Page(mentions=(), next=None, cost_usd=0.15))
    await rig.canary.once()
    assert ledger.sources.spent("forum", NOON.date()) == Spent(requests=1, micro_usd=150_000)
    assert rig.purse.affordable(0.01, 100) == 85


async def test_what_it_cost_is_remembered_while_the_ledger_can_keep_nothing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES F10, P8: on a full disk it would be asked, and paid for, after every round."""
    rig = Rig(ledger, [mention("1")])

    def fails(*_: Any, **__: Any) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as full:
        full.setattr(ledger.sources, "note_spent", fails)
        with pytest.raises(StoreError):
            await rig.canary.once()
    rig.purse.begin(Spent())
    assert rig.purse.requests_today == 1


def test_a_canary_keeps_the_access_of_its_source_and_asks_for_nothing_else() -> None:
    given = {"id": "r", "kind": "reddit", "subreddits": ["klussen"], "approval_reference": "R-1", "canary": "netherlands"}
    found = canary_settings(SourceSettings.model_validate(given))
    assert found is not None
    assert (found.query, found.subreddits, found.approval_reference, found.canary) == ("netherlands", (), "R-1", "")
    feed = canary_settings(SourceSettings.model_validate({"id": "f", "kind": "feed", "url": "https://a/", "canary": "https://b/"}))
    assert feed is not None
    assert feed.url == "https://b/"
    video = canary_settings(SourceSettings.model_validate({"id": "y", "kind": "youtube", "channels": ["UC1"], "canary": "dQw4w9WgXcQ"}))
    assert video is not None
    assert (video.videos, video.channels) == (("dQw4w9WgXcQ",), ())
    site = {"id": "s", "kind": "stackexchange", "site": "iot.stackexchange.com", "keep": "all", "canary": "raspberry"}
    asked = canary_settings(SourceSettings.model_validate(site))
    assert asked is not None
    assert (asked.query, asked.keep) == ("raspberry", "matching"), "a whole site would be read in place of the question"


CAN_BE_ASKED: dict[str, dict[str, Any]] = {
    "bluesky": {"account": "kim.example", "mentions": "also"},
    "discourse": {"url": "https://forum.example", "account": "kim", "topics": [7], "private_messages": True},
    "feed": {"url": "https://news.example/feed"},
    "hackernews": {},
    "mastodon": {"url": "https://social.example", "hashtags": ["stroomwerk"]},
    "reddit": {"subreddits": ["klussen"]},
    "stackexchange": {"site": "stackoverflow", "tags": ["iot"]},
    "x": {"account": "stroomwerk"},
    "youtube": {"channels": ["UC_x5XG1OV2P6uZZ5FSM9Ttw"]},
}


@pytest.mark.parametrize("kind", ASKED_BY)
async def test_the_source_that_asks_can_be_built(kind: str) -> None:
    """It is built months later, in a night in which a platform went silent: that is no time to find a mistake in its settings."""
    canary = {"feed": "https://other.example/feed", "youtube": "dQw4w9WgXcQ"}.get(kind, "netherlands")
    asked = canary_settings(SourceSettings.model_validate({"id": "s", "kind": kind, "canary": canary, **CAN_BE_ASKED[kind]}))
    assert asked is not None
    http = HttpClient(HttpSettings.model_validate({}))
    context = SourceContext(http=http, clock=ManualClock(NOON), secrets=lambda _: None, brands=())
    await build_source(asked, context=context).aclose()
    await http.aclose()


def test_a_kind_that_cannot_be_asked_says_so() -> None:
    with pytest.raises(SettingsError, match="canary"):
        canary_settings(SourceSettings.model_validate({"id": "m", "kind": "matrix", "canary": "x"}))
    assert all(field in KEYS[kind] for kind, field in ASKED_BY.items())
