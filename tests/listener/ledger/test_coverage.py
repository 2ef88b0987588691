"""The truth about coverage: when a source was blind, what it cost, what it left out, and whether its silence is one (RULES 0.9, P8, L6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.figures import BlindWindow, SourceCoverage
from listener.model.issue import SILENCE, Signal
from listener.model.page import Spent
from tests.listener.ledger.making import NOON, add, later, mention

DAY = timedelta(days=1)


def of(ledger: Ledger, *, at: int = 60, since: int = 0) -> SourceCoverage:
    (found,) = ledger.sources.coverage(later(at), since=later(since))
    return found


def _rounds(ledger: Ledger, *rounds: tuple[int, str]) -> None:
    for minute, state in rounds:
        if state == "ok":
            ledger.sources.note_ok("news", at=later(minute), new=0, seen=0)
        else:
            ledger.sources.note_failure("news", at=later(minute), error="x", kind=state)


@pytest.mark.parametrize(
    ("rounds", "windows"),
    [
        ([(1, "ok"), (2, "ok")], []),
        ([(1, "ok"), (2, "blind"), (3, "blind"), (9, "ok")], [(2, 9)]),
        ([(1, "refused"), (9, "ok"), (20, "capped"), (30, "ok")], [(1, 9), (20, 30)]),
        ([(1, "blind"), (5, "refused"), (9, "ok")], [(1, 9)]),  # one stretch, whatever it is called
        ([(1, "ok"), (2, "waiting"), (9, "ok")], []),  # waiting is agreed
        ([(1, "blind"), (2, "waiting"), (9, "ok")], [(1, 9)]),  # and ends no blindness
        ([(1, "ok"), (50, "blind")], [(50, None)]),  # it goes on
        ([(-30, "blind"), (-20, "blind"), (9, "ok")], [(0, 9)]),  # told from where the period begins
        ([(-30, "blind"), (-20, "ok"), (9, "ok")], []),
        ([(-30, "blind")], [(0, None)]),
        ([(1, "ok"), (70, "blind")], []),  # after the period
    ],
)
def test_every_blind_stretch_is_told_from_when_to_when(
    ledger: Ledger, rounds: list[tuple[int, str]], windows: list[tuple[int, int | None]]
) -> None:
    """The digest of a day must not say "fine" of a source that was blind all morning."""
    _rounds(ledger, *rounds)
    assert of(ledger).windows == tuple(BlindWindow(since=later(a), until=None if b is None else later(b)) for a, b in windows)


def test_what_a_source_cost_today_stands_beside_its_caps(ledger: Ledger) -> None:
    """Sums of money are exact: two hundred reads at half a cent are one dollar, not 1.0000000000000007."""
    ledger.sources.describe("news", kind="x", most_requests=500, most_micro_usd=1_000_000)
    for _ in range(200):
        ledger.sources.note_spent("news", Spent(requests=2, micro_usd=5_000), at=NOON)
    ledger.sources.note_spent("news", Spent(requests=9, micro_usd=9), at=NOON - DAY)
    found = of(ledger)
    assert (found.requests, found.usd, found.most_requests, found.most_usd) == (400, 1.0, 500, 1.0)
    assert ledger.sources.spent("news", (NOON - DAY).date()) == Spent(requests=9, micro_usd=9)
    assert ledger.sources.spent("news", (NOON + DAY).date()) == Spent()


def test_what_a_platform_counted_and_did_not_list_is_a_share(ledger: Ledger) -> None:
    ledger.sources.note_ok("news", at=later(1), new=1, seen=300, missed=100)
    ledger.sources.note_ok("news", at=later(2), new=1, seen=0)
    ledger.sources.note_ok("news", at=later(-5), new=1, seen=5, missed=5_000)  # before the period
    assert of(ledger).share_seen == 0.75


def test_a_refusal_keeps_its_cause_until_the_next_success(ledger: Ledger) -> None:
    ledger.sources.note_failure("news", at=later(1), error="no", kind="refused", cause="token_expired")
    assert of(ledger).cause == "token_expired"
    ledger.sources.note_ok("news", at=later(2), new=0, seen=0)
    assert of(ledger).cause == ""


def test_an_open_breaker_and_a_long_wait_say_when_the_next_try_is(ledger: Ledger) -> None:
    """And a platform that asks for a quarter of an hour at a time leaves us blind, whatever it calls it (RULES F16)."""
    ledger.sources.note_failure("news", at=later(59), error="x", kind="blind", open_until=later(70))
    assert of(ledger).again_at == later(70)
    ledger.sources.note_failure("news", at=later(59), error="x", kind="waiting", wait_seconds=900)
    found = of(ledger)
    assert (found.state, found.again_at, found.blind_since) == ("waiting", later(74), later(59))


def test_a_silence_that_was_noticed_is_told_until_somebody_speaks(ledger: Ledger) -> None:
    """ "OK, nothing" for much longer than usual; what a canary said counts only when it was asked since."""
    add(ledger, mention("1"))
    ledger.sources.note_ok("news", at=later(1), new=0, seen=0)
    quiet = Signal(
        kind=SILENCE, issue_id=None, about="news", at=later(180), seen=0, usual=9, p_value=1e-4, window_hours=2.0, mention_ids=()
    )
    ledger.analyses.save(AnalysisStep(at=later(180), signals=(quiet,)))
    ledger.sources.note_canary("news", "found", at=later(10))
    found = of(ledger, at=200)
    assert (found.silent_since, found.canary) == (later(60), "")
    ledger.sources.note_canary("news", "empty", at=later(190))
    assert of(ledger, at=200).canary == "empty"
    add(ledger, mention("2", posted_at=later(195)))
    assert of(ledger, at=200).silent_since is None
