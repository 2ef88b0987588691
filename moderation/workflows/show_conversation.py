"""A conversation for whoever answers it: the thread over all joined channels, and everything that stands beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from moderation.ledger.cases import CaseLedger
from moderation.ledger.contacts import ContactLedger
from moderation.ledger.notes import NoteLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.questions import QuestionLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.thread import Known, Place, ThreadLedger
from moderation.ledger.timeline import TimelineLedger
from moderation.model.case import CaseRow
from moderation.model.conversation import Contact, Event, Join
from moderation.model.outbox import EntryState, OutboxEntry
from moderation.model.post import PostKind
from moderation.model.talk import Beside, Line, LineKind, Talk
from moderation.triage.card import likely_cause
from moderation.workflows.end_cases import Endings
from moderation.workflows.join_contacts import Joins
from moderation.workflows.keep_cards import Cards, Talked
from moderation.workflows.note_cases import Notes
from moderation.workflows.note_leave import LeaveNotes

NEWEST_LINES = 12
"""Lines of a long thread that stand open; the first one too, for it says what it was about."""
NEWEST_EVENTS = 6

Suggest = Callable[[str, str], str]
"""Words a need from a cause and an issue's title; either may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The stores that a conversation is read from."""

    cases: CaseLedger
    threads: ThreadLedger
    contacts: ContactLedger
    notes: NoteLedger
    questions: QuestionLedger
    entries: OutboxLedger
    statuses: StatusLedger
    timeline: TimelineLedger


class ShowConversation:
    """Reads; whatever people press goes to the workflow made for it."""

    def __init__(
        self, ledger: Ledger, stores: Stores, *, joins: Joins, leave: LeaveNotes, notes: Notes, cards: Cards, endings: Endings
    ) -> None:
        self._ledger = ledger
        self._stores = stores
        self._joins = joins
        self._leave = leave
        self._notes = notes
        self._cards = cards
        self._endings = endings

    def conversations(self, case_id: int) -> tuple[int, ...]:
        """Return the conversation of a case and those joined with it; empty when there is no such case or nothing of it is left."""
        row = self._stores.cases.get(case_id)
        return tuple(sorted(_joined(row.conversation_id, self._joins.standing(row.conversation_id))[0])) if row else ()

    def customer(self, case_id: int) -> Place:
        """Return where a case's conversation stands and whose it is. Raises `NotAllowed` when there is no such case."""
        row = self._stores.cases.get(case_id)
        place = self._stores.threads.place(row.conversation_id) if row else None
        if place is None:
            raise NotAllowed(f"There is no case {case_id}, or its messages were removed.", key="talk_no_case")
        return place

    def show(self, case_id: int, suggest: Suggest, *, whole: bool = False) -> Talk | None:
        """Return a conversation; None when there is no such case or nothing of it is left. `whole`: with every line of a long thread."""
        row = self._stores.cases.get(case_id)
        place = self._stores.threads.place(row.conversation_id) if row else None
        if row is None or place is None:
            return None
        joins = self._joins.standing(row.conversation_id)
        lines, messages, known, entries = self._lines(row, place, joins)
        shown = lines if whole or len(lines) <= NEWEST_LINES + 2 else [lines[0], *lines[-NEWEST_LINES:]]
        title = self._ledger.issues.titles([row.issue_id]).get(row.issue_id, "") if row.issue_id is not None else ""
        cause = likely_cause(pair for one in known.values() for pair in one.labels.items())
        around = self._stores.threads.around(place, leave_out=[one.mention_id for one in messages])
        return Talk(
            case_id=case_id,
            conversation_id=row.conversation_id,
            person_key=place.author_key,
            lines=tuple(shown),
            earlier=len(lines) - len(shown),
            around=tuple(sorted(self._ledger.mentions.by_ids(around), key=lambda one: (one.mention.posted_at, one.mention_id))),
            beside=self._beside(row, place, joins),
            card=self._cards.card(
                row.conversation_id, Talked(messages=messages, known=known, entries=entries), suggested=suggest(cause, title)
            ),
            words=self._cards.words(row.conversation_id),
            mark=self._cards.mark_of(row.conversation_id),
            ending=self._endings.ending(case_id),
            thanks=self._endings.thanks(case_id),
            events=self.events(case_id)[:NEWEST_EVENTS],
        )

    def events(self, case_id: int) -> tuple[Event, ...]:
        """Return everything that happened around a case and what is joined with it, newest first."""
        row = self._stores.cases.get(case_id)
        place = self._stores.threads.place(row.conversation_id) if row else None
        if row is None or place is None:
            return ()
        talks, _ = _joined(row.conversation_id, self._joins.standing(row.conversation_id))
        return tuple(self._stores.timeline.events(talks, issue_id=row.issue_id, person_keys=[place.author_key]))

    def _lines(
        self, row: CaseRow, place: Place, joins: Sequence[Join]
    ) -> tuple[list[Line], list[StoredMention], dict[int, Known], list[OutboxEntry]]:
        talks, moments = _joined(row.conversation_id, joins)
        of = self._stores.threads.message_ids(talks)
        contacts = {one.conversation_id: one for one in self._stores.contacts.of_conversations(talks, brand=place.brand)}
        stored = sorted(self._ledger.mentions.by_ids({*of, *moments}), key=lambda one: (one.mention.posted_at, one.mention_id))
        known = self._stores.threads.known([one.mention_id for one in stored])
        said = defaultdict[int, set[str]](set)
        for one in self._ledger.labels.standing([one.mention_id for one in stored]):
            said[one.mention_id].add(one.name)
        waiting = frozenset(row.mention_ids[len(row.mention_ids) - row.unanswered :])

        def from_where(mention_id: int) -> str:
            talk = of.get(mention_id)
            if talk is None:
                return f"moment-{mention_id}"
            return "" if talk == row.conversation_id else contacts[talk].key if talk in contacts else ""

        lines = _folded(
            [
                Line(
                    kind=LineKind.MESSAGE,
                    at=one.mention.posted_at,
                    contact=from_where(one.mention_id),
                    stored=one,
                    language=known[one.mention_id].language if one.mention_id in known else "",
                    labels=known[one.mention_id].labels if one.mention_id in known else {},
                    corrected=frozenset(said[one.mention_id]),
                    waits=one.mention_id in waiting,
                )
                for one in stored
            ],
            known,
        )
        entries = self._entries(row, contacts.values())
        lines += [Line(kind=LineKind.OURS, at=entry.started_at or entry.approved_at, contact=key, entry=entry) for key, entry in entries]
        lines += [Line(kind=LineKind.GONE, at=one.came_at) for one in self._stores.threads.gone(talks)]
        return sorted(lines, key=lambda line: line.at), stored, known, [entry for _, entry in entries]

    def _entries(self, row: CaseRow, contacts: Collection[Contact]) -> list[tuple[str, OutboxEntry]]:
        """Return our posts with the contact moment they answered in; those that never left and never will are left out."""
        found = [("", entry) for entry in self._stores.entries.entries(case_id=row.case_id)]
        for one in contacts:
            if one.case_id is not None and one.case_id != row.case_id:
                found += [(one.key, entry) for entry in self._stores.entries.entries(case_id=one.case_id)]
        never = (EntryState.CANCELLED, EntryState.EXPIRED, EntryState.PROVEN_ABSENT)
        return [(key, entry) for key, entry in found if entry.state not in never and entry.post.kind in (PostKind.REPLY, PostKind.ANSWER)]

    def _beside(self, row: CaseRow, place: Place, joins: Sequence[Join]) -> Beside:
        talks, moments = _joined(row.conversation_id, joins)
        by_talk = {one.conversation_id: one for one in self._stores.contacts.of_conversations(talks, brand=place.brand)}
        by_moment = self._stores.contacts.of_mentions(moments, brand=place.brand) if moments else {}
        joined = tuple((join, contact) for join in joins if (contact := _other(join, row.conversation_id, by_talk, by_moment)) is not None)
        known = {contact.key for _, contact in joined}
        leave = self._leave.of(place.author_key)
        issue = row.issue_id
        return Beside(
            same=tuple(one for one in self._joins.same_person(place) if one.key not in known),
            joined=joined,
            suggestions=self._joins.suggestions(place),
            nobody=leave.nobody,
            opted_out=leave.opted_out,
            consents=leave.consents,
            notes=tuple(self._stores.notes.of(talks)),
            questions=tuple(self._stores.questions.of(talks)),
            plans=self._notes.plans(issue) if issue is not None else (),
            status=self._stores.statuses.of_issue(issue) if issue is not None else None,
            promises=tuple(one for one in self._stores.statuses.promises() if one.issue_id == issue) if issue is not None else (),
        )


def _joined(conversation_id: int, joins: Sequence[Join]) -> tuple[set[int], set[int]]:
    """Return the conversations that are read as one, and the imported moments among them."""
    talks = {conversation_id} | {one for join in joins for one in (join.conversation_id, join.other_conversation_id) if one is not None}
    return talks, {join.mention_id for join in joins if join.mention_id is not None}


def _other(join: Join, conversation_id: int, by_talk: Mapping[int | None, Contact], by_moment: Mapping[int, Contact]) -> Contact | None:
    """Return the moment at the far end of a join, seen from a conversation."""
    if join.mention_id is not None:
        return by_moment.get(join.mention_id)
    far = join.conversation_id if join.other_conversation_id == conversation_id else join.other_conversation_id
    return by_talk.get(far)


def _folded(lines: list[Line], known: Mapping[int, Known]) -> list[Line]:
    """Fold near-identical messages of one person under the first of them; the newest waiting one is never folded away."""
    kept: list[Line] = []
    first: dict[tuple[str, int], int] = {}
    for line in lines:
        stored = line.stored
        author = stored.mention.author if stored else None
        card = known[stored.mention_id].card_id if stored and stored.mention_id in known else 0
        key = (author.key if author else "", card)
        if author is None or not card or key not in first:
            first.setdefault(key, len(kept))
            kept.append(line)
            continue
        at = first[key]
        one = kept[at]
        kept[at] = Line(
            kind=one.kind,
            at=one.at,
            contact=one.contact,
            stored=one.stored,
            language=one.language,
            labels=one.labels,
            corrected=one.corrected,
            copies=one.copies + 1,
            waits=one.waits or line.waits,
        )
    return kept
