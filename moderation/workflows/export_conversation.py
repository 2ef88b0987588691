"""A conversation as one document, for whoever asks what we keep of it; the same bytes while nothing about it changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import Any

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from moderation.ledger.cards import CardLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.joins import JoinLedger
from moderation.ledger.notes import NoteLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.questions import QuestionLedger
from moderation.ledger.thread import ThreadLedger


class ExportConversation:
    """Writes a case with its messages, labels, posts, notes, questions, card and joins."""

    def __init__(
        self,
        ledger: Ledger,
        cases: CaseLedger,
        threads: ThreadLedger,
        notes: NoteLedger,
        questions: QuestionLedger,
        cards: CardLedger,
        joins: JoinLedger,
        entries: OutboxLedger,
    ) -> None:
        self._ledger = ledger
        self._cases = cases
        self._threads = threads
        self._notes = notes
        self._questions = questions
        self._cards = cards
        self._joins = joins
        self._entries = entries

    def __call__(self, case_id: int) -> bytes:
        """Return the document as JSON in UTF-8, keys in order. Raises `NotAllowed` when there is no such case."""
        row = self._cases.get(case_id)
        place = self._threads.place(row.conversation_id) if row else None
        if row is None or place is None:
            raise NotAllowed(f"There is no case {case_id}, or its messages were removed.")
        talk = row.conversation_id
        known = self._threads.known(row.mention_ids)
        told: dict[str, Any] = {
            "case": asdict(row),
            "place": asdict(place),
            "messages": [asdict(one) for one in self._ledger.mentions.by_ids(row.mention_ids)],
            "known": {str(one): asdict(known[one]) for one in sorted(known)},
            "posts": [asdict(one) for one in self._entries.entries(case_id=case_id)],
            "notes": [asdict(one) for one in self._notes.of([talk])],
            "questions": [asdict(one) for one in self._questions.of([talk])],
            "card": [asdict(one) for one in self._cards.words([talk]).values()],
            "mark": [asdict(one) for one in self._cards.marks([talk]).values()],
            "joins": [asdict(one) for one in self._joins.around(talk)],
        }
        return (json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True, default=_plain) + "\n").encode("utf-8", "replace")


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set):
        return sorted(value, key=repr)
    return str(value)
