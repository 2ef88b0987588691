"""The staff pages' parts as somebody of some brands sees them: nothing of other brands is shown or counted (RULES S3).

What is about the whole house cannot be split and is left out: coverage of sources, how far templates are from graduating, standing
approvals, and what the answering half adds to a digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from listener.digest.markdown import digest_markdown
from listener.insight.brand_scope import BrandInsight
from listener.model.figures import DigestFigures
from listener.model.issue import SILENCE, WHOLE, Signal
from listener.parts import Listening, nothing_further
from listener.settings.wording import templates
from listener.workflows.rebuild_insight import catch_up
from moderation.inbox.choices import USUAL_DAYS
from moderation.inbox.parts import StaffParts
from moderation.inbox.shown import digest_figures, issue_now, issues_now
from moderation.model.object_kind import ObjectKind
from moderation.page_parts.room_scope import brand_feedback, brand_invitations, brand_outbox, brand_shadow, brand_status
from moderation.parts import Answering

LATEST_SIGNALS = 200
"""Among so many of the newest signals those about somebody's brands are looked for."""

Seen = Callable[[ObjectKind, Iterable[int]], frozenset[int]]
T = TypeVar("T")


def within(whole: StaffParts, parts: Answering, brands: frozenset[str]) -> StaffParts:
    """Return `whole` as somebody of these brands sees it."""
    listening, objects, room = about(parts.listening, brands), whole.objects, whole.issue_room

    def seen(kind: ObjectKind, numbers: Iterable[int]) -> frozenset[int]:
        found = {} if objects is None else objects.brands_of_many(kind, numbers)
        return frozenset(number for number, theirs in found.items() if not theirs or theirs & brands)

    def digest() -> DigestFigures:
        return split(digest_figures(listening), brands)

    def markdown(language: str) -> str:
        return digest_markdown(digest(), language=language, zone=whole.zone, templates=templates(language))

    def signals(limit: int) -> Sequence[Signal]:
        newest = whole.signals(LATEST_SIGNALS)
        issues = seen(ObjectKind.ISSUE, {one.issue_id for one in newest if one.issue_id is not None})
        return [one for one in newest if (one.issue_id in issues if one.issue_id is not None else theirs(one, brands))][:limit]

    return replace(
        whole,
        brand=listening.brand_name,
        issues=lambda: issues_now(listening) if room is None else room.issues(brands, USUAL_DAYS),
        issue=lambda issue_id, offset, limit: (
            issue_now(listening, issue_id, offset, limit) if room is None else room.issue(brands, issue_id, offset, limit)
        ),
        signals=signals,
        digest=digest,
        digest_markdown=markdown,
        coverage=tuple,
        issue_room=_or_none(whole.issue_room, lambda room: replace(room, edits=room.edits.within(brands))),
        outbox=_or_none(whole.outbox, lambda room: brand_outbox(room, parts.desk, seen)),
        shadow=_or_none(whole.shadow, lambda room: brand_shadow(room, parts.desk, seen)),
        status=_or_none(whole.status, lambda room: brand_status(room, parts.desk.status, seen)),
        feedback=_or_none(whole.feedback, lambda room: brand_feedback(room, parts.desk, seen, brands)),
        invitations=_or_none(whole.invitations, lambda room: brand_invitations(room, seen)),
        within=None,
    )


def about(listening: Listening, brands: frozenset[str]) -> Listening:
    """Return the listening half as far as it is about these brands: its counts, its texts and its name."""
    chosen = tuple(one for one in listening.settings.brands if one.name in brands)
    return replace(
        listening,
        insight=BrandInsight(listening.insight, brands),
        settings=listening.settings.model_copy(update={"brands": chosen}),
        further=nothing_further,
    )


def figures_seen(listening: Listening, brands: frozenset[str] | None, from_at: datetime, as_of: datetime) -> DigestFigures:
    """Return a digest's figures as far as they are about these brands, None for all, up to what the ledger knows now."""
    catch_up(listening.ledger, listening.insight, model_id=listening.model_id)
    if brands is None:
        return listening.figures(from_at, as_of)
    return split(about(listening, brands).figures(from_at, as_of), brands)


def split(figures: DigestFigures, brands: frozenset[str]) -> DigestFigures:
    """Return a digest without what is about the whole house: sources, a backlog read quickly, and signals of other brands."""
    return replace(figures, coverage=(), quick=None, whole=tuple(one for one in figures.whole if theirs(one, brands)))


def theirs(signal: Signal, brands: frozenset[str]) -> bool:
    """Tell whether a signal about no issue is about one of these brands, and not about a source."""
    return signal.kind in WHOLE and signal.kind != SILENCE and signal.about in brands


def _or_none(room: T | None, scoped: Callable[[T], T]) -> T | None:
    return None if room is None else scoped(room)
