"""Lists are narrowed as people ask; an issue is split along what is in it; what a person types is checked before it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from listener.bootstrap import new_analysis, new_reader
from listener.embedding.hashed import HashedEmbedder
from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.model.figures import IssueFigures
from listener.model.issue import IssueState
from listener.settings.schema import ListenerSettings
from listener.workflows.choose_issues import SORTS, Wanted, choose_issues
from listener.workflows.correct_issue import MARKS, mark_issue, rename_issue, title_of
from listener.workflows.split_issue import split_issue, suggest_split
from tests.fakes.complaints import START, complaint, kept

SETTINGS = ListenerSettings.model_validate({})


def figures(issue_id: int, title: str, **more: Any) -> IssueFigures:
    given: dict[str, Any] = {
        "state": IssueState.STEADY,
        "mentions": issue_id,
        "authors": 10 - issue_id,
        "cards": 1,
        "period_mentions": 1,
        "period_authors": 1,
        "before_mentions": 0,
        "first_at": START + timedelta(days=issue_id),
        "last_at": START + timedelta(days=20 - issue_id),
        "trend": (1,),
        "platforms": ("forum",),
        "languages": ("nl",),
        "brands": ("Stroomwerk",),
    }
    return IssueFigures(issue_id=issue_id, title=title, **{**given, **more})


ISSUES = (
    figures(1, "Dubbele incasso", state=IssueState.GROWING),
    figures(2, "App inlóggen", languages=("nl", "en")),
    figures(3, "Wachttijd", brands=("Ander",), pinned=True, theme="Bereikbaarheid"),
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [3, 1, 2]),  # pinned first, else as they come
        (Wanted(states=("growing", "new")), [1]),
        (Wanted(language="EN"), [2]),
        (Wanted(brand="stroomwerk"), [1, 2]),
        (Wanted(search="INLOGGEN app"), [2]),  # all words, case and accents aside
        (Wanted(search="bereikbaar"), [3]),  # the theme counts
        (Wanted(search="app incasso"), []),
        (Wanted(sort="mentions"), [3, 2, 1]),
        (Wanted(sort="recent"), [3, 1, 2]),
        (Wanted(sort="newest"), [3, 2, 1]),
        (Wanted(sort="title"), [3, 2, 1]),
        (Wanted(sort="people", most=2), [3, 1]),
    ],
)
def test_a_list_holds_what_was_asked_for_in_the_order_asked_for(wanted: Wanted, found: list[int]) -> None:
    assert [one.issue_id for one in choose_issues(ISSUES, wanted)] == found
    assert wanted.sort in SORTS


def test_a_title_is_kept_on_one_line_and_not_without_end() -> None:
    """Buttons come later and hand over whatever was pasted into a box."""
    assert title_of("  Dubbele \n\t incasso\x00 \ud800 ") == "Dubbele incasso \ufffd"
    assert len(title_of("lang " * 200)) <= 200
    with pytest.raises(InputError, match="A title needs words"):
        title_of(" \n ")


@pytest.fixture
def two_things(ledger: Ledger) -> int:
    """An issue that a person made of double debits and log-ins: its id."""
    page = kept(*(complaint(number, hours_apart=0.1, subject=number % 2) for number in range(30)))
    ledger.mentions.add_page(page, source="forum", next_cursor=None, at=START)
    workflow = new_analysis(SETTINGS, ledger, None, HashedEmbedder(), batch_size=16)
    while workflow.once().more:
        pass
    workflow.regroup(START)
    issue_id = ledger.issues.all()[0].issue_id
    for mention_id in range(1, 31):
        ledger.issues.move(mention_id, issue_id, by="anna", at=START)
    return issue_id


def test_the_two_things_in_an_issue_are_suggested_with_titles_and_nothing_is_changed(ledger: Ledger, two_things: int) -> None:
    before = ledger.issues.placed()
    halves = suggest_split(ledger, new_reader(SETTINGS), two_things)
    native = {one.mention_id: int(one.mention.native_id) for one in ledger.mentions.latest(100)}
    subjects = [{native[one] % 2 for one in half.mention_ids} for half in halves]
    assert sorted(subjects, key=min) == [{0}, {1}]
    assert sorted(one for half in halves for one in half.mention_ids) == list(range(1, 31))
    assert halves[0].title != halves[1].title
    assert all(half.title and half.examples for half in halves)
    assert ledger.issues.placed() == before


def test_a_suggested_half_becomes_an_issue_under_its_own_words(ledger: Ledger, two_things: int) -> None:
    reader = new_reader(SETTINGS)
    half = suggest_split(ledger, reader, two_things)[1]
    made = split_issue(ledger, reader, two_things, half.mention_ids, title=None, by="anna", at=START)
    assert ledger.issues.members(made) == list(half.mention_ids)
    assert ledger.issues.titles([made]) == {made: half.title}
    named = split_issue(ledger, reader, made, half.mention_ids[:2], title=" Twee  gevallen", by="anna", at=START)
    assert ledger.issues.titles([named]) == {named: "Twee gevallen"}


def test_every_mark_does_what_its_name_says(ledger: Ledger, two_things: int) -> None:
    for mark, field, value in (
        ("mute", "muted", True), ("unmute", "muted", False), ("pin", "pinned", True), ("unpin", "pinned", False),
        ("resolve", "resolved_at", START), ("reopen", "resolved_at", None),
    ):  # fmt: skip
        mark_issue(ledger, two_things, mark, by="anna", at=START)
        assert getattr(ledger.issues.get(two_things), field) == value
        assert mark in MARKS
    with pytest.raises(ValueError, match="is none of"):
        mark_issue(ledger, two_things, "shout", by="anna", at=START)
    assert rename_issue(ledger, two_things, " Nieuw ", by="anna", at=START) == "Nieuw"
