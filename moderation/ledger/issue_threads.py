"""Threads of issues in our team's channels: the row comes before the message, so that an issue never gets two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select, update

from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.tables_bot import bot_thread
from moderation.model.issue_thread import IssueThread, ThreadState


class IssueThreadLedger:
    """One row an issue and channel."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, channel_id: str) -> dict[int, IssueThread]:
        """Return the threads of a channel by issue."""
        with reading(self._engine) as tx:
            return {row.issue_id: _thread(row) for row in tx.execute(select(bot_thread).where(bot_thread.c.channel_id == channel_id))}

    def begin(self, issue_id: int, channel_id: str, guild_id: str, nonce: str, *, at: datetime) -> IssueThread:
        """Keep that an issue gets a message; return the row that is there, also when somebody else began it."""
        row = {
            "issue_id": issue_id,
            "channel_id": channel_id,
            "guild_id": guild_id,
            "thread_id": "",
            "message_id": "",
            "shown": "",
            "state": ThreadState.POSTING.value,
            "nonce": nonce,
            "stage": "",
            "told": "",
            "made_at": at,
            "changed_at": at,
        }
        mine = (bot_thread.c.issue_id == issue_id) & (bot_thread.c.channel_id == channel_id)
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, bot_thread), row)
            return _thread(tx.execute(select(bot_thread).where(mine)).one())

    def change(self, thread: IssueThread, *, at: datetime, **values: Any) -> IssueThread:
        """Keep what became of a thread, and return it as it is then; it stays away when its row went (we were sent out of the server)."""
        mine = (bot_thread.c.issue_id == thread.issue_id) & (bot_thread.c.channel_id == thread.channel_id)
        plain = {name: value.value if isinstance(value, ThreadState) else value for name, value in values.items()}
        with writing(self._engine) as tx:
            tx.execute(update(bot_thread).where(mine).values(**plain, changed_at=at))
            row = tx.execute(select(bot_thread).where(mine)).one_or_none()
        return thread if row is None else _thread(row)


def _thread(row: Row[Any]) -> IssueThread:
    return IssueThread(
        issue_id=row.issue_id,
        channel_id=row.channel_id,
        state=ThreadState(row.state or ThreadState.POSTING.value),
        nonce=row.nonce,
        message_id=row.message_id,
        thread_id=row.thread_id,
        shown=row.shown,
        stage=row.stage,
        told=row.told,
        made_at=row.made_at,
        changed_at=row.changed_at,
    )
