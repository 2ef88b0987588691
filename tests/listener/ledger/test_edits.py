"""Every act of a person is one line, can be taken back, and never overrules what somebody else did since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine

from listener.errors import InputError
from listener.ledger import migrate
from listener.ledger.dialect import ledger_engine, without_foreign_keys
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import Issue, Membership
from tests.listener.ledger.making import MODEL, NOON, add, analyse, later, mention, step

HUGE = 10**30


@pytest.fixture
def two_issues(ledger: Ledger) -> Ledger:
    """A ledger with issue 1 (mentions 1 to 4) and issue 2 (mentions 5 and 6)."""
    add(ledger, *(mention(str(number), f"tekst {number}") for number in range(1, 7)))
    stored = ledger.mentions.unanalysed(10)
    ledger.analyses.save(step(stored[:4]))
    ledger.analyses.save(step(stored[4:], at=later(1)))
    return ledger


def issue(ledger: Ledger, issue_id: int) -> Issue:
    found = ledger.issues.get(issue_id)
    assert found is not None
    return found


def said_by_model(ledger: Ledger, mention_id: int, issue_id: int | None) -> None:
    line = Membership(mention_id=mention_id, issue_id=issue_id, by="model", reason="near", at=later(9))
    ledger.analyses.save(AnalysisStep(at=later(9), memberships=(line,)))


@pytest.mark.parametrize(
    "edit",
    [
        lambda issues: issues.rename(1, "Vogelbuurt", by="anna", at=later(2)),
        lambda issues: issues.mute(1, muted=True, by="anna", at=later(2)),
        lambda issues: issues.pin(1, pinned=True, by="anna", at=later(2)),
        lambda issues: issues.resolve(1, resolved=True, by="anna", at=later(2)),
        lambda issues: issues.merge(1, 2, by="anna", at=later(2)),
        lambda issues: issues.split(1, [2, 3], title="Apart", title_by="anna", by="anna", at=later(2)),
        lambda issues: issues.move(1, 2, by="anna", at=later(2)),
        lambda issues: issues.move(1, None, by="anna", at=later(2)),
    ],
    ids=["rename", "mute", "pin", "resolve", "merge", "split", "move", "move out"],
)
def test_whatever_was_done_can_be_taken_back_whole(two_issues: Ledger, edit: Callable[..., object]) -> None:
    """Afterwards every issue, every place and every lock is what it was, and both acts can be read."""
    issues = two_issues.issues
    before = (issues.all(), issues.placed(), issues.locked())
    edit(issues)
    assert (issues.all(), issues.placed(), issues.locked()) != before
    seq = two_issues.analyses.last_seq()
    taken_back = issues.undo(1, by="ben", at=later(3))
    assert (issues.all(), issues.placed(), issues.locked()) == before
    assert (taken_back.by, taken_back.undone) == ("anna", True)
    done, undone = issues.acts(1)
    assert (done.undone, undone.verb, undone.by) == (True, "undo", "ben")
    if done.verb in ("merge", "split", "move"):
        assert two_issues.analyses.changes_since(seq, 10, MODEL)[0], "counts follow"
    with pytest.raises(InputError, match="nobody did anything to issue 1 that stands"):
        issues.undo(1, by="ben", at=later(4))


def test_undoing_twice_goes_further_back(two_issues: Ledger) -> None:
    issues = two_issues.issues
    issues.rename(1, "Eerste", by="anna", at=later(2))
    issues.rename(1, "Tweede", by="ben", at=later(3))
    issues.pin(1, pinned=True, by="ben", at=later(4))
    titles = []
    for hour in (5, 6, 7):
        issues.undo(1, by="carla", at=later(hour))
        titles.append((issue(two_issues, 1).title, issue(two_issues, 1).title_by, issue(two_issues, 1).pinned))
    assert titles == [("Tweede", "ben", False), ("Eerste", "anna", False), ("Stroomstoring", "model", False)]


def test_a_split_off_issue_has_its_mentions_for_good_and_says_where_it_came_from(two_issues: Ledger) -> None:
    made = two_issues.issues.split(1, [3, 2], title="Apart", title_by="anna", by="anna", at=later(2))
    assert made == 3
    assert (issue(two_issues, 3).title, issue(two_issues, 3).title_by, issue(two_issues, 3).split_from) == ("Apart", "anna", 1)
    assert (two_issues.issues.members(1), two_issues.issues.members(3)) == ([1, 4], [2, 3])
    said_by_model(two_issues, 2, 1)
    assert two_issues.issues.members(3) == [2, 3]
    assert two_issues.issues.locked() == {2: 3, 3: 3}


@pytest.mark.parametrize(
    ("mention_ids", "told"),
    [
        ([], "name the mentions"),
        ([1, 2, 3, 4], "those are all mentions of issue 1"),
        ([1, 5, 99], "not in issue 1: mention 5, 99"),  # in another issue; nowhere
        ([1, HUGE], "not in issue 1"),
    ],
)
def test_a_split_that_cannot_be_says_why_and_changes_nothing(two_issues: Ledger, mention_ids: list[int], told: str) -> None:
    before = two_issues.issues.placed()
    with pytest.raises(InputError, match=told):
        two_issues.issues.split(1, mention_ids, title="x", by="anna", at=later(2))
    assert two_issues.issues.placed() == before
    assert two_issues.issues.acts(1) == []


def test_undoing_a_split_takes_along_what_joined_since_and_never_gives_the_number_out_again(two_issues: Ledger) -> None:
    made = two_issues.issues.split(1, [2, 3], title="Apart", by="anna", at=later(2))
    said_by_model(two_issues, 5, made)
    two_issues.issues.undo(made, by="anna", at=later(3))
    assert two_issues.issues.members(1) == [1, 2, 3, 4, 5]
    assert issue(two_issues, made).merged_into == 1
    assert two_issues.issues.split(1, [2], title="Weer", by="anna", at=later(4)) == made + 1


def test_undoing_a_merge_leaves_what_joined_the_target_since_where_it_is(two_issues: Ledger) -> None:
    """Whoever joined the two together joined the one that was there."""
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    add(two_issues, mention("7", "zeven"))
    analyse(two_issues, issue=2)
    two_issues.issues.undo(2, by="anna", at=later(3))
    assert (two_issues.issues.members(1), two_issues.issues.members(2)) == ([1, 2, 3, 4], [5, 6, 7])


def test_a_chain_of_merges_comes_apart_link_by_link(two_issues: Ledger) -> None:
    add(two_issues, mention("7", "zeven"))
    analyse(two_issues)
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    two_issues.issues.merge(2, 3, by="anna", at=later(3))
    two_issues.issues.undo(3, by="anna", at=later(4))
    assert (two_issues.issues.members(2), two_issues.issues.members(3)) == ([1, 2, 3, 4, 5, 6], [7])
    assert {one.issue_id: one.merged_into for one in two_issues.issues.all(include_merged=True)} == {1: 2, 2: None, 3: None}
    two_issues.issues.undo(2, by="anna", at=later(5))
    assert (two_issues.issues.members(1), two_issues.issues.members(2)) == ([1, 2, 3, 4], [5, 6])


def test_the_inner_merge_of_a_chain_can_be_taken_back_alone(two_issues: Ledger) -> None:
    add(two_issues, mention("7", "zeven"))
    analyse(two_issues)
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    two_issues.issues.merge(2, 3, by="anna", at=later(3))
    two_issues.issues.undo(1, by="anna", at=later(4))
    assert (two_issues.issues.members(1), two_issues.issues.members(3)) == ([1, 2, 3, 4], [5, 6, 7])
    two_issues.issues.undo(3, by="anna", at=later(5))
    assert [two_issues.issues.members(one) for one in (1, 2, 3)] == [[1, 2, 3, 4], [5, 6], [7]]


def test_what_somebody_did_since_is_not_overruled(two_issues: Ledger) -> None:
    """Anna's move of a mention is on the record of issues 1 and 2; Ben moved the same mention on to a third."""
    two_issues.issues.move(1, 2, by="anna", at=later(2))
    third = two_issues.issues.split(2, [1], title="Derde", by="ben", at=later(3))
    with pytest.raises(InputError, match="mention 1 was placed elsewhere since"):
        two_issues.issues.undo(1, by="anna", at=later(4))
    two_issues.issues.merge(third, 1, by="carla", at=later(5))
    with pytest.raises(InputError, match=f"klankbord issue undo {third}"):
        two_issues.issues.undo(2, by="ben", at=later(6))


def test_a_mention_placed_by_a_person_before_is_that_persons_again_after_an_undo(two_issues: Ledger) -> None:
    two_issues.issues.move(1, None, by="anna", at=later(2))
    two_issues.issues.move(1, 2, by="ben", at=later(3))
    two_issues.issues.undo(2, by="ben", at=later(4))
    assert two_issues.issues.locked() == {1: None}
    two_issues.issues.undo(1, by="anna", at=later(5))
    assert two_issues.issues.locked() == {}
    said_by_model(two_issues, 1, 2)
    assert two_issues.issues.members(2) == [1, 5, 6], "and the model's again when nobody's word stands"


@pytest.mark.parametrize("issue_id", [9, 0, -1, HUGE])
def test_ids_that_exist_nowhere_are_named_however_large(two_issues: Ledger, issue_id: int) -> None:
    """SQLite cannot even compare with the largest; a person who types one must not meet a trace."""
    issues = two_issues.issues
    assert issues.get(issue_id) is None
    for edit in (
        lambda: issues.move(1, issue_id, by="anna", at=NOON),
        lambda: issues.move(issue_id, None, by="anna", at=NOON),
        lambda: issues.rename(issue_id, "x", by="anna", at=NOON),
        lambda: issues.merge(1, issue_id, by="anna", at=NOON),
        lambda: issues.pin(issue_id, pinned=True, by="anna", at=NOON),
        lambda: issues.split(issue_id, [1], title="x", by="anna", at=NOON),
        lambda: issues.undo(issue_id, by="anna", at=NOON),
    ):
        with pytest.raises(InputError, match=r"there is no (issue|mention)|nobody did anything"):
            edit()


def upgraded_to_the_first(url: str) -> Engine:
    """A ledger as version 0.1 left it."""
    engine = ledger_engine(url)
    with without_foreign_keys(engine) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "listener_0001")
    return engine


def test_a_ledger_of_before_keeps_its_issues_and_acts_and_counts_on(tmp_path: Path) -> None:
    """The tables are made anew to change them; numbers that were given stay given, also those of rows that are gone."""
    file = tmp_path / "ledger.db"
    engine = upgraded_to_the_first(f"sqlite:///{file}")
    with engine.begin() as tx:
        for issue_id in (1, 2, 5):
            tx.exec_driver_sql(
                "insert into issue (issue_id, title, title_by, created_at, muted) values (?, 'Storing', 'anna', '2026-03-01 09:00:00', 1)",
                (issue_id,),
            )
        tx.exec_driver_sql("update issue set merged_into = 1 where issue_id = 2")
        tx.exec_driver_sql("insert into issue_act values (7, 1, 'rename', 'Storing', 'anna', '2026-03-01 10:00:00')")
    engine.dispose()
    with open_ledger(f"sqlite:///{file}") as ledger:
        assert [(one.issue_id, one.merged_into, one.muted, one.pinned) for one in ledger.issues.all(include_merged=True)] == [
            (1, None, True, False),
            (2, 1, True, False),
            (5, None, True, False),
        ]
        assert [(act.act_id, act.verb) for act in ledger.issues.acts(1)] == [(7, "rename")]
        with pytest.raises(InputError, match="do the opposite by hand"):
            ledger.issues.undo(1, by="ben", at=NOON)
        add(ledger, mention("1", "een"))
        assert analyse(ledger)[-1] == 6
        ledger.issues.pin(1, pinned=True, by="ben", at=NOON)
        assert ledger.issues.acts(1)[-1].act_id == 8
        ledger.check()
