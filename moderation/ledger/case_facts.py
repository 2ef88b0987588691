"""The lines that the queue is read from: one a case, kept beside it in the transactions that change it.

What people do shows at once (`touch`). The rest is worked out anew for lines marked stale (`refresh`), from the rows that triage reads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, null, or_, select, true, update
from sqlalchemy.sql import Select

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_or_update
from listener.ledger.tables import issue, signal
from moderation.ledger.case_rows import read_cases
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.ledger.tables_queue import case_fact
from moderation.model.case import CasePlace, CaseRow, CaseState, Lane

Places = Callable[[Sequence[CaseRow], Mapping[int, datetime]], Mapping[int, CasePlace]]
"""Works out the place of each case, by its number, from its row and the newest signals by issue."""

_NAMES = [column.name for column in case_fact.columns]
_SNOOZED = or_(support_case.c.snoozed_until.is_not(None), support_case.c.snoozed_issue != "")


def touch(tx: Connection, mine: ColumnElement[bool], *, stale: bool) -> None:
    """Let the lines of the cases for which `mine` on `support_case` holds say what people made of them; a missing line is made.

    `stale`: what was said changed too, so the rest is worked out again.
    """
    query = _lines(literal(stale)).where(mine)
    made = insert_or_update(
        tx.dialect, case_fact, key=["case_id"], change=["lane", "holder", "team", "version", "snoozed_until", "changed_at"]
    )
    lines = [dict(row) for row in tx.execute(query).mappings()]
    if not lines:
        return
    tx.execute(made, lines)
    if stale:
        for some in batches([line["case_id"] for line in lines]):
            mark_stale(tx, case_fact.c.case_id.in_(some))


def fill(tx: Connection) -> int:
    """Make a stale line for every case that has none, or whose line is of another version; return how many."""
    missing = lineless(tx)
    for some in batches(missing):
        touch(tx, support_case.c.case_id.in_(some), stale=True)
    return len(missing)


def lineless(tx: Connection) -> list[int]:
    """Return the cases that have no line, or one of another version."""
    there = exists().where(case_fact.c.case_id == support_case.c.case_id, case_fact.c.version == support_case.c.version)
    return list(tx.execute(select(support_case.c.case_id).where(~there)).scalars())


def mark_stale(tx: Connection, which: ColumnElement[bool]) -> None:
    """Have the lines for which `which` on `case_fact` holds worked out again."""
    tx.execute(update(case_fact).where(which, case_fact.c.stale.is_(False)).values(stale=True))


def mark_mentions_stale(tx: Connection, mention_ids: Collection[int]) -> None:
    """Have the cases worked out again that these mentions are in."""
    for some in batches(mention_ids):
        theirs = (
            select(support_case.c.case_id)
            .join_from(conversation_mention, support_case, conversation_mention.c.conversation_id == support_case.c.conversation_id)
            .where(conversation_mention.c.mention_id.in_(some))
        )
        mark_stale(tx, case_fact.c.case_id.in_(theirs))


def stale_cases(tx: Connection, *, now: datetime, limit: int) -> list[int]:
    """Return cases whose line has to be worked out: marked so, or with points that change by now."""
    due = select(case_fact.c.case_id).where(case_fact.c.points_change_at <= now).limit(limit)
    marked = select(case_fact.c.case_id).where(case_fact.c.stale.is_(true())).limit(limit)
    return sorted({*tx.execute(marked).scalars(), *tx.execute(due).scalars()})[:limit]


def refresh(tx: Connection, case_ids: Sequence[int], places: Places, *, signals_since: datetime, now: datetime) -> None:
    """Work out the lines of these cases from what the ledger says now. One of which nothing is left to read is marked gone."""
    rows = read_cases(tx, states=[state.value for state in CaseState], case_ids=case_ids)
    signals = newest_signals(tx, {row.issue_id for row in rows if row.issue_id is not None}, since=signals_since, until=now)
    found = places(rows, signals)
    lines = [line_of(row, found[row.case_id]) for row in rows]
    if lines:
        tx.execute(insert_or_update(tx.dialect, case_fact, key=["case_id"], change=_NAMES[1:]), lines)
    gone = set(case_ids) - {row.case_id for row in rows}
    if gone:
        values = {"lane": Lane.GONE.value, "stale": False, "points_change_at": None, "opening_id": None, "issue_id": None, "due_at": None}
        tx.execute(update(case_fact).where(case_fact.c.case_id.in_(sorted(gone))).values(**values))


def line_of(row: CaseRow, place: CasePlace) -> dict[str, Any]:
    """Return a case's line, all columns."""
    clock = place.clock
    return {
        "case_id": row.case_id,
        "lane": place.lane.value,
        "holder": row.holder,
        "team": row.team,
        "version": row.version,
        "brand": row.brand,
        "platform": row.platform,
        "language": row.language,
        "sentiment": _felt(row),
        "cause": next((value for name, value in sorted(row.labels) if name == "cause"), ""),
        "directed": row.directed,
        "issue_id": row.issue_id,
        "opening_id": row.mention_ids[-1],
        "messages": len(row.mention_ids),
        "unanswered": row.unanswered,
        "points": place.points,
        "points_change_at": place.points_change_at,
        "waiting_since": place.waiting_since,
        "rank_at": place.rank_at,
        "due_kind": "" if clock is None else clock.kind.value,
        "due_started_at": None if clock is None else clock.started_at,
        "due_orange_at": None if clock is None else clock.orange_at,
        "due_at": None if clock is None else clock.due_at,
        "snoozed_until": row.snoozed_until,
        "changed_at": row.changed_at,
        "stale": False,
    }


def newest_signals(tx: Connection, issue_ids: Collection[int], *, since: datetime, until: datetime) -> dict[int, datetime]:
    """Return when each of these issues last had a signal in that stretch; one that was merged into an issue counts as that issue's."""
    now_in = func.coalesce(issue.c.merged_into, signal.c.issue_id)
    query = (
        select(now_in.label("now_in"), func.max(signal.c.at).label("at"))
        .join_from(signal, issue, signal.c.issue_id == issue.c.issue_id)
        .where(signal.c.at >= since, signal.c.at <= until)
        .group_by(now_in)
    )
    return {row.now_in: row.at for row in tx.execute(query) if row.now_in in issue_ids}


def _felt(row: CaseRow) -> str:
    """Return how the customer feels: what weighs most when several messages wait."""
    said = {value for name, value in row.labels if name == "sentiment"}
    return next((one for one in ("negative", "positive", "neutral") if one in said), "")


def _lines(stale: ColumnElement[bool]) -> Select[Any]:
    """Read cases as lines of which only what people made of them is known."""
    lane = case(
        (case_fact.c.lane == Lane.GONE.value, Lane.GONE.value),
        (support_case.c.state == CaseState.CLOSED.value, Lane.CLOSED.value),
        (_SNOOZED, Lane.SNOOZED.value),
        (support_case.c.state == CaseState.ANSWERED.value, Lane.ANSWERED.value),
        (and_(case_fact.c.lane == Lane.SPAM.value, support_case.c.holder == ""), Lane.SPAM.value),
        (or_(case_fact.c.case_id.is_(None), case_fact.c.lane == Lane.NEW.value), Lane.NEW.value),
        else_=Lane.WAITING.value,
    )
    known = {
        "case_id": support_case.c.case_id,
        "lane": lane,
        "holder": support_case.c.holder,
        "team": support_case.c.team,
        "version": support_case.c.version,
        "brand": conversation.c.brand,
        "platform": conversation.c.platform,
        "waiting_since": support_case.c.opened_at,
        "rank_at": support_case.c.opened_at,
        "snoozed_until": support_case.c.snoozed_until,
        "changed_at": support_case.c.changed_at,
        "stale": stale,
    }
    texts = {name: literal("") for name in ("language", "sentiment", "cause", "due_kind")}
    numbers = {name: literal(0) for name in ("messages", "unanswered", "points")}
    nothing = {name: null() for name in ("issue_id", "opening_id", "points_change_at", "due_started_at", "due_orange_at", "due_at")}
    columns: dict[str, Any] = {**known, **texts, **numbers, **nothing, "directed": literal(False)}
    return (
        select(*(columns[name].label(name) for name in _NAMES))
        .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
        .join(case_fact, case_fact.c.case_id == support_case.c.case_id, isouter=True)
    )
