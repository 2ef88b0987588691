"""Hands the digest what the answering half has to tell, in every language it knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from listener.model.figures import Further
from moderation.model.languages import LANGUAGES
from moderation.parts import Desk
from moderation.reports.spoken import further_of
from moderation.workflows.gather_spoken import gather_spoken
from moderation.workflows.load_wording import load_words


def telling(desk: Desk) -> Callable[[datetime, datetime], tuple[Further, ...]]:
    """Return what `Listening.further` is on a home with both halves: nothing when there is nothing to tell."""
    words = {language: load_words(language, "spoken") for language in LANGUAGES}

    def further(from_at: datetime, as_of: datetime) -> tuple[Further, ...]:
        told = further_of(gather_spoken(desk, from_at, as_of), words, zone=desk.settings.zone, as_of=as_of)
        return (told,) if any(told.lines.values()) else ()

    return further
