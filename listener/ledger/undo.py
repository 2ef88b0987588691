"""Take back what a person did to an issue: every act says what was before, and nothing done since by somebody else is overruled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from listener.errors import InputError
from listener.ledger.changes import batches, note_changes
from listener.ledger.dialect import MOST_ID
from listener.ledger.edits import note, put_into
from listener.ledger.step import MODEL, final_issues, standings
from listener.ledger.tables import issue, issue_act, membership, mention

UNDO = "undo"
_TIMES = ("muted_at", "resolved_at")


def undo_last(tx: Connection, issue_id: int, *, by: str, at: datetime) -> Row[Any]:
    """Take back the newest act that an issue took part in and that stands; return its row.

    Raises `InputError` when there is none, or when what it did was changed by a later act on another issue.
    """
    mine = (issue_act.c.issue_id == issue_id) | (issue_act.c.other_issue_id == issue_id)
    taken_back = select(issue_act.c.undoes).where(issue_act.c.undoes.is_not(None))
    query = select(issue_act).where(mine, issue_act.c.verb != UNDO, issue_act.c.act_id.not_in(taken_back))
    act = tx.execute(query.order_by(issue_act.c.act_id.desc()).limit(1)).one_or_none() if 0 < issue_id <= MOST_ID else None
    if act is None:
        raise InputError(f"nobody did anything to issue {issue_id} that stands; `klankbord issue show {issue_id}` lists what was done")
    if act.before is None:
        raise InputError(f"what {act.made_by} did then ({act.verb}) was not kept in a way that can be taken back; do the opposite by hand")
    if act.verb == "merge":
        _unmerge(tx, act)
    elif act.verb == "split":
        _unsplit(tx, act, by, at)
    elif act.verb == "move":
        _put_back(tx, act, act.before["places"], was_put=act.before["to"], by=by, at=at)
    else:
        values = {name: datetime.fromisoformat(was) if name in _TIMES and was else was for name, was in act.before.items()}
        tx.execute(update(issue).where(issue.c.issue_id == act.issue_id).values(values))
    note(tx, UNDO, act.issue_id, by=by, at=at, detail=f"{act.verb} {act.detail}".strip(), other=act.other_issue_id, undoes=act.act_id)
    return act


def _unmerge(tx: Connection, act: Row[Any]) -> None:
    """Let the merged issues stand alone again, each with the mentions whose own lines name it; what joined the target since stays."""
    source = act.issue_id
    target = final_issues(tx, [source])[source]
    if target == source:
        raise InputError(f"issue {source} stands alone already")
    along = [one for one in act.before["merged"] if one != source]
    tx.execute(update(issue).where(issue.c.issue_id == source).values(merged_into=None))
    for some in batches(along):
        tx.execute(update(issue).where(issue.c.issue_id.in_(some), issue.c.merged_into == target).values(merged_into=source))
    here = list(tx.execute(select(mention.c.mention_id).where(mention.c.issue_id == target)).scalars())
    lines = latest_lines(tx, here)
    home = final_issues(tx, {line.issue_id for line in lines.values() if line.issue_id is not None})
    back = [one for one, line in lines.items() if line.issue_id is not None and home[line.issue_id] == source]
    for some in batches(back):
        tx.execute(update(mention).where(mention.c.mention_id.in_(some)).values(issue_id=source))
    note_changes(tx, back)


def _unsplit(tx: Connection, act: Row[Any], by: str, at: datetime) -> None:
    """Put what was split off back, with all that joined it since; the number it had leads home for ever."""
    made = act.other_issue_id
    now = final_issues(tx, [made, act.issue_id])
    if now[made] == now[act.issue_id]:
        raise InputError(f"issue {made} is part of issue {now[made]} again already")
    if now[made] != made:
        raise InputError(f"issue {made} was merged into issue {now[made]} since; take that back first: `klankbord issue undo {made}`")
    put_into(tx, made, now[act.issue_id])
    standing = standings(tx, [one for one, _, _ in act.before["places"]])
    lines = latest_lines(tx, standing)
    untouched = [place for place in act.before["places"] if place[0] in lines and lines[place[0]].issue_id == made]
    _write_places(tx, untouched, act, by, at)


def _put_back(tx: Connection, act: Row[Any], places: Sequence[Any], *, was_put: int | None, by: str, at: datetime) -> None:
    mention_id = places[0][0]
    line = latest_lines(tx, standings(tx, [mention_id])).get(mention_id)
    if line is None:
        raise InputError(f"mention {mention_id} is gone")
    named = final_issues(tx, [one for one in (line.issue_id, was_put) if one is not None])
    here, there = (None if one is None else named[one] for one in (line.issue_id, was_put))
    if line.made_by == MODEL or here != there:
        raise InputError(f"mention {mention_id} was placed elsewhere since; move it where it belongs")
    _write_places(tx, places, act, by, at)


def _write_places(tx: Connection, places: Sequence[Any], act: Row[Any], by: str, at: datetime) -> None:
    """Put mentions where they were. One that no person had placed before is the model's again: its line is written as the model's."""
    home = final_issues(tx, {was for _, was, _ in places if was is not None})
    reason = f"{by} took back what {act.made_by} did ({act.verb})"
    rows = [
        {"mention_id": one, "issue_id": home.get(was), "made_by": by if locked else MODEL, "reason": reason, "at": at}
        for one, was, locked in places
    ]
    if rows:
        tx.execute(insert(membership), rows)
    for one, was, locked in places:
        tx.execute(update(mention).where(mention.c.mention_id == one).values(issue_id=home.get(was), placed_by_person=locked))
    note_changes(tx, [one for one, _, _ in places])


def latest_lines(tx: Connection, mention_ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Return the newest line of the membership record for each of these mentions that has one."""
    found: dict[int, Row[Any]] = {}
    for some in batches(sorted(set(mention_ids))):
        newest = select(func.max(membership.c.membership_id)).where(membership.c.mention_id.in_(some)).group_by(membership.c.mention_id)
        found.update({row.mention_id: row for row in tx.execute(select(membership).where(membership.c.membership_id.in_(newest)))})
    return found
