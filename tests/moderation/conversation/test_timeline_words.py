"""Nothing of the program's own words stands in a timeline: each thing that can happen has words in both languages."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import update

import moderation.ledger
from listener.ledger.transactions import writing
from moderation.inbox.wording import wording_of
from moderation.ledger.tables import outbox
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb
from moderation.model.conversation import EventGroup, Unnecessary
from moderation.model.invitation import Answer
from moderation.model.languages import LANGUAGES
from moderation.model.outbox import EntryState, Outcome
from moderation.model.status import IssueStatus
from moderation.outbox.states import MOVES, may_move
from tests.fakes.staff import StaffDay
from tests.fakes.staff_conversation import TalkDay
from tests.fakes.staff_figures import NOW
from tests.moderation.inbox.conftest import Staff, visit, words_of

BEGUN = {EntryState.APPROVED: "approve", EntryState.STARTED: "start"}
"""How the log calls what begins a post and each attempt; any other state is one that a post comes to."""
_NOTED = re.compile(r'verb="(\w+)",\s+subject=f"(?:case|conversation|draft|outbox|person):')


@pytest.fixture
def staff(talk_day: TalkDay) -> Staff:
    return visit(StaffDay(), **talk_day.rooms()).come_in()


def moved_to_every_state(talk_day: TalkDay) -> int:
    """Let a post of a conversation come to every state in turn, as the outbox writes it down; return the case."""
    entries = talk_day.desk.entries
    (entry, *_) = [one for one in entries.entries() if one.case_id is not None]
    for before, after in product(EntryState, EntryState):
        if not may_move(before, after):
            continue
        with writing(talk_day.desk.ledger.engine) as tx:
            tx.execute(update(outbox).where(outbox.c.entry_id == entry.entry_id).values(state=before.value))
        now = next(one for one in entries.entries() if one.entry_id == entry.entry_id)
        who = "reconciler" if before is EntryState.UNKNOWN else "gateway"  # machines, which are nobody's name
        end = Outcome(state=after)
        assert entries.start(now, at=NOW) if after is EntryState.STARTED else entries.settle(now, end, at=NOW, who=who)
    with writing(talk_day.desk.ledger.engine) as tx:
        tx.execute(update(outbox).where(outbox.c.entry_id == entry.entry_id).values(state=EntryState.STARTED.value))
    assert entries.recover(at=NOW) == [entry.entry_id]
    assert entry.case_id is not None
    return entry.case_id


def told(page: str, group: str) -> set[str]:
    """Return what a timeline says of each event of a group, without when."""
    rows = re.findall(rf'<li class="event event-{group}">(.*?)</li>', page, re.DOTALL)
    return {words_of(re.sub(r"<time.*?</time>", "", row, flags=re.DOTALL)).strip() for row in rows}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_post_is_told_in_words(talk_day: TalkDay, staff: Staff, language: str) -> None:
    """A Dutch page said "Aangenomen door het platform· sent"; a state that is added later must not stand there raw either."""
    case_id, words = moved_to_every_state(talk_day), wording_of(language)
    page = staff.get(f"/cases/{case_id}/timeline?group={EventGroup.REPLY.value}&lang={language}").text
    reached = {after for following in MOVES.values() for after in following} - {EntryState.STARTED}
    assert reached | BEGUN.keys() == set(EntryState)
    by_people = (words.raw("event.approve"), words.raw("event.draft"))  # who did it stands behind these
    said = {one for one in told(page, "reply") if not one.startswith(by_people)}
    assert said == {words.raw(f"event.{one}") for one in ("start", *reached)}


def test_what_stands_behind_an_event_stands_apart_from_it(talk_day: TalkDay, staff: Staff) -> None:
    """Two words without a space between them are one word to whoever hears the page."""
    page = staff.get(f"/cases/{talk_day.first()}/timeline").text
    assert re.search(r'\s<span class="event-(more|who)">', page)
    assert not re.search(r'[^\s]<span class="event-(more|who)">', page)


def names(kind: type[StrEnum]) -> list[str]:
    return [one.value for one in kind]


@pytest.mark.parametrize(
    ("group", "every"),
    [
        ("event", [BEGUN.get(one, one.value) for one in EntryState]),
        ("event", [*names(ActVerb), *(f"undo {one.value}" for one in ActVerb)]),
        ("event", [f"invitation_{one.value}" for one in Answer]),
        (
            "event",
            {found for file in Path(moderation.ledger.__path__[0]).glob("*.py") for found in _NOTED.findall(file.read_text("utf-8"))},
        ),
        ("event_group", names(EventGroup)),
        ("ending", names(Ending)),
        ("public_status", names(IssueStatus)),
        ("talk.unnecessary", names(Unnecessary)),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_can_stand_in_a_timeline_has_words(language: str, group: str, every: Collection[str]) -> None:
    """`named` shows the program's own word where there is none, so that a forgotten one would be seen by a customer's agent first."""
    words = wording_of(language)
    assert every
    assert [one for one in sorted(every) if not words.has(f"{group}.{one}")] == []
