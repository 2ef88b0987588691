"""What a person does to issues, as statements: each edit with its line in `issue_act` and what it was before, so that it can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from listener.errors import InputError
from listener.ledger.changes import note_changes
from listener.ledger.dialect import MOST_ID
from listener.ledger.step import MODEL, final_issues, standings, write_memberships
from listener.ledger.tables import issue, issue_act, mention
from listener.model.issue import Membership

MOST_NAMED = 5


def existing(tx: Connection, issue_id: int) -> int:
    """Return the issue's id, or that of the issue it was merged into. Raises `InputError` when there is none."""
    found = final_issues(tx, [issue_id]) if 0 < issue_id <= MOST_ID else {}
    if issue_id not in found:
        raise InputError(f"there is no issue {issue_id}; `klankbord issues` lists them")
    return found[issue_id]


def note(
    tx: Connection,
    verb: str,
    issue_id: int | None,
    *,
    by: str,
    at: datetime,
    detail: str = "",
    other: int | None = None,
    before: Mapping[str, Any] | None = None,
    undoes: int | None = None,
) -> int:
    """Write one line about what a person did and return its number. Raises `InputError` for a person called as the analyser is."""
    if by == MODEL:
        raise InputError(f"{by!r} is what the analyser is called in the record; give a person's name")
    row = {
        "issue_id": issue_id,
        "verb": verb,
        "detail": detail,
        "made_by": by,
        "at": at,
        "other_issue_id": other,
        "before": before,
        "undoes": undoes,
    }
    return int(tx.execute(insert(issue_act).values(row).returning(issue_act.c.act_id)).scalar_one())


def set_issue(tx: Connection, verb: str, issue_id: int, values: Mapping[str, Any], *, by: str, at: datetime, detail: str = "") -> None:
    """Set columns of an issue (or of the one it was merged into), keeping what they were."""
    target = existing(tx, issue_id)
    row = tx.execute(select(issue).where(issue.c.issue_id == target)).one()
    before = {name: _plain(getattr(row, name)) for name in values}
    tx.execute(update(issue).where(issue.c.issue_id == target).values(dict(values)))
    note(tx, verb, target, by=by, at=at, detail=detail, before=before)


def merge(tx: Connection, issue_id: int, into: int, *, by: str, at: datetime) -> None:
    """Put one issue with all its mentions into another; issues merged into it before follow, so one step always leads home."""
    source, target = existing(tx, issue_id), existing(tx, into)
    if source == target:
        raise InputError(f"issue {issue_id} and issue {into} are one issue already; name two different ones")
    merged = put_into(tx, source, target)
    note(tx, "merge", source, by=by, at=at, detail=str(target), other=target, before={"merged": merged})


def put_into(tx: Connection, source: int, target: int) -> list[int]:
    """Move all of `source`, and what was merged into it, into `target`; return the ids of the issues that went."""
    moved = list(tx.execute(select(mention.c.mention_id).where(mention.c.issue_id == source)).scalars())
    goes = (issue.c.merged_into == source) | (issue.c.issue_id == source)
    merged = list(tx.execute(select(issue.c.issue_id).where(goes).order_by(issue.c.issue_id)).scalars())
    tx.execute(update(mention).where(mention.c.issue_id == source).values(issue_id=target))
    tx.execute(update(issue).where(goes).values(merged_into=target))
    note_changes(tx, moved)
    return merged


def move(tx: Connection, mention_id: int, issue_id: int | None, *, by: str, at: datetime, reason: str) -> None:
    """Place a mention in an issue (None: in none), for good."""
    target = None if issue_id is None else existing(tx, issue_id)
    now = standings(tx, [mention_id]) if 0 < mention_id <= MOST_ID else {}
    if mention_id not in now:
        raise InputError(f"there is no mention {mention_id}")
    before = now[mention_id].issue_id
    places = [[mention_id, before, now[mention_id].placed_by_person]]
    line = Membership(mention_id=mention_id, issue_id=issue_id, by=by, reason=reason, at=at)
    note_changes(tx, write_memberships(tx, [line], {} if issue_id is None or target is None else {issue_id: target}, now))
    here, there = (before, None) if target is None else (target, before if before != target else None)
    note(tx, "move", here, by=by, at=at, detail=f"mention {mention_id}", other=there, before={"places": places, "to": target})


def split(tx: Connection, issue_id: int, mention_ids: Sequence[int], title: str, title_by: str, *, by: str, at: datetime) -> int:
    """Make an issue of some of an issue's mentions, placed there for good, and return its id; the others stay where they are."""
    source = existing(tx, issue_id)
    wanted = sorted(set(mention_ids))
    rows = _members(tx, source)
    strange = [one for one in wanted if one not in rows]
    if strange:
        named = ", ".join(str(one) for one in strange[:MOST_NAMED]) + (" …" if len(strange) > MOST_NAMED else "")
        raise InputError(f"not in issue {source}: mention {named}; `klankbord issue show {source}` lists what is")
    if not wanted:
        raise InputError("name the mentions that are to become an issue of their own")
    if len(wanted) == len(rows):
        raise InputError(f"those are all mentions of issue {source}; leave some, or rename it")
    began = min(rows[one].posted_at for one in wanted)
    row = {"title": title, "title_by": title_by, "created_at": began, "split_from": source}
    made = int(tx.execute(insert(issue).values(row).returning(issue.c.issue_id)).scalar_one())
    lines = [Membership(mention_id=one, issue_id=made, by=by, reason=f"split from issue {source}", at=at) for one in wanted]
    places = [[one, source, rows[one].placed_by_person] for one in wanted]
    note_changes(tx, write_memberships(tx, lines, {made: made}, standings(tx, wanted)))
    note(tx, "split", source, by=by, at=at, detail=f"{len(wanted)} mentions", other=made, before={"places": places})
    return made


def _members(tx: Connection, issue_id: int) -> dict[int, Any]:
    query = select(mention.c.mention_id, mention.c.posted_at, mention.c.placed_by_person).where(mention.c.issue_id == issue_id)
    return {row.mention_id: row for row in tx.execute(query)}


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value
