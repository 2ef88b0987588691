"""Notes for colleagues: on a conversation, and on what is planned about an issue. Whoever holds this can send nothing (RULES F33)."""

from __future__ import annotations

from datetime import datetime

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.notes import NoteLedger
from moderation.model.conversation import CaseNote, PlanningNote
from moderation.workflows.words_inside import inside_words


class Notes:
    """Writes and takes away notes. All raise `NotAllowed` with what is wrong."""

    def __init__(self, ledger: NoteLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def add(self, case_id: int, text: str, by: str) -> CaseNote:
        """Keep a note on a case."""
        return self._ledger.add(case_id, inside_words(text), who=by, at=self._clock.now())

    def remove(self, case_id: int, note_id: int, by: str) -> None:
        """Take one's own note away: its words are gone, that there was one stays."""
        self._ledger.remove(note_id, case_id, who=by, at=self._clock.now())

    def plan(self, issue_id: int, text: str, by: str, *, until: datetime | None = None) -> PlanningNote:
        """Keep what is planned about an issue; every case of it shows it until `until`."""
        now = self._clock.now()
        if until is not None and until <= now:
            raise NotAllowed("A planning note stands until a moment that is still to come.", key="talk_until_past")
        return self._ledger.plan(issue_id, inside_words(text), who=by, at=now, until=until)

    def end_plan(self, issue_id: int, note_id: int, by: str) -> None:
        """End a planning note."""
        self._ledger.end_plan(note_id, issue_id, who=by, at=self._clock.now())

    def plans(self, issue_id: int) -> tuple[PlanningNote, ...]:
        """Return the planning notes of an issue that stand now, oldest first."""
        now = self._clock.now()
        return tuple(one for one in self._ledger.plans(issue_id) if one.stands(now))
