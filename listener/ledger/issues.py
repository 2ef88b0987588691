"""Issues, who is in them, what people did to them, and their signals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, func, select, true

from listener.ledger import edits
from listener.ledger.changes import batches
from listener.ledger.dialect import MOST_ID
from listener.ledger.step import MODEL
from listener.ledger.tables import issue, issue_act, membership, mention, signal
from listener.ledger.transactions import reading, writing
from listener.ledger.undo import undo_last
from listener.model.issue import Issue, IssueAct, Judged, Membership, Signal
from listener.model.mention import MentionKey


class IssueLedger:
    """Issues as they stand. What a person does holds against whatever the model says later, and is kept with name and time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, include_merged: bool = False) -> list[Issue]:
        """Return every issue, by id; with `include_merged` also those that went into another."""
        query = select(issue).order_by(issue.c.issue_id)
        with reading(self._engine) as tx:
            return [_issue(row) for row in tx.execute(query if include_merged else query.where(issue.c.merged_into.is_(None)))]

    def get(self, issue_id: int) -> Issue | None:
        """Return an issue as it is kept (a merged one says where it went), or None."""
        if not 0 < issue_id <= MOST_ID:
            return None
        with reading(self._engine) as tx:
            row = tx.execute(select(issue).where(issue.c.issue_id == issue_id)).one_or_none()
        return None if row is None else _issue(row)

    def titles(self, issue_ids: Iterable[int]) -> dict[int, str]:
        """Return the titles of those issues that exist."""
        found: dict[int, str] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(issue_ids))):
                found.update((row.issue_id, row.title) for row in tx.execute(select(issue).where(issue.c.issue_id.in_(some))))
        return found

    def members(self, issue_id: int) -> list[int]:
        """Return the ids of the mentions in an issue now, by id; those of issues merged into it are among them."""
        with reading(self._engine) as tx:
            return list(
                tx.execute(select(mention.c.mention_id).where(mention.c.issue_id == issue_id).order_by(mention.c.mention_id)).scalars()
            )

    def placed_in(self, mention_ids: Iterable[int]) -> dict[int, int]:
        """Return the issue of each of these mentions that is in one."""
        found: dict[int, int] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(mention_ids))):
                here = select(mention.c.mention_id, mention.c.issue_id).where(
                    mention.c.mention_id.in_(some), mention.c.issue_id.is_not(None)
                )
                found.update((row.mention_id, row.issue_id) for row in tx.execute(here))
        return found

    def locked(self) -> dict[int, int | None]:
        """Return where people placed mentions: mention id → issue id, None for "belongs nowhere"."""
        query = select(mention.c.mention_id, mention.c.issue_id).where(mention.c.placed_by_person.is_(true()))
        with reading(self._engine) as tx:
            return {row.mention_id: row.issue_id for row in tx.execute(query.order_by(mention.c.mention_id))}

    def record(self, mention_id: int) -> list[Membership]:
        """Return every line about where a mention belongs, oldest first."""
        query = select(membership).where(membership.c.mention_id == mention_id).order_by(membership.c.membership_id)
        with reading(self._engine) as tx:
            return [
                Membership(mention_id=row.mention_id, issue_id=row.issue_id, by=row.made_by, reason=row.reason, at=row.at)
                for row in tx.execute(query)
            ]

    def signals(self, since: datetime | None = None, *, issue_id: int | None = None, limit: int | None = None) -> list[Signal]:
        """Return signals, newest first, with the issue that theirs was merged into, if it was.

        `since`: raised then or later. `issue_id`: of this issue and those merged into it. `limit`: at most so many.
        """
        now_in = func.coalesce(issue.c.merged_into, signal.c.issue_id)
        query = select(signal, now_in.label("now_in")).join_from(signal, issue, signal.c.issue_id == issue.c.issue_id, isouter=True)
        if since is not None:
            query = query.where(signal.c.at >= since)
        if issue_id is not None:
            mine = select(issue.c.issue_id).where((issue.c.issue_id == issue_id) | (issue.c.merged_into == issue_id))
            query = query.where(signal.c.issue_id.in_(mine))
        with reading(self._engine) as tx:
            return [_signal(row) for row in tx.execute(query.order_by(signal.c.at.desc(), signal.c.signal_id.desc()).limit(limit))]

    def rename(self, issue_id: int, title: str, *, by: str, at: datetime) -> None:
        """Give an issue a person's title, which the model never changes. Raises `InputError` for an unknown issue."""
        with writing(self._engine) as tx:
            edits.set_issue(tx, "rename", issue_id, {"title": title, "title_by": by}, by=by, at=at, detail=title)

    def merge(self, issue_id: int, into: int, *, by: str, at: datetime) -> None:
        """Put one issue, with all its mentions, into another. Raises `InputError` when they are one issue or do not exist.

        Mentions that a person placed go along. Issues that were merged into `issue_id` before follow, so one step always leads home.
        """
        with writing(self._engine) as tx:
            edits.merge(tx, issue_id, into, by=by, at=at)

    def split(self, issue_id: int, mention_ids: Sequence[int], *, title: str, title_by: str = MODEL, by: str, at: datetime) -> int:
        """Make an issue of some mentions of an issue, placed there for good; return its id. `title_by`: the person who chose the title.

        Raises `InputError` when a mention is not in the issue, or when none would be left in it.
        """
        with writing(self._engine) as tx:
            return edits.split(tx, issue_id, mention_ids, title, title_by, by=by, at=at)

    def mute(self, issue_id: int, *, muted: bool, by: str, at: datetime) -> None:
        """Mute an issue until it grows, or let it speak again. Raises `InputError` for an unknown issue."""
        with writing(self._engine) as tx:
            values = {"muted": muted, "muted_at": at if muted else None}
            edits.set_issue(tx, "mute" if muted else "unmute", issue_id, values, by=by, at=at)

    def pin(self, issue_id: int, *, pinned: bool, by: str, at: datetime) -> None:
        """Keep an issue on top and from being dissolved, or no longer. Raises `InputError` for an unknown issue."""
        with writing(self._engine) as tx:
            edits.set_issue(tx, "pin" if pinned else "unpin", issue_id, {"pinned": pinned}, by=by, at=at)

    def resolve(self, issue_id: int, *, resolved: bool, by: str, at: datetime) -> None:
        """Call an issue resolved at `at`, or open it again. Raises `InputError` for an unknown issue."""
        with writing(self._engine) as tx:
            edits.set_issue(tx, "resolve" if resolved else "reopen", issue_id, {"resolved_at": at if resolved else None}, by=by, at=at)

    def move(self, mention_id: int, issue_id: int | None, *, by: str, at: datetime, reason: str = "moved by hand") -> None:
        """Place a mention in an issue (None: in none), for good: the model never moves it again. Raises `InputError` for unknown ids."""
        with writing(self._engine) as tx:
            edits.move(tx, mention_id, issue_id, by=by, at=at, reason=reason)

    def undo(self, issue_id: int, *, by: str, at: datetime) -> IssueAct:
        """Take back the last thing a person did to an issue (or with it, such as merging it) that stands; return it.

        Raises `InputError` when there is nothing, or when somebody changed the same thing since.
        """
        with writing(self._engine) as tx:
            return _act(undo_last(tx, issue_id, by=by, at=at), undone=True)

    def last_act(self) -> tuple[int, int]:
        """Return a pair that grows whenever a person corrected something: the newest act on an issue, the newest mention placed by hand."""
        placed = select(func.max(membership.c.membership_id)).where(membership.c.made_by != MODEL)
        with reading(self._engine) as tx:
            return tx.execute(select(func.max(issue_act.c.act_id))).scalar() or 0, tx.execute(placed).scalar() or 0

    def placed(self) -> list[tuple[MentionKey, int | None]]:
        """Return every mention that is here by its key, with the issue it belongs to (None: loose)."""
        query = select(mention.c.platform, mention.c.realm, mention.c.native_id, mention.c.issue_id).where(mention.c.latest_revision >= 0)
        with reading(self._engine) as tx:
            return [(MentionKey(row.platform, row.realm, row.native_id), row.issue_id) for row in tx.execute(query)]

    def acts(self, issue_id: int) -> list[IssueAct]:
        """Return what people did to an issue or with it, oldest first."""
        mine = (issue_act.c.issue_id == issue_id) | (issue_act.c.other_issue_id == issue_id)
        with reading(self._engine) as tx:
            rows = tx.execute(select(issue_act).where(mine).order_by(issue_act.c.act_id)).all()
        undone = {row.undoes for row in rows}
        return [_act(row, undone=row.act_id in undone) for row in rows]


def _issue(row: Row[Any]) -> Issue:
    return Issue(
        issue_id=row.issue_id,
        title=row.title,
        title_by=row.title_by,
        created_at=row.created_at,
        merged_into=row.merged_into,
        muted=row.muted,
        resolved_at=row.resolved_at,
        pinned=row.pinned,
        muted_at=row.muted_at,
        split_from=row.split_from,
    )


def _act(row: Row[Any], *, undone: bool) -> IssueAct:
    return IssueAct(
        act_id=row.act_id,
        issue_id=row.issue_id,
        other_issue_id=row.other_issue_id,
        verb=row.verb,
        detail=row.detail,
        by=row.made_by,
        at=row.at,
        undone=undone,
    )


def _signal(row: Row[Any]) -> Signal:
    return Signal(
        signal_id=row.signal_id,
        kind=row.kind,
        issue_id=row.now_in,
        at=row.at,
        seen=row.seen,
        usual=row.usual,
        p_value=row.p_value,
        window_hours=row.window_hours,
        mention_ids=tuple(row.mention_ids),
        learning_day=row.learning_day,
        about=row.about,
        judged=None if row.judged is None else Judged(**row.judged),
    )
