"""Who a person is in the ledger: every key they stand under, and what of the ledger is theirs by those keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from listener.ledger.changes import batches
from listener.ledger.tables import mention, mention_brand, revision
from moderation.ledger.tables import conversation, draft, outbox, support_case
from moderation.ledger.tables_conversation import contact_join
from moderation.ledger.tables_feedback import feedback, you_said_message
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import consent, opt_out
from moderation.model.subject import Subject
from moderation.policy.traces import Traces, spoken

KEYED = (
    mention.c.author_key,
    conversation.c.author_key,
    contact_join.c.person_key,
    contact_join.c.other_person_key,
    opt_out.c.person_key,
    consent.c.person_key,
    invitation_event.c.person_key,
    you_said_message.c.person_key,
)
"""Where a person's key may stand, also when none of their messages is here any more."""


def keys_of(tx: Connection, platform: str, account: str) -> set[str]:
    """Return the keys of whoever is called `account` (a name, with or without @, an id, or a whole key) on a platform.

    A whole key is that one person, whatever others call themselves.
    """
    wanted = account.strip().removeprefix("@")
    found: set[str] = set()
    if not wanted:
        return found
    shown = func.lower(mention.c.author_name).in_({wanted.lower(), f"@{wanted.lower()}"})
    by_id = func.lower(mention.c.author_native_id) == wanted.lower()
    query = select(mention.c.author_key).where(mention.c.author_platform == platform, or_(shown, by_id)).distinct()
    found.update(tx.execute(query).scalars())
    for column in KEYED:
        start, end = f"{platform}/", f"/{wanted.lower()}"
        ends = func.lower(column).endswith(end, autoescape=True) | (column == wanted)
        found.update(tx.execute(select(column).where(column.startswith(start, autoescape=True), ends).distinct()).scalars())
    for table in (draft, outbox):  # somebody we wrote to who never wrote to us
        called = or_(func.lower(table.c.person) == wanted.lower(), _addressee(table) == wanted)
        to = (table.c.platform == platform) & called
        found.update(tx.execute(select(_addressee(table)).where(to, table.c.person != "").distinct()).scalars())
    return {wanted} if wanted in found else {one for one in found if one}


def _addressee(table: Any) -> ColumnElement[str]:
    """The key of whom a post is addressed to: `person` alone is the platform's id."""
    key: ColumnElement[str] = table.c.platform + "/" + table.c.realm + "/" + table.c.person
    return key


def joined_with(tx: Connection, keys: Collection[str]) -> set[str]:
    """Return the keys that colleagues joined with these, over however many steps; joins that were taken back do not count."""
    known, ask = set(keys), set(keys)
    while ask:
        near = contact_join.c.person_key.in_(sorted(ask)) | contact_join.c.other_person_key.in_(sorted(ask))
        rows = tx.execute(
            select(contact_join.c.person_key, contact_join.c.other_person_key).where(near, contact_join.c.undone_at.is_(None))
        )
        seen = {one for row in rows for one in row if one}
        ask, known = seen - known, known | seen
    return known - set(keys)


def subject_of(tx: Connection, keys: Collection[str], *, alone: bool = False) -> Subject:
    """Return a person by these keys and, unless `alone`, by what was joined to them."""
    joined = set() if alone else joined_with(tx, keys)
    mine = mention.c.author_key.in_(sorted({*keys, *joined}))
    names = tx.execute(select(mention.c.author_name).where(mine, mention.c.author_name != "").distinct().order_by(mention.c.author_name))
    return Subject(keys=tuple(sorted(keys)), joined=tuple(sorted(joined)), names=tuple(names.scalars()))


def all_keys(subject: Subject) -> list[str]:
    return sorted({*subject.keys, *subject.joined})


def names_of_others(tx: Connection, subject: Subject) -> tuple[str, ...]:
    """Return those names and ids of a person that others bear too, or that are ours: a text with one of them may tell of anybody.

    People choose their names, and some choose ours: looking for those would empty what is kept of everybody else.
    """
    mine = mention.c.author_key.in_(all_keys(subject))
    called = {*subject.names, *(key.rsplit("/", 1)[-1] for key in all_keys(subject))}
    shared = select(mention.c.author_name).where(~mine, func.lower(mention.c.author_name).in_(sorted({one.lower() for one in called})))
    ours = (select(mention_brand.c.brand).distinct(), select(outbox.c.account_native_id).distinct(), shared.distinct())
    borne = {spoken(one) for query in ours for one in tx.execute(query).scalars() if one}
    return tuple(sorted(one for one in called if spoken(one) in borne))


def traces_of(tx: Connection, subject: Subject, *, with_sent: bool = False) -> Traces:
    """Return what shows this person wherever it stands: keys, ids, names, addresses of their messages, and what they wrote.

    Not by `names_of_others`.

    `with_sent`: also what we sent them, for files; in the ledger that is found by whom it was sent to, and others may have had the same.
    """
    names, texts = [*all_keys(subject), *subject.names], list[str]()
    query = select(mention.c.author_native_id, mention.c.url, mention.c.mention_id).where(mention.c.author_key.in_(all_keys(subject)))
    rows = tx.execute(query).all()
    names += [one for row in rows for one in (row.author_native_id or "", row.url)]
    for some in batches([row.mention_id for row in rows]):
        for row in tx.execute(select(revision.c.title, revision.c.text).where(revision.c.mention_id.in_(some))):
            texts += [row.title, row.text]
    unsure = set(names_of_others(tx, subject))
    names = [one for one in names if one not in unsure]
    theirs = Theirs(all_keys(subject))
    sent = tx.execute(select(outbox.c.text).where(theirs.entries)).scalars().all() if with_sent else ()
    return Traces.of(names, texts, sent)


class Theirs:
    """Queries for what belongs to a person, each as a subquery: however much it is, no list of ids has to be carried about."""

    def __init__(self, keys: Collection[str]) -> None:
        self.keys = sorted(keys)
        self.mentions = _ids(mention.c.mention_id, mention.c.author_key.in_(self.keys))
        self.talks = _ids(conversation.c.conversation_id, conversation.c.author_key.in_(self.keys))
        self.cases = _ids(support_case.c.case_id, support_case.c.conversation_id.in_(self.talks))
        self.drafts = _ids(draft.c.draft_id, self._written_to(draft))
        self.feedback = _ids(feedback.c.feedback_id, feedback.c.conversation_id.in_(self.talks))

    def _written_to(self, table: Any) -> ColumnElement[bool]:
        return or_(self.addressed(table), table.c.mention_id.in_(self.mentions), table.c.case_id.in_(self.cases))

    def addressed(self, table: Any) -> ColumnElement[bool]:
        """What a table of posts holds that is addressed to them alone."""
        somebody: ColumnElement[bool] = table.c.person != ""
        return and_(somebody, _addressee(table).in_(self.keys))

    @property
    def entries(self) -> ColumnElement[bool]:
        """What left, or was to leave, in answer to them."""
        return self._written_to(outbox)


def _ids(column: Any, condition: ColumnElement[bool]) -> Select[Any]:
    return select(column).where(condition)
