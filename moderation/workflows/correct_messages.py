"""Labels corrected where they are read: what a person says of a message stands before what a model says."""

from __future__ import annotations

from collections.abc import Collection

from listener.errors import InputError, NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.correction import ANSWERS
from listener.ports import Clock
from moderation.ledger.thread import ThreadLedger

SHOWN = ("sentiment", "cause", "urgency", "question", "idea", "compliment", "toxicity", "personal_data")
"""Labels that a conversation's page shows and lets people correct, in this order."""


class Corrections:
    """Corrects labels of messages of a conversation; the listening half keeps every line and learns from them at night."""

    def __init__(self, ledger: Ledger, threads: ThreadLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._threads = threads
        self._clock = clock

    def correct(self, conversation_ids: Collection[int], mention_id: int, name: str, value: str, by: str) -> None:
        """Keep a person's answer; an empty one takes theirs back. Raises `NotAllowed` for another conversation's message, or no answer."""
        if mention_id not in self._threads.message_ids(conversation_ids):
            raise NotAllowed("This message is not part of the conversation (any more).", key="talk_not_in_thread")
        if name not in SHOWN or (value and value not in ANSWERS[name]):
            raise NotAllowed("There is no such answer; choose one from the list.", key="talk_choose")
        now = self._clock.now()
        try:
            if value:
                self._ledger.labels.correct(mention_id, name, value, by=by, at=now)
            else:
                self._ledger.labels.undo(mention_id, name, by=by, at=now)
        except InputError as error:
            raise NotAllowed(f"{str(error)[:1].upper()}{str(error)[1:]}.", key="talk_label_not_now") from error
