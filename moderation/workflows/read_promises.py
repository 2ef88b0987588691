"""What our own replies promised the customers of cases, as moments that a clock can run to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from listener.ports import Clock
from moderation.coach.promises import promises_in
from moderation.ledger.our_words import OurWords
from moderation.model.case import CaseRow, CaseState
from moderation.model.clock import PromisedMoment
from moderation.model.languages import LANGUAGES
from moderation.workflows.load_coach import load_coach_words

REMEMBERED = timedelta(days=30)
"""A promise that we broke longer ago than this is no clock any more: nobody waits for that word."""


class ReadPromises:
    """Reads the one reply of ours that stands last in each case: whatever was promised before it, we have spoken since."""

    def __init__(self, words: OurWords, clock: Clock, *, zone: tzinfo) -> None:
        self._words = words
        self._clock = clock
        self._zone = zone

    def __call__(self, rows: Sequence[CaseRow]) -> dict[int, tuple[PromisedMoment, ...]]:
        """Return the moments promised, by case; nothing for the cases where we promised none, or never answered."""
        answered = [row.case_id for row in rows if row.answered_at is not None and row.state is not CaseState.CLOSED]
        if not answered:
            return {}
        now = self._clock.now()
        found = {
            case_id: tuple(one for one in promised_moments(text, at, self._zone) if now - one.due_at < REMEMBERED)
            for case_id, (text, at) in self._words.latest_in(answered).items()
        }
        return {case_id: moments for case_id, moments in found.items() if moments}


@lru_cache(maxsize=4_096)
def promised_moments(text: str, at: datetime, zone: tzinfo) -> tuple[PromisedMoment, ...]:
    """Return the moments that a reply posted at `at` promised, in any of our languages; those that name no moment are left out."""
    due = {
        one.due_at
        for language in LANGUAGES
        for one in promises_in(text, at=at, zone=zone, words=load_coach_words(language))
        if one.due_at is not None
    }
    return tuple(PromisedMoment(made_at=at, due_at=one) for one in sorted(due))
