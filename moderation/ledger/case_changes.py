"""What each act makes of a case's row, whether it may, and what the row was before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from listener.errors import AlreadyClaimed, NotAllowed
from listener.ledger.tables import issue, mention, signal
from moderation.ledger.tables import conversation_mention
from moderation.ledger.tables_status import public_status
from moderation.model.case import CaseState, Ending
from moderation.model.case_act import ActVerb, NewAct

SCHEDULE = "schedule"
"""Who acts when a snooze is over."""

_WORK = ("state", "holder", "team", "snoozed_issue", "ending")
_MOMENTS = ("snoozed_until", "answered_at", "changed_at")
_AWAKE: dict[str, Any] = {"snoozed_until": None, "snoozed_issue": ""}
_ENDINGS = {ActVerb.SPAM: Ending.SPAM, ActVerb.NOT_OURS: Ending.NOT_OURS}


def before_of(row: Row[Any]) -> dict[str, Any]:
    """Return what an act may change of a case, as it can be kept: what `restored` reads."""
    moments = {name: None if getattr(row, name) is None else getattr(row, name).isoformat() for name in _MOMENTS}
    return {**{name: getattr(row, name) for name in _WORK}, **moments}


def restored(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a case as they were."""
    moments = {name: None if before[name] is None else datetime.fromisoformat(before[name]) for name in _MOMENTS}
    return {**{name: before[name] for name in _WORK}, **moments}


def check(row: Row[Any], new: NewAct, *, by: str) -> None:
    """Raise `AlreadyClaimed` or `NotAllowed` when this person may not do this to the case as it is."""
    closed = row.state == CaseState.CLOSED.value
    if closed and new.verb is not ActVerb.REOPEN:
        raise NotAllowed(f"Case {row.case_id} is closed; a new message of the customer opens it again.", key="case_closed")
    if new.verb is ActVerb.REOPEN:
        if not closed:
            raise NotAllowed(f"Case {row.case_id} is not closed.", key="case_not_closed")
        return
    if new.verb is ActVerb.ASSIGN:
        if bool(new.whom) == bool(new.team):
            raise NotAllowed("Assign a case to a person or to a team.", key="case_to_whom")
        return
    if row.holder not in ("", by) and by != SCHEDULE:
        raise AlreadyClaimed(f"Case {row.case_id} is held by {row.holder}.", key="case_held", fields={"holder": row.holder})
    if new.verb is ActVerb.RELEASE and row.holder != by:
        raise AlreadyClaimed(f"Case {row.case_id} is not yours to give back; nobody holds it.", key="case_free")
    if new.verb is ActVerb.WAKE and row.snoozed_until is None and not row.snoozed_issue:
        raise NotAllowed(f"Case {row.case_id} is not snoozed.", key="case_awake")
    if new.verb is ActVerb.SNOOZE and (new.until is None) != new.issue_changes:
        raise NotAllowed("Snooze a case until a moment, or until its issue changes.", key="case_until")


def changed(tx: Connection, row: Row[Any], new: NewAct, *, by: str) -> dict[str, Any]:
    """Return the columns of a case that an act changes, with their new values."""
    verb = new.verb
    if verb is ActVerb.CLAIM:
        return {"holder": by, "state": _held(row, by), **_AWAKE}
    if verb is ActVerb.RELEASE:
        return {"holder": "", "state": CaseState.OPEN.value}
    if verb is ActVerb.ASSIGN:
        holder = new.whom
        return {"holder": holder, "team": new.team or row.team, "state": _held(row, holder), **_AWAKE}
    if verb is ActVerb.SNOOZE:
        mark = "" if new.until is not None else _mark_of_case(tx, row)
        return {"snoozed_until": new.until, "snoozed_issue": mark}
    if verb is ActVerb.WAKE:
        return dict(_AWAKE)
    if verb is ActVerb.REOPEN:
        return {"state": CaseState.CLAIMED.value, "holder": by, "ending": "", **_AWAKE}
    ending = _ENDINGS.get(verb, new.ending)
    return {"state": CaseState.CLOSED.value, "holder": by, "ending": "" if ending is None else ending.value, **_AWAKE}


def _held(row: Row[Any], holder: str) -> str:
    """Whoever takes an answered case takes it as it is: nothing of the customer waits."""
    if row.state == CaseState.ANSWERED.value:
        return CaseState.ANSWERED.value
    return CaseState.CLAIMED.value if holder else CaseState.OPEN.value


def audit_detail(new: NewAct, version: int, act_id: int) -> dict[str, object]:
    """Return what the audit line of an act says: the version it was decided on, and what was chosen."""
    said: dict[str, object] = {"version": version, "act": act_id}
    if new.whom or new.team:
        said["to"] = new.whom or f"team {new.team}"
    if new.until is not None:
        said["until"] = new.until.isoformat()
    if new.issue_changes:
        said["until"] = "issue changes"
    if new.ending is not None:
        said["ending"] = new.ending.value
    return said


def issue_of(tx: Connection, conversation_id: int) -> int | None:
    """Return the issue that a conversation's newest message with one is in."""
    query = (
        select(mention.c.issue_id)
        .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .where(conversation_mention.c.conversation_id == conversation_id, mention.c.latest_revision >= 0, mention.c.issue_id.is_not(None))
        .order_by(mention.c.posted_at.desc(), mention.c.mention_id.desc())
        .limit(1)
    )
    return tx.execute(query).scalar()


def issue_mark(tx: Connection, issue_id: int) -> str:
    """Return what stands about an issue, as a text that differs once its state or status changed or a signal came."""
    row = tx.execute(select(issue.c.muted, issue.c.resolved_at, issue.c.merged_into).where(issue.c.issue_id == issue_id)).one()
    status = tx.execute(
        select(public_status.c.status, public_status.c.changed_at).where(public_status.c.issue_id == issue_id)
    ).one_or_none()
    newest = tx.execute(select(func.max(signal.c.signal_id)).where(signal.c.issue_id == issue_id)).scalar()
    said = [str(issue_id), "muted" if row.muted else "", "" if row.resolved_at is None else row.resolved_at.isoformat()]
    said += [str(row.merged_into or ""), "" if status is None else f"{status.status} {status.changed_at.isoformat()}", str(newest or 0)]
    return "|".join(said)


def _mark_of_case(tx: Connection, row: Row[Any]) -> str:
    issue_id = issue_of(tx, row.conversation_id)
    if issue_id is None:
        raise NotAllowed(f"Case {row.case_id} is about no issue; snooze it until a moment.", key="case_no_issue")
    return issue_mark(tx, issue_id)
