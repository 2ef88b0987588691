"""What sources saw, which reports were made, and the few facts of a home."""

from __future__ import annotations

from dataclasses import replace

from listener.ledger.ledger import Ledger
from listener.ledger.sources import SourceState
from listener.model.figures import SourceCoverage
from listener.model.mention import Kept
from listener.model.page import Cursor
from tests.listener.ledger.making import NOON, add, later, mention


def test_coverage_says_what_a_source_saw_and_since_when_it_is_behind(ledger: Ledger) -> None:
    """ "No error" is no proof of "nothing missed" (RULES 0.9)."""
    add(ledger, mention("1"), mention("2"))
    ledger.sources.describe("news", kind="feed")
    ledger.sources.note_ok("news", at=later(1), new=2, seen=30)
    assert ledger.sources.coverage(later(3)) == [
        SourceCoverage(
            source="news",
            kind="feed",
            state="ok",
            mentions=2,
            skipped=0,
            last_ok_at=later(1),
            lag_seconds=120.0,
            blind_since=None,
            gaps=0,
            note="",
            seen=30,
        )
    ]


def test_a_source_is_blind_from_its_first_failure_until_its_next_success(ledger: Ledger) -> None:
    """The digest names the stretch in which we saw nothing."""
    ledger.sources.note_ok("news", at=NOON, new=0, seen=0)
    for minute in (1, 2, 3):
        ledger.sources.note_failure("news", at=later(minute), error="no answer", kind="blind")
    state = ledger.sources.state("news")
    assert state == SourceState(
        source="news",
        kind="",
        state="blind",
        last_try_at=later(3),
        last_ok_at=NOON,
        blind_since=later(1),
        wait_until=None,
        failures=3,
        error="no answer",
        skipped=0,
        gaps=0,
        gap_note="",
    )
    ledger.sources.note_ok("news", at=later(4), new=0, seen=0)
    assert ledger.sources.state("news") == replace(
        state, state="ok", last_try_at=later(4), last_ok_at=later(4), blind_since=None, failures=0, error=""
    )


def test_a_platform_that_asks_us_to_wait_is_not_called_blind(ledger: Ledger) -> None:
    """Waiting is agreed; being blind is trouble. Even a wait of centuries is a date."""
    ledger.sources.note_failure("news", at=NOON, error="slow down", kind="waiting", wait_seconds=60)
    state = ledger.sources.state("news")
    assert state is not None
    assert (state.state, state.wait_until, state.blind_since) == ("waiting", later(1), None)
    ledger.sources.note_failure("news", at=NOON, error="slow down", kind="waiting", wait_seconds=1e12)


def test_a_source_that_was_never_read_has_no_state(ledger: Ledger) -> None:
    """The schedule then pulls it at once."""
    assert ledger.sources.state("news") is None
    assert ledger.sources.states() == []
    assert ledger.sources.coverage(NOON) == []
    assert ledger.mentions.cursor("news") is None


def test_notes_on_a_source_leave_its_cursor_alone(ledger: Ledger) -> None:
    """Only a stored page moves it."""
    ledger.mentions.add_page([Kept(mention=mention("1"))], source="news", next_cursor=Cursor("7"), at=NOON)
    ledger.sources.note_failure("news", at=later(1), error="no answer", kind="blind")
    ledger.sources.note_ok("news", at=later(2), new=0, seen=0)
    assert ledger.mentions.cursor("news") == "7"


def test_each_period_has_one_report(ledger: Ledger) -> None:
    """Whatever the timer did, the week has its report exactly once (RULES F15)."""
    assert not ledger.reports.made("weekly", "2026-W53")
    assert ledger.reports.add("weekly", "2026-W53", NOON, "eerste") is True
    assert ledger.reports.add("weekly", "2026-W53", later(1), "tweede") is False
    assert ledger.reports.add("digest", "2026-W53", later(1), "andere soort") is True
    assert ledger.reports.made("weekly", "2026-W53")
    assert ledger.reports.body("weekly", "2026-W53") == "eerste"
    assert ledger.reports.periods("weekly") == [("2026-W53", NOON)]


def test_a_fact_of_the_home_is_kept_and_the_first_of_two_writers_wins(ledger: Ledger) -> None:
    """Two commands that both make the pseudonym key must end with one key."""
    assert ledger.meta.get("key") is None
    assert ledger.meta.keep_first("key", "a") == "a"
    assert ledger.meta.keep_first("key", "b") == "a"
    ledger.meta.set("key", "c")
    assert ledger.meta.get("key") == "c"
