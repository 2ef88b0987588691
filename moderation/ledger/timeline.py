"""Everything that happened around a conversation, from the rows that tell it and the audit log; no text of anybody's is read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from listener.ledger.changes import batches
from listener.ledger.tables import label_correction, mention, revision
from listener.ledger.transactions import reading
from moderation.ledger.tables import audit_line, conversation_mention, draft, outbox, support_case
from moderation.ledger.tables_feedback import feedback, feedback_invite
from moderation.ledger.tables_invitations import invitation_decision, invitation_event
from moderation.ledger.tables_status import status_update
from moderation.model.conversation import Event, EventGroup

MOST_EVENTS = 1_000

_INSIDE = frozenset(
    {"note", "remove_note", "ask", "answer_question", "withdraw_question", "join", "unjoin", "card", "mark_contact", "plan_note"}
    | {"end_plan_note", "consent", "withdraw_consent", "opt_out", "end_opt_out"}
)
_FEEDBACK = frozenset({"recover", "agree_to_hear"})
_TOLD = ("asked", "ending", "to", "until", "reason", "channel", "how", "evidence", "unnecessary", "state", "platform_id", "kind")
"""What of an audit line's detail the timeline names; none of it is a customer's word."""


class TimelineLedger:
    """Reads what happened. Every line comes from a row that was written when it happened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def events(self, conversation_ids: Collection[int], *, issue_id: int | None, person_keys: Collection[str]) -> list[Event]:
        """Return what happened to these conversations, newest first, at most 1,000; with public status of the issue they are about."""
        ids = sorted(conversation_ids)
        with reading(self._engine) as tx:
            case_ids = list(tx.execute(select(support_case.c.case_id).where(support_case.c.conversation_id.in_(ids))).scalars())
            found = [
                *_messages(tx, ids),
                *_corrections(tx, ids),
                *_audit(tx, ids, case_ids, person_keys),
                *_feedback_events(tx, ids),
                *(_status(tx, issue_id) if issue_id is not None else ()),
            ]
        return sorted(found, key=lambda one: one.at)[::-1][:MOST_EVENTS]


def _messages(tx: Connection, conversation_ids: list[int]) -> Iterator[Event]:
    mine = (
        select(mention.c.mention_id, mention.c.platform, mention.c.posted_at, mention.c.removed_at, mention.c.latest_revision)
        .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .where(conversation_mention.c.conversation_id.in_(conversation_ids))
    )
    edited: list[int] = []
    for row in tx.execute(mine).all():
        detail = {"mention": str(row.mention_id), "platform": row.platform}
        if row.posted_at is not None:
            yield Event(at=row.posted_at, group=EventGroup.CUSTOMER, verb="message", detail=detail)
        if row.removed_at is not None:
            yield Event(at=row.removed_at, group=EventGroup.CUSTOMER, verb="removed", detail=detail)
        if row.latest_revision > 0:
            edited.append(row.mention_id)
    for some in batches(edited):
        query = select(revision.c.mention_id, revision.c.edited_at, revision.c.seen_at)
        for one in tx.execute(query.where(revision.c.mention_id.in_(some), revision.c.revision > 0)):
            yield Event(at=one.edited_at or one.seen_at, group=EventGroup.CUSTOMER, verb="edited", detail={"mention": str(one.mention_id)})


def _corrections(tx: Connection, conversation_ids: list[int]) -> Iterator[Event]:
    query = (
        select(label_correction)
        .join_from(label_correction, conversation_mention, label_correction.c.mention_id == conversation_mention.c.mention_id)
        .where(conversation_mention.c.conversation_id.in_(conversation_ids))
    )
    for row in tx.execute(query).all():
        detail = {"label": row.name, "value": row.value or "", "mention": str(row.mention_id)}
        verb = "label" if row.value is not None else "label_undone"
        yield Event(at=row.at, group=EventGroup.INSIDE, verb=verb, who=row.made_by, detail=detail)


def _audit(tx: Connection, conversation_ids: list[int], case_ids: list[int], person_keys: Collection[str]) -> Iterator[Event]:
    drafts, entries = (
        [f"{name}:{one}" for some in batches(case_ids) for one in tx.execute(select(key).where(table.c.case_id.in_(some))).scalars()]
        for name, table, key in (("draft", draft, draft.c.draft_id), ("outbox", outbox, outbox.c.entry_id))
    )
    subjects = [f"case:{one}" for one in case_ids] + [f"conversation:{one}" for one in conversation_ids]
    subjects += [*drafts, *entries, *(f"person:{key}" for key in person_keys if key)]
    for some in batches(subjects):
        for row in tx.execute(select(audit_line).where(audit_line.c.subject.in_(some)).order_by(audit_line.c.seq)).all():
            yield _line(row.at, row.who, row.verb, row.subject, json.loads(row.detail))


def _line(at: datetime, who: str, verb: str, subject: str, detail: dict[str, Any]) -> Event:
    room, _, number = subject.partition(":")
    if verb in _INSIDE:
        group = EventGroup.INSIDE
    elif verb in _FEEDBACK:
        group = EventGroup.FEEDBACK
    else:
        group = EventGroup.REPLY if room in ("draft", "outbox") else EventGroup.WORK
    told = {name: _plain(detail[name]) for name in _TOLD if detail.get(name)}
    if room == "outbox":
        verb = told.pop("to", verb)  # what a post became is what happened: a restart that calls it unknown has no word of its own
    return Event(at=at, group=group, verb=verb, who=who, detail={**told, **({room: number} if room in ("draft", "outbox", "case") else {})})


def _plain(value: Any) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _feedback_events(tx: Connection, conversation_ids: list[int]) -> Iterator[Event]:
    asked = select(feedback_invite).where(feedback_invite.c.conversation_id.in_(conversation_ids))
    for row in tx.execute(asked).all():
        yield Event(at=row.made_at, group=EventGroup.FEEDBACK, verb="feedback_link", detail={"channel": row.channel})
    for row in tx.execute(select(feedback).where(feedback.c.conversation_id.in_(conversation_ids))).all():
        yield Event(at=row.begun_at, group=EventGroup.FEEDBACK, verb="feedback", detail={"channel": row.channel})
    decided = (
        select(invitation_decision.c.at, invitation_decision.c.answer)
        .join_from(invitation_decision, invitation_event, invitation_decision.c.event_id == invitation_event.c.event_id)
        .where(invitation_event.c.conversation_id.in_(conversation_ids))
    )
    for row in tx.execute(decided).all():
        yield Event(at=row.at, group=EventGroup.FEEDBACK, verb=f"invitation_{row.answer}")


def _status(tx: Connection, issue_id: int) -> Iterator[Event]:
    query = select(status_update).where(status_update.c.issue_id == issue_id, status_update.c.published_at.is_not(None))
    for row in tx.execute(query).all():
        detail = {"status": row.status, "issue": str(issue_id)}
        yield Event(at=row.published_at, group=EventGroup.STATUS, verb="status", who=row.published_by, detail=detail)
