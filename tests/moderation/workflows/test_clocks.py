"""Customers who are about to wait too long are told of before they do, each once; and nobody's own time is measured anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select

import moderation.ledger.tables_clocks
import moderation.ledger.tables_queue  # noqa: F401 - its tables are looked at below
from listener.ledger.metadata import metadata
from moderation.desk import desk_over
from moderation.ledger.clocks import ClockLedger
from moderation.ledger.our_words import OurWords
from moderation.ledger.status import StatusLedger
from moderation.ledger.tables_queue import case_fact
from moderation.ledger.waits import WaitLedger
from moderation.model.case import Lane
from moderation.model.clock import ClockKind, ClockState
from moderation.model.status import IssueStatus, NewUpdate
from moderation.settings import KlankbordSettings
from moderation.settings_clocks import ClockSettings, stretches_of
from moderation.workflows.read_clocks import Clocks, public_holidays
from moderation.workflows.tell_clocks import TellClocks
from tests.fakes.desk import Desk, mention
from tests.moderation.status.said import issue_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ROUND_THE_CLOCK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "0:00-24:00")


def clocks_on(desk: Desk, **settings: Any) -> Clocks:
    chosen = ClockSettings.model_validate({"holidays": "", "hours": ROUND_THE_CLOCK, "platforms": [], **settings})
    return Clocks(StatusLedger(desk.ledger.engine), chosen, desk.clock, zone=AMSTERDAM)


def teller(desk: Desk) -> TellClocks:
    engine = desk.ledger.engine
    return TellClocks(ClockLedger(engine), WaitLedger(engine), clocks_on(desk), desk.clock)


def queue_line(desk: Desk, case_id: int, *, kind: str = "first_reply", started: datetime, due: datetime, lane: Lane = Lane.WAITING) -> None:
    """Keep the line of a case as the queue does, with this clock."""
    texts: dict[str, Any] = {column.name: "" for column in case_fact.columns if str(column.type) == "TEXT"}
    numbers = {"version": 1, "messages": 1, "unanswered": 1, "points": 0, "directed": True, "stale": False}
    line = {**texts, **numbers, "case_id": case_id, "lane": lane.value, "platform": "feed", "due_kind": kind}
    moments = {
        "waiting_since": started,
        "rank_at": started,
        "changed_at": started,
        "due_orange_at": started + 0.8 * (due - started),
        "due_at": due,
    }
    line = {name: value for name, value in {**line, **moments}.items() if name in case_fact.columns}
    with desk.ledger.engine.begin() as tx:
        tx.execute(case_fact.delete().where(case_fact.c.case_id == case_id))
        tx.execute(insert(case_fact).values(**line))


def case_of(desk: Desk, native_id: str = "1") -> int:
    desk.hear(mention(native_id))
    return desk.cases.rows()[-1].case_id


def test_a_clock_is_told_when_it_turns_orange_and_again_when_it_is_over_and_never_twice(desk: Desk) -> None:
    """Also not by a new process: what was told stands in the ledger."""
    case_id, begun = case_of(desk), desk.clock.now()
    queue_line(desk, case_id, started=begun, due=begun + timedelta(minutes=100))
    seen = []
    for _ in range(13):
        seen.append([(one.case_id, one.kind, one.state) for one in teller(desk).once()])
        desk.clock.advance(timedelta(minutes=10))
    orange, red = (case_id, ClockKind.FIRST_REPLY, ClockState.ORANGE), (case_id, ClockKind.FIRST_REPLY, ClockState.RED)
    assert seen == [[]] * 8 + [[orange], [], [], [red], []]
    assert [one.state for one in teller(desk).told(begun)] == [ClockState.ORANGE, ClockState.RED]


def test_a_case_that_waits_anew_is_told_of_anew(desk: Desk) -> None:
    case_id, begun = case_of(desk), desk.clock.now()
    for round_number in range(2):
        started = begun + timedelta(hours=5 * round_number)
        queue_line(desk, case_id, started=started, due=started + timedelta(hours=1))
        desk.clock.move_to(started + timedelta(minutes=50))
        assert [one.state for one in teller(desk).once()] == [ClockState.ORANGE]


@pytest.mark.parametrize("lane", [Lane.CLOSED, Lane.SPAM, Lane.GONE])
def test_nobody_waits_in_a_case_that_is_ended_or_spam(desk: Desk, lane: Lane) -> None:
    case_id, begun = case_of(desk), desk.clock.now()
    queue_line(desk, case_id, started=begun - timedelta(hours=3), due=begun - timedelta(hours=1), lane=lane)
    assert teller(desk).once() == ()
    assert teller(desk).now().red == 0


def test_putting_a_case_away_does_not_stop_its_customers_clock(desk: Desk) -> None:
    case_id, begun = case_of(desk), desk.clock.now()
    queue_line(desk, case_id, started=begun - timedelta(hours=3), due=begun - timedelta(hours=1), lane=Lane.SNOOZED)
    assert teller(desk).now().red == 1


def test_the_share_kept_comes_from_what_customers_wrote_and_when_we_answered(desk: Desk) -> None:
    case_of(desk)
    begun = desk.clock.now()
    desk.clock.advance(timedelta(hours=30))
    (first,) = teller(desk).kept(begun - timedelta(days=1), desk.clock.now())
    assert (first.platform, first.kind, first.kept, first.share.n) == ("feed", ClockKind.FIRST_REPLY, 0, 1)
    assert first.share.value is None  # one wait makes no share


def test_a_public_promise_is_a_clock_of_every_case_about_its_issue_until_we_speak(desk: Desk) -> None:
    case_id = case_of(desk)
    row = desk.cases.rows()[0]
    row = replace(row, issue_id=issue_of(desk, list(row.mention_ids)))
    statuses, due = StatusLedger(desk.ledger.engine), desk.clock.now() + timedelta(minutes=30)

    def publish(next_update_at: datetime | None) -> None:
        new = NewUpdate(
            issue_id=row.issue_id or 0,
            status=IssueStatus.SEEN,
            subjects={"nl": "x", "en": "x"},
            texts={"nl": "x", "en": "x"},
            templates={"nl": "x", "en": "x"},
            made_by="sanne",
            made_at=desk.clock.now(),
            next_update_at=next_update_at,
        )
        statuses.publish(statuses.add(new).update_id, who="sanne", at=desk.clock.now())

    publish(due)
    first = clocks_on(desk).of(row)[0]
    assert (first.kind, first.due_at) == (ClockKind.PROMISE, due)
    assert clocks_on(desk).soonest([row])[case_id].due_at == due
    desk.clock.advance(timedelta(minutes=45))
    statuses.break_promises(at=desk.clock.now())
    assert clocks_on(desk).of(row)[0].state is ClockState.RED
    publish(None)
    assert ClockKind.PROMISE not in {clock.kind for clock in clocks_on(desk).of(row)}


def test_holidays_are_dutch_unless_the_settings_say_otherwise(desk: Desk) -> None:
    """King's Day 2026 is a Monday; on 5 May offices are open in most years, and Belgium rests on 21 July."""
    desk.clock.move_to(datetime(2026, 4, 1, tzinfo=AMSTERDAM).astimezone(desk.clock.now().tzinfo))
    dutch = clocks_on(desk, holidays="NL").hours().closed
    assert {date(2026, 4, 27), date(2026, 12, 25), date(2027, 1, 1)} <= dutch
    assert date(2026, 5, 5) not in dutch
    chosen = clocks_on(desk, holidays="NL", closed_days=["2026-05-05"], open_days=["2026-04-03"]).hours().closed
    assert date(2026, 5, 5) in chosen
    assert date(2026, 4, 3) not in chosen
    assert date(2026, 7, 21) in clocks_on(desk, holidays="BE").hours().closed
    assert clocks_on(desk, holidays="").hours().closed == frozenset()
    assert public_holidays("DE-BY", range(2026, 2027)).keys() - public_holidays("DE", range(2026, 2027)).keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("8:00-20:00", ((480, 1200),)),
        ("0:00-24:00", ((0, 1440),)),
        (" 9:00 - 12:30 , 13:00-17:00 ", ((540, 750), (780, 1020))),
    ],
)
def test_opening_hours_are_read_as_people_write_them(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert stretches_of(text) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": {"monday": "20:00-8:00"}},
        {"hours": {"monday": "8:00-24:30"}},
        {"hours": {"monday": "8:60-9:00"}},
        {"hours": {"monday": "9:00-12:00, 11:00-13:00"}},
        {"hours": {"monday": "dicht"}},
        {"holidays": "XX"},
        {"holidays": "DE-QQ"},
        {"closed_days": ["5 mei"]},
        {"first_reply_minutes": -1},
    ],
)
def test_a_mistake_in_the_hours_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ClockSettings.model_validate(wrong)


def test_no_target_is_no_clock() -> None:
    targets = ClockSettings.model_validate({"first_reply_minutes": 0, "platforms": []}).targets
    assert targets.of("mail").first_reply_seconds is None
    assert targets.of("mail").next_reply_seconds == 7200


def test_no_table_holds_a_time_beside_the_person_who_took_it() -> None:
    """Nobody is ranked by handling time: clocks and waits know cases only, and no column anywhere names a duration of somebody's work."""
    told = metadata.tables["clock_told"]
    assert set(told.columns.keys()) == {"case_id", "kind", "due_at", "state", "at"}
    timed = ("handling", "handle_time", "duration", "seconds_spent", "time_spent", "minutes_spent", "worked")
    columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns]
    assert [name for name in columns if any(word in name for word in timed)] == []


async def test_what_a_reply_promised_runs_as_a_clock_until_we_speak_again(desk: Desk) -> None:
    """On the case, on its line in the queue, and told of before it is broken; a reply that promises nothing adds none."""
    case_id, said = case_of(desk), "Dag, je hoort morgen voor 12 uur van ons."
    settings = KlankbordSettings.model_validate({"timezone": "Europe/Amsterdam", "clocks": {"holidays": "", "platforms": []}})
    opened = desk_over(desk.home, settings, desk.ledger, desk.clock, desk.precheck.accounts)

    async def answer(text: str) -> None:
        row = desk.cases.get(case_id)
        assert row is not None
        opened.queueing.acts.claim(case_id, "anna", row.version)
        desk.outbox.approve(desk.inbox.draft_reply(case_id, "anna", text).draft_id, "anna")
        await desk.settle()
        opened.queueing.follow.once()

    def clocks() -> tuple[list[datetime], list[datetime]]:
        row = opened.cases.get(case_id)
        assert row is not None
        with desk.ledger.engine.connect() as tx:
            line = tx.execute(select(case_fact.c.due_kind, case_fact.c.due_at).where(case_fact.c.case_id == case_id)).one()
        found = [one.due_at for one in opened.clocks.of(row) if one.kind is ClockKind.PROMISE]
        return found, [line.due_at] if line.due_kind == "promise" else []

    await answer("Dag, we kijken met je mee.")
    assert clocks() == ([], [])
    await answer(said)
    due = datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert clocks() == ([due], [due])
    desk.clock.move_to(due - timedelta(hours=1))
    assert [(one.case_id, one.kind, one.state) for one in opened.tell_clocks.once()] == [(case_id, ClockKind.PROMISE, ClockState.ORANGE)]
    desk.clock.move_to(due + timedelta(hours=1))
    assert [one.state for one in opened.tell_clocks.once()] == [ClockState.RED]
    await answer("De storing is voorbij. Excuses dat dit later is dan gezegd.")
    assert clocks() == ([], [])
    await answer("We zoeken nog na waarom. Je hoort morgen voor 12 uur meer.")
    assert len(clocks()[0]) == 1
    desk.clock.advance(timedelta(days=33))
    assert clocks()[0] == [], "nobody waits for that word any more"


async def test_a_promise_that_was_taken_back_is_waited_for_no_more(desk: Desk) -> None:
    case_id = case_of(desk)
    words = OurWords(desk.ledger.engine)
    row = desk.cases.get(case_id)
    assert row is not None
    desk.queueing.acts.claim(case_id, "anna", row.version)
    entry = desk.outbox.approve(desk.inbox.draft_reply(case_id, "anna", "Je hoort morgen voor 12 uur van ons.").draft_id, "anna")
    await desk.settle()
    desk.queueing.follow.once()
    assert list(words.latest_in([case_id, 99])) == [case_id]
    back = desk.replies.take_back
    back.of_case(case_id, entry.entry_id, "anna", shown=back.look(entry.entry_id).shown)
    await desk.settle()
    assert words.latest_in([case_id]) == {}
    with desk.ledger.engine.connect() as tx:
        assert tx.execute(select(case_fact.c.stale).where(case_fact.c.case_id == case_id)).scalar_one() is True
