"""Issues and what people do to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import Issue, Judged, Membership, Signal
from tests.listener.ledger.making import MODEL, NOON, add, analyse, later, mention, step


@pytest.fixture
def two_issues(ledger: Ledger) -> Ledger:
    """A ledger with issue 1 (mentions 1 and 2) and issue 2 (mention 3), each with a signal."""
    add(ledger, mention("1", "een"), mention("2", "twee"), mention("3", "drie"))
    stored = ledger.mentions.unanalysed(10)
    ledger.analyses.save(step(stored[:2]))
    ledger.analyses.save(step(stored[2:], at=later(1)))
    return ledger


def test_issues_come_back_as_they_were_made(two_issues: Ledger) -> None:
    """A title that the model gave says so."""
    first = Issue(issue_id=1, title="Stroomstoring", title_by="model", created_at=NOON)
    assert two_issues.issues.all() == [first, replace(first, issue_id=2, created_at=later(1))]
    assert two_issues.issues.get(1) == first
    assert two_issues.issues.get(9) is None


def test_a_persons_placing_wins_over_later_lines_of_the_model(two_issues: Ledger) -> None:
    """Nothing is more annoying than a correction that is undone overnight."""
    two_issues.issues.move(1, 2, by="anna", at=later(2))
    line = Membership(mention_id=1, issue_id=1, by="model", reason="near", at=later(3))
    two_issues.analyses.save(AnalysisStep(at=later(3), memberships=(line,), regrouped=3))
    assert two_issues.issues.members(2) == [1, 3]
    assert two_issues.issues.locked() == {1: 2}
    assert [(one.issue_id, one.by) for one in two_issues.issues.record(1)] == [(1, "model"), (2, "anna")]


def test_a_person_may_say_that_a_mention_belongs_nowhere_and_change_that(two_issues: Ledger) -> None:
    """The latest word of a person holds."""
    two_issues.issues.move(1, None, by="anna", at=later(2))
    assert two_issues.issues.locked() == {1: None}
    assert two_issues.issues.members(1) == [2]
    two_issues.issues.move(1, 1, by="ben", at=later(3))
    assert two_issues.issues.locked() == {1: 1}
    assert [(one.issue_id, one.by) for one in two_issues.issues.record(1)] == [(1, "model"), (None, "anna"), (1, "ben")]


def test_a_persons_placing_outlives_an_edit(two_issues: Ledger) -> None:
    """The edited text is analysed again, and the analyser may think otherwise."""
    two_issues.issues.move(1, 2, by="anna", at=later(2))
    add(two_issues, mention("1", "heel anders", edited_at=later(3)))
    analyse(two_issues, issue=1)
    assert two_issues.issues.members(2) == [1, 3]


def test_a_persons_title_stays(two_issues: Ledger) -> None:
    """The model never renames what a person named."""
    two_issues.issues.rename(1, "Vogelbuurt zonder stroom", by="anna", at=later(2))
    two_issues.analyses.save(AnalysisStep(at=later(3), titles=((1, "stroom weg"), (2, "rekening"))))
    assert two_issues.issues.titles([1, 2, 9]) == {1: "Vogelbuurt zonder stroom", 2: "rekening"}
    found = two_issues.issues.get(1)
    assert found is not None
    assert found.title_by == "anna"


def test_a_merged_issue_leads_to_where_it_went(two_issues: Ledger) -> None:
    """Old links and later words of the model must not open it again."""
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    assert [one.issue_id for one in two_issues.issues.all()] == [2]
    assert [(one.issue_id, one.merged_into) for one in two_issues.issues.all(include_merged=True)] == [(1, 2), (2, None)]
    assert (two_issues.issues.members(1), two_issues.issues.members(2)) == ([], [1, 2, 3])
    add(two_issues, mention("4", "vier"))
    analyse(two_issues, issue=1)
    assert two_issues.issues.members(2) == [1, 2, 3, 4]


def test_merging_twice_still_leads_home_in_one_step(two_issues: Ledger) -> None:
    """A chain of merges must not have to be walked."""
    add(two_issues, mention("4", "vier"))
    analyse(two_issues)
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    two_issues.issues.merge(2, 3, by="anna", at=later(3))
    assert {one.issue_id: one.merged_into for one in two_issues.issues.all(include_merged=True)} == {1: 3, 2: 3, 3: None}
    assert two_issues.issues.members(3) == [1, 2, 3, 4]
    with pytest.raises(InputError, match="one issue already"):
        two_issues.issues.merge(3, 1, by="anna", at=later(4))


def test_a_merge_is_a_change_of_facts(two_issues: Ledger) -> None:
    """Counts per issue follow at once."""
    seq = two_issues.analyses.last_seq()
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    facts, _, _ = two_issues.analyses.changes_since(seq, 10, MODEL)
    assert [(fact.mention_id, fact.issue_id) for fact in facts] == [(1, 2), (2, 2)]


def test_signals_come_newest_first_and_follow_a_merge(two_issues: Ledger) -> None:
    """Why an issue was flagged is shown on the page of the issue that it is part of now."""
    newest, oldest = two_issues.issues.signals()
    assert oldest == Signal(
        kind="burst", issue_id=1, at=NOON, seen=7, usual=0.5, p_value=1e-9, window_hours=12.0, mention_ids=(1, 2), signal_id=1
    )
    assert (newest.signal_id, newest.issue_id, newest.mention_ids) == (2, 2, (3,))
    assert two_issues.issues.signals(since=later(1)) == [newest]
    assert two_issues.issues.signals(limit=1) == [newest]
    assert two_issues.issues.signals(issue_id=1) == [oldest]
    two_issues.issues.merge(1, 2, by="anna", at=later(2))
    assert two_issues.issues.signals(issue_id=2) == [newest, replace(oldest, issue_id=2)]
    assert two_issues.issues.signals(issue_id=1) == [replace(oldest, issue_id=2)]


def test_the_numbers_a_signal_was_judged_by_are_kept(two_issues: Ledger) -> None:
    """Whoever asks months later why something was flagged gets the figures of that moment."""
    judged = Judged(level=1e-4, before=3, history_hours=168.0, dispersion=1.3, rhythm=1.0, places=2)
    raised = replace(two_issues.issues.signals()[0], judged=judged, signal_id=0)
    two_issues.analyses.save(AnalysisStep(at=later(3), signals=(raised,)))
    assert [one.judged for one in two_issues.issues.signals() if one.signal_id == 3] == [judged]


def test_muting_and_resolving_are_kept_with_name_and_time(two_issues: Ledger) -> None:
    """Who called it resolved is the first question afterwards."""
    two_issues.issues.mute(1, muted=True, by="anna", at=later(2))
    two_issues.issues.resolve(1, resolved=True, by="ben", at=later(3))
    found = two_issues.issues.get(1)
    assert found is not None
    assert (found.muted, found.resolved_at) == (True, later(3))
    two_issues.issues.mute(1, muted=False, by="anna", at=later(4))
    two_issues.issues.resolve(1, resolved=False, by="ben", at=later(5))
    found = two_issues.issues.get(1)
    assert found is not None
    assert (found.muted, found.resolved_at) == (False, None)
    assert [(act.verb, act.by, act.at) for act in two_issues.issues.acts(1)] == [
        ("mute", "anna", later(2)),
        ("resolve", "ben", later(3)),
        ("unmute", "anna", later(4)),
        ("reopen", "ben", later(5)),
    ]


def test_the_analyser_can_see_that_a_person_corrected_something(two_issues: Ledger) -> None:
    """What it holds in memory is then out of date."""
    before = two_issues.issues.last_act()
    add(two_issues, mention("4", "vier"))
    analyse(two_issues, issue=1)
    assert two_issues.issues.last_act() == before, "the model's own lines are no corrections"
    two_issues.issues.move(1, 2, by="anna", at=later(2))
    moved = two_issues.issues.last_act()
    two_issues.issues.rename(1, "Titel", by="anna", at=later(3))
    assert before < moved
    assert two_issues.issues.last_act() not in (before, moved)


def test_every_mention_is_named_with_its_issue(two_issues: Ledger) -> None:
    """The demo compares what it planted with what was found."""
    two_issues.issues.move(2, None, by="anna", at=later(2))
    assert two_issues.issues.placed() == [(mention("1").key, 1), (mention("2").key, None), (mention("3").key, 2)]


def test_unknown_ids_are_named(two_issues: Ledger) -> None:
    """A typing mistake must not end in a trace."""
    with pytest.raises(InputError, match="no issue 9"):
        two_issues.issues.rename(9, "x", by="anna", at=NOON)
    with pytest.raises(InputError, match="no issue 9"):
        two_issues.issues.move(1, 9, by="anna", at=NOON)
    with pytest.raises(InputError, match="no mention 9"):
        two_issues.issues.move(9, 1, by="anna", at=NOON)
