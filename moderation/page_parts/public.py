"""What the public pages are fed with: only what we published ourselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from moderation.ledger.status import StatusLedger
from moderation.model.status import PromiseState, StatusUpdate, UpdateState
from moderation.parts import Answering
from moderation.public.feedback_parts import feedback_parts
from moderation.public.incoming_parts import IncomingParts
from moderation.public.parts import PrivacyFacts, PublicIssue, PublicParts, PublicUpdate
from moderation.public.stop_parts import StopParts
from moderation.workflows.status_desk import standing_promise


def public_parts(parts: Answering) -> PublicParts:
    """Return the public pages' parts over an open home."""
    desk, settings, listening = parts.desk, parts.desk.settings, parts.listening
    return PublicParts(
        clock=desk.clock,
        zone=settings.zone,
        brand=parts.listening.brand_name,
        issues=lambda: public_issues(desk.status.status),
        privacy=privacy_facts(parts),
        base_url=settings.public.base_url,
        recent_days=settings.status.recent_days,
        invented=settings.invented,
        feedback=feedback_parts(desk.feedback.forms),
        stop=StopParts(find=desk.delivery.links.find, stop=desk.delivery.links.stop, resume=desk.delivery.links.resume),
        incoming=IncomingParts(receivers=listening.receivers, take=listening.receive.take) if listening.receivers else None,
    )


def privacy_facts(parts: Answering) -> PrivacyFacts:
    """Return what everybody may know of what is kept: the privacy page and the bot tell the same."""
    kept = parts.desk.settings.retention
    return PrivacyFacts(
        controller=parts.listening.brand_name,
        contact=parts.desk.settings.public.contact,
        keep_days=kept.raw_days,
        case_days=kept.closed_cases_days,
    )


def public_issues(status: StatusLedger) -> Sequence[PublicIssue]:
    """Return every issue with a published status, newest change first, as everybody may see it: our words and moments, nothing else."""
    updates = status.updates(state=UpdateState.PUBLISHED)
    promises = status.promises()
    corrected = {one.corrects: one.published_at for one in updates if one.corrects is not None}
    shown = []
    for public in status.public():
        mine = [one for one in updates if one.issue_id == public.issue_id]
        promise = None if public.resolved_at is not None else standing_promise(promises, mine, public.issue_id)
        late = promise is not None and promise.state is PromiseState.BROKEN
        shown.append(
            PublicIssue(
                public_id=public.public_id,
                subjects={language: _upper(subject) for language, subject in public.subjects.items()},
                status=public.status.value,
                updates=tuple(_shown(one, corrected.get(one.update_id)) for one in sorted(mine, key=_moment, reverse=True)),
                opened_at=public.opened_at,
                changed_at=public.changed_at,
                resolved_at=public.resolved_at,
                next_update_at=promise.due_at if promise is not None and not late else None,
                late_since=promise.due_at if promise is not None and late else None,
            )
        )
    return shown


def _shown(update: StatusUpdate, corrected_at: datetime | None) -> PublicUpdate:
    return PublicUpdate(
        update_id=update.update_id,
        status=update.status.value,
        texts=update.texts,
        published_at=_moment(update),
        corrected_at=corrected_at,
    )


def _moment(update: StatusUpdate) -> datetime:
    return update.published_at or update.made_at


def _upper(subject: str) -> str:
    return subject[:1].upper() + subject[1:]
