"""Promises about digests: each exactly once, on every day of the year and whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.figures import DigestFigures
from listener.settings.wording import templates
from moderation.workflows.tell_when_due import TellWhenDue, digest_due

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def figures(from_at: datetime, as_of: datetime) -> DigestFigures:
    return DigestFigures(
        brand="Zoemvolt", from_at=from_at, as_of=as_of, mentions=3, authors=3, loose=3, new=(), growing=(), steady=(), fading=(),
        ideas=(), compliments=(), idea_count=0, compliment_count=0, coverage=(),
    )  # fmt: skip


def telling(ledger: Ledger, clock: ManualClock) -> TellWhenDue:
    return TellWhenDue(ledger, figures, clock=clock, zone=AMSTERDAM, language="nl", digest_hour=9, templates=templates("nl"))


@pytest.mark.parametrize("down", [timedelta(minutes=1), timedelta(hours=5), timedelta(days=10)])
async def test_a_process_that_was_down_at_the_hour_still_makes_one_digest(ledger: Ledger, down: timedelta) -> None:
    """Maintenance at nine must not cost the community manager her morning read, nor bring it twice."""
    clock = ManualClock(datetime(2026, 3, 10, 7, 59, tzinfo=UTC))
    await telling(ledger, clock).once()
    before = len(ledger.reports.periods("digest"))
    clock.advance(down)
    await telling(ledger, clock).once()
    await telling(ledger, clock).once()
    assert len(ledger.reports.periods("digest")) == before + 1


def test_every_day_of_nine_years_has_one_digest() -> None:
    """Summer time and leap days must neither skip nor double a digest (RULES F14)."""
    now, last = datetime(2024, 1, 3, tzinfo=UTC), datetime(2033, 1, 5, tzinfo=UTC)
    days: list[str] = []
    while now < last:
        day = digest_due(now, zone=AMSTERDAM, hour=9).period
        days += [day] if not days or days[-1] != day else []
        now += timedelta(hours=1)
    assert len(days) == len(set(days)) == (last - datetime(2024, 1, 3, tzinfo=UTC)).days + 1


def test_digests_meet_without_gap_or_overlap_when_the_clocks_change() -> None:
    """On the last Sunday of October a day has 25 hours; a mention of the extra hour belongs to exactly one digest."""
    first = digest_due(datetime(2026, 10, 25, 12, tzinfo=UTC), zone=AMSTERDAM, hour=9)
    second = digest_due(datetime(2026, 10, 26, 12, tzinfo=UTC), zone=AMSTERDAM, hour=9)
    assert first.as_of == second.from_at
    assert first.as_of - first.from_at == timedelta(hours=25)
