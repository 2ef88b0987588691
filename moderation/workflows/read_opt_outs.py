"""Read "leave me alone" out of messages to us, before anything else happens with them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from listener.ports import Clock
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.opt_out_reading import OptOutReading
from moderation.model.leave import UNPROVEN, OptOut
from moderation.policy.opt_out_words import OptOutWords, says_opt_out

logger = logging.getLogger(__name__)
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutsRead:
    """What one reading found. `unnamed` messages said it without an author whom we could leave alone."""

    read: int
    opted_out: int
    unnamed: int


class ReadOptOuts:
    """Called where messages come in and once more before each round of the gateway, so that an opt-out that is here is honoured.

    It neither waits for the analyser nor looks at any label. A mail whose sender is unproven is honoured as well, with a note that says
    so: who is wrongly left alone loses little and a person undoes it, who is wrongly written to was promised otherwise (RULES P2).
    """

    def __init__(self, reading: OptOutReading, leave: LeaveLedger, words: Iterable[OptOutWords], clock: Clock) -> None:
        self._reading = reading
        self._leave = leave
        self._words = tuple(words)
        self._clock = clock

    def __call__(self) -> OptOutsRead:
        """Read every message that came in or changed since the last time. Safe to repeat and to be killed in."""
        read = opted_out = unnamed = 0
        place = self._reading.read_up_to()
        while True:
            found, newest = self._reading.unread(place, BATCH)
            if newest == place:
                return OptOutsRead(read=read, opted_out=opted_out, unnamed=unnamed)
            for one in found:
                read += 1
                if not says_opt_out(f"{one.mention.title}\n{one.mention.text}".strip(), self._words):
                    continue
                author = one.mention.author
                if author is None:
                    unnamed += 1
                    logger.warning("somebody without a name asked to be left alone", extra={"mention_id": one.mention_id})
                    continue
                said_at = one.mention.edited_at or one.mention.posted_at
                note = UNPROVEN if one.mention.unproven else ""
                new = OptOut(person_key=author.key, at=said_at, how="words", noted_by="schedule", mention_id=one.mention_id, note=note)
                opted_out += self._leave.add_opt_out(new)
            self._reading.note_read(newest)
            place = newest
