"""Who a person is in the ledger: every key they stand under, and what of the ledger is theirs by those keys."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from listener.ledger.tables import mention
from moderation.ledger.tables import conversation, draft, outbox, support_case
from moderation.ledger.tables_conversation import contact_join
from moderation.ledger.tables_feedback import feedback, you_said_message
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import consent, opt_out
from moderation.ledger.tables_subject import subject_request
from moderation.model.subject import Subject, anywhere, is_key, is_typed

KEYED = (
    mention.c.author_key,
    conversation.c.author_key,
    contact_join.c.person_key,
    contact_join.c.other_person_key,
    opt_out.c.person_key,
    consent.c.person_key,
    invitation_event.c.person_key,
    you_said_message.c.person_key,
    subject_request.c.person,
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
    spelled = {wanted.lower(), f"@{wanted.lower()}"}  # ids of Matrix begin with it
    shown = func.lower(mention.c.author_name).in_(spelled)
    by_id = func.lower(mention.c.author_native_id).in_(spelled)
    query = select(mention.c.author_key).where(mention.c.author_platform == platform, or_(shown, by_id)).distinct()
    found.update(tx.execute(query).scalars())
    for column in KEYED:
        start = f"{platform}/"
        ends = or_(column == wanted, *(func.lower(column).endswith(f"/{one}", autoescape=True) for one in sorted(spelled)))
        found.update(tx.execute(select(column).where(column.startswith(start, autoescape=True), ends).distinct()).scalars())
    for table in (draft, outbox):  # somebody we wrote to who never wrote to us
        called = or_(func.lower(table.c.person).in_(spelled), _addressee(table) == wanted)
        to = (table.c.platform == platform) & called
        found.update(tx.execute(select(_addressee(table)).where(to, table.c.person != "").distinct()).scalars())
    return {wanted} if wanted in found else {one for one in found if one and not is_typed(one)}


def _addressee(table: Any) -> ColumnElement[str]:
    """The key of whom a post is addressed to: `person` alone is the platform's id."""
    key: ColumnElement[str] = table.c.platform + "/" + table.c.realm + "/" + table.c.person
    return key


def account_of(tx: Connection, platform: str, native_id: str, stand_in: Callable[[str], str]) -> Subject:
    """Return whoever has this id on a platform whose ids are worldwide, in every realm and alone: what colleagues joined is not proven.

    stand_in: gives what takes a key's place in rows whose words were kept long enough; those are theirs too.
    """
    end = f"/{native_id}"
    found = {anywhere(platform, native_id)}
    for column in KEYED:
        theirs = column.startswith(f"{platform}/", autoescape=True) & column.endswith(end, autoescape=True)
        found.update(tx.execute(select(column).where(theirs).distinct()).scalars())
    left = left_of(tx, {stand_in(key) for key in found | spelled_as(tx, platform, native_id)})
    return replace(subject_of(tx, found, alone=True), joined=tuple(sorted(left)))


def spelled_as(tx: Connection, platform: str, account: str) -> set[str]:
    """Return the keys under which an account may be known of which nothing is here: a whole key is one, an id alone one in each realm."""
    wanted = account.strip()
    if is_key(wanted):
        return {wanted}
    written, by = mention.c.platform == platform, mention.c.author_platform == platform
    realms = {
        realm
        for column, there in ((mention.c.realm, written), (mention.c.author_realm, by))
        for realm in tx.execute(select(column).where(there).distinct()).scalars()
    }
    ids = {wanted, wanted.removeprefix("@"), wanted.removeprefix("@").lower()} - {""}
    return {key for one in ids for key in (anywhere(platform, one), *(f"{platform}/{realm}/{one}" for realm in realms))}


def left_of(tx: Connection, stand_ins: Collection[str]) -> set[str]:
    """Return which of these stand in any row."""
    return {key for column in KEYED for key in tx.execute(select(column).where(column.in_(sorted(stand_ins))).distinct()).scalars()}


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


class Theirs:
    """Queries for what belongs to a person, each as a subquery: however much it is, no list of ids has to be carried about."""

    def __init__(self, keys: Collection[str]) -> None:
        self.keys = sorted(keys)
        self.at_discord = sorted({key.rsplit("/", 1)[-1] for key in self.keys if key.startswith("discord/")})
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
