"""The queue as it is read: one page of case numbers in order, exact counts, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, func, not_, select

from listener.ledger.transactions import reading
from moderation.ledger.case_rows import read_cases
from moderation.ledger.conditions import private_case
from moderation.ledger.tables import support_case
from moderation.ledger.tables_queue import case_fact
from moderation.model.case import CaseRow, CaseState, Lane
from moderation.model.clock import ClockState
from moderation.model.queue import LIVE_LANES, Order, QueueChoice, QueueFound, QueueOffers, Tab

LATELY = timedelta(days=7)
_LIVE = tuple(lane.value for lane in LIVE_LANES)
_DONE = (Lane.ANSWERED.value, Lane.CLOSED.value)
_OFFERED = ("brand", "platform", "language", "cause", "sentiment", "holder", "team")
_MOST_OFFERED = 40
fact = case_fact.c


class QueueLedger:
    """Reads the lines of `case_fact`. `brands` are those the person sees, None for all; nothing of another brand is counted or returned."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(
        self,
        choice: QueueChoice,
        *,
        me: str,
        brands: Collection[str] | None,
        now: datetime,
        offset: int = 0,
        limit: int = 50,
        only: Collection[int] | None = None,
    ) -> QueueFound:
        """Return the cases of the chosen tab, `limit` from `offset`, and how many each tab has with this choice.

        `only`: nothing but these cases, by number, such as those in which words were found; None: any. Beyond the last case nothing is
        looked for, however far.
        """
        narrowed = [*_narrowed(choice, brands, now), *_among(only)]
        query = select(fact.case_id).where(_in_tab(choice.tab, me, now), *narrowed)
        with reading(self._engine) as tx:
            counts = _counts(tx.execute(_live_counts(narrowed)).all(), me)
            counts[Tab.DONE] = tx.execute(select(func.count()).select_from(case_fact).where(_done(now), *narrowed)).scalar_one()
            there = offset < counts[choice.tab]  # else every case would be passed over to find nothing
            ids = tuple(tx.execute(_ordered(query, choice).offset(offset).limit(limit)).scalars()) if there else ()
        return QueueFound(case_ids=ids, total=counts[choice.tab], counts=counts)

    def next_free(
        self,
        choice: QueueChoice,
        *,
        brands: Collection[str] | None,
        teams: Collection[str],
        now: datetime,
        limit: int,
        me: str = "",
        only: Collection[int] | None = None,
    ) -> list[tuple[int, int]]:
        """Return (case, version) of what to take next: waiting, held by nobody (or by `me`, when given), not put before another team."""
        mine = fact.team.in_(["", *sorted(teams)])
        where = (fact.lane == Lane.WAITING.value, mine, *_narrowed(choice, brands, now), *_among(only))
        with reading(self._engine) as tx:
            # one range of the index for each holder keeps the order; two holders are two short lists
            found = [
                row
                for holder in sorted({"", me})
                for row in tx.execute(
                    _ordered(select(fact.case_id, fact.version, fact.rank_at, fact.waiting_since), choice)
                    .where(*where, fact.holder == holder)
                    .limit(limit)
                )
            ]
        found.sort(key=lambda row: (row.rank_at, row.waiting_since, row.case_id))
        return [(row.case_id, row.version) for row in found[:limit]]

    def rows(self, case_ids: Collection[int]) -> dict[int, CaseRow]:
        """Return these cases with what triage needs, by number."""
        with reading(self._engine) as tx:
            found = read_cases(tx, states=[state.value for state in CaseState], case_ids=list(case_ids))
        return {row.case_id: row for row in found}

    def versions(self, case_ids: Collection[int], *, brands: Collection[str] | None) -> dict[int, int]:
        """Return the versions of those of these cases that the person sees, by number."""
        query = select(support_case.c.case_id, support_case.c.version).join_from(
            support_case, case_fact, fact.case_id == support_case.c.case_id
        )
        with reading(self._engine) as tx:
            found = tx.execute(query.where(support_case.c.case_id.in_(list(case_ids)), *_of_brands(brands))).all()
        return {row.case_id: row.version for row in found}

    def offers(self, brands: Collection[str] | None) -> QueueOffers:
        """Return what live cases can be narrowed to, each value with how many there are."""
        live = (fact.lane.in_(_LIVE), *_of_brands(brands))
        values: dict[str, tuple[tuple[str, int], ...]] = {}
        with reading(self._engine) as tx:
            for name in _OFFERED:
                column = case_fact.c[name]
                query = select(column, func.count()).where(*live, column != "").group_by(column)
                values[name] = _most(tx.execute(query).all())
            about = select(fact.issue_id, func.count()).where(*live, fact.issue_id.is_not(None)).group_by(fact.issue_id)
            values["issue"] = _most([(str(issue_id), count) for issue_id, count in tx.execute(about).all()])
        return QueueOffers(values=values)


def _most(found: Collection[Any]) -> tuple[tuple[str, int], ...]:
    ranked = sorted(((str(value), int(count)) for value, count in found), key=lambda pair: (-pair[1], pair[0]))
    return tuple(ranked[:_MOST_OFFERED])


def _ordered(query: Select[Any], choice: QueueChoice) -> Select[Any]:
    if choice.tab is Tab.DONE:
        return query.order_by(fact.changed_at.desc(), fact.case_id.desc())
    if choice.tab is Tab.SNOOZED and choice.order is Order.URGENCY:
        return query.order_by(fact.snoozed_until.is_(None), fact.snoozed_until, fact.rank_at, fact.case_id)
    if choice.order is Order.CLOCK:
        return query.order_by(fact.due_at.is_(None), fact.due_at, fact.rank_at, fact.waiting_since, fact.case_id)
    if choice.order is Order.WAITING:
        return query.order_by(fact.waiting_since, fact.case_id)
    return query.order_by(fact.rank_at, fact.waiting_since, fact.case_id)


def _in_tab(tab: Tab, me: str, now: datetime) -> ColumnElement[bool]:
    if tab is Tab.DONE:
        return _done(now)
    if tab is Tab.SNOOZED:
        return fact.lane == Lane.SNOOZED.value
    if tab is Tab.SPAM:
        return fact.lane == Lane.SPAM.value
    holder = {Tab.WAITING: fact.holder == "", Tab.MINE: fact.holder == me, Tab.OTHERS: fact.holder.not_in(["", me])}[tab]
    return and_(fact.lane == Lane.WAITING.value, holder)


def _done(now: datetime) -> ColumnElement[bool]:
    return and_(fact.lane.in_(_DONE), fact.changed_at >= now - LATELY)


def _live_counts(narrowed: Collection[ColumnElement[bool]]) -> Select[Any]:
    """Count by lane and holder: in the order of an index, so that nothing is sorted."""
    query = select(fact.lane, fact.holder, func.count().label("count")).where(fact.lane.in_(_LIVE), *narrowed)
    return query.group_by(fact.lane, fact.holder)


def _counts(found: Collection[Any], me: str) -> dict[Tab, int]:
    counts = dict.fromkeys(Tab, 0)
    for row in found:
        waiting = {"": Tab.WAITING, me: Tab.MINE}.get(row.holder, Tab.OTHERS)
        counts[waiting if row.lane == Lane.WAITING.value else Tab(row.lane)] += row.count
    return counts


def _among(only: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if only is None else [fact.case_id.in_(sorted(only))]


def _of_brands(brands: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if brands is None else [fact.brand.in_(sorted(brands))]


def _narrowed(choice: QueueChoice, brands: Collection[str] | None, now: datetime) -> list[ColumnElement[bool]]:
    said: Mapping[str, str] = {name: getattr(choice, name) for name in _OFFERED}
    found = _of_brands(brands) + [case_fact.c[name] == value for name, value in said.items() if value]
    if choice.issue_id is not None:
        found.append(fact.issue_id == choice.issue_id)
    if choice.state:
        found.append(_in_state(choice.state))
    if choice.waiting_hours is not None:
        found.append(fact.waiting_since <= now - timedelta(hours=choice.waiting_hours))
    if choice.directed is not None:
        found.append(fact.directed.is_(choice.directed))
    if choice.private is not None:
        found.append(private_case(fact.case_id) if choice.private else not_(private_case(fact.case_id)))
    if choice.clock is not None:
        found.append(_clock_is(choice.clock, now))
    return found


def _in_state(state: str) -> ColumnElement[bool]:
    """The case is in a state of work: `open` and `claimed` differ by who holds it."""
    if state in (CaseState.OPEN.value, CaseState.CLAIMED.value):
        held = fact.holder == "" if state == CaseState.OPEN.value else fact.holder != ""
        return and_(fact.lane.in_(_LIVE), held)
    return fact.lane == state


def _clock_is(state: ClockState, now: datetime) -> ColumnElement[bool]:
    if state is ClockState.RED:
        return fact.due_at < now
    if state is ClockState.ORANGE:
        return and_(fact.due_orange_at <= now, fact.due_at >= now)
    return fact.due_orange_at > now
