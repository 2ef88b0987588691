"""One report a week, each mention in exactly one of them: in every week of nine years, and whatever clock, process and analyser do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, update

from listener.clock import ManualClock
from listener.ledger import tables
from listener.ledger.ledger import Ledger
from listener.ledger.transactions import writing
from listener.parts import Listening
from moderation.ledger.week_reports import MadeReport, WeekReportLedger
from moderation.model.week_report import WeekFigures
from moderation.reports.week import Week, due_weeks, week_from, week_named
from moderation.week_room import WeekRoom
from moderation.workflows.make_reports import PATIENCE, MakeReports, Making
from tests.fakes.week_home import LATER, MENTIONS, week_home

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)


@dataclass
class Archive:
    """Reports in memory: keeps the first of each week, like the ledger does."""

    kept: list[MadeReport] = field(default_factory=list)
    up_to: int = 0
    waiting: int = 0

    def made(self) -> Sequence[MadeReport]:
        return tuple(self.kept)

    def add(self, figures: dict[str, Any], *, from_at: datetime, to_at: datetime, made_at: datetime) -> bool:
        if figures["period"] in {one.period for one in self.kept}:
            return False
        self.kept.append(MadeReport(period=figures["period"], from_at=from_at, to_at=to_at, made_at=made_at, up_to=figures["up_to"]))
        return True

    def read_up_to(self) -> int:
        return self.up_to

    def unread(self, _from_at: datetime, _to_at: datetime) -> tuple[int, int]:
        return self.waiting, 0


def counted(week: Week, making: Making) -> WeekFigures:
    return WeekFigures(
        period=week.name, from_at=week.from_at, to_at=week.as_of, made_at=making.made_at, up_to=making.up_to, seq=0, brand="b", mentions=1
    )


def maker(archive: Any, clock: ManualClock, count: Any = counted) -> MakeReports:
    return MakeReports(archive, count, clock=clock, zone=AMSTERDAM, weekday=1, hour=8)


def test_every_hour_of_nine_years_makes_each_week_once_and_weeks_meet() -> None:
    """2024 to 2032: nine summers, three leap days, two weeks 53. A report is due on Monday at eight by the wall, whatever UTC says."""
    archive, clock = Archive(), ManualClock(datetime(2024, 1, 1, 12, tzinfo=UTC))
    make, made_at = maker(archive, clock), {}
    while clock.now() < datetime(2033, 1, 3, 12, tzinfo=UTC):
        for name in make.once():
            made_at[name] = clock.now().astimezone(AMSTERDAM)
        clock.advance(HOUR)
    names = [one.period for one in archive.kept]
    mondays = [date(2023, 12, 25) + timedelta(weeks=week) for week in range(471)]
    assert names == [f"{one.isocalendar().year}-W{one.isocalendar().week:02d}" for one in mondays]
    assert [name for name in names if name.endswith("W53")] == ["2026-W53", "2032-W53"]
    assert all(one.to_at == after.from_at for one, after in pairwise(archive.kept))
    assert {(at.weekday(), at.hour) for at in list(made_at.values())[1:]} == {(0, 8)}
    hours = Counter((one.to_at - one.from_at) // HOUR for one in archive.kept)
    assert hours == {167: 9, 169: 9, 168: 471 - 18}


def test_every_moment_of_nine_years_lies_in_exactly_one_week() -> None:
    """Also the hour that the clocks skip, and the one that they show twice."""
    weeks = [week_from(date(2023, 12, 25) + timedelta(weeks=number), AMSTERDAM) for number in range(472)]
    moment, at = weeks[0].from_at, 0
    while moment < weeks[-1].as_of:
        at += moment >= weeks[at].as_of
        assert weeks[at].from_at <= moment < weeks[at].as_of
        local = moment.astimezone(AMSTERDAM).isocalendar()
        assert weeks[at].name == f"{local.year}-W{local.week:02d}"
        assert sum(day <= moment for day in weeks[at].days) == 7 + local.weekday
        moment += HOUR
    assert at == len(weeks) - 1


@pytest.mark.parametrize(("days", "weeks"), [(0.001, 0), (3, 0), (10, 1), (45, 6), (400, 8)])
def test_a_process_that_was_down_makes_up_for_it_oldest_first(days: float, weeks: int) -> None:
    """The hour of making passed while nobody was there; after eight weeks away the oldest are left to `klankbord report --week`."""
    archive, clock = Archive(), ManualClock(datetime(2026, 3, 9, 7, 30, tzinfo=UTC))
    maker(archive, clock).once()
    clock.advance(timedelta(days=days))
    after = maker(archive, clock).once()
    assert after == sorted(after)
    assert len(after) == weeks
    assert maker(archive, clock).once() == []
    assert len({one.period for one in archive.kept}) == len(archive.kept)


@pytest.mark.parametrize("back", [HOUR, timedelta(days=8), timedelta(days=3_650)])
def test_a_clock_that_is_set_back_makes_nothing_twice_and_leaves_nothing_out(back: timedelta) -> None:
    archive, clock = Archive(), ManualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    make = maker(archive, clock)
    for _ in range(15):
        make.once()
        clock.advance(timedelta(days=1))
    before = [one.period for one in archive.kept]
    wrong = ManualClock(clock.now() - back)
    assert [name for name in maker(archive, wrong).once() if name in before] == []
    for _ in range(15):
        make.once()
        clock.advance(timedelta(days=1))
    names = [one.period for one in archive.kept]
    assert len(names) == len(set(names))
    assert {f"2026-W{week:02d}" for week in range(9, 14)} <= set(names)


def test_a_clock_that_ran_ahead_ten_years_leaves_no_week_out() -> None:
    """It makes eight empty reports of a time that has not come; the weeks that do come have theirs all the same."""
    archive, clock = Archive(), ManualClock(datetime(2036, 3, 3, 12, tzinfo=UTC))
    maker(archive, clock).once()
    right = ManualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    make = maker(archive, right)
    for _ in range(22):
        make.once()
        right.advance(timedelta(days=1))
    assert {"2026-W09", "2026-W10", "2026-W11"} <= {one.period for one in archive.kept}


def test_messages_that_wait_to_be_read_hold_a_report_up_for_some_hours_and_no_longer() -> None:
    """Made from the state of the data: a backlog is read first. One that never ends costs the report nothing but those hours."""
    archive, clock = Archive(waiting=3), ManualClock(datetime(2026, 3, 9, 7, tzinfo=UTC))
    make = maker(archive, clock)
    assert make.once() == []
    clock.advance(PATIENCE - timedelta(minutes=1))
    assert make.once() == []
    archive.waiting = 0
    assert make.once() == ["2026-W10"]
    again = Archive(waiting=3)
    clock.advance(timedelta(minutes=2))
    assert maker(again, clock).once() == ["2026-W10"]


def test_no_week_is_due_before_its_hour() -> None:
    monday = datetime(2026, 3, 9, 6, 59, tzinfo=UTC)  # 07:59 in Amsterdam
    assert [one.name for one in due_weeks(monday, {"2026-W09"}, zone=AMSTERDAM, weekday=1, hour=8)] == []
    assert [one.name for one in due_weeks(monday + timedelta(minutes=1), {"2026-W09"}, zone=AMSTERDAM, weekday=1, hour=8)] == ["2026-W10"]


@pytest.mark.parametrize("name", ["2027-W53", "2026-W00", "2026-W54", "26-W01", "2026-1", "", "2026-W1", "２０２６-W10"])
def test_a_week_that_there_is_not_has_no_name(name: str) -> None:
    assert week_named(name, AMSTERDAM) is None


# on a real ledger


def test_a_year_on_a_real_ledger_with_both_changes_of_the_clock_and_week_53(ledger: Ledger) -> None:
    """Every six hours from October to the next April, with a new process each time: nothing is remembered but what is kept."""
    now, made = datetime(2026, 10, 12, tzinfo=UTC), []
    while now < datetime(2027, 4, 6, tzinfo=UTC):
        made += maker(WeekReportLedger(ledger.engine), ManualClock(now)).once()
        now += timedelta(hours=6)
    kept = sorted(WeekReportLedger(ledger.engine).made(), key=lambda one: one.period)
    assert [one.period for one in kept] == made
    assert len(made) == len(set(made)) == 27
    assert "2026-W53" in made
    assert all(one.to_at == after.from_at for one, after in pairwise(kept))


def test_a_crash_between_count_and_row_makes_one_report(ledger: Ledger) -> None:
    """Nothing is kept before it is whole; what was counted and lost is counted again."""
    clock, reports = ManualClock(datetime(2026, 3, 9, 8, tzinfo=UTC)), WeekReportLedger(ledger.engine)

    class Died(Exception):
        pass

    def dies(week: Week, making: Making) -> WeekFigures:
        counted(week, making)
        raise Died

    with pytest.raises(Died):
        maker(reports, clock, dies).once()
    assert reports.made() == []
    assert maker(reports, clock).once() == ["2026-W10"]
    assert maker(reports, clock).once() == []


def test_two_that_count_at_once_keep_the_first(ledger: Ledger) -> None:
    reports = WeekReportLedger(ledger.engine)
    clock = ManualClock(datetime(2026, 3, 9, 8, tzinfo=UTC))

    def slow(week: Week, making: Making) -> WeekFigures:
        maker(WeekReportLedger(ledger.engine), clock).once()
        return replace(counted(week, making), mentions=999)

    assert maker(reports, clock, slow).once() == []
    kept = reports.figures("2026-W10")
    assert kept is not None
    assert kept["mentions"] == 1


def test_a_report_that_somebody_changed_is_not_shown(ledger: Ledger) -> None:
    """Figures that management decided on stay what they were; a changed line says so instead of being believed."""
    from moderation.ledger.tables_report import week_report

    reports = WeekReportLedger(ledger.engine)
    maker(reports, ManualClock(datetime(2026, 3, 9, 8, tzinfo=UTC))).once()
    with writing(ledger.engine) as tx:
        tx.execute(update(week_report).values(figures={**(reports.figures("2026-W10") or {}), "mentions": 5}))
    with pytest.raises(ValueError, match="changed after it was made"):
        reports.figures("2026-W10")


# each mention is told of exactly once


def test_each_mention_is_in_exactly_one_report_whenever_it_comes_in(tmp_path: Path) -> None:
    """In the report of its week, or, when that was made already, among the late ones of the next that is made. Nobody is told of twice."""
    with week_home(tmp_path / "home", now=datetime(2026, 3, 16, 8, tzinfo=UTC)) as home:
        assert isinstance(home.clock, ManualClock)
        room = WeekRoom(home)
        _all_are_read(home)
        told: Counter[str] = Counter()
        for step in range(4):
            made = room.maker().once()
            assert len(made) == 1
            shown = room.shown(made[0])
            assert shown is not None
            figures = shown.figures
            told.update({figures.period: figures.mentions + figures.spam})
            told.update({f"late {week}": n for week, n in figures.late.items()})
            assert set(figures.late) <= {one.period for one in room.archive()} - {figures.period}
            _comes_in_late(home, 1_000 + 10 * step)
            home.clock.advance(timedelta(weeks=1))
        late = {name: n for name, n in told.items() if name.startswith("late")}
        assert late == {"late 2026-W11": 4, "late 2026-W12": 1, "late 2026-W13": 1}  # spam and what nobody listened to are not told
        there = MENTIONS + LATER - 1 - MENTIONS // 50  # one was taken back, every fiftieth could not be read
        assert sum(n for name, n in told.items() if name not in late) == there - _after_the_last(home)


def _all_are_read(home: Listening) -> None:
    """Let the one mention that waits be set aside, so that nothing holds a report up."""
    row = {"mention_id": MENTIONS, "revision": 0, "stage": "analyse", "error": "e", "at": home.clock.now()}
    with writing(home.ledger.engine) as tx:
        tx.execute(insert(tables.quarantine).values(row))


def _comes_in_late(home: Listening, number: int) -> None:
    """Let four mentions come in late: of week 11, of week 11 and spam, of before anybody listened, and of the week just reported."""
    long_ago = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC), datetime(2025, 3, 10, tzinfo=UTC)
    for at, posted in enumerate((*long_ago, home.clock.now() - timedelta(days=3))):
        mention_id = number + at
        base: dict[str, Any] = {"mention_id": mention_id, "platform": "feed", "realm": "r", "native_id": f"l{mention_id}", "source": "feed"}
        with writing(home.ledger.engine) as tx:
            tx.execute(
                insert(tables.mention).values(
                    **base, posted_at=posted, first_seen_at=home.clock.now(), latest_revision=0, analysed_revision=0, flags=[]
                )
            )
            tx.execute(
                insert(tables.analysis).values(
                    mention_id=mention_id, revision=0, language="nl", card_id=mention_id, text_hash="h1", analysed_at=home.clock.now()
                )
            )
            if at == 1:
                spam = {"mention_id": mention_id, "name": "spam", "value": "yes", "probability": 0.9, "model": "m"}
                tx.execute(insert(tables.label).values(spam))
            tx.execute(insert(tables.change).values(mention_id=mention_id))


def _after_the_last(home: Listening) -> int:
    """Return how many read mentions were posted after the last reported week, and are not told of yet, plus the one set aside."""
    last = max(WeekReportLedger(home.ledger.engine).made(), key=lambda one: one.period)
    rows = home.ledger.mentions.by_ids(list(range(1, MENTIONS + 1)))
    return sum(one.mention.posted_at >= last.to_at and one.mention_id % 50 != 0 for one in rows if one.mention_id != MENTIONS) + 1
