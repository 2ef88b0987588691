"""Watching brands and sources as a whole: told once, the same however often somebody looked, and never for a night."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.issue import SILENCE, VOLUME, Signal
from listener.workflows.rebuild_insight import catch_up
from listener.workflows.watch_sources import WatchSources
from tests.listener.workflows.conftest import MODEL, NOON, Tell

HOUR = timedelta(hours=1)
DAYS = 20
SOURCE = "forum"


def ordinary_hours(*, seed: int = 5, days: int = DAYS, until: float = 0.0) -> list[float]:
    """Return moments in hours before NOON at which people speak: about two an hour by day, nobody between 23 and 6 o'clock."""
    chance = np.random.default_rng(seed)
    return [
        back + 1 - float(minute)
        for back in range(days * 24, 0, -1)
        if 6 <= (NOON - back * HOUR).hour < 23 and back > until
        for minute in np.sort(chance.uniform(0.01, 0.99, chance.poisson(2)))
    ]


@pytest.fixture
def watch(ledger: Ledger, insight: Insight) -> WatchSources:
    return WatchSources(ledger, insight, sources=[SOURCE])


def look(ledger: Ledger, insight: Insight, watch: WatchSources) -> list[Signal]:
    catch_up(ledger, insight, model_id=MODEL)
    return list(watch.once())


def only(kind: str, signals: list[Signal]) -> list[Signal]:
    return [one for one in signals if one.kind == kind]


def test_ordinary_weeks_with_quiet_nights_say_nothing(ledger: Ledger, insight: Insight, watch: WatchSources, tell: Tell) -> None:
    """Read every hour, all through the last night, in which nobody spoke."""
    tell(*ordinary_hours())
    for hours in range(-20, 1):
        ledger.sources.note_ok(SOURCE, at=NOON + hours * HOUR, new=0, seen=0)
        assert look(ledger, insight, watch) == []


def test_a_brand_much_spoken_of_is_told_once_with_its_evidence(ledger: Ledger, insight: Insight, watch: WatchSources, tell: Tell) -> None:
    tell(*ordinary_hours())
    crowd = tell(*(float(one) for one in np.linspace(1.9, 1.1, 40)))
    tell(-0.1)
    raised = only(VOLUME, look(ledger, insight, watch))
    assert len(raised) == 1
    assert raised[0].at == NOON - HOUR
    assert raised[0].seen >= 40 > 5 * raised[0].usual
    assert set(crowd) <= set(raised[0].mention_ids)
    assert look(ledger, insight, watch) == []
    assert ledger.issues.signals()[0].about == raised[0].about


def test_one_loud_person_is_no_crowd(ledger: Ledger, insight: Insight, watch: WatchSources, tell: Tell) -> None:
    tell(*ordinary_hours())
    tell(*(float(one) for one in np.linspace(1.9, 1.1, 60)), author="one-person")
    tell(-0.1)
    assert only(VOLUME, look(ledger, insight, watch)) == []


def test_a_text_copied_by_many_is_no_crowd(ledger: Ledger, insight: Insight, watch: WatchSources, tell: Tell) -> None:
    """Copies are one card; that many accounts copied it is a signal of its own."""
    tell(*ordinary_hours())
    first = tell(1.95)
    tell(*(float(one) for one in np.linspace(1.9, 1.1, 60)), copies_of=first[0])
    tell(-0.1)
    assert only(VOLUME, look(ledger, insight, watch)) == []


def test_a_source_that_goes_silent_is_told_once(ledger: Ledger, insight: Insight, watch: WatchSources, tell: Tell) -> None:
    """It answers, with nothing: the coverage line is fine, and that is just why somebody has to say it."""
    tell(*ordinary_hours(until=30))
    raised: list[Signal] = []
    for hours in range(-29, 8):
        ledger.sources.note_ok(SOURCE, at=NOON + hours * HOUR, new=0, seen=0)
        raised += only(SILENCE, look(ledger, insight, watch))
    assert [one.about for one in raised] == [SOURCE]
    assert raised[0].usual >= 5
    assert raised[0].seen == 0


@pytest.mark.parametrize(("called", "told"), [((SOURCE,), [SOURCE]), ((), [])])
def test_a_source_that_is_called_falls_silent_while_others_are_read(
    ledger: Ledger, insight: Insight, tell: Tell, called: tuple[str, ...], told: list[str]
) -> None:
    """Nobody asks a webhook, so nothing says that it brought nothing: that another source was read says that we were there to hear it."""
    tell(*ordinary_hours(until=30))
    watch = WatchSources(ledger, insight, sources=[SOURCE, "news"], called=called)
    ledger.sources.note_ok(SOURCE, at=NOON - 30 * HOUR, new=1, seen=1)
    raised: list[Signal] = []
    for hours in range(-29, 8):
        ledger.sources.note_ok("news", at=NOON + hours * HOUR, new=0, seen=0)
        raised += only(SILENCE, look(ledger, insight, watch))
    assert [one.about for one in raised] == told


def test_a_source_that_could_not_be_read_is_not_called_silent(ledger: Ledger, insight: Insight, watch: WatchSources, tell: Tell) -> None:
    tell(*ordinary_hours(until=30))
    for hours in range(-29, 1):
        ledger.sources.note_failure(SOURCE, at=NOON + hours * HOUR, error="no answer", kind="blind")
        assert only(SILENCE, look(ledger, insight, watch)) == []
    ledger.sources.note_ok(SOURCE, at=NOON + HOUR, new=0, seen=0)
    assert only(SILENCE, look(ledger, insight, watch)) == []


def test_looking_often_and_looking_once_raise_the_same(
    ledger: Ledger, insight: Insight, tmp_path: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A restart, a pause or an import in one go: what is raised follows from the stored times."""
    crowds = [*np.linspace(250.9, 250.1, 30), *np.linspace(50.9, 50.1, 90)]
    tell(*(float(one) for one in sorted([*ordinary_hours(seed=7), *crowds], reverse=True)))
    with sqlite3.connect(tmp_path / "ledger.db") as here, sqlite3.connect(tmp_path / "copy.db") as copy:
        here.backup(copy)
    once = only(VOLUME, look(ledger, insight, WatchSources(ledger, insight, sources=[])))
    often: list[Signal] = []
    with open_ledger(f"sqlite:///{tmp_path / 'copy.db'}") as other:
        for hours in range(DAYS * 24, -1, -9):
            monkeypatch.setattr(other.analyses, "latest_posted_at", lambda back=hours: NOON - back * HOUR)
            often += WatchSources(other, insight, sources=[]).once()
    assert len(once) >= 2
    assert often == [one for one in once if one.at <= NOON - 3 * HOUR]
