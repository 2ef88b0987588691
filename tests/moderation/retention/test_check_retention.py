"""`klankbord doctor` about what is let go: nobody should learn from an empty page that words went, or that they did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from moderation.model.retention import Agreed, Limits
from moderation.workflows.check_retention import LATE, check_retention

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
USUAL = Limits(raw_days=90, x_days=30, closed_cases_days=365, aggregates_months=24)
SHORT = Limits(raw_days=45, x_days=30, closed_cases_days=365, aggregates_months=24)


@pytest.mark.parametrize(
    ("agreed", "level", "says"),
    [
        (Agreed(), "ok", "90 days"),  # a home that nobody ran yet
        (Agreed(coming=SHORT, from_at=NOW + DAY, noted_at=NOW), "warn", "from 2026-03-03 words are kept for 45 days"),
        (Agreed(standing=USUAL, noted_at=NOW, last_at=NOW, held_until=NOW + DAY), "warn", "nothing goes before 2026-03-03"),
        (Agreed(standing=USUAL, noted_at=NOW, last_at=NOW, held_until=NOW), "ok", "90 days"),  # the doubt is over
        (Agreed(standing=USUAL, noted_at=NOW, last_at=NOW - LATE), "ok", "90 days"),
        (Agreed(standing=USUAL, noted_at=NOW, last_at=NOW - LATE - DAY), "warn", "since 2026-02-27"),
        (Agreed(coming=USUAL, from_at=NOW - LATE - DAY, noted_at=NOW - 9 * DAY), "warn", "since 2026-02-27"),  # told, and never done
    ],
)
def test_doctor_says_what_goes_when_and_why_not(agreed: Agreed, level: str, says: str) -> None:
    """During the notice, while the clock is doubted, and when no night let go of anything for two days."""
    found = check_retention(agreed, USUAL, words_over=lambda limits: limits.raw_days, file="klankbord.yaml", now=NOW)
    assert found.level == level
    assert says in found.detail
    assert bool(found.mend) is (level != "ok")


def test_the_notice_counts_what_would_go_by_the_limits_that_come() -> None:
    """Not by those that hold until then."""
    told = Agreed(standing=USUAL, coming=SHORT, from_at=NOW + DAY, noted_at=NOW)
    found = check_retention(told, USUAL, words_over={USUAL: 1, SHORT: 2_345}.__getitem__, file="/home/klankbord.yaml", now=NOW)
    assert "2,345 messages" in found.detail
    assert "/home/klankbord.yaml" in found.mend
