"""Broadcasts: plans with their items, and which thread has heard which update; each move is one transaction with its audit line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, and_, delete, exists, func, insert, select, update

from listener.ledger.tables import membership, mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.drafts import insert_draft
from moderation.ledger.issue_cases import why_not_answered
from moderation.ledger.rows import target_of, target_row
from moderation.ledger.tables import draft as draft_table
from moderation.ledger.tables import outbox
from moderation.ledger.tables_status import broadcast_item, broadcast_plan, broadcast_told
from moderation.model.broadcast import ItemState, NewItem, Plan, PlanItem, PlanKind, PlanState
from moderation.model.outbox import DraftState, EntryState, NewDraft

_OF_ANSWERS = ("case_id", "title", "seen_mention_id")
Thread = tuple[str, str, str]
"""platform, realm, thread id."""


class BroadcastLedger:
    """Plans as they were made and approved, and what became of every item."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, update_id: int, issue_id: int, items: Sequence[NewItem], *, correct: bool, who: str, at: datetime) -> Plan:
        """Keep a plan and return it with its ids. `update_id` 0: it answers cases."""
        kind = PlanKind.STATUS_UPDATE if update_id else PlanKind.ANSWER
        values = {
            "kind": kind.value,
            "update_id": update_id or None,
            "issue_id": issue_id,
            "state": PlanState.OPEN.value,
            "correct": correct,
        }
        with writing(self._engine) as tx:
            row = {**values, "planned_by": who, "planned_at": at, "approved_by": "", "content": ""}
            plan_id = tx.execute(insert(broadcast_plan).values(row).returning(broadcast_plan.c.plan_id)).scalar_one()
            if items:
                tx.execute(insert(broadcast_item), [_item_row(item, plan_id, number) for number, item in enumerate(items)])
            detail = {"kind": kind.value, "update": update_id, "to_post": sum(1 for item in items if item.posts), "items": len(items)}
            note(tx, at=at, who=who, verb="plan_broadcast", subject=f"plan:{plan_id}", detail=detail)
            return _plan(tx, plan_id)

    def get(self, plan_id: int) -> Plan | None:
        """Return a plan with its items, or None."""
        with reading(self._engine) as tx:
            there = tx.execute(select(broadcast_plan.c.plan_id).where(broadcast_plan.c.plan_id == plan_id)).one_or_none()
            return None if there is None else _plan(tx, plan_id)

    def plans(
        self,
        states: Iterable[PlanState] = (),
        *,
        update_id: int | None = None,
        issue_id: int | None = None,
        kind: PlanKind | None = None,
        limit: int | None = None,
    ) -> list[Plan]:
        """Return plans in these states (none named: all), newest first; of one update, one issue, one kind."""
        here = broadcast_plan.c
        wanted = [state.value for state in states]
        conditions = [
            *([here.state.in_(wanted)] if wanted else ()),
            *([here.update_id == update_id] if update_id is not None else ()),
            *([here.issue_id == issue_id] if issue_id is not None else ()),
            *([here.kind == kind.value] if kind is not None else ()),
        ]
        query = select(here.plan_id).where(*conditions).order_by(here.plan_id.desc()).limit(limit)
        with reading(self._engine) as tx:
            return [_plan(tx, plan_id) for plan_id in tx.execute(query).scalars().all()]

    def tick(self, plan_id: int, item_ids: Iterable[int], *, who: str, at: datetime) -> int:
        """Note that a person chose these items of an open plan singly; return how many are newly ticked.

        One at a time with `approve`: whatever is ticked before it is seen there, and nothing is ticked after it.
        """
        opened = select(broadcast_plan.c.plan_id).where(broadcast_plan.c.plan_id == plan_id, broadcast_plan.c.state == PlanState.OPEN.value)
        mine = and_(
            broadcast_item.c.plan_id.in_(opened),
            broadcast_item.c.item_id.in_(sorted(set(item_ids))),
            broadcast_item.c.state == ItemState.PLANNED.value,
            broadcast_item.c.ticked_by == "",
        )
        with writing(self._engine) as tx:
            tx.execute(_locked(plan_id))
            ticked = (
                tx.execute(update(broadcast_item).where(mine).values(ticked_by=who).returning(broadcast_item.c.item_id)).scalars().all()
            )
            if ticked:
                note(tx, at=at, who=who, verb="tick_broadcast", subject=f"plan:{plan_id}", detail={"items": sorted(ticked)})
        return len(ticked)

    def approve(self, plan_id: int, *, content: str, ticked: Collection[int], who: str, at: datetime) -> bool:
        """Approve an open plan as it was looked at; return False when it was not open (any more), or other items are `ticked` by now."""
        values = {"state": PlanState.APPROVED.value, "approved_by": who, "approved_at": at, "content": content}
        chosen = select(broadcast_item.c.item_id).where(broadcast_item.c.plan_id == plan_id, broadcast_item.c.ticked_by != "")
        with writing(self._engine) as tx:
            now = tx.execute(_locked(plan_id)).scalar_one_or_none()
            if now != PlanState.OPEN.value or set(tx.execute(chosen).scalars()) != set(ticked):
                return False
            tx.execute(update(broadcast_plan).where(broadcast_plan.c.plan_id == plan_id).values(values))
            note(tx, at=at, who=who, verb="approve_broadcast", subject=f"plan:{plan_id}", detail={"content": content})
        return True

    def cancel(self, plan_id: int, *, who: str, at: datetime) -> bool:
        """Take a plan back: nothing more is approved from it. What is in the outbox already is cancelled there. False: it had ended."""
        values = {"state": PlanState.CANCELLED.value}
        return any(
            self._move(plan_id, state, values, who=who, at=at, verb="cancel_broadcast", detail={})
            for state in (PlanState.OPEN, PlanState.APPROVED)
        )

    def finish(self, plan_id: int, *, at: datetime) -> bool:
        """Call an approved plan done when none of its items waits any more; return whether it is done by this."""
        waiting = select(broadcast_item.c.item_id).where(
            broadcast_item.c.plan_id == plan_id, broadcast_item.c.state.in_((ItemState.PLANNED.value, ItemState.DRAFTED.value))
        )
        mine = and_(broadcast_plan.c.plan_id == plan_id, broadcast_plan.c.state == PlanState.APPROVED.value, ~waiting.exists())
        with writing(self._engine) as tx:
            done = tx.execute(update(broadcast_plan).where(mine).values(state=PlanState.DONE.value)).rowcount == 1
            if done:
                note(tx, at=at, who="broadcast", verb="finish_broadcast", subject=f"plan:{plan_id}", detail={})
        return done

    def draft(self, plan: Plan, item: PlanItem, new: NewDraft, *, at: datetime) -> int | None:
        """Keep the draft of an item, and with it that its thread hears this update: both or neither. Return the draft's id.

        None: the thread hears this update by another plan already, or the case is not to be answered by this plan any more; the item says
        why. An item that has its draft gives that one.
        """
        with writing(self._engine) as tx:
            row = tx.execute(select(broadcast_item).where(broadcast_item.c.item_id == item.item_id)).one()
            if row.draft_id is not None:
                return int(row.draft_id)
            if why := _may_not_hear(tx, plan, item):
                _mark(tx, item.item_id, ItemState.SKIPPED, why=why)
                return None
            draft_id = insert_draft(tx, new, at=at, detail={"plan": plan.plan_id, "item": item.item_id}).draft_id
            if plan.kind is PlanKind.STATUS_UPDATE:
                thread = {"platform": item.target.platform, "realm": item.target.realm, "thread_id": item.target.thread_id}
                told = {"update_id": plan.update_id, **thread, "draft_id": draft_id, "told_at": at}
                tx.execute(insert(broadcast_told).values(told))
            _mark(tx, item.item_id, ItemState.DRAFTED, draft_id=draft_id)
        return draft_id

    def take_back(self, update_id: int, item: PlanItem, draft_id: int, *, said: str, who: str, at: datetime) -> None:
        """Throw the draft of an item away because it may not be approved; its thread counts as not told. `said`: why, in words.

        A draft that was approved after all stays, and so does that its thread hears it.
        """
        mine = (draft_table.c.draft_id == draft_id) & (draft_table.c.state != DraftState.APPROVED.value)
        with writing(self._engine) as tx:
            if tx.execute(update(draft_table).where(mine).values(state=DraftState.DISCARDED.value)).rowcount == 1:
                tx.execute(delete(broadcast_told).where(_same_thread(update_id, item), broadcast_told.c.draft_id == draft_id))
                note(tx, at=at, who=who, verb="discard", subject=f"draft:{draft_id}", detail={"item": item.item_id})
                _mark(tx, item.item_id, ItemState.REFUSED, why="not_approved", said=said)

    def mark(self, item_id: int, state: ItemState, *, why: str = "", said: str = "", entry_id: int | None = None) -> None:
        """Note what became of an item."""
        with writing(self._engine) as tx:
            _mark(tx, item_id, state, why=why, said=said, **({"entry_id": entry_id} if entry_id is not None else {}))

    def told(self, update_id: int) -> dict[Thread, tuple[int, str, str]]:
        """Return which threads hear an update: thread → draft id, state of its outbox entry ("" before), the post's id on the platform."""
        query = (
            select(broadcast_told, outbox.c.state, outbox.c.platform_id)
            .outerjoin(outbox, outbox.c.draft_id == broadcast_told.c.draft_id)
            .where(broadcast_told.c.update_id == update_id)
        )
        with reading(self._engine) as tx:
            rows = tx.execute(query).all()
        return {(row.platform, row.realm, row.thread_id): (row.draft_id, row.state or "", row.platform_id or "") for row in rows}

    def refused_threads(self, reasons: Iterable[str]) -> set[Thread]:
        """Return the threads in which a post of ours ended for one of these reasons."""
        over = (EntryState.REFUSED.value, EntryState.NEEDS_HUMAN.value, EntryState.CANCELLED.value)
        ended = and_(outbox.c.reason.in_(sorted(reasons)), outbox.c.state.in_(over))
        query = select(outbox.c.platform, outbox.c.realm, outbox.c.thread_id).where(ended).distinct()
        with reading(self._engine) as tx:
            return {(row.platform, row.realm, row.thread_id) for row in tx.execute(query)}

    def removed_threads(self, issue_id: int) -> set[Thread]:
        """Return where messages about an issue stood that were removed since: of those only their own place is still known."""
        was_in = exists().where(membership.c.mention_id == mention.c.mention_id, membership.c.issue_id == issue_id)
        query = select(mention.c.platform, mention.c.realm, mention.c.native_id).where(mention.c.removed_at.is_not(None), was_in)
        with reading(self._engine) as tx:
            return {(row.platform, row.realm, row.native_id) for row in tx.execute(query)}

    def in_flight(self, plan_id: int, ends: Iterable[EntryState]) -> int:
        """Return how many entries of a plan have not ended."""
        query = (
            select(func.count())
            .select_from(broadcast_item)
            .join(outbox, outbox.c.entry_id == broadcast_item.c.entry_id)
            .where(broadcast_item.c.plan_id == plan_id, outbox.c.state.not_in([state.value for state in ends]))
        )
        with reading(self._engine) as tx:
            return int(tx.execute(query).scalar_one())

    def _move(
        self, plan_id: int, state: PlanState, values: dict[str, Any], *, who: str, at: datetime, verb: str, detail: dict[str, object]
    ) -> bool:
        mine = and_(broadcast_plan.c.plan_id == plan_id, broadcast_plan.c.state == state.value)
        with writing(self._engine) as tx:
            done = tx.execute(update(broadcast_plan).where(mine).values(values)).rowcount == 1
            if done:
                note(tx, at=at, who=who, verb=verb, subject=f"plan:{plan_id}", detail=detail)
        return done


def _locked(plan_id: int) -> Select[Any]:
    """Ask for the state of a plan, and let nobody else move it or choose in it before this transaction ends."""
    return select(broadcast_plan.c.state).where(broadcast_plan.c.plan_id == plan_id).with_for_update()


def _may_not_hear(tx: Connection, plan: Plan, item: PlanItem) -> str:
    """Return why a thread must not get this draft (any more); empty when it may."""
    if plan.kind is PlanKind.ANSWER:
        return why_not_answered(tx, item.case_id or 0, by=plan.planned_by, seen_mention_id=item.seen_mention_id)
    told = tx.execute(select(broadcast_told.c.draft_id).where(_same_thread(plan.update_id, item))).one_or_none()
    return "" if told is None else "told"


def _same_thread(update_id: int, item: PlanItem) -> Any:
    told = broadcast_told.c
    return and_(
        told.update_id == update_id,
        told.platform == item.target.platform,
        told.realm == item.target.realm,
        told.thread_id == item.target.thread_id,
    )


def _mark(tx: Connection, item_id: int, state: ItemState, *, why: str = "", said: str = "", **ids: int) -> None:
    values: dict[str, Any] = {"state": state.value, **ids}
    if why:
        values |= {"why": why, "note": said}
    tx.execute(update(broadcast_item).where(broadcast_item.c.item_id == item_id).values(values))


def _item_row(item: NewItem, plan_id: int, position: int) -> dict[str, Any]:
    state = ItemState.PLANNED if item.posts else ItemState.SKIPPED
    named = ("account", "account_key", "language", "text", "template", "short", "edits", "why", "note", *_OF_ANSWERS)
    return {
        **target_row(item.target),
        **{name: getattr(item, name) for name in named},
        "plan_id": plan_id,
        "position": position,
        "state": state.value,
        "ticked_by": "",
    }


def _plan(tx: Connection, plan_id: int) -> Plan:
    row = tx.execute(select(broadcast_plan).where(broadcast_plan.c.plan_id == plan_id)).one()
    items = tx.execute(select(broadcast_item).where(broadcast_item.c.plan_id == plan_id).order_by(broadcast_item.c.position))
    named = {"state": PlanState(row.state), "kind": PlanKind(row.kind), "update_id": row.update_id or 0}
    return Plan(**{**row._mapping, **named}, items=tuple(_item(one) for one in items))


def _item(row: Row[Any]) -> PlanItem:
    named = ("item_id", "position", "account", "account_key", "language", "text", "template", "short", "edits", "why", "note")
    further = ("ticked_by", "draft_id", "entry_id", *_OF_ANSWERS)
    values = {name: row._mapping[name] for name in (*named, *further)}
    return PlanItem(**values, state=ItemState(row.state), target=target_of(row))
