"""Conditions that several queries share: which thread a message stands in, whether it is a post of ours, what was posted and by whom."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, exists

from listener.ledger.private import is_private
from listener.ledger.tables import mention
from moderation.ledger.tables import conversation_mention, outbox, support_case
from moderation.model.outbox import EntryState
from moderation.model.post import AccountId
from moderation.model.thread import CHATS
from moderation.outbox.states import POSTED

POSTED_STATES = tuple(sorted(state.value for state in POSTED))
NOT_POSTED_STATES = tuple(state.value for state in (EntryState.REFUSED, EntryState.PROVEN_ABSENT, EntryState.CANCELLED, EntryState.EXPIRED))
"""Of an entry that was started: it is surely not there. An unknown outcome, or one that waits for a person, may be."""
_CHAT = and_(
    mention.c.channel.in_(sorted(CHATS)), mention.c.root_id == "", mention.c.author_native_id.is_not(None), mention.c.author_native_id != ""
)
THREAD = case((_CHAT, mention.c.author_native_id), (mention.c.root_id == "", mention.c.native_id), else_=mention.c.root_id)
"""The thread a mention stands in, as `thread_of` tells it."""


def private_case(case_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The case is of a conversation that only the customer and we read. `case_id` is a column of the query around it."""
    return exists().where(
        and_(
            support_case.c.case_id == case_id,
            conversation_mention.c.conversation_id == support_case.c.conversation_id,
            conversation_mention.c.mention_id == mention.c.mention_id,
            is_private(),
        )
    )


def is_ours() -> ColumnElement[bool]:
    """The mention is a post that left from here."""
    return exists().where(
        and_(
            outbox.c.platform_id == mention.c.native_id,
            outbox.c.platform == mention.c.platform,
            outbox.c.realm == mention.c.realm,
            outbox.c.platform_id != "",
        )
    )


def may_be_there(*, leave_out: int = 0) -> ColumnElement[bool]:
    """The entry was started and is not surely absent; the entry `leave_out` itself does not count, nor does taking a post away."""
    started = outbox.c.started_at.is_not(None) & (outbox.c.removes == "")
    return and_(started, outbox.c.state.not_in(NOT_POSTED_STATES), outbox.c.entry_id != leave_out)


def of_account(account: AccountId) -> ColumnElement[bool]:
    """The entry leaves, or left, from this account."""
    return and_(
        outbox.c.account_platform == account.platform,
        outbox.c.account_realm == account.realm,
        outbox.c.account_native_id == account.native_id,
    )
