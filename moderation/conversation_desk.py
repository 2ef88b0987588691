"""Everything that people do on a conversation's page, put together on an open ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from listener.ledger.ledger import Ledger
from listener.parts import pseudonym_key
from listener.ports import Clock
from moderation.ledger.card_facts import CardFactLedger
from moderation.ledger.cards import CardLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.contacts import ContactLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.endings import EndingLedger
from moderation.ledger.joins import JoinLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.notes import NoteLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.questions import QuestionLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.thread import ThreadLedger
from moderation.ledger.timeline import TimelineLedger
from moderation.messages.render import PublicWording
from moderation.outbox.precheck import Precheck
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.ask_specialists import Questions
from moderation.workflows.case_acts import CaseActs
from moderation.workflows.correct_messages import Corrections
from moderation.workflows.end_cases import Endings
from moderation.workflows.export_conversation import ExportConversation
from moderation.workflows.join_contacts import Joins, ReadSigns
from moderation.workflows.keep_cards import Cards
from moderation.workflows.note_cases import Notes
from moderation.workflows.note_leave import LeaveNotes
from moderation.workflows.show_conversation import ShowConversation, Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationDesk:
    """`show` reads a conversation; the others each do one thing to it. `read_signs` prepares suggestions, and joins nothing."""

    show: ShowConversation
    acts: CaseActs
    notes: Notes
    questions: Questions
    joins: Joins
    leave: LeaveNotes
    cards: Cards
    corrections: Corrections
    endings: Endings
    export: ExportConversation
    read_signs: ReadSigns


def conversation_desk(
    ledger: Ledger,
    clock: Clock,
    *,
    acts: CaseActs,
    outbox: Outbox,
    precheck: Precheck,
    wording: Mapping[str, PublicWording],
    signature: Callable[[str], str],
) -> ConversationDesk:
    """Return the conversation side of a desk."""
    stores, leave = _stores(ledger), LeaveLedger(ledger.engine)
    cards, joined = CardLedger(ledger.engine), JoinLedger(ledger.engine)
    joins = Joins(ledger, stores.threads, stores.contacts, joined, leave, clock)
    notes, keep_cards = Notes(stores.notes, clock), Cards(cards, CardFactLedger(ledger.engine), ledger, clock)
    leave_notes = LeaveNotes(leave, joins, clock)
    endings = Endings(
        ledger,
        stores.cases,
        stores.threads,
        EndingLedger(ledger.engine),
        acts,
        DraftLedger(ledger.engine),
        precheck,
        outbox,
        clock,
        wording=wording,
        signature=signature,
    )
    return ConversationDesk(
        acts=acts,
        show=ShowConversation(ledger, stores, joins=joins, leave=leave_notes, notes=notes, cards=keep_cards, endings=endings),
        notes=notes,
        questions=Questions(stores.questions, clock),
        joins=joins,
        leave=leave_notes,
        cards=keep_cards,
        corrections=Corrections(ledger, stores.threads, clock),
        endings=endings,
        export=ExportConversation(ledger, stores.cases, stores.threads, stores.notes, stores.questions, cards, joined, stores.entries),
        read_signs=ReadSigns(ledger, stores.contacts, leave, clock, key=pseudonym_key(ledger)),
    )


def _stores(ledger: Ledger) -> Stores:
    engine = ledger.engine
    return Stores(
        cases=CaseLedger(engine),
        threads=ThreadLedger(engine),
        contacts=ContactLedger(engine),
        notes=NoteLedger(engine),
        questions=QuestionLedger(engine),
        entries=OutboxLedger(engine),
        statuses=StatusLedger(engine),
        timeline=TimelineLedger(engine),
    )
