"""What was posted lately, counted for the policy gate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select

from listener.ledger.transactions import reading
from moderation.ledger.conditions import NOT_POSTED_STATES, may_be_there, of_account
from moderation.ledger.leave_facts import leave_facts
from moderation.ledger.tables import approval, outbox
from moderation.model.policy import GateFacts
from moderation.model.post import AccountId, PostKind, Target

_HOUR, _DAY, _MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
_BROADCAST = (PostKind.STATUS_UPDATE.value, PostKind.ANSWER.value)
_ANNOUNCING = (PostKind.STATUS_UPDATE.value, PostKind.INVITATION.value)


class SendCounts:
    """Counts whatever was or may have been posted: an unknown outcome counts, and so does one that waits for a person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def facts(
        self, *, account: AccountId, target: Target, text_key: str, who: str, standing: bool, at: datetime, leave_out: int = 0
    ) -> GateFacts:
        """Return the counts that matter for one post of `who` from `account` to `target`. `leave_out` is the entry itself.

        The caps are the account's own: what other accounts posted does not count. Moments after `at` count as within every window: a
        clock that went back must not open the caps (RULES F13).
        """

        def since(span: timedelta, *conditions: ColumnElement[bool]) -> Any:
            query = select(func.count()).join_from(outbox, approval, outbox.c.approval_id == approval.c.approval_id)
            return query.where(may_be_there(leave_out=leave_out), outbox.c.started_at > at - span, *conditions)

        realm = (outbox.c.platform == target.platform) & (outbox.c.realm == target.realm)
        automatic = or_(approval.c.standing_id.is_not(None), outbox.c.kind.in_(_BROADCAST)) & (outbox.c.edits == "")
        capped = automatic & of_account(account)
        in_thread = realm & (outbox.c.thread_id == target.thread_id)
        personal = and_(outbox.c.kind == PostKind.REPLY.value, approval.c.approved_by == who)
        with reading(self._engine) as tx:

            def count(query: Any) -> int:
                return int(tx.execute(query).scalar_one())

            return GateFacts(
                same_text=count(since(_MONTH, in_thread, outbox.c.text_key == text_key)),
                under_caps_hour=count(since(_HOUR, capped)),
                under_caps_day=count(since(_DAY, capped)),
                by_person_hour=count(since(_HOUR, personal)),
                to_same_mention=count(since(_MONTH, outbox.c.mention_id == target.mention_id)) if target.mention_id else 0,
                announced_day=count(since(_DAY, realm, outbox.c.kind.in_(_ANNOUNCING))),
                standing=standing,
                leave=leave_facts(tx, account=account, target=target, at=at, leave_out=leave_out),
                automatic_thread_day=count(since(_DAY, in_thread, automatic)) if target.thread_id else 0,
                automatic_to_mention=count(since(_MONTH, approval.c.standing_id.is_not(None), outbox.c.mention_id == target.mention_id))
                if target.mention_id
                else 0,
            )

    def under_standing(self, standing_id: int, *, at: datetime, leave_out: int = 0) -> tuple[int, int]:
        """Return how many posts left or may have left under a standing approval within the last hour and the last day."""
        mine = may_be_there(leave_out=leave_out) & (approval.c.standing_id == standing_id)
        query = select(func.count()).join_from(outbox, approval, outbox.c.approval_id == approval.c.approval_id).where(mine)
        with reading(self._engine) as tx:
            hour, day = (int(tx.execute(query.where(outbox.c.started_at > at - span)).scalar_one()) for span in (_HOUR, _DAY))
        return hour, day

    def invited(self, target: Target, *, at: datetime) -> int:
        """Return how many invitations this thread has or may have got in the last 30 days."""
        same = and_(outbox.c.platform == target.platform, outbox.c.realm == target.realm, outbox.c.thread_id == target.thread_id)
        live = outbox.c.state.not_in(NOT_POSTED_STATES) & (outbox.c.changed_at > at - _MONTH) & (outbox.c.removes == "")
        query = select(func.count()).select_from(outbox).where(same, live, outbox.c.kind == PostKind.INVITATION.value)
        with reading(self._engine) as tx:
            return int(tx.execute(query).scalar_one())
