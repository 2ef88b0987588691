"""Which messages need an answer, and which conversation each belongs to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, or_, select, true, update

from listener.ledger.private import is_contact_moment, is_private, is_public
from listener.ledger.proven import is_unproven_there
from listener.ledger.tables import label, mention, mention_brand
from moderation.ledger.audit import note
from moderation.ledger.case_facts import touch
from moderation.ledger.conditions import THREAD, is_ours
from moderation.ledger.tables import conversation, conversation_mention, outbox, support_case
from moderation.model.case import CaseState, Opened

_SPAM = "spam"
_MOSTLY_SPAM = "email"
"""A channel in which most of what comes is spam: there a case is opened once the analyser has read the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that is in no conversation yet. `private`: only its writer and we read it. `parent_id`: what it answers, "" for nothing.

    `unproven`: only the message itself says who wrote it.
    """

    mention_id: int
    brand: str
    platform: str
    realm: str
    thread_id: str
    author_key: str
    issue_id: int | None
    directed: bool
    unread: bool
    private: bool = False
    parent_id: str = ""
    unproven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeInRule:
    """Which messages open cases: see `waiting_mentions`."""

    not_before: datetime
    read_by: datetime
    own_authors: Collection[str] = ()


def waiting_mentions(tx: Connection, rule: TakeInRule, *, limit: int, among: ColumnElement[bool] | None = None) -> list[Waiting]:
    """Return messages to take in, in order of posting.

    Those are: directed at a brand of ours, written by somebody with a conversation in the same thread (an answer rarely names us
    again), or a private message about a brand (it was written to us, whatever it names); no imported contact moment (nobody waits for
    an answer to that); posted since `not_before`; not ours (a post the outbox knows, or by one of `own_authors`, the keys of our
    accounts); not called spam. They need not be read by the analyser, with two exceptions, until they came before `read_by`: of somebody
    who has a case elsewhere, the analyser may say that it is about the same; and an e-mail may be spam. `among`: only mentions for which
    this holds.
    """
    wanted = (
        mention.c.mention_id,
        mention_brand.c.brand,
        mention.c.platform,
        mention.c.realm,
        THREAD.label("thread_id"),
        mention.c.author_key,
        mention.c.issue_id,
        or_(mention_brand.c.directed.is_(true()), is_private()).label("directed"),
        (mention.c.analysed_revision < 0).label("unread"),
        is_private().label("private"),
        is_unproven_there().label("unproven"),
        mention.c.parent_id,
    )
    query = (
        select(*wanted)
        .join_from(mention, mention_brand, mention.c.mention_id == mention_brand.c.mention_id)
        .where(
            mention.c.posted_at >= rule.not_before,
            mention.c.latest_revision >= 0,
            ~is_contact_moment(),
            mention.c.author_key.not_in(list(rule.own_authors)),
            or_(mention.c.analysed_revision >= 0, mention.c.first_seen_at <= rule.read_by, ~_may_wait()),
            or_(mention_brand.c.directed.is_(true()), _follows(), is_private()),
            ~_is_taken(),
            ~_is_spam(),
            ~is_ours(),
        )
        .order_by(mention.c.posted_at, mention.c.mention_id)
        .limit(limit)
    )
    if among is not None:
        query = query.where(among)
    flags = ("directed", "unread", "private", "unproven")
    return [Waiting(**{**row, **{name: bool(row[name]) for name in flags}}) for row in tx.execute(query).mappings()]


def take_in(tx: Connection, found: Sequence[Waiting], *, at: datetime, read_by: datetime) -> Opened:
    """Put these messages into conversations, in order; one that has to wait for the analyser after all is left for later."""
    opened = joined = 0
    for one in found:
        if one.unread and _opened_meanwhile(tx, one, read_by):
            continue
        if open_or_join(tx, one, at=at):
            opened += 1
        else:
            joined += 1
    return Opened(opened=opened, joined=joined)


def _opened_meanwhile(tx: Connection, found: Waiting, read_by: datetime) -> bool:
    """Tell whether an unread message's author got a case in another thread since the message was found."""
    young = mention.c.first_seen_at > read_by
    query = select(mention.c.mention_id).join_from(mention, mention_brand, mention.c.mention_id == mention_brand.c.mention_id)
    mine = and_(mention.c.mention_id == found.mention_id, mention_brand.c.brand == found.brand)
    return tx.execute(query.where(mine, young, _may_wait())).scalar() is not None


def _may_wait() -> ColumnElement[bool]:
    """What the analyser will say of the mention may decide whether it opens a case."""
    return or_(and_(is_public(), _has_case_elsewhere()), mention.c.channel == _MOSTLY_SPAM)


def _has_case_elsewhere() -> ColumnElement[bool]:
    """The mention's author has a live case with the brand in another thread, and none in this one."""
    live = exists().where(
        and_(
            conversation.c.author_key == mention.c.author_key,
            conversation.c.author_key != "",
            conversation.c.brand == mention_brand.c.brand,
            support_case.c.conversation_id == conversation.c.conversation_id,
            support_case.c.state.in_([CaseState.OPEN.value, CaseState.CLAIMED.value]),
        )
    )
    return and_(live, ~_follows())


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

    One customer in one thread is one conversation; so is one customer who writes again about the same issue elsewhere in public while
    the first case is open. A private message is never in one conversation with a public one: an answer would stand in the wrong place. Nor
    is a mail whose sender is unproven in one with proven ones: who was in copy knows the thread, and may write anybody's address. A
    message without an author is a conversation of its own, for two unnamed people must not be mixed up.
    """
    conversation_id = _same_thread(tx, found) or (_below_known(tx, found) if found.private else _same_issue(tx, found))
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
        _holds(is_private() if found.private else is_public()),
        _as_proven(found),
    )
    return tx.execute(query).scalar()


def _as_proven(found: Waiting) -> ColumnElement[bool]:
    """The senders of the conversation's messages are as proven as this one's."""
    unproven = _holds(is_unproven_there())
    return unproven if found.unproven else ~unproven


def _holds(what: ColumnElement[bool]) -> ColumnElement[bool]:
    """A message for which this holds is in the conversation."""
    of_it = and_(
        conversation_mention.c.conversation_id == conversation.c.conversation_id, conversation_mention.c.mention_id == mention.c.mention_id
    )
    return exists().where(of_it, what).correlate(conversation)


def _below_known(tx: Connection, found: Waiting) -> int | None:
    """Return the conversation in which what a private message answers stands, ours or theirs: some mail programs name no more than that."""
    above = sorted({found.parent_id, found.thread_id} - {""})
    if not found.author_key or not above:
        return None
    mine = and_(
        conversation.c.brand == found.brand,
        conversation.c.platform == found.platform,
        conversation.c.realm == found.realm,
        conversation.c.author_key == found.author_key,
        _as_proven(found),
    )
    same_case = support_case.c.conversation_id == conversation.c.conversation_id
    ours = select(func.max(conversation.c.conversation_id)).join_from(conversation, support_case, same_case)
    ours = ours.join(outbox, outbox.c.case_id == support_case.c.case_id)
    theirs = select(func.max(conversation.c.conversation_id)).join_from(
        conversation, conversation_mention, conversation_mention.c.conversation_id == conversation.c.conversation_id
    )
    theirs = theirs.join(mention, mention.c.mention_id == conversation_mention.c.mention_id)
    return (
        tx.execute(ours.where(mine, outbox.c.platform_id.in_(above))).scalar()
        or tx.execute(theirs.where(mine, mention.c.native_id.in_(above), is_private())).scalar()
    )


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
            is_public(),
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
    case_id = int(tx.execute(insert(support_case).values(work).returning(support_case.c.case_id)).scalar_one())
    touch(tx, support_case.c.case_id == case_id, stale=True)
    return case_id


def wait_again(tx: Connection, mine: ColumnElement[bool], at: datetime) -> None:
    """Make an answered, closed or snoozed case wait again, with whoever holds it; what a claim was decided on has changed."""
    held = case((support_case.c.holder == "", CaseState.OPEN.value), else_=CaseState.CLAIMED.value)
    awake = {"snoozed_until": None, "snoozed_issue": "", "ending": ""}
    tx.execute(update(support_case).where(mine).values(state=held, version=support_case.c.version + 1, changed_at=at, **awake))
    touch(tx, mine, stale=True)
