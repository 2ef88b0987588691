"""What is done to a case: one line an act, nothing lost, and all of it can be taken back while nothing changed since."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from listener.errors import ActionError, AlreadyClaimed, NotAllowed
from listener.ledger.transactions import reading
from listener.model.mention import Author
from moderation.ledger.case_acts import CaseActLedger
from moderation.ledger.people import Act, PeopleLedger
from moderation.ledger.tables import support_case
from moderation.model.case import CaseState, Ending
from moderation.model.case_act import ActVerb, CaseAct, NewAct
from moderation.model.person import Person, Role
from moderation.queueing import colleagues_in
from moderation.workflows.case_acts import MOST_AT_ONCE, CaseActs, Colleagues
from moderation.workflows.queue_cases import WHOLE
from tests.fakes.desk import MORNING, Desk, mention
from tests.moderation.ledger.test_cases import analyse

ANNA = Author(platform="feed", realm="forum.example", native_id="anna", name="Anna")
Do = Callable[[CaseActs, int, int], CaseAct]


def closing(ending: Ending) -> Do:
    """Return the act of closing a case in this way."""
    return lambda acts, case_id, version: acts.close(case_id, "bea", version, ending=ending)


ACTS: dict[str, Do] = {
    "claim": lambda acts, case_id, version: acts.claim(case_id, "bea", version),
    "assign": lambda acts, case_id, version: acts.assign(case_id, "bea", version, whom="cor"),
    "to a team": lambda acts, case_id, version: acts.assign(case_id, "bea", version, team="webcare"),
    "snooze": lambda acts, case_id, version: acts.snooze(case_id, "bea", version, until=MORNING + timedelta(days=20)),
    "spam": lambda acts, case_id, version: acts.spam(case_id, "bea", version),
    "not ours": lambda acts, case_id, version: acts.not_ours(case_id, "bea", version),
    **{
        f"close {ending}": closing(ending)
        for ending in (Ending.ANSWERED, Ending.ANSWERED_BY_COMMUNITY, Ending.NO_ANSWER_NEEDED, Ending.RESOLVED_BY_FIX)
    },
}


def row_of(desk: Desk, case_id: int) -> dict[str, object]:
    """Return a case's row, all columns."""
    with reading(desk.ledger.engine) as tx:
        return dict(tx.execute(select(support_case).where(support_case.c.case_id == case_id)).mappings().one())


def a_case(desk: Desk, native_id: str = "1") -> int:
    """Let somebody speak to us, and return their case."""
    (mention_id,) = desk.hear(mention(native_id, author=ANNA if native_id == "1" else None))
    analyse(desk, [mention_id])
    return next(row.case_id for row in desk.cases.rows() if mention_id in row.mention_ids)


def test_undo_restores_the_case_to_the_byte(desk: Desk) -> None:
    """But for the version, which only grows: whoever read the state in between must not act on it by accident."""
    acts = desk.queueing.acts
    for number, (name, do) in enumerate(ACTS.items()):
        case_id = a_case(desk, f"n{number}")
        before, labels = row_of(desk, case_id), desk.ledger.labels.standing()
        act = do(acts, case_id, 0)
        changed = row_of(desk, case_id)
        assert {column for column in before if changed[column] != before[column]} > {"version"}, name
        desk.clock.advance(timedelta(seconds=5))
        acts.undo(act.act_id, "bea")
        assert row_of(desk, case_id) == {**before, "version": 2}, name
        assert desk.ledger.labels.standing() == labels, name
        lines = [line.verb for line in desk.audit.lines(subject=f"case:{case_id}")]
        assert lines == ["open", act.verb.value, f"undo {act.verb.value}"], name
    assert desk.audit.find_break() is None


def test_an_act_is_taken_back_once_and_only_while_nothing_changed_since(desk: Desk) -> None:
    case_id, acts = a_case(desk), desk.queueing.acts
    first = acts.claim(case_id, "bea", 0)
    second = acts.snooze(case_id, "bea", 1, until=MORNING + timedelta(days=1))
    assert not acts.can_be_undone(first.act_id)
    with pytest.raises(NotAllowed, match="changed since"):
        acts.undo(first.act_id, "bea")
    assert acts.can_be_undone(second.act_id)
    acts.undo(second.act_id, "cor")
    with pytest.raises(NotAllowed, match="taken back before, by cor"):
        acts.undo(second.act_id, "bea")
    assert row_of(desk, case_id)["holder"] == "bea"
    assert [(act.verb, act.undone_by) for act in acts.acts(case_id)] == [(ActVerb.CLAIM, ""), (ActVerb.SNOOZE, "cor")]


def test_a_claim_pressed_by_fifty_agents_has_one_holder_and_forty_nine_are_told_who(desk: Desk) -> None:
    """Each on a connection of its own, on the real ledger (B2)."""
    case_id, acts = a_case(desk), desk.queueing.acts

    def press(number: int) -> str:
        try:
            acts.claim(case_id, f"agent {number}", 0)
        except AlreadyClaimed as error:
            return str(error)
        return "mine"

    with ThreadPoolExecutor(50) as pool:
        said = list(pool.map(press, range(50)))
    holder = row_of(desk, case_id)["holder"]
    assert said.count("mine") == 1
    assert said[int(str(holder).split()[-1])] == "mine"
    assert said.count(f"Case {case_id} is held by {holder}.") == 49
    assert row_of(desk, case_id)["version"] == 1
    assert len(acts.acts(case_id)) == 1


def test_fifty_agents_who_press_next_get_fifty_different_cases(desk: Desk) -> None:
    desk.hear(*(mention(str(number)) for number in range(50)))
    desk.queueing.queue.follow()

    def press(number: int) -> int:
        act = desk.queueing.queue.take_next(WHOLE, Person(name=f"agent {number}", role=Role.AGENT))
        assert act is not None
        return act.case_id

    with ThreadPoolExecutor(25) as pool:
        taken = list(pool.map(press, range(50)))
    assert len(set(taken)) == 50
    assert desk.queueing.queue.take_next(WHOLE, Person(name="late", role=Role.AGENT)) is None


def test_a_new_message_wakes_a_snoozed_case_and_reopens_a_closed_one(desk: Desk) -> None:
    case_id, acts = a_case(desk), desk.queueing.acts
    acts.snooze(case_id, "bea", 0, until=MORNING + timedelta(days=3))
    desk.hear(mention("2", author=ANNA, root_id="1", posted_at=MORNING + timedelta(hours=1)))
    row = row_of(desk, case_id)
    assert (row["state"], row["snoozed_until"]) == ("open", None)
    acts.close(case_id, "bea", int(str(row["version"])), ending=Ending.NO_ANSWER_NEEDED)
    desk.hear(mention("3", author=ANNA, root_id="1", posted_at=MORNING + timedelta(hours=2)))
    row = row_of(desk, case_id)
    assert (row["state"], row["ending"], row["holder"]) == ("claimed", "", "bea")


def test_a_snooze_is_over_at_its_moment_and_that_is_in_the_record(desk: Desk) -> None:
    case_id, acts = a_case(desk), desk.queueing.acts
    acts.snooze(case_id, "bea", 0, until=desk.clock.now() + timedelta(hours=1))
    desk.queueing.follow.once()
    assert desk.inbox.next("bea") is None
    desk.clock.advance(timedelta(minutes=61))
    woken = desk.queueing.follow.once()
    assert woken.woken == 1
    assert desk.inbox.next("bea") is not None
    assert [act.made_by for act in acts.acts(case_id)] == ["bea", "schedule"]


def test_a_case_snoozed_until_its_issue_changes_wakes_when_it_does(desk: Desk) -> None:
    (mention_id,) = desk.hear(mention("1"))
    analyse(desk, [mention_id], issue=True)
    (row,) = desk.cases.rows()
    assert row.issue_id is not None
    acts = desk.queueing.acts
    acts.snooze(row.case_id, "bea", row.version, issue_changes=True)
    assert desk.queueing.follow.once().woken == 0
    assert desk.queueing.follow.once().woken == 0, "nothing about the issue changed"
    desk.ledger.issues.mute(row.issue_id, muted=True, by="bea", at=desk.clock.now())
    assert desk.queueing.follow.once().woken == 1
    assert desk.inbox.next("bea") is not None


def test_a_case_about_no_issue_cannot_wait_for_one(desk: Desk) -> None:
    case_id = a_case(desk)
    with pytest.raises(NotAllowed, match="about no issue"):
        desk.queueing.acts.snooze(case_id, "bea", 0, issue_changes=True)


def test_spam_is_also_a_correction_that_learning_reads(desk: Desk) -> None:
    case_id = a_case(desk)
    desk.queueing.acts.spam(case_id, "bea", 0)
    (told,) = desk.ledger.labels.standing()
    assert (told.name, told.value, told.by) == ("spam", "yes", "bea")
    assert row_of(desk, case_id)["ending"] == "spam"


def test_spam_taken_back_lets_an_earlier_answer_of_a_person_stand_again(desk: Desk) -> None:
    case_id = a_case(desk)
    (row,) = desk.cases.rows()
    desk.ledger.labels.correct(row.mention_ids[0], "spam", "no", by="cor", at=desk.clock.now())
    act = desk.queueing.acts.spam(case_id, "bea", 0)
    desk.queueing.acts.undo(act.act_id, "bea")
    (told,) = desk.ledger.labels.standing()
    assert told.value == "no"


REFUSED: dict[str, tuple[Do, str]] = {
    "a snooze into the past": (lambda acts, case_id, version: acts.snooze(case_id, "bea", version, until=MORNING), "still to come"),
    "a snooze for ever": (
        lambda acts, case_id, version: acts.snooze(case_id, "bea", version, until=MORNING + timedelta(days=900)),
        "within a year",
    ),
    "a snooze without an end": (lambda acts, case_id, version: acts.snooze(case_id, "bea", version), "until a moment"),
    "to nobody": (lambda acts, case_id, version: acts.assign(case_id, "bea", version), "to a person or to a team"),
    "awake already": (lambda acts, case_id, version: acts.wake(case_id, "bea", version), "not snoozed"),
    "open already": (lambda acts, case_id, version: acts.reopen(case_id, "bea", version), "not closed"),
    "nobody's to give back": (lambda acts, case_id, version: acts.release(case_id, "bea", version), "not yours"),
    "no such case": (lambda acts, case_id, version: acts.claim(999, "bea", version), "no case 999"),
    "an old version": (lambda acts, case_id, version: acts.claim(case_id, "bea", version + 1), "changed since"),
}


def test_an_act_that_makes_no_sense_is_refused_and_leaves_no_trace(desk: Desk) -> None:
    case_id = a_case(desk)
    before, lines = row_of(desk, case_id), len(desk.audit.lines())
    for name, (do, says) in REFUSED.items():
        with pytest.raises(ActionError, match=says):
            do(desk.queueing.acts, case_id, 0)
        assert row_of(desk, case_id) == before, name
    assert len(desk.audit.lines()) == lines


def test_what_a_colleague_holds_is_left_to_them_but_may_be_handed_over(desk: Desk) -> None:
    case_id, acts = a_case(desk), desk.queueing.acts
    acts.claim(case_id, "cor", 0)
    for do in (ACTS["claim"], ACTS["snooze"], ACTS["spam"], ACTS["not ours"]):
        with pytest.raises(AlreadyClaimed, match="held by cor"):
            do(acts, case_id, 1)
    acts.assign(case_id, "bea", 1, whom="dirk")
    assert row_of(desk, case_id)["holder"] == "dirk"


def test_a_name_that_nobody_has_is_refused_with_who_there_is(desk: Desk) -> None:
    known = Colleagues(names=frozenset({"bea", "cor"}), teams=frozenset({"webcare"}))
    acts = CaseActs(CaseActLedger(desk.ledger.engine), desk.clock, colleagues=lambda: known)
    case_id = a_case(desk)
    with pytest.raises(NotAllowed, match="known are: bea, cor"):
        acts.assign(case_id, "bea", 0, whom="zzz")
    with pytest.raises(NotAllowed, match="known are: webcare"):
        acts.assign(case_id, "bea", 0, team="zzz")
    assert acts.assign(case_id, "bea", 0, whom="cor").whom == "cor"


def test_nobody_is_given_a_case_of_a_brand_that_they_do_not_see(desk: Desk) -> None:
    """It would be on nobody's list: the colleague cannot open it, and others see that it is held."""
    people = PeopleLedger(desk.ledger.engine)
    for name, brands in (("cor", frozenset({"Anders"})), ("dirk", frozenset({"Stroomwerk"})), ("elin", None)):
        people.add(name, Role.AGENT, Act(by="bea", at=desk.clock.now()), brands=brands)
    acts = CaseActs(CaseActLedger(desk.ledger.engine), desk.clock, colleagues=colleagues_in(people))
    case_id = a_case(desk)
    with pytest.raises(NotAllowed, match="cor does not see Stroomwerk"):
        acts.assign(case_id, "bea", 0, whom="cor")
    bulk = acts.bulk(NewAct(verb=ActVerb.ASSIGN, whom="cor"), [(case_id, 0)], "bea")
    assert [one.case_id for one in bulk.refused] == [case_id]
    assert acts.assign(case_id, "bea", 0, whom="dirk").whom == "dirk"
    assert acts.assign(case_id, "bea", 1, whom="elin").whom == "elin"


def test_a_bulk_is_one_act_that_is_taken_back_whole(desk: Desk) -> None:
    """One of four is a colleague's and stays; the three are done, counted, and restored together."""
    desk.hear(*(mention(str(number)) for number in range(4)))
    rows, acts = desk.cases.rows(), desk.queueing.acts
    acts.claim(rows[3].case_id, "cor", 0)
    before = [row_of(desk, row.case_id) for row in rows]
    done = acts.bulk(NewAct(verb=ActVerb.NOT_OURS), [(row.case_id, row.version) for row in rows[:3]] + [(rows[3].case_id, 1)], "bea")
    assert [act.case_id for act in done.done] == [row.case_id for row in rows[:3]]
    assert [(one.case_id, one.why) for one in done.refused] == [(rows[3].case_id, f"Case {rows[3].case_id} is held by cor.")]
    assert {act.bulk_id for row in rows[:3] for act in acts.acts(row.case_id)} == {done.act_id}
    assert {row.state for row in desk.cases.rows(tuple(CaseState))} == {CaseState.CLOSED, CaseState.CLAIMED}
    assert done.act_id is not None
    undone = acts.undo(done.act_id, "bea")
    assert len(undone.case_ids) == 3
    assert [row_of(desk, row.case_id) for row in rows] == [{**one, "version": 2} for one in before[:3]] + [before[3]]


def test_a_bulk_touches_no_case_of_a_brand_that_the_person_does_not_see(desk: Desk) -> None:
    case_id, acts = a_case(desk), desk.queueing.acts
    done = acts.bulk(NewAct(verb=ActVerb.NOT_OURS), [(case_id, 0)], "bea", brands=frozenset({"Anders"}))
    assert done.done == ()
    assert done.refused[0].why == f"There is no case {case_id}.", "and does not say that it is there"
    act = acts.claim(case_id, "bea", 0)
    with pytest.raises(NotAllowed, match="no case"):
        acts.undo(act.act_id, "eve", brands=frozenset({"Anders"}))


def test_a_bulk_has_an_end(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="too many"):
        desk.queueing.acts.bulk(NewAct(verb=ActVerb.CLAIM), [(n, 0) for n in range(MOST_AT_ONCE + 1)], "bea")
