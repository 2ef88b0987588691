"""Which messages need an answer, and which conversation each belongs to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, or_, select, true, update

from listener.ledger.tables import label, mention, mention_brand
from moderation.ledger.audit import note
from moderation.ledger.conditions import THREAD, is_ours
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.model.case import CaseState

_SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that is in no conversation yet."""

    mention_id: int
    brand: str
    platform: str
    realm: str
    thread_id: str
    author_key: str
    issue_id: int | None
    directed: bool


def waiting_mentions(
    tx: Connection, *, not_before: datetime, read_by: datetime, limit: int, own_authors: Collection[str] = ()
) -> list[Waiting]:
    """Return messages to take in, in order of posting.

    Those are: directed at a brand of ours, or written by somebody with a conversation in the same thread (an answer rarely names us
    again); public (no imported telephone call); posted since `not_before`; not ours (a post the outbox knows, or by one of `own_authors`,
    the keys of our accounts); not called spam. The analyser has read them, or had the chance: what first came before `read_by` is taken
    in unread, so that a broken analyser silences nobody.
    """
    wanted = (
        mention.c.mention_id,
        mention_brand.c.brand,
        mention.c.platform,
        mention.c.realm,
        THREAD.label("thread_id"),
        mention.c.author_key,
        mention.c.issue_id,
        mention_brand.c.directed,
    )
    query = (
        select(*wanted)
        .join_from(mention, mention_brand, mention.c.mention_id == mention_brand.c.mention_id)
        .where(
            mention.c.posted_at >= not_before,
            mention.c.latest_revision >= 0,
            mention.c.channel == "",
            mention.c.author_key.not_in(list(own_authors)),
            or_(mention.c.analysed_revision >= 0, mention.c.first_seen_at <= read_by),
            or_(mention_brand.c.directed.is_(true()), _follows()),
            ~_is_taken(),
            ~_is_spam(),
            ~is_ours(),
        )
        .order_by(mention.c.posted_at, mention.c.mention_id)
        .limit(limit)
    )
    return [Waiting(**row) for row in tx.execute(query).mappings()]


def _is_taken() -> ColumnElement[bool]:
    """The mention is in a conversation with the brand already."""
    return exists().where(
        and_(conversation_mention.c.mention_id == mention.c.mention_id, conversation_mention.c.brand == mention_brand.c.brand)
    )


def _is_spam() -> ColumnElement[bool]:
    return exists().where(and_(label.c.mention_id == mention.c.mention_id, label.c.name == _SPAM, label.c.probability >= 0.5))


def _follows() -> ColumnElement[bool]:
    """The mention's author has a conversation with the brand in the same thread."""
    return exists().where(
        and_(
            conversation.c.author_key == mention.c.author_key,
            conversation.c.author_key != "",
            conversation.c.brand == mention_brand.c.brand,
            conversation.c.platform == mention.c.platform,
            conversation.c.realm == mention.c.realm,
            conversation.c.thread_id == THREAD,
        )
    )


def open_or_join(tx: Connection, found: Waiting, *, at: datetime) -> bool:
    """Put a message into its conversation; return whether that had to be opened.

    One customer in one thread is one conversation; so is one customer who writes again about the same issue elsewhere while the first
    case is open. A message without an author is a conversation of its own, for two unnamed people must not be mixed up.
    """
    conversation_id = _same_thread(tx, found) or _same_issue(tx, found)
    is_new = conversation_id is None
    if conversation_id is None:
        conversation_id = _open(tx, found, at)
    line = {
        "mention_id": found.mention_id,
        "brand": found.brand,
        "conversation_id": conversation_id,
        "directed": found.directed,
        "joined_at": at,
    }
    tx.execute(insert(conversation_mention).values(line))
    if not is_new:
        wait_again(tx, support_case.c.conversation_id == conversation_id, at)
    return is_new


def _same_thread(tx: Connection, found: Waiting) -> int | None:
    if not found.author_key:
        return None
    query = select(func.max(conversation.c.conversation_id)).where(
        conversation.c.brand == found.brand,
        conversation.c.platform == found.platform,
        conversation.c.realm == found.realm,
        conversation.c.thread_id == found.thread_id,
        conversation.c.author_key == found.author_key,
    )
    return tx.execute(query).scalar()


def _same_issue(tx: Connection, found: Waiting) -> int | None:
    if not found.author_key or found.issue_id is None:
        return None
    query = (
        select(func.max(conversation.c.conversation_id))
        .join_from(conversation, support_case, conversation.c.conversation_id == support_case.c.conversation_id)
        .join(conversation_mention, conversation_mention.c.conversation_id == conversation.c.conversation_id)
        .join(mention, mention.c.mention_id == conversation_mention.c.mention_id)
        .where(
            conversation.c.brand == found.brand,
            conversation.c.author_key == found.author_key,
            support_case.c.state.in_([CaseState.OPEN.value, CaseState.CLAIMED.value]),
            mention.c.issue_id == found.issue_id,
        )
    )
    return tx.execute(query).scalar()


def _open(tx: Connection, found: Waiting, at: datetime) -> int:
    made = {
        "brand": found.brand,
        "platform": found.platform,
        "realm": found.realm,
        "thread_id": found.thread_id,
        "author_key": found.author_key,
        "opened_at": at,
    }
    conversation_id = int(tx.execute(insert(conversation).values(made).returning(conversation.c.conversation_id)).scalar_one())
    case_id = add_case(tx, conversation_id, at)
    note(tx, at=at, who="schedule", verb="open", subject=f"case:{case_id}", detail={"mention": found.mention_id, "brand": found.brand})
    return conversation_id


def add_case(tx: Connection, conversation_id: int, at: datetime) -> int:
    """Keep the case of a conversation that has none, and return its id."""
    work = {"conversation_id": conversation_id, "state": CaseState.OPEN.value, "opened_at": at, "changed_at": at}
    return int(tx.execute(insert(support_case).values(work).returning(support_case.c.case_id)).scalar_one())


def wait_again(tx: Connection, mine: ColumnElement[bool], at: datetime) -> None:
    """Make an answered, closed or snoozed case wait again, with whoever holds it; what a claim was decided on has changed."""
    held = case((support_case.c.holder == "", CaseState.OPEN.value), else_=CaseState.CLAIMED.value)
    awake = {"snoozed_until": None, "snoozed_issue": "", "ending": ""}
    tx.execute(update(support_case).where(mine).values(state=held, version=support_case.c.version + 1, changed_at=at, **awake))
