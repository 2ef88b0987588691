"""What people did in a week, and what nobody did: the weekly report's facts from cases, promises, marks, actions and sources.

Every question may be narrowed to some brands (RULES S3); None is all of them. No colleague's name is read here, so nobody can be ranked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, func, literal, or_, select, true

from listener.ledger.changes import batches
from listener.ledger.tables import issue, mention
from listener.ledger.tables_sources import source_event
from listener.ledger.transactions import reading
from moderation.ledger.brand_conditions import about_brands, post_about
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.tables import conversation, conversation_mention, outbox, support_case
from moderation.ledger.tables_conversation import contact_mark
from moderation.ledger.tables_feedback import improvement_action
from moderation.ledger.tables_people import team
from moderation.ledger.tables_status import status_promise, status_update
from moderation.model.case import CaseState, Ending
from moderation.model.post import ANSWERING
from moderation.model.status import PromiseState, UpdateState

Brands = frozenset[str] | None
NO_TALK = (Ending.SPAM.value, Ending.NOT_OURS.value)
"""Endings of cases that were no conversation with a customer of ours."""
_NOW_IN = func.coalesce(issue.c.merged_into, issue.c.issue_id)
"""The issue that holds an issue's mentions now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Agents' marks of a week: contacts they called unnecessary, necessary, or were unsure about; and what could have avoided them."""

    yes: int
    no: int
    unsure: int
    avoidable_by: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What we said about one issue in a stretch of time: status updates on our page, and answers to people who wrote of it."""

    updates: int = 0
    answers: int = 0


class WeekFacts:
    """Reads; changes nothing. Stretches are [from_at, to_at)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def marks(self, from_at: datetime, to_at: datetime, brands: Brands) -> Marked:
        """Return the marks that stand and were made in the stretch."""
        query = (
            select(contact_mark.c.unnecessary, contact_mark.c.avoidable_by)
            .join(conversation, conversation.c.conversation_id == contact_mark.c.conversation_id)
            .where(_during(contact_mark.c.made_at, from_at, to_at), _of(brands))
        )
        with reading(self._engine) as tx:
            rows = tx.execute(query).all()
        said = Counter(row.unnecessary for row in rows)
        by = Counter(row.avoidable_by for row in rows if row.unnecessary == "yes" and row.avoidable_by)
        return Marked(yes=said["yes"], no=said["no"], unsure=said["unsure"], avoidable_by=dict(sorted(by.items())))

    def closed(self, from_at: datetime, to_at: datetime, brands: Brands) -> list[int]:
        """Return the conversations whose case was closed in the stretch and still is, spam and what was not ours left out, by id."""
        query = (
            select(support_case.c.conversation_id)
            .join(conversation, conversation.c.conversation_id == support_case.c.conversation_id)
            .where(support_case.c.state == CaseState.CLOSED.value, _during(support_case.c.changed_at, from_at, to_at), _of(brands))
            .where(support_case.c.ending.not_in(NO_TALK))
            .order_by(support_case.c.conversation_id)
        )
        with reading(self._engine) as tx:
            return list(tx.execute(query).scalars())

    def waiting(self, mention_ids: Collection[int]) -> dict[int, int | None]:
        """Return, of these mentions, those that nobody answered or decided on: mention → its case, None when it never became one."""
        waits: dict[int, int | None] = dict.fromkeys(mention_ids)
        unanswered = or_(support_case.c.answered_at.is_(None), conversation_mention.c.joined_at > support_case.c.answered_at)
        open_still = and_(support_case.c.state != CaseState.CLOSED.value, unanswered)
        query = select(conversation_mention.c.mention_id, support_case.c.case_id, open_still.label("waits")).join_from(
            conversation_mention, support_case, support_case.c.conversation_id == conversation_mention.c.conversation_id
        )
        with reading(self._engine) as tx:
            for some in batches(sorted(waits)):
                for row in tx.execute(query.where(conversation_mention.c.mention_id.in_(some)).order_by(support_case.c.case_id)):
                    if row.waits:
                        waits[row.mention_id] = row.case_id
                    elif waits.get(row.mention_id) is None:
                        waits.pop(row.mention_id, None)
        return waits

    def promises(self, from_at: datetime, to_at: datetime, brands: Brands) -> list[tuple[int, datetime, PromiseState]]:
        """Return the public promises due in the stretch, first due first: (issue, due, state)."""
        query = (
            select(status_promise.c.issue_id, status_promise.c.due_at, status_promise.c.state)
            .where(_during(status_promise.c.due_at, from_at, to_at), _about(brands, status_promise.c.issue_id))
            .order_by(status_promise.c.due_at, status_promise.c.promise_id)
        )
        with reading(self._engine) as tx:
            return [(row.issue_id, row.due_at, PromiseState(row.state)) for row in tx.execute(query)]

    def last_words(self, issue_ids: Collection[int], before: datetime, brands: Brands) -> dict[int, datetime]:
        """Return when we last said something about each of these issues, or what was merged into it, before a moment: on our status page,
        or to somebody who wrote.
        """
        published = (
            select(_NOW_IN, func.max(status_update.c.published_at))
            .join_from(status_update, issue, issue.c.issue_id == status_update.c.issue_id)
            .where(status_update.c.state == UpdateState.PUBLISHED.value, status_update.c.published_at < before)
        )
        left = _posted(), outbox.c.changed_at < before, _told(brands)
        about = select(_NOW_IN, func.max(outbox.c.changed_at)).join_from(outbox, issue, issue.c.issue_id == outbox.c.issue_id).where(*left)
        wrote = mention.c.issue_id  # follows merges by itself
        to_them = select(wrote, func.max(outbox.c.changed_at)).join_from(outbox, mention, mention.c.mention_id == outbox.c.mention_id)
        found: dict[int, datetime] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(issue_ids)):
                for query, column in ((published, _NOW_IN), (about, _NOW_IN), (to_them.where(*left), wrote)):
                    for issue_id, last in tx.execute(query.where(column.in_(some)).group_by(column)):
                        found[issue_id] = max(last, found.get(issue_id, last))
        return found

    def said(self, issue_ids: Collection[int], from_at: datetime, to_at: datetime, brands: Brands) -> dict[int, Said]:
        """Return what we said in the stretch about each of these issues, or what was merged into it."""
        updates, answers = defaultdict[int, int](int), defaultdict[int, int](int)
        published = (
            select(_NOW_IN.label("issue_id"), func.count().label("n"))
            .join_from(status_update, issue, issue.c.issue_id == status_update.c.issue_id)
            .where(status_update.c.state == UpdateState.PUBLISHED.value, _during(status_update.c.published_at, from_at, to_at))
            .group_by(_NOW_IN)
        )
        answered = (
            select(mention.c.issue_id, func.count().label("n"))
            .join_from(outbox, mention, mention.c.mention_id == outbox.c.mention_id)
            .where(*_answer(from_at, to_at, brands))
            .group_by(mention.c.issue_id)
        )
        with reading(self._engine) as tx:
            for some in batches(sorted(issue_ids)):
                updates.update({row.issue_id: row.n for row in tx.execute(published.where(_NOW_IN.in_(some)))})
                answers.update({row.issue_id: row.n for row in tx.execute(answered.where(mention.c.issue_id.in_(some)))})
        return {issue_id: Said(updates=updates[issue_id], answers=answers[issue_id]) for issue_id in issue_ids}

    def answered(self, issue_id: int, from_at: datetime, to_at: datetime, brands: Brands) -> list[int]:
        """Return what the answers that `said` counts about an issue were answers to, the newest answer first; one a line."""
        query = (
            select(outbox.c.mention_id)
            .join_from(outbox, mention, mention.c.mention_id == outbox.c.mention_id)
            .where(mention.c.issue_id == issue_id, *_answer(from_at, to_at, brands))
            .order_by(outbox.c.changed_at.desc(), outbox.c.entry_id.desc())
        )
        with reading(self._engine) as tx:
            return list(tx.execute(query).scalars())

    def actions_seen(self, brands: Brands) -> frozenset[int]:
        """Return the improvement actions that are about these brands, or about none."""
        query = select(improvement_action.c.action_id).where(_about(brands, improvement_action.c.issue_id))
        with reading(self._engine) as tx:
            return frozenset(tx.execute(query).scalars())

    def source_events(self, from_at: datetime, to_at: datetime) -> dict[str, tuple[int, int]]:
        """Return, by source, the gaps that were noticed in the stretch and the things that could not become a mention."""
        query = (
            select(source_event.c.source, source_event.c.kind, func.count().label("n"))
            .where(_during(source_event.c.at, from_at, to_at))
            .group_by(source_event.c.source, source_event.c.kind)
        )
        found: dict[str, Counter[str]] = defaultdict(Counter)
        with reading(self._engine) as tx:
            for row in tx.execute(query):
                found[row.source][row.kind] = row.n
        return {source: (kinds["gap"], kinds["skip"]) for source, kinds in found.items()}

    def teams(self) -> tuple[str, ...]:
        """Return the names of our teams."""
        with reading(self._engine) as tx:
            return tuple(tx.execute(select(team.c.name).order_by(team.c.name)).scalars())

    def posted_at(self, mention_ids: Collection[int]) -> dict[int, datetime]:
        """Return when these mentions were posted."""
        found: dict[int, datetime] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(mention_ids)):
                query = select(mention.c.mention_id, mention.c.posted_at).where(mention.c.mention_id.in_(some))
                found |= {row.mention_id: row.posted_at for row in tx.execute(query) if row.posted_at is not None}
        return found


def _during(column: ColumnElement[datetime], from_at: datetime, to_at: datetime) -> ColumnElement[bool]:
    return and_(column >= from_at, column < to_at)


def _of(brands: Brands) -> ColumnElement[bool]:
    return true() if brands is None else conversation.c.brand.in_(sorted(brands))


def _about(brands: Brands, issue_id: ColumnElement[int]) -> ColumnElement[bool]:
    return true() if brands is None else about_brands(brands, literal(None), issue_id)


def _answer(from_at: datetime, to_at: datetime, brands: Brands) -> tuple[ColumnElement[bool], ...]:
    """An answer of ours that left in a stretch, and no edit of one."""
    kinds = outbox.c.kind.in_([kind.value for kind in ANSWERING])
    return _posted(), kinds, outbox.c.edits == "", _during(outbox.c.changed_at, from_at, to_at), _told(brands)


def _told(brands: Brands) -> ColumnElement[bool]:
    return true() if brands is None else post_about(brands)


def _posted() -> ColumnElement[bool]:
    return and_(outbox.c.state.in_(POSTED_STATES), outbox.c.removes == "")
