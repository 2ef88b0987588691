"""Public status of issues, status updates, and promises; each move is one transaction with its audit line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, func, insert, select, update

from listener.errors import NotAllowed
from listener.ledger.dialect import insert_missing
from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.tables import outbox
from moderation.ledger.tables_status import public_status, status_promise, status_update
from moderation.model.post import PostKind
from moderation.model.status import (
    IssueStatus,
    NewUpdate,
    Promise,
    PromiseState,
    PublicStatus,
    Resolved,
    StatusUpdate,
    UpdateState,
)


class StatusLedger:
    """What we said in public about issues, and what we promised."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: NewUpdate) -> StatusUpdate:
        """Keep a draft. A second one for the same promise gives the first: the clock may tick twice."""
        values = {**_columns(new), "state": UpdateState.DRAFT.value, "published_by": ""}
        with writing(self._engine) as tx:
            made = tx.execute(insert_missing(tx.dialect, status_update).values(values).returning(status_update)).one_or_none()
            if made is None:
                return _update(tx.execute(select(status_update).where(status_update.c.for_promise == new.for_promise)).one())
            detail = {"issue": new.issue_id, "status": new.status.value, "no_news": new.no_news}
            note(tx, at=new.made_at, who=new.made_by, verb="draft_status", subject=f"status:{made.update_id}", detail=detail)
        return _update(made)

    def get(self, update_id: int) -> StatusUpdate | None:
        """Return an update in whatever state, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(select(status_update).where(status_update.c.update_id == update_id)).one_or_none()
        return None if row is None else _update(row)

    def updates(self, issue_id: int | None = None, *, state: UpdateState | None = None) -> list[StatusUpdate]:
        """Return updates, newest first: of one issue or all, in one state or any."""
        query = select(status_update).order_by(status_update.c.update_id.desc())
        if issue_id is not None:
            query = query.where(status_update.c.issue_id == issue_id)
        if state is not None:
            query = query.where(status_update.c.state == state.value)
        with reading(self._engine) as tx:
            return [_update(row) for row in tx.execute(query)]

    def publish(self, update_id: int, *, who: str, at: datetime) -> tuple[StatusUpdate, bool]:
        """Put a draft on the status page, once; return it and whether this press did it.

        What we had promised about the issue is settled by it (kept, if it is in time), and its own promise begins. Raises `NotAllowed`
        when there is no such draft.
        """
        draft = and_(status_update.c.update_id == update_id, status_update.c.state == UpdateState.DRAFT.value)
        values = {"state": UpdateState.PUBLISHED.value, "published_at": at, "published_by": who}
        with writing(self._engine) as tx:
            row = tx.execute(update(status_update).where(draft).values(values).returning(status_update)).one_or_none()
            if row is None:
                return _published(tx, update_id), False
            published = _update(row)
            _settle(tx, published.issue_id, at=at)
            _show(tx, published, at=at)
            if published.next_update_at is not None:
                promise = {"update_id": update_id, "issue_id": published.issue_id, "made_at": at, "due_at": published.next_update_at}
                tx.execute(insert(status_promise).values({**promise, "state": PromiseState.OPEN.value}))
            detail = {"issue": published.issue_id, "status": published.status.value, "next_update_at": published.next_update_at}
            note(tx, at=at, who=who, verb="publish_status", subject=f"status:{update_id}", detail=detail)
        return published, True

    def discard(self, update_id: int, *, who: str, at: datetime) -> bool:
        """Throw a draft away; return False when it was none (any more)."""
        draft = and_(status_update.c.update_id == update_id, status_update.c.state == UpdateState.DRAFT.value)
        with writing(self._engine) as tx:
            done = tx.execute(update(status_update).where(draft).values(state=UpdateState.DISCARDED.value)).rowcount == 1
            if done:
                note(tx, at=at, who=who, verb="discard_status", subject=f"status:{update_id}", detail={})
        return done

    def public(self) -> list[PublicStatus]:
        """Return every issue that was ever published, newest change first."""
        with reading(self._engine) as tx:
            rows = tx.execute(select(public_status).order_by(public_status.c.changed_at.desc(), public_status.c.public_id.desc()))
            return [_public(row) for row in rows]

    def of_issue(self, issue_id: int) -> PublicStatus | None:
        """Return how an issue stands in public, or None when nothing was published about it."""
        with reading(self._engine) as tx:
            row = tx.execute(select(public_status).where(public_status.c.issue_id == issue_id)).one_or_none()
        return None if row is None else _public(row)

    def resolved_since(self, since: datetime) -> list[Resolved]:
        """Return the issues that were publicly called solved at or after `since` and are so still, oldest first."""
        solved = and_(public_status.c.resolved_at.is_not(None), public_status.c.resolved_at >= since)
        query = select(public_status).where(solved).order_by(public_status.c.resolved_at, public_status.c.public_id)
        with reading(self._engine) as tx:
            return [Resolved(issue_id=row.issue_id, public_id=row.public_id, resolved_at=row.resolved_at) for row in tx.execute(query)]

    def promises(self, state: PromiseState | None = None, *, since: datetime | None = None) -> list[Promise]:
        """Return promises, first due first: in one state or any; with `since` only those due at or after it."""
        query = select(status_promise).order_by(status_promise.c.due_at, status_promise.c.promise_id)
        if state is not None:
            query = query.where(status_promise.c.state == state.value)
        if since is not None:
            query = query.where(status_promise.c.due_at >= since)
        with reading(self._engine) as tx:
            return [_promise(row) for row in tx.execute(query)]

    def break_promises(self, *, at: datetime) -> list[Promise]:
        """Write down which promises went by without a word, and return those; each is written down once."""
        gone = and_(status_promise.c.state == PromiseState.OPEN.value, status_promise.c.due_at < at)
        values = {"state": PromiseState.BROKEN.value, "settled_at": status_promise.c.due_at}
        with writing(self._engine) as tx:
            rows = [_promise(row) for row in tx.execute(update(status_promise).where(gone).values(values).returning(status_promise))]
            for one in rows:
                detail = {"issue": one.issue_id, "due": one.due_at.isoformat()}
                note(tx, at=at, who="promise clock", verb="break_promise", subject=f"promise:{one.promise_id}", detail=detail)
        return rows

    def last_posted(self, issue_id: int) -> datetime | None:
        """Return when a status update about an issue last reached a thread, or None."""
        updates = and_(outbox.c.issue_id == issue_id, outbox.c.kind == PostKind.STATUS_UPDATE.value, outbox.c.removes == "")
        posted = updates & outbox.c.state.in_(POSTED_STATES)
        with reading(self._engine) as tx:
            return tx.execute(select(func.max(outbox.c.changed_at)).where(posted)).scalar()

    def written_since(self, issue_id: int, since: datetime) -> int:
        """Return how many messages of others about an issue were posted after `since` and are still there."""
        ours = select(outbox.c.platform_id).where(outbox.c.platform == mention.c.platform, outbox.c.platform_id == mention.c.native_id)
        theirs = and_(mention.c.issue_id == issue_id, mention.c.posted_at > since, mention.c.removed_at.is_(None), ~ours.exists())
        with reading(self._engine) as tx:
            return int(tx.execute(select(func.count()).select_from(mention).where(theirs)).scalar_one())


def _settle(tx: Connection, issue_id: int, *, at: datetime) -> None:
    """Settle what was promised about an issue, now that we speak: kept when in time, broken when the moment went by unnoticed."""
    mine = and_(status_promise.c.issue_id == issue_id, status_promise.c.state == PromiseState.OPEN.value)
    late = {"state": PromiseState.BROKEN.value, "settled_at": status_promise.c.due_at}
    tx.execute(update(status_promise).where(mine, status_promise.c.due_at < at).values(late))
    tx.execute(update(status_promise).where(mine).values(state=PromiseState.KEPT.value, settled_at=at))


def _show(tx: Connection, published: StatusUpdate, *, at: datetime) -> None:
    """Let the issue stand on the status page as this update says. A correction of an older update does not turn the clock back."""
    status, over = published.status.value, published.status.is_over
    new = {"issue_id": published.issue_id, "status": status, "subjects": dict(published.subjects), "opened_at": at, "changed_at": at}
    tx.execute(insert_missing(tx.dialect, public_status).values({**new, "resolved_at": at if over else None}))
    values = {"status": status, "subjects": dict(published.subjects), "changed_at": at}
    values["resolved_at"] = func.coalesce(public_status.c.resolved_at, at) if over else None
    tx.execute(update(public_status).where(public_status.c.issue_id == published.issue_id).values(values))


def _published(tx: Connection, update_id: int) -> StatusUpdate:
    row = tx.execute(select(status_update).where(status_update.c.update_id == update_id)).one_or_none()
    if row is None or row.state != UpdateState.PUBLISHED.value:
        raise NotAllowed(f"Status update {update_id} was thrown away or does not exist; write a new one.")
    return _update(row)


def _columns(new: NewUpdate) -> dict[str, Any]:
    per_language: dict[str, Mapping[str, str]] = {
        "subjects": new.subjects,
        "texts": new.texts,
        "templates": new.templates,
    }
    return {
        "issue_id": new.issue_id,
        "status": new.status.value,
        **{name: dict(value) for name, value in per_language.items()},
        "next_update_at": new.next_update_at,
        "made_by": new.made_by,
        "made_at": new.made_at,
        "corrects": new.corrects,
        "no_news": new.no_news,
        "for_promise": new.for_promise,
    }


def _update(row: Row[Any]) -> StatusUpdate:
    values = dict(row._mapping)
    return StatusUpdate(**{**values, "state": UpdateState(row.state), "status": IssueStatus(row.status)})


def _public(row: Row[Any]) -> PublicStatus:
    return PublicStatus(**{**row._mapping, "status": IssueStatus(row.status)})


def _promise(row: Row[Any]) -> Promise:
    return Promise(**{**row._mapping, "state": PromiseState(row.state)})
