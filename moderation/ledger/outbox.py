"""The outbox: each move of a public write is one transaction with its audit line, durable before the next step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, delete, exists, func, insert, select, true, update

from listener.errors import AlreadyClaimed, NotAllowed
from listener.ledger.transactions import reading, writing
from moderation.ledger.answered import note_answer
from moderation.ledger.audit import note
from moderation.ledger.conditions import of_account
from moderation.ledger.rows import entry_of, entry_row
from moderation.ledger.tables import approval, draft, outbox, outbox_attempt, outbox_switch, support_case
from moderation.ledger.tables_reply import working_draft
from moderation.model.outbox import DraftState, EntryState, NewEntry, OutboxEntry, Outcome
from moderation.model.post import AccountId
from moderation.outbox.crash_points import reach
from moderation.outbox.states import IN_BETWEEN, POSTED, SENDABLE, may_move, may_resolve

_GATEWAY = "gateway"
_NAMES = {
    EntryState.SENT: "sent",
    EntryState.REFUSED: "refused",
    EntryState.UNKNOWN: "unknown",
    EntryState.FOUND: "found",
    EntryState.PROVEN_ABSENT: "absent",
    EntryState.NEEDS_HUMAN: "human",
    EntryState.CANCELLED: "cancelled",
    EntryState.EXPIRED: "expired",
}


class OutboxLedger:
    """Approved writes and what became of them. Nothing here talks to a platform."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def approve(self, new: NewEntry, *, holder: str = "") -> tuple[OutboxEntry, bool]:
        """Keep an approval and its outbox entry, once per draft; return the entry and whether it is new.

        Pressing again, or fifty people pressing at once, gives the entry of the first press (RULES F5). What somebody was still writing
        is gone with the approval. Raises `NotAllowed` when the draft was thrown away or does not exist, `AlreadyClaimed` when `holder` is
        named and does not hold its case (any more).
        """
        reach("approve.begun")
        with writing(self._engine) as tx:
            opened = (draft.c.draft_id == new.draft_id) & (draft.c.state == DraftState.OPEN.value)
            if tx.execute(update(draft).where(opened).values(state=DraftState.APPROVED.value)).rowcount != 1:
                return _entry_of_draft(tx, new.draft_id), False
            reach("approve.moved")
            _must_hold(tx, new.case_id, holder)
            tx.execute(delete(working_draft).where(working_draft.c.draft_id == new.draft_id))
            given = {
                "draft_id": new.draft_id,
                "approval_hash": new.approval_hash,
                "approved_by": new.approved_by,
                "approved_at": new.approved_at,
                "expires_at": new.expires_at,
                "standing_id": new.standing_id,
            }
            approval_id = tx.execute(insert(approval).values(given).returning(approval.c.approval_id)).scalar_one()
            values = {**entry_row(new), "approval_id": approval_id}
            entry_id = tx.execute(insert(outbox).values(values).returning(outbox.c.entry_id)).scalar_one()
            detail = {
                "draft": new.draft_id,
                "hash": new.approval_hash,
                "account": new.post.account.key,
                "expires": new.expires_at.isoformat(),
            }
            note(tx, at=new.approved_at, who=new.approved_by, verb="approve", subject=f"outbox:{entry_id}", detail=detail)
            reach("approve.noted")
            kept = entry_of(tx.execute(_entries().where(outbox.c.entry_id == entry_id)).one())
        reach("approve.committed")
        return kept, True

    def of_draft(self, draft_id: int) -> OutboxEntry | None:
        """Return the entry of an approved draft, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(_entries().where(outbox.c.draft_id == draft_id)).one_or_none()
        return None if row is None else entry_of(row)

    def get(self, entry_id: int) -> OutboxEntry | None:
        """Return an entry, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(_entries().where(outbox.c.entry_id == entry_id)).one_or_none()
        return None if row is None else entry_of(row)

    def entries(self, states: Iterable[EntryState] = (), *, case_id: int | None = None) -> list[OutboxEntry]:
        """Return entries in these states (none named: all), in order of approval."""
        wanted = _values(states)
        query = _entries().order_by(approval.c.approved_at, outbox.c.entry_id)
        if wanted:
            query = query.where(outbox.c.state.in_(wanted))
        if case_id is not None:
            query = query.where(outbox.c.case_id == case_id)
        with reading(self._engine) as tx:
            return [entry_of(row) for row in tx.execute(query)]

    def start(self, entry: OutboxEntry, *, at: datetime) -> OutboxEntry | None:
        """Take an entry for one attempt, as a compare-and-set; None when somebody else took or changed it, or the ledger's flag says stop.

        When this returns an entry, the attempt and its key are on disk: whatever happens next, a restart knows that it may have left.
        """
        name = "start" if entry.attempt == 0 else "restart"
        reach(f"{name}.begun")
        with writing(self._engine) as tx:
            stopped = exists().where(outbox_switch.c.stopped.is_(true()))
            free = and_(outbox.c.entry_id == entry.entry_id, outbox.c.version == entry.version, outbox.c.state.in_(_values(SENDABLE)))
            values = {
                "state": EntryState.STARTED.value,
                "version": outbox.c.version + 1,
                "attempt": outbox.c.attempt + 1,
                "started_at": func.coalesce(outbox.c.started_at, at),
                "not_before": None,
                "changed_at": at,
            }
            if tx.execute(update(outbox).where(free, ~stopped).values(values)).rowcount != 1:
                return None
            reach(f"{name}.moved")
            attempt = {"entry_id": entry.entry_id, "attempt": entry.attempt + 1, "idempotency_key": entry.key, "started_at": at}
            tx.execute(insert(outbox_attempt).values(attempt))
            detail = {"attempt": entry.attempt + 1, "key": entry.key, "hash": entry.approval_hash}
            note(tx, at=at, who=_GATEWAY, verb="start", subject=f"outbox:{entry.entry_id}", detail=detail)
            reach(f"{name}.noted")
            started = entry_of(tx.execute(_entries().where(outbox.c.entry_id == entry.entry_id)).one())
        reach(f"{name}.committed")
        return started

    def finish(self, started: OutboxEntry, outcome: Outcome, *, at: datetime) -> bool:
        """Write down what is known about an attempt that this process made; False when it was settled otherwise meanwhile.

        The answer to an attempt may come after a restart or time-out called it unknown: it is still the truth about that attempt.
        """
        same = and_(
            outbox.c.entry_id == started.entry_id,
            outbox.c.attempt == started.attempt,
            outbox.c.state.in_([state.value for state in IN_BETWEEN if may_move(state, outcome.state)]),
        )
        return self._move(started.entry_id, same, outcome, at=at, who=_GATEWAY)

    def settle(self, entry: OutboxEntry, outcome: Outcome, *, at: datetime, who: str = _GATEWAY) -> bool:
        """Move an entry on, as a compare-and-set on what was read; False when it changed meanwhile.

        Raises ValueError for a move that may not be.
        """
        if not may_move(entry.state, outcome.state) or outcome.state is EntryState.STARTED:
            raise ValueError(f"{entry.state.value} cannot become {outcome.state.value}")
        return self._move(entry.entry_id, _unchanged(entry), outcome, at=at, who=who)

    def resolve(self, entry: OutboxEntry, outcome: Outcome, *, at: datetime, who: str) -> bool:
        """Write down what a person found out about an entry that waited for one; False when somebody did so before.

        Raises ValueError for an end that nobody can find out.
        """
        if not may_resolve(entry.state, outcome.state):
            raise ValueError(f"{entry.state.value} cannot be resolved as {outcome.state.value}")
        return self._move(entry.entry_id, _unchanged(entry), outcome, at=at, who=who)

    def recover(self, *, at: datetime) -> list[int]:
        """Call every started entry unknown, for at start-up nobody is sending it; return their ids. Nothing is sent again for it."""
        leftovers = self.entries([EntryState.STARTED])
        outcome = Outcome(state=EntryState.UNKNOWN, reason="interrupted")
        return [entry.entry_id for entry in leftovers if self.finish_as_recovered(entry, outcome, at=at)]

    def finish_as_recovered(self, entry: OutboxEntry, outcome: Outcome, *, at: datetime) -> bool:
        """Move one leftover of another life of this process."""
        return self._move(entry.entry_id, _unchanged(entry), outcome, at=at, who=_GATEWAY, name="recovered")

    def known_ids(self, entry: OutboxEntry) -> set[str]:
        """Return the platform's ids of other posts of ours at this entry's platform and realm: what reconciling must not take for it."""
        target = entry.post.target
        others = (outbox.c.platform == target.platform) & (outbox.c.realm == target.realm) & (outbox.c.entry_id != entry.entry_id)
        with reading(self._engine) as tx:
            return set(tx.execute(select(outbox.c.platform_id).where(others, outbox.c.platform_id != "")).scalars())

    def posted_as(self, account: AccountId, platform_id: str) -> OutboxEntry | None:
        """Return the entry that first put the post `platform_id` on the platform, or None: not every post is ours."""
        mine = of_account(account) & (outbox.c.platform_id == platform_id) & (outbox.c.edits == "") & (outbox.c.removes == "")
        with reading(self._engine) as tx:
            row = tx.execute(_entries().where(mine).order_by(outbox.c.entry_id).limit(1)).one_or_none()
        return None if row is None else entry_of(row)

    def edits_of(self, account: AccountId, platform_id: str) -> list[OutboxEntry]:
        """Return the entries that changed a post and were posted, oldest first."""
        mine = of_account(account) & (outbox.c.edits == platform_id) & outbox.c.state.in_(_values(POSTED))
        with reading(self._engine) as tx:
            return [entry_of(row) for row in tx.execute(_entries().where(mine).order_by(outbox.c.entry_id))]

    def left_from(self, account: AccountId, *, since: datetime) -> list[OutboxEntry]:
        """Return this account's entries that were posted, or may have been, and changed since a moment; what it may show is among them."""
        mine = of_account(account) & outbox.c.started_at.is_not(None)
        with reading(self._engine) as tx:
            return [entry_of(row) for row in tx.execute(_entries().where(mine, outbox.c.changed_at >= since))]

    def newest(self) -> datetime | None:
        """Return the latest moment the outbox knows of, or None when it is empty."""
        with reading(self._engine) as tx:
            return tx.execute(select(outbox.c.changed_at).order_by(outbox.c.changed_at.desc()).limit(1)).scalar()

    def stuck(self, *, before: datetime) -> list[OutboxEntry]:
        """Return entries that have been in a middle state since before `before` (RULES A10)."""
        return [entry for entry in self.entries(IN_BETWEEN) if entry.changed_at < before]

    def _move(self, entry_id: int, same: ColumnElement[bool], outcome: Outcome, *, at: datetime, who: str, name: str = "") -> bool:
        name = name or _NAMES[outcome.state]
        reach(f"{name}.begun")
        with writing(self._engine) as tx:
            values = {
                "state": outcome.state.value,
                "version": outbox.c.version + 1,
                "reason": outcome.reason,
                "note": outcome.note,
                "platform_id": outcome.platform_id,
                "url": outcome.url,
                "not_before": at + outcome.wait if outcome.wait is not None else None,
                "changed_at": at,
            }
            if tx.execute(update(outbox).where(same).values(values)).rowcount != 1:
                return False
            reach(f"{name}.moved")
            last = select(outbox.c.attempt).where(outbox.c.entry_id == entry_id).scalar_subquery()
            mine = and_(outbox_attempt.c.entry_id == entry_id, outbox_attempt.c.attempt == last)
            tx.execute(update(outbox_attempt).where(mine).values(ended_at=at, outcome=outcome.state.value))
            if outcome.state in POSTED:
                note_answer(tx, entry_id)
            detail = {"to": outcome.state.value, "reason": outcome.reason, "platform_id": outcome.platform_id}
            note(tx, at=at, who=who, verb=name, subject=f"outbox:{entry_id}", detail=detail)
            reach(f"{name}.noted")
        reach(f"{name}.committed")
        return True


def _entries() -> Select[Any]:
    """Return the query for entries with what their approval says; the approval's columns are the ones a hash is compared with."""
    given = (approval.c.approval_hash, approval.c.approved_by, approval.c.approved_at, approval.c.expires_at, approval.c.standing_id)
    return select(outbox, *given).join_from(outbox, approval, outbox.c.approval_id == approval.c.approval_id)


def _must_hold(tx: Connection, case_id: int | None, holder: str) -> None:
    """Raise unless `holder` holds the case at this moment, whatever was read before."""
    if not holder or case_id is None:
        return
    holds = tx.execute(select(support_case.c.holder).where(support_case.c.case_id == case_id)).scalar()
    if holds != holder:
        raise AlreadyClaimed(f"Case {case_id} is not yours any more: {holds or 'nobody'} holds it.", key="not_yours")


def _entry_of_draft(tx: Connection, draft_id: int) -> OutboxEntry:
    row = tx.execute(_entries().where(outbox.c.draft_id == draft_id)).one_or_none()
    if row is None:
        raise NotAllowed(f"Draft {draft_id} was thrown away or does not exist; write a new one.")
    return entry_of(row)


def _unchanged(entry: OutboxEntry) -> ColumnElement[bool]:
    """The entry is as it was read."""
    return and_(outbox.c.entry_id == entry.entry_id, outbox.c.version == entry.version, outbox.c.state == entry.state.value)


def _values(states: Iterable[EntryState]) -> list[str]:
    return [state.value for state in states]
