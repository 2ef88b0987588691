"""Which brands a thing belongs to: what the gate asks before anybody sees or changes it (RULES S3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, literal, select

from listener.ledger.changes import batches
from listener.ledger.private import is_private, private_among
from listener.ledger.tables import issue, mention, mention_brand
from listener.ledger.transactions import reading
from moderation.ledger.conditions import private_case
from moderation.ledger.tables import conversation, conversation_mention, draft, outbox, support_case
from moderation.ledger.tables_conversation import case_note, case_question
from moderation.ledger.tables_feedback import feedback, improvement_action
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_knowledge import article, article_brand
from moderation.ledger.tables_leave import shadow_item
from moderation.ledger.tables_outbox import alarm
from moderation.ledger.tables_queue import case_act, case_fact
from moderation.ledger.tables_status import broadcast_plan, status_update
from moderation.model.object_kind import ObjectKind

Brands = frozenset[str]
NONE: Brands = frozenset()
ALARMS_ABOUT_ENTRIES = frozenset({"stuck", "posted_twice"})
"""Alarms whose subject is an entry's number; others are about an account, which belongs to the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ref:
    """A thing that belongs where the first of these belongs that it names: its case, its conversation, its mention, its issue."""

    number: Column[int]
    case: Column[int] | None = None
    conversation: Column[int] | None = None
    mention: Column[int] | None = None
    issue: Column[int] | None = None


_REFS: Mapping[ObjectKind, _Ref] = {
    ObjectKind.DRAFT: _Ref(number=draft.c.draft_id, case=draft.c.case_id, mention=draft.c.mention_id, issue=draft.c.issue_id),
    ObjectKind.ENTRY: _Ref(number=outbox.c.entry_id, case=outbox.c.case_id, mention=outbox.c.mention_id, issue=outbox.c.issue_id),
    ObjectKind.SHADOW: _Ref(
        number=shadow_item.c.shadow_id, case=shadow_item.c.case_id, mention=shadow_item.c.mention_id, issue=shadow_item.c.issue_id
    ),
    ObjectKind.UPDATE: _Ref(number=status_update.c.update_id, issue=status_update.c.issue_id),
    ObjectKind.PLAN: _Ref(number=broadcast_plan.c.plan_id, issue=broadcast_plan.c.issue_id),
    ObjectKind.ACTION: _Ref(number=improvement_action.c.action_id, issue=improvement_action.c.issue_id),
    ObjectKind.EVENT: _Ref(
        number=invitation_event.c.event_id,
        case=invitation_event.c.case_id,
        conversation=invitation_event.c.conversation_id,
        mention=invitation_event.c.mention_id,
        issue=invitation_event.c.issue_id,
    ),
    ObjectKind.ACT: _Ref(number=case_act.c.act_id, case=case_act.c.case_id),
    ObjectKind.NOTE: _Ref(number=case_note.c.note_id, conversation=case_note.c.conversation_id),
    ObjectKind.QUESTION: _Ref(number=case_question.c.question_id, conversation=case_question.c.conversation_id),
    ObjectKind.FEEDBACK: _Ref(number=feedback.c.feedback_id, conversation=feedback.c.conversation_id, issue=feedback.c.issue_id),
}


_PRIVATE_TALKS = (
    select(conversation_mention.c.conversation_id)
    .join_from(conversation_mention, mention, mention.c.mention_id == conversation_mention.c.mention_id)
    .where(is_private())
    .distinct()
)


class ObjectBrandLedger:
    """Answers for one thing or for many of a kind."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def brands_of(self, kind: ObjectKind, number: int) -> Brands | None:
        """Return the brands of one thing; empty when it belongs to none, None when there is no such thing."""
        return self.brands_of_many(kind, [number]).get(number)

    def brands_of_many(self, kind: ObjectKind, numbers: Iterable[int]) -> dict[int, Brands]:
        """Return the brands of each of these things that exists."""
        wanted = sorted(set(numbers))
        if not wanted:
            return {}
        with reading(self._engine) as tx:
            return _brands(tx, kind, wanted)

    def private_of_many(self, kind: ObjectKind, numbers: Iterable[int]) -> frozenset[int]:
        """Return those of these things that belong to a private message or its conversation: they are for those who answer it."""
        wanted = sorted(set(numbers))
        if not wanted:
            return frozenset()
        with reading(self._engine) as tx:
            return frozenset(_private(tx, kind, wanted))


def _private(tx: Connection, kind: ObjectKind, numbers: Sequence[int]) -> set[int]:
    """Return those of these things that belong to a private message: it itself, its case or conversation, or what names one of them."""
    if kind is ObjectKind.MENTION:
        return private_among(tx, numbers)
    if kind is ObjectKind.CASE:
        query = select(case_fact.c.case_id).where(private_case(case_fact.c.case_id))
        return {found for some in batches(numbers) for found in tx.execute(query.where(case_fact.c.case_id.in_(some))).scalars()}
    ref = _REFS.get(kind)
    if ref is None:
        return set()
    sent_to = {ObjectKind.DRAFT: draft.c.person, ObjectKind.ENTRY: outbox.c.person}.get(kind, literal(""))
    nothing = literal(None)
    columns = (ref.case, ref.conversation, ref.mention)
    query = select(ref.number, *(nothing if one is None else one for one in columns), sent_to)
    rows = [tuple(row) for some in batches(numbers) for row in tx.execute(query.where(ref.number.in_(some)))]
    cases = _private(tx, ObjectKind.CASE, sorted({row[1] for row in rows if row[1] is not None}))
    talks = {
        found
        for some in batches(sorted({row[2] for row in rows if row[2] is not None}))
        for found in tx.execute(_PRIVATE_TALKS.where(conversation_mention.c.conversation_id.in_(some))).scalars()
    }
    mentions = private_among(tx, {row[3] for row in rows if row[3] is not None})
    return {row[0] for row in rows if row[1] in cases or row[2] in talks or row[3] in mentions or row[4]}


def _brands(tx: Connection, kind: ObjectKind, numbers: Sequence[int]) -> dict[int, Brands]:
    if kind is ObjectKind.MENTION:
        return _of_mentions(tx, numbers)
    if kind is ObjectKind.ISSUE:
        return _of_issues(tx, numbers)
    if kind is ObjectKind.CASE:
        return _of_cases(tx, numbers)
    if kind is ObjectKind.ARTICLE:
        return _of_articles(tx, numbers)
    if kind is ObjectKind.ALARM:
        return _of_alarms(tx, numbers)
    return _of_refs(tx, _REFS[kind], numbers)


def _of_mentions(tx: Connection, numbers: Sequence[int]) -> dict[int, Brands]:
    query = select(mention.c.mention_id, mention_brand.c.brand).join_from(
        mention, mention_brand, mention.c.mention_id == mention_brand.c.mention_id, isouter=True
    )
    return _read(tx, query, mention.c.mention_id, numbers)


def _of_issues(tx: Connection, numbers: Sequence[int]) -> dict[int, Brands]:
    """Return the brands of the mentions of each issue; of one that was merged, those of the issue it went into."""
    into: dict[int, int] = {}
    for some in batches(numbers):
        for row in tx.execute(select(issue.c.issue_id, issue.c.merged_into).where(issue.c.issue_id.in_(some))):
            into[row.issue_id] = row.merged_into or row.issue_id
    about = select(mention.c.issue_id, mention_brand.c.brand).join_from(
        mention, mention_brand, mention.c.mention_id == mention_brand.c.mention_id
    )
    found = _read(tx, about.distinct(), mention.c.issue_id, sorted(set(into.values())))
    return {number: found.get(target, NONE) for number, target in into.items()}


def _of_cases(tx: Connection, numbers: Sequence[int]) -> dict[int, Brands]:
    query = select(support_case.c.case_id, conversation.c.brand).join_from(
        support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id
    )
    return _read(tx, query, support_case.c.case_id, numbers)


def _of_conversations(tx: Connection, numbers: Sequence[int]) -> dict[int, Brands]:
    query = select(conversation.c.conversation_id, conversation.c.brand)
    return _read(tx, query, conversation.c.conversation_id, numbers)


def _of_articles(tx: Connection, numbers: Sequence[int]) -> dict[int, Brands]:
    query = select(article.c.article_id, article_brand.c.brand).join_from(
        article, article_brand, article.c.article_id == article_brand.c.article_id, isouter=True
    )
    return _read(tx, query, article.c.article_id, numbers)


def _of_alarms(tx: Connection, numbers: Sequence[int]) -> dict[int, Brands]:
    query = select(alarm.c.alarm_id, alarm.c.kind, alarm.c.subject)
    rows = [row for some in batches(numbers) for row in tx.execute(query.where(alarm.c.alarm_id.in_(some)))]
    about = {row.alarm_id: int(row.subject) for row in rows if row.kind in ALARMS_ABOUT_ENTRIES and row.subject.isdecimal()}
    entries = _of_refs(tx, _REFS[ObjectKind.ENTRY], sorted(set(about.values())))
    return {row.alarm_id: entries.get(about.get(row.alarm_id, 0), NONE) for row in rows}


def _of_refs(tx: Connection, ref: _Ref, numbers: Sequence[int]) -> dict[int, Brands]:
    """Return the brands of what each names: its case decides when it has one, then its conversation, its mention, its issue."""
    nothing = literal(None)
    query = select(ref.number, *(nothing if one is None else one for one in (ref.case, ref.conversation, ref.mention, ref.issue)))
    rows = [tuple(row) for some in batches(numbers) for row in tx.execute(query.where(ref.number.in_(some)))]
    found: dict[int, Brands] = {row[0]: NONE for row in rows}
    left = {row[0]: row[1:] for row in rows}
    for place, lookup in enumerate((_of_cases, _of_conversations, _of_mentions, _of_issues)):
        named = {number: names[place] for number, names in left.items() if names[place] is not None}
        theirs = lookup(tx, sorted(set(named.values()))) if named else {}
        for number, name in named.items():
            if brands := theirs.get(name):
                found[number] = brands
                del left[number]
    return found


def _read(tx: Connection, query: Select[Any], number: Column[int], numbers: Sequence[int]) -> dict[int, Brands]:
    """Return the brands that a query of (number, brand) gives for these numbers; empty where it gives none."""
    found: dict[int, set[str]] = defaultdict(set)
    for some in batches(numbers):
        for row in tx.execute(query.where(number.in_(some))):
            found[row[0]].update([row[1]] if row[1] else [])
    return {one: frozenset(brands) for one, brands in found.items()}
