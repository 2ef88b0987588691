"""What our own people are told: each thing once to each, at an hour that suits them, whatever the process was doing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from listener.model.issue import Signal
from moderation.ledger.alarms import AlarmLedger
from moderation.messages.mail_form import Foot, mail_text
from moderation.model.delivery import DeliveryState, Loud, Outcome, Quiet, Way, What
from moderation.model.status import Promise, PromiseState
from moderation.workflows.delivery_ports import WeekMade
from moderation.workflows.find_deliveries import FindDeliveries
from tests.fakes.deliveries import CHART, NOON, PDF, Telling, issue, signal

LATER = Outcome(state=DeliveryState.WAITING, reason="later", note="451", wait_seconds=300)
NO = Outcome(state=DeliveryState.REFUSED, reason="no_such_mailbox", note="550")
LOST = Outcome(state=DeliveryState.UNKNOWN, reason="lost_after_text")
NIGHT = Quiet(begins=22 * 60, until=7 * 60)


class Killed(BaseException):
    """The process dies here: nothing after it happens, and what the ledger holds is what the next one finds."""


def promise(number: int = 1, *, due_at: datetime = NOON, state: PromiseState = PromiseState.OPEN) -> Promise:
    return Promise(promise_id=number, update_id=1, issue_id=7, made_at=NOON - timedelta(hours=3), due_at=due_at, state=state)


async def test_a_digest_is_told_once_however_often_anybody_looks(telling: Telling) -> None:
    """The timer rings every twenty seconds; the reader is told once a day."""
    telling.subscribe(What.DAILY)
    await telling.rounds(48, every_minutes=120)
    assert telling.states() == ["sent", "sent", "sent"]
    assert [one.occasion for one in telling.rows()] == ["2026-03-10", "2026-03-11", "2026-03-12"]
    assert len(telling.mail.taken) == 3
    assert len({one.message.key for one in telling.mail.taken}) == 3


async def test_what_was_there_before_somebody_asked_is_not_told(telling: Telling) -> None:
    """Somebody who signs up at noon does not want this morning's digest, nor the signals of last night."""
    number = telling.subscribe(What.DAILY, What.SIGNAL)
    telling.raised = [signal(1, NOON - timedelta(hours=2))]
    telling.subscriptions.pause(number, by="fenna", at=telling.clock.now())
    await telling.deliver().once()
    telling.subscriptions.resume(number, by="fenna", at=telling.clock.now())
    await telling.rounds(1)
    assert telling.rows() == []


async def test_two_services_on_one_ledger_tell_it_once(telling: Telling) -> None:
    """A claim is a compare-and-set: whoever comes second finds it taken, even when both looked before either took it."""
    telling.subscribe(What.DAILY)
    first, second = telling.deliver(), telling.deliver()
    bundles = first._ready(), second._ready()
    assert [len(one) for one in bundles] == [1, 1]
    async with telling.mail.opened() as carry:
        tried = [await service._send(some[0], carry) for service, some in zip((first, second), bundles, strict=True)]
    assert tried == [1, 0]
    assert len(telling.mail.parcels) == 1


@pytest.mark.parametrize("taken", [False, True], ids=["between the row and sending", "between sending and the note"])
async def test_a_process_that_dies_sends_nothing_twice(telling: Telling, taken: bool) -> None:
    """A kill before or after the server took it looks the same from here: it never leaves again, and a person is told."""
    telling.subscribe(What.DAILY)
    telling.mail.before = lambda parcel: telling.mail.taken.append(parcel) if taken else None
    telling.mail.answers = [Killed()]
    with pytest.raises(Killed):
        await telling.deliver().once()
    assert telling.states() == ["claimed"]
    await telling.rounds(3)
    assert telling.states() == ["unknown"]
    assert len(telling.mail.parcels) == 1
    assert [one.kind for one in AlarmLedger(telling.ledger.engine).unseen()] == ["delivery_unknown"]


async def test_a_process_that_dies_before_the_row_loses_nothing(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found but not written down is not found: the next process finds it again."""
    telling.subscribe(What.DAILY)
    with monkeypatch.context() as patched:
        patched.setattr(FindDeliveries, "once", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            await telling.deliver().once()
    await telling.deliver().once()
    assert telling.states() == ["sent"]


async def test_a_row_that_was_not_claimed_leaves_after_a_restart(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written down and not begun: nothing left, so the next process sends it."""
    telling.subscribe(What.DAILY)
    service = telling.deliver()
    monkeypatch.setattr(service, "_worded", lambda _: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        await service.once()
    assert telling.states() == ["waiting"]
    await telling.deliver().once()
    assert (telling.states(), len(telling.mail.taken)) == (["sent"], 1)


@pytest.mark.parametrize(
    ("answers", "ends", "tries"),
    [
        ([LATER, LATER], "sent", 3),  # "later" is a no for now: it leaves again
        ([NO], "refused", 1),  # a no is the end
        ([LOST], "unknown", 1),  # nobody can tell: never again by itself
        ([RuntimeError("a fault of ours")], "unknown", 1),  # how far it got, nobody can tell
    ],
)
async def test_an_answer_decides_whether_it_leaves_again(
    telling: Telling, answers: list[Outcome | BaseException], ends: str, tries: int
) -> None:
    telling.subscribe(What.DAILY)
    telling.mail.answers = list(answers)
    await telling.rounds(4)
    assert (telling.states(), len(telling.mail.parcels)) == ([ends], tries)
    assert len({one.message.key for one in telling.mail.parcels}) == 1


async def test_waits_grow_and_a_digest_of_yesterday_is_no_news(telling: Telling) -> None:
    """A server that says "later" for two days is not asked every minute, and nobody gets three digests at once when it comes back."""
    telling.subscribe(What.DAILY)
    telling.mail.answers = [LATER] * 500
    await telling.rounds(2, every_minutes=5)
    assert len(telling.mail.parcels) == 6, "waits of 5, 10, 20, 40 and 40 minutes"
    telling.clock.advance(timedelta(hours=36))
    await telling.deliver().once()
    assert ("skipped", "too_late") in [(one.state.value, one.reason) for one in telling.rows()]


async def test_a_person_decides_about_what_nobody_knows(telling: Telling) -> None:
    telling.subscribe(What.DAILY)
    telling.mail.answers = [LOST]
    await telling.rounds(1)
    [row] = telling.rows()
    assert [one.over_at for one in AlarmLedger(telling.ledger.engine).unseen()] == [None]
    assert telling.deliveries.settle(row.delivery_id, arrived=False, who="fenna", at=telling.clock.now())
    await telling.deliver().once()
    assert (telling.states(), len(telling.mail.taken)) == (["sent"], 1)
    assert [one.over_at for one in AlarmLedger(telling.ledger.engine).unseen()] == [telling.clock.now()], "its alarm is over with it"
    assert not telling.deliveries.settle(row.delivery_id, arrived=False, who="fenna", at=telling.clock.now())


async def test_one_message_that_cannot_be_made_keeps_no_other_from_leaving(telling: Telling) -> None:
    telling.subscribe(What.DAILY)
    telling.subscribe(What.SIGNAL)
    telling.raised = [signal(1, NOON - timedelta(minutes=5), issue_id=7)]
    telling.titles = {}
    await telling.deliver().once()
    assert telling.states(What.DAILY) == ["sent"]
    assert [(one.state.value, one.reason) for one in telling.rows(What.SIGNAL)] == [("waiting", "cannot_be_made")]


async def test_a_crisis_is_told_every_hour_and_only_while_it_is_one(telling: Telling) -> None:
    """Six hours after the last signal of twenty people it is over; before the first there was none, whatever the timer did."""
    telling.subscribe(What.CRISIS)
    await telling.rounds(3, every_minutes=60)
    assert telling.rows() == []
    began = telling.clock.now()
    telling.raised = [signal(1, began, seen=25)]
    await telling.rounds(9, every_minutes=30)
    hours = [one.occasion for one in telling.rows(What.CRISIS)]
    assert hours == [f"{began + timedelta(hours=n):%Y-%m-%dT%H}Z" for n in range(6)]
    assert set(telling.states()) == {"sent"}
    assert "Geen stroom in Zuid" in telling.titles_sent()[0]
    assert all((as_of - from_at) == timedelta(hours=1) for _, from_at, as_of in telling.counted)


@pytest.mark.parametrize(
    ("raised", "silenced"),
    [
        ((signal(1, NOON, seen=19),), frozenset[int]()),  # not enough people
        ((signal(1, NOON, seen=90, kind="copies"),), frozenset[int]()),  # accounts with one text are no crowd
        ((signal(1, NOON, seen=90),), frozenset({7})),  # people said that it is solved, or not to be told
    ],
)
async def test_what_is_no_crisis_has_no_hours(telling: Telling, raised: tuple[Signal, ...], silenced: frozenset[int]) -> None:
    telling.subscribe(What.CRISIS)
    telling.raised, telling.silenced = list(raised), silenced
    await telling.rounds(4)
    assert telling.rows() == []


async def test_an_hour_in_which_nobody_wrote_about_it_has_no_message(telling: Telling) -> None:
    telling.subscribe(What.CRISIS)
    telling.raised, telling.issues = [signal(1, NOON, seen=30)], (issue(8, "Iets anders"),)
    await telling.rounds(2)
    assert {(one.state.value, one.reason) for one in telling.rows()} == {("skipped", "calm_hour")}
    assert telling.mail.parcels == []


async def test_many_signals_are_told_in_one(telling: Telling) -> None:
    """Three an hour, one by one; what else comes waits, and then says how many there are."""
    telling.subscribe(What.SIGNAL)
    service = telling.deliver()
    for number in range(1, 4):
        telling.raised.append(signal(number, telling.clock.now()))
        telling.clock.advance(timedelta(minutes=1))
        await service.once()
    assert len(telling.mail.taken) == 3
    for number in range(4, 14):
        telling.raised.append(signal(number, telling.clock.now()))
        telling.clock.advance(timedelta(minutes=1))
        await service.once()
    assert len(telling.mail.taken) == 3
    await telling.rounds(1.5, service=service)
    assert len(telling.mail.taken) == 4
    last = telling.mail.taken[-1].message
    assert last.title == "10 signalen bij Zoemvolt"
    assert [one.text for one in last.parts[0].lines][-1] == "… en nog 5"
    assert telling.states() == ["sent"] * 13
    assert sum(one.carried_by is not None for one in telling.rows()) == 9


@pytest.mark.parametrize(
    ("loud", "told"),
    [(Loud.ALL, [1, 2, 3]), (Loud.IMPORTANT, [2, 3]), (Loud.CRISIS, [3])],
)
async def test_how_loud_it_is_decides_what_is_told(telling: Telling, loud: Loud, told: list[int]) -> None:
    telling.subscribe(What.SIGNAL, loud=loud)
    at = NOON - timedelta(minutes=5)
    telling.raised = [signal(1, at, kind="slow_growth", issue_id=8), signal(2, at, issue_id=8), signal(3, at, seen=40)]
    await telling.deliver().once()
    assert sorted(one.subject_id for one in telling.rows() if one.state is DeliveryState.SENT) == told
    assert {one.reason for one in telling.rows() if one.state is DeliveryState.SKIPPED} <= {"not_loud_enough"}


async def test_whoever_wants_only_what_matters_is_spared_a_digest_of_nothing(telling: Telling) -> None:
    telling.subscribe(What.DAILY, loud=Loud.IMPORTANT)
    telling.issues = ()
    quiet_day = telling._figures
    telling._figures = lambda *given: replace(quiet_day(*given), mentions=4, authors=3)  # type: ignore[method-assign]  # a day of chatter
    await telling.deliver().once()
    assert [(one.state.value, one.reason) for one in telling.rows()] == [("skipped", "not_loud_enough")]


async def test_quiet_hours_hold_everything_back_until_they_are_over(telling: Telling) -> None:
    """The signals of a night are one message in the morning."""
    telling.subscribe(What.SIGNAL, quiet=NIGHT)
    telling.clock.advance(timedelta(hours=10, minutes=30))  # 22:30 on the wall
    for number in (1, 2, 3):
        telling.raised.append(signal(number, telling.clock.now()))
        await telling.rounds(1)
    assert telling.mail.parcels == []
    await telling.rounds(7, every_minutes=60)
    assert telling.titles_sent() == ["3 signalen bij Zoemvolt"]
    assert (telling.rows()[0].done_at or NOON).astimezone(UTC).hour == 6


async def test_a_crisis_breaks_through_where_somebody_said_so(telling: Telling) -> None:
    telling.subscribe(What.CRISIS, quiet=NIGHT)
    telling.subscribe(What.CRISIS, quiet=NIGHT, breaks=True, address="piket@zoemvolt.example")
    telling.clock.advance(timedelta(hours=11))
    telling.raised = [signal(1, telling.clock.now(), seen=50)]
    await telling.rounds(4)
    assert {one.to for one in telling.mail.taken} == {"piket@zoemvolt.example"}
    await telling.rounds(6)
    mine = [one for one in telling.mail.taken if one.to != "piket@zoemvolt.example"]
    assert len(mine) == 1, "the hours of a night are one message in the morning"
    assert "opgegaan" in mine[0].message.closing[-1]


async def test_a_promise_is_told_before_it_is_due_and_when_it_went_by(telling: Telling) -> None:
    telling.subscribe(What.PROMISE)
    due = NOON + timedelta(hours=2)
    telling.promised = [promise(due_at=due)]
    await telling.rounds(1)
    assert telling.rows() == []
    await telling.rounds(0.9)
    telling.promised = [promise(due_at=due, state=PromiseState.BROKEN)]
    await telling.rounds(2)
    assert [one.occasion for one in telling.rows()] == ["promise:1:soon", "promise:1:late"]
    assert [one.message.parts[0].lines[0].text.partition(" ")[0] for one in telling.mail.taken] == ["Beloofd", "Beloofd"]


async def test_a_promise_kept_meanwhile_is_not_told(telling: Telling) -> None:
    telling.subscribe(What.PROMISE, quiet=Quiet(begins=0, until=14 * 60))
    telling.promised = [promise(due_at=NOON + timedelta(minutes=20))]
    await telling.deliver().once()
    telling.promised = [promise(due_at=NOON + timedelta(minutes=20), state=PromiseState.KEPT)]
    await telling.rounds(4)
    assert [(one.state.value, one.reason) for one in telling.rows()] == [("skipped", "nothing_to_tell")]


async def test_a_week_is_told_when_its_report_is_there_and_not_before(telling: Telling) -> None:
    telling.subscribe(What.WEEKLY)
    await telling.rounds(5)
    assert telling.rows() == []
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    week = WeekMade(name="2026-W10", from_at=monday - timedelta(days=7), as_of=monday, made_at=telling.clock.now())
    telling.made = [week]
    await telling.rounds(5)
    assert [one.occasion for one in telling.rows()] == ["2026-W10"]
    [message] = [one.message for one in telling.mail.taken]
    assert (message.title, message.attached, message.pictures) == ("Weekrapport 2026-W10", (PDF,), (CHART,))
    said = mail_text(message, Foot(why="", stop=""))
    assert "Geen stroom kostte het meest" in said
    assert "Dit staat pas op bladzijde twee." not in said


async def test_people_are_told_as_far_as_they_may_see(telling: Telling) -> None:
    """Somebody of one brand reads nothing of another: not in a digest, not in a signal, not that there is a crisis (RULES S3)."""
    fenna = telling.employ(brands=frozenset({"Lekstroom"}))
    telling.subscribe(What.DAILY, What.SIGNAL, What.CRISIS, person_id=fenna.person_id, address="")
    at = NOON - timedelta(minutes=5)
    telling.raised = [signal(1, at, seen=40), signal(2, at, issue_id=8), signal(3, at, kind="silence", issue_id=None, about="reddit")]
    await telling.rounds(2)
    assert {one.occasion for one in telling.rows(What.SIGNAL)} == {"signal:2"}
    assert telling.rows(What.CRISIS) == []
    assert {one[0] for one in telling.counted} == {frozenset({"Lekstroom"})}
    assert [(one.state.value, one.reason) for one in telling.rows(What.DAILY)] == [("skipped", "nothing_to_tell")]
    assert {one.to for one in telling.mail.taken} == {"fenna@zoemvolt.example"}


@pytest.mark.parametrize("gone", ["colleague", "paused", "removed"])
async def test_nobody_is_told_who_does_not_want_it_any_more(telling: Telling, gone: str) -> None:
    fenna = telling.employ()
    number = telling.subscribe(What.DAILY, person_id=fenna.person_id, address="")
    telling.mail.answers = [LATER]
    await telling.deliver().once()
    if gone == "colleague":
        telling.away.add(fenna.person_id)
    elif gone == "paused":
        telling.subscriptions.pause(number, by="link", at=telling.clock.now())
    else:
        telling.subscriptions.remove(number, by="fenna", at=telling.clock.now())
    await telling.rounds(3)
    assert [(one.state.value, one.reason) for one in telling.rows()] == [("skipped", "not_wanted")]
    assert len(telling.mail.parcels) == 1


async def test_a_round_opens_each_way_once(telling: Telling) -> None:
    """One connection for everybody of a round; none when nobody is told anything."""
    for number in range(5):
        telling.subscribe(What.DAILY, address=f"een{number}@zoemvolt.example")
    telling.subscribe(What.DAILY, way=Way.CHANNEL, address="team")
    service = telling.deliver()
    await service.once()
    await service.once()
    assert (telling.mail.rounds, telling.channel.rounds, len(telling.mail.taken)) == (1, 1, 5)
    assert len(telling.counted) <= 7, "figures are counted once to find out, and once for each message"


async def test_a_service_that_stops_begins_no_further_message(telling: Telling) -> None:
    telling.subscribe(What.DAILY)
    telling.subscribe(What.DAILY, address="een@zoemvolt.example")
    service = telling.deliver()
    telling.mail.before = lambda _: service.wind_down()
    await service.once()
    assert sorted(telling.states()) == ["sent", "waiting"]
