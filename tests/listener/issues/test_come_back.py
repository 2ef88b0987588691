"""An issue comes back under its number when all its mentions have left the window; a muted one speaks again only when it grows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from listener.bootstrap import new_analysis, new_reader
from listener.embedding.hashed import HashedEmbedder
from listener.issues.drafting import StepDraft
from listener.issues.features import Space
from listener.issues.halves import halves
from listener.issues.identity import share_out
from listener.issues.life import grew_since, still_muted
from listener.issues.memory import Memory
from listener.issues.window import Entry
from listener.ledger.ledger import Ledger
from listener.model.issue import Issue
from listener.model.mention import Author, Mention
from listener.settings.schema import ListenerSettings
from listener.text.clean import clean
from tests.fakes.complaints import START, complaint, kept

SETTINGS = ListenerSettings.model_validate(
    {"detection": {"regroup_every": 20, "issue_window_days": 4, "baseline_days": 2, "min_authors": 3}}
)


def analyse(ledger: Ledger, *mentions: Mention, restart: bool = True) -> None:
    ledger.mentions.add_page(kept(*mentions), source="forum", next_cursor=None, at=START)
    workflow = new_analysis(SETTINGS, ledger, None, HashedEmbedder(), batch_size=16)
    while workflow.once().more:
        if restart:
            workflow = new_analysis(SETTINGS, ledger, None, HashedEmbedder(), batch_size=16)


def chatter(days: int, start: int) -> list[Mention]:
    """Complaints about the other subjects, one an hour."""
    return [complaint(start + hour, subject=2 + hour % 3) for hour in range(days * 24)]


def later(mention: Mention, number: int, *, days: float, person: str = "") -> Mention:
    author = Author(platform="forum", realm="forum.example", native_id=f"{person or 'x'}{number}", name="iemand")
    return replace(mention, native_id=f"{number}-{days}", posted_at=START + timedelta(days=days, minutes=number), author=author)


def about(ledger: Ledger, days: float) -> set[int | None]:
    """Where the mentions about double debits of that day are."""
    placed = {key.native_id: issue_id for key, issue_id in ledger.issues.placed()}
    return {issue_id for native_id, issue_id in placed.items() if native_id.endswith(f"-{days}") and issue_id is not None}


@pytest.mark.parametrize("restart", [True, False])
def test_what_was_resolved_comes_back_under_the_number_it_had(ledger: Ledger, restart: bool) -> None:
    """Ten quiet days lie between, and the window is four days long: no member is left to know the issue by."""
    analyse(ledger, *chatter(2, 0), *(later(complaint(n, subject=0), n, days=1.5) for n in range(12)), restart=restart)
    (debits,) = about(ledger, 1.5)
    assert debits is not None
    ledger.issues.rename(debits, "Dubbele incasso", by="anna", at=START)
    ledger.issues.resolve(debits, resolved=True, by="anna", at=START + timedelta(days=2))
    ids = {one.issue_id for one in ledger.issues.all()}
    analyse(ledger, *chatter(10, 48), restart=restart)
    analyse(ledger, *(later(complaint(n, subject=0), n, days=12) for n in range(12)), restart=restart)
    assert about(ledger, 12) == {debits}
    assert ledger.issues.titles([debits]) == {debits: "Dubbele incasso"}
    assert debits in ids


@pytest.mark.parametrize("posts", [12, 24, 40])
def test_a_subject_that_fills_most_of_a_small_window_is_one_issue(ledger: Ledger, posts: int) -> None:
    """Most pairs are about one thing then; what links two mentions must not be read from them as if they were unrelated."""
    analyse(ledger, *chatter(2, 0), *(later(complaint(n, subject=0), n, days=1.5) for n in range(posts)), restart=False)
    assert len(about(ledger, 1.5)) == 1
    placed = [key for key, issue_id in ledger.issues.placed() if key.native_id.endswith("-1.5") and issue_id is not None]
    assert len(placed) >= 0.9 * posts


def test_a_subject_nobody_spoke_of_before_does_not_take_an_old_number(ledger: Ledger) -> None:
    analyse(ledger, *chatter(2, 0), *(later(complaint(n, subject=0), n, days=1.5) for n in range(12)))
    before = {one.issue_id for one in ledger.issues.all()}
    analyse(ledger, *chatter(10, 48))
    analyse(ledger, *(later(complaint(n, subject=1), n, days=12) for n in range(12)))
    assert about(ledger, 12)
    assert not about(ledger, 12) & about(ledger, 1.5)
    assert max(before) < max(one for one in about(ledger, 12) if one is not None)


def test_a_muted_issue_is_silent_as_long_as_no_more_speak_of_it_than_when_it_was_muted(ledger: Ledger) -> None:
    """Muting says: we know about these ten."""
    analyse(ledger, *chatter(3, 0), *(later(complaint(n, subject=0), n, days=2.5) for n in range(10)))
    (debits,) = about(ledger, 2.5)
    assert debits is not None
    muted_at = START + timedelta(days=2.5, hours=1)
    ledger.issues.mute(debits, muted=True, by="anna", at=muted_at)
    analyse(ledger, *chatter(2, 72), *(later(complaint(n, subject=0), n, days=4.5, person="nieuw") for n in range(7)))
    assert about(ledger, 4.5) == {debits}
    assert [one for one in ledger.issues.signals(issue_id=debits) if one.at > muted_at] == []


@pytest.mark.parametrize(
    ("hours", "muted_at_hour", "seen", "grew"),
    [
        (range(10), 10, 19, False),  # ten people were accepted
        (range(10), 10, 20, True),
        (range(-30, 0), 10, 5, True),  # they wrote too long before it was muted to have been meant
        (range(10), 60, 20, False),  # what was there when it was muted is no growth
    ],
)
def test_a_muted_issue_speaks_again_when_twice_as_many_people_write_of_it(hours: range, muted_at_hour: int, seen: int, grew: bool) -> None:
    memory = Memory(timedelta(days=10))
    at = [START + timedelta(hours=hour) for hour in (*hours, 50)]
    memory.window.add(
        [
            Entry(
                mention_id=number,
                card_id=number,
                author=f"p{number}",
                language="nl",
                posted_at=moment,
                clean=clean("dubbele incasso"),
                grams=np.zeros(0, dtype=np.int32),
                vector=np.full(4, 0.5, dtype=np.float32),
            )
            for number, moment in enumerate(at, start=1)
        ]
    )
    issue = Issue(
        issue_id=7, title="x", title_by="model", created_at=START, muted=True, muted_at=START + timedelta(hours=muted_at_hour, minutes=-1)
    )
    memory.know([issue], {}, [])
    for number in range(1, len(at) + 1):
        memory.place(number, 7)
    burst: Any = SimpleNamespace(seen=seen, rows=np.array([len(at) - 1]), window_hours=12.0)
    draft = StepDraft(memory, memory.window.snapshot(), new_reader(SETTINGS))
    assert draft._grew(issue, burst) is grew


def test_growth_after_muting_is_twice_as_many_people_and_ends_it() -> None:
    assert grew_since(20, accepted=10)
    assert not grew_since(19, accepted=10)
    assert grew_since(2, accepted=0)
    assert not still_muted(False, None, None)
    assert still_muted(True, None, START), "muted before the moment was kept: until a person says otherwise"
    assert still_muted(True, START, START)
    assert not still_muted(True, START, START + timedelta(hours=1))


def space(*directions: int) -> Space:
    one = np.ones((1, 1), dtype=np.float32)
    matrix = np.eye(4, dtype=np.float32)[list(directions)]
    return Space(matrix=matrix, group=np.zeros(len(directions), dtype=np.int64), near=0.6 * one, link=0.35 * one)


def test_loose_mentions_of_a_group_go_to_the_nearer_of_two_issues_that_people_keep_apart() -> None:
    known = np.array([1, 1, 2, 2, 0, 0, 1])
    fixed = np.array([True, True, True, True, False, False, False])
    parts = share_out(space(0, 0, 1, 1, 0, 1, 1), np.arange(7), np.array([4, 5, 6]), 1, known=known, fixed=fixed)
    assert [(issue, rows.tolist()) for issue, rows in parts] == [(1, [4, 6]), (2, [5])], "row 6 is in issue 1 and stays there"


def test_where_nobody_keeps_issues_apart_a_group_goes_on_as_one() -> None:
    known, nothing = np.array([1, 1, 2, 2, 0]), np.zeros(5, dtype=bool)
    ((issue, rows),) = share_out(space(0, 0, 1, 1, 1), np.arange(5), np.arange(5), 1, known=known, fixed=nothing)
    assert (issue, rows.tolist()) == (1, [0, 1, 2, 3, 4])


def test_halves_are_those_that_are_there_the_larger_first_and_none_where_there_is_one_thing() -> None:
    found = halves(space(1, 0, 1, 0, 1))
    assert found is not None
    assert [rows.tolist() for rows in found] == [[0, 2, 4], [1, 3]]
    assert halves(space(0, 0, 0, 0)) is None
    assert halves(space(0, 1, 0)) is None
