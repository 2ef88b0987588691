"""A clock that is set wrong lets nothing go, and one that is put right holds nothing for years (RULES F13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger, open_ledger
from listener.settings.schema import RetentionSettings
from moderation.model.retention import HOLD, LEAP, NOTICE
from moderation.workflows.retain import WORDS, Retain
from tests.listener.ledger.making import NOON, add, analyse, mention

TEN_YEARS = timedelta(days=3_650)
HALF_AN_HOUR = timedelta(minutes=30)


class Home:
    """A home with nine messages, a day old, whose notice is over and whose nights run."""

    def __init__(self, home: Path, ledger: Ledger) -> None:
        self.home, self.ledger, self.clock = home, ledger, ManualClock(NOON)
        self.restart()
        self.retain.agreed()
        self.pass_by(NOTICE + timedelta(days=1))
        add(ledger, *(mention(str(number), f"Al weer geen stroom, dag {number}") for number in range(9)), at=self.clock.now())
        analyse(ledger)
        self.pass_by(timedelta(days=1))
        assert self.retain.known().standing is not None

    def restart(self) -> None:
        settings = RetentionSettings.model_validate({})
        self.retain = Retain(self.home, self.ledger, settings, self.clock, zone=UTC, hour=3, rest=lambda _seconds: None)

    def set_clock(self, by: timedelta) -> None:
        """Move the time of day, as somebody setting the clock does; the monotonic clock goes on as it was."""
        self.clock._now += by

    def pass_by(self, time: timedelta) -> int:
        """Let time pass with a look every half hour; return of how many messages words went."""
        went = 0
        for _ in range(time // HALF_AN_HOUR):
            self.clock.advance(HALF_AN_HOUR)
            receipt = self.retain.when_due()
            went += receipt.counts.get(WORDS, 0) if receipt is not None else 0
        return went


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        yield Home(tmp_path, ledger)


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_ten_years_ahead_takes_nothing(home: Home, restarted: bool) -> None:
    """Also where it came up wrong with the machine; it is put right within the days that everything is held."""
    home.set_clock(TEN_YEARS)
    if restarted:
        home.restart()
    assert home.pass_by(HOLD - timedelta(hours=1)) == 0
    home.set_clock(-TEN_YEARS)
    if restarted:
        home.restart()
    assert home.pass_by(timedelta(days=2)) == 0
    assert home.retain.known().held_until is None


def test_nights_go_on_after_a_clock_that_ran_ahead_was_put_right(home: Home) -> None:
    """What it noted lies ten years ahead: the last night, and the end of a notice."""
    home.set_clock(TEN_YEARS)
    home.pass_by(HOLD + timedelta(days=1))
    home.set_clock(-TEN_YEARS)
    home.pass_by(timedelta(days=2))
    known = home.retain.known()
    assert known.last_at is not None
    assert known.last_at <= home.clock.now()
    assert (known.from_at, known.held_until) == (None, None)


def test_a_notice_is_not_cut_short_by_a_leap(tmp_path: Path) -> None:
    """Seven days are for reading, and nobody read in years that did not pass."""
    clock = ManualClock(NOON)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        retain = Retain(tmp_path, ledger, RetentionSettings.model_validate({}), clock, zone=UTC, hour=3)
        retain.agreed()
        clock._now += TEN_YEARS
        assert retain.agreed().standing is None
        clock._now -= TEN_YEARS
        agreed = retain.agreed()
        assert agreed.standing is None
        assert agreed.from_at == NOON + NOTICE


def test_a_service_that_was_off_for_long_lets_go_after_three_days(home: Home) -> None:
    """What is too old goes all the same: nobody sets that clock right."""
    home.set_clock(timedelta(days=100))
    home.restart()
    assert home.pass_by(HOLD - timedelta(hours=1)) == 0
    assert home.pass_by(timedelta(days=1)) == 9


def test_time_that_passed_while_it_ran_is_no_leap(home: Home) -> None:
    """Nor is a week off: nothing waits for that."""
    home.clock.advance(timedelta(days=100))
    assert home.pass_by(timedelta(days=1)) == 9
    home.set_clock(LEAP - timedelta(hours=1))
    home.restart()
    assert home.retain.agreed().held_until is None
