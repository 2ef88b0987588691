"""What the API is fed with, over an open desk."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.audit.chain import AuditLine
from moderation.inbox.api.parts import ApiParts
from moderation.inbox.scope import Noted
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.people import PeopleLedger
from moderation.model.person import Person
from moderation.parts import Desk


def api_parts(desk: Desk) -> ApiParts:
    """Return the API's parts."""
    engine = desk.ledger.engine

    def audit(before: int, limit: int) -> Sequence[AuditLine]:
        return desk.audit.newest(before=before or None, limit=limit)

    return ApiParts(
        inbox=desk.inbox,
        queue=desk.queueing.queue,
        acts=desk.queueing.acts,
        endings=desk.conversation.endings,
        notes=desk.conversation.notes,
        questions=desk.conversation.questions,
        outbox=desk.outbox,
        mentions=lambda ids: desk.ledger.mentions.by_ids(ids),
        is_issue=lambda issue_id: desk.ledger.issues.get(issue_id) is not None,
        issue_acts=desk.ledger.issues.acts,
        draft=DraftLedger(engine).readable,
        entry=OutboxLedger(engine).get,
        people=PeopleLedger(engine).all,
        audit=audit,
    )


def reading_noted(desk: Desk) -> Noted:
    """Return what writes into the audit log who read on past many people's messages."""

    def noted(person: Person, route: str, persons: int) -> None:
        desk.audit.add(at=desk.clock.now(), who=person.name, verb="export", subject=route, detail={"persons": persons})

    return noted
