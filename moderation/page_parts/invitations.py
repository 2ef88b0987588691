"""What the pages about invitations are fed with, over an open home."""

from __future__ import annotations

from collections.abc import Mapping

from moderation.inbox.invitation_parts import InvitationParts
from moderation.inviting import WORDS, Inviting
from moderation.messages.snippet import FORMATS, written
from moderation.model.invitation import JourneyKind
from moderation.page_parts.words import words_for


def invitation_parts(inviting: Inviting) -> InvitationParts:
    """Return the callables of those pages."""
    ledger = inviting.ledger

    def snippet(language: str) -> Mapping[str, str]:
        made = inviting.standing.snippet(language)
        return {form: written(made, form) for form in FORMATS}

    return InvitationParts(
        decisions=lambda state, kind, limit: ledger.decisions(
            states=[state] if state else [], kind=JourneyKind(kind) if kind else None, limit=limit
        ),
        history=ledger.history,
        counts=ledger.counts,
        quiet=lambda: list(inviting.decide.quiet().values()),
        snippet=snippet,
        words=lambda language: words_for(language, WORDS),
    )
