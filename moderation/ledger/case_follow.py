"""How the queue follows what the listening half writes: from where it left off, never by looking at everything again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select, true

from listener.ledger.dialect import insert_or_update
from listener.ledger.tables import change, issue, mention, signal
from moderation.ledger.case_changes import issue_mark, issue_of
from moderation.ledger.case_facts import mark_stale
from moderation.ledger.tables import support_case
from moderation.ledger.tables_queue import case_fact, queue_mark
from moderation.model.case import Lane

_FAR = "followed"
_PROMISES = "promises"
_RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far the queue has read: the newest mention, the place in the record of changes, the newest signal."""

    mention_id: int = 0
    seq: int = 0
    signal_id: int = 0


def followed(tx: Connection) -> Followed | None:
    """Return how far the queue has read, or None when it never did."""
    said = _mark(tx, _FAR)
    return None if said is None else Followed(**json.loads(said))


def newest(tx: Connection) -> Followed:
    """Return how far there is to read."""
    return Followed(
        mention_id=tx.execute(select(func.max(mention.c.mention_id))).scalar() or 0,
        seq=tx.execute(select(func.max(change.c.seq))).scalar() or 0,
        signal_id=tx.execute(select(func.max(signal.c.signal_id))).scalar() or 0,
    )


def read_on(tx: Connection, since: Followed, *, limit: int) -> tuple[list[int], Followed]:
    """Return mentions that came or changed after `since`, at most `limit` of each, and where to go on; nothing moves twice."""
    fresh = select(mention.c.mention_id).where(mention.c.mention_id > since.mention_id).order_by(mention.c.mention_id).limit(limit)
    ids = list(tx.execute(fresh).scalars())
    turn = tx.execute(select(change.c.seq, change.c.mention_id).where(change.c.seq > since.seq).order_by(change.c.seq).limit(limit)).all()
    far = Followed(
        mention_id=ids[-1] if ids else since.mention_id,
        seq=turn[-1].seq if turn else since.seq,
        signal_id=tx.execute(select(func.max(signal.c.signal_id))).scalar() or since.signal_id,
    )
    return sorted({*ids, *(row.mention_id for row in turn)}), far


def mark_issues_stale(tx: Connection, since: Followed, promised: Mapping[str, str]) -> None:
    """Have the cases worked out again whose issue got a signal, or whose issue's promises are others than last time (`promised`)."""
    now_in = func.coalesce(issue.c.merged_into, signal.c.issue_id)
    told = select(now_in).join_from(signal, issue, signal.c.issue_id == issue.c.issue_id).where(signal.c.signal_id > since.signal_id)
    issues = set(tx.execute(told).scalars())
    before, now = json.loads(_mark(tx, _PROMISES) or "{}"), dict(promised)
    issues |= {int(one) for one in before.keys() | now.keys() if before.get(one) != now.get(one)}
    if before != now:
        _set_mark(tx, _PROMISES, json.dumps(now, sort_keys=True))
    if issues:
        mark_stale(tx, case_fact.c.issue_id.in_(sorted(issues)))


def mark_rules(tx: Connection, rules: str) -> None:
    """Have every case worked out again when the rules (opening hours, targets) are others than last time."""
    if _mark(tx, _RULES) != rules:
        mark_stale(tx, true())
        _set_mark(tx, _RULES, rules)


def follow_from(tx: Connection, far: Followed) -> None:
    """Remember how far the queue has read."""
    _set_mark(tx, _FAR, json.dumps({"mention_id": far.mention_id, "seq": far.seq, "signal_id": far.signal_id}))


def behind(tx: Connection, rules: str, promised: Mapping[str, str]) -> bool:
    """Tell whether there is anything to follow, in a few looks at indexes."""
    if followed(tx) != newest(tx) or _mark(tx, _RULES) != rules:
        return True
    return bool(json.loads(_mark(tx, _PROMISES) or "{}") != dict(promised))


def over_snoozes(tx: Connection, now: datetime) -> Sequence[tuple[int, int]]:
    """Return (case, version) of snoozed cases that should wake: their moment came, or something about their issue changed."""
    columns = (support_case.c.case_id, support_case.c.version, support_case.c.conversation_id)
    query = select(*columns, support_case.c.snoozed_until, support_case.c.snoozed_issue).join_from(
        case_fact, support_case, and_(case_fact.c.case_id == support_case.c.case_id)
    )
    found: list[tuple[int, int]] = []
    marks: dict[int, str] = {}
    for row in tx.execute(query.where(case_fact.c.lane == Lane.SNOOZED.value)).all():
        if row.snoozed_until is not None:
            over = row.snoozed_until <= now
        else:
            issue_id = issue_of(tx, row.conversation_id)
            if issue_id is not None and issue_id not in marks:
                marks[issue_id] = issue_mark(tx, issue_id)
            over = issue_id is None or marks[issue_id] != row.snoozed_issue
        if over:
            found.append((row.case_id, row.version))
    return found


def _mark(tx: Connection, name: str) -> str | None:
    return tx.execute(select(queue_mark.c.value).where(queue_mark.c.name == name)).scalar()


def _set_mark(tx: Connection, name: str, value: str) -> None:
    tx.execute(insert_or_update(tx.dialect, queue_mark, key=["name"], change=["value"]), {"name": name, "value": value})
