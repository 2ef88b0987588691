"""What the queue's pages are fed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.inbox.page_records import QueueEntry
from moderation.inbox.queue_parts import QueueParts, QueueShown
from moderation.inbox.scope import PRIVATE_WANTS
from moderation.inbox.shown import named, shown_mention
from moderation.model.case import CaseSummary
from moderation.model.person import Person
from moderation.model.queue import QueueChoice
from moderation.queueing import Queueing
from moderation.triage.place import state_at
from moderation.workflows.queue_cases import PAGE

MOST_WITH_WORDS = 2_000
"""Cases looked through for words, those with the newest messages: more is no narrowing, and the page says that there are more."""
CaseWords = Callable[[str, int, Person], Sequence[int]]
"""Cases in which somebody wrote all these words, at most so many, as far as this person may read them."""


def no_words(_words: str, _most: int, _person: Person) -> Sequence[int]:
    """Find nothing."""
    return ()


def queue_parts(room: Queueing, ledger: Ledger, clock: Clock, *, case_ids_for: CaseWords = no_words) -> QueueParts:
    """Return the parts of the queue's pages over an open ledger."""

    def with_words(choice: QueueChoice, person: Person) -> Sequence[int] | None:
        return case_ids_for(choice.words, MOST_WITH_WORDS + 1, person) if choice.words else None

    def among(choice: QueueChoice, person: Person) -> Sequence[int] | None:
        found = with_words(choice, person)
        return None if found is None else found[:MOST_WITH_WORDS]

    def entries(found: Sequence[CaseSummary], person: Person) -> tuple[QueueEntry, ...]:
        opening = {one.mention_id: one for one in ledger.mentions.by_ids({case.mention_ids[-1] for case in found})}
        titles = ledger.issues.titles({case.issue_id for case in found if case.issue_id is not None})
        now = clock.now()
        shown = [(case, opening.get(case.mention_ids[-1])) for case in found]
        hide = not person.may(PRIVATE_WANTS)
        return tuple(entry_of(case, message, titles, now, hide=hide) for case, message in shown if message is not None)

    def page(choice: QueueChoice, person: Person, number: int) -> QueueShown:
        words = with_words(choice, person)
        found = room.queue.page(choice, person, page=number, only=None if words is None else words[:MOST_WITH_WORDS])
        about = [int(issue_id) for issue_id, _ in found.offers.values.get("issue", ())]
        wanted = {*about, choice.issue_id} - {None}
        return QueueShown(
            entries=entries(found.rows, person),
            total=found.total,
            counts=found.counts,
            offers=found.offers,
            issues=ledger.issues.titles([one for one in wanted if one is not None]),
            words_most=MOST_WITH_WORDS if words is not None and len(words) > MOST_WITH_WORDS else 0,
        )

    def chosen(case_ids: Sequence[int], person: Person) -> tuple[QueueEntry, ...]:
        theirs = room.queue.versions(case_ids, person)
        return entries(room.queue.summaries([one for one in case_ids if one in theirs]), person)

    return QueueParts(
        size=PAGE,
        page=page,
        take_next=lambda choice, person: room.queue.take_next(choice, person, only=among(choice, person)),
        entries=chosen,
        every=lambda choice, person, most: entries(room.queue.all(choice, person, most=most, only=among(choice, person)), person),
        act=room.acts.do,
        bulk=lambda new, cases, person: room.acts.bulk(new, cases, person.name, brands=person.brands),
        undo=lambda act_id, person: room.acts.undo(act_id, person.name, brands=person.brands),
        together=room.acts.together,
        can_be_undone=room.acts.can_be_undone,
        colleagues=room.acts.colleagues,
        views=room.views,
    )


def entry_of(case: CaseSummary, opening: StoredMention, titles: Mapping[int, str], now: datetime, *, hide: bool = False) -> QueueEntry:
    """Return a case as the queue shows it, with the message that stands for it; `hide`: without the words of a private one."""
    return QueueEntry(
        case_id=case.case_id,
        version=case.version,
        brand=case.brand,
        state=case.state.value,
        holder=case.holder,
        urgency=case.urgency / 100,
        why=tuple(case.why),
        waiting_since=case.waiting_since,
        mention_count=len(case.mention_ids),
        opening=shown_mention(opening, author=named(opening), hide=hide and opening.private),
        issue_id=case.issue_id,
        issue_title=titles.get(case.issue_id, "") if case.issue_id is not None else "",
        unanswered=case.unanswered,
        team=case.team,
        ending=case.ending,
        snoozed_until=case.snoozed_until,
        snoozed_issue=case.snoozed_issue,
        clock=case.clock,
        clock_state="" if case.clock is None else state_at(case.clock, now).value,
        private=case.private,
    )
