"""What a person is known by, and which of their names tell nothing: those of others, ours, and words that everybody uses."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Connection, func, or_, select

from listener.ledger.changes import batches
from listener.ledger.tables import mention, mention_brand, revision
from moderation.ledger.subject_who import Theirs, all_keys
from moderation.ledger.tables import outbox
from moderation.model.subject import Subject
from moderation.policy.traces import SHORTEST_NAME, Traces, spoken

COMMON_FROM = 3
"""Other people who use a word of letters as a word of their own sentences, from which on it is language and not a name."""


def called(subject: Subject) -> set[str]:
    """Return the names and ids of a person as somebody else would write them."""
    return {*subject.names, *(key.rsplit("/", 1)[-1] for key in all_keys(subject))}


def names_of_others(tx: Connection, subject: Subject) -> tuple[str, ...]:
    """Return those names and ids of a person that others bear too, or that are ours: a text with one of them may tell of anybody.

    People choose their names, and some choose ours: looking for those would empty what is kept of everybody else.
    """
    mine, names = mention.c.author_key.in_(all_keys(subject)), called(subject)
    shared = select(mention.c.author_name).where(~mine, func.lower(mention.c.author_name).in_(sorted({one.lower() for one in names})))
    ours = (select(mention_brand.c.brand).distinct(), select(outbox.c.account_native_id).distinct(), shared.distinct())
    borne = {spoken(one) for query in ours for one in tx.execute(query).scalars() if one}
    return tuple(sorted(one for one in names if spoken(one) in borne))


def common_names(tx: Connection, subject: Subject, usual: Collection[str]) -> tuple[str, ...]:
    """Return those names and ids that are one word of the language: among the `usual` words, or used as a word by several others.

    A colleague's note with that word most likely is about something else. An @ before it is somebody's mention of the person, and does
    not count; nor does a handle with digits or signs in it, which is no word.
    """
    words = sorted(one for one in called(subject) if one.isalpha() and len(one) >= SHORTEST_NAME)
    return tuple(one for one in words if one.casefold() in usual or _used_by_others(tx, subject, one))


def _used_by_others(tx: Connection, subject: Subject, word: str) -> bool:
    latest = revision.c.revision == mention.c.latest_revision
    query = select(mention.c.mention_id, mention.c.author_key, revision.c.title, revision.c.text).join_from(mention, revision)
    holds = or_(revision.c.text.icontains(word, autoescape=True), revision.c.title.icontains(word, autoescape=True))
    as_word = re.compile(rf"(?<![\w@/]){re.escape(word)}(?!\w)", re.IGNORECASE)
    others: set[str] = set()
    for row in tx.execute(query.where(~mention.c.author_key.in_(all_keys(subject)), latest, holds)):
        if as_word.search(f"{row.title}\n{row.text}"):
            others.add(row.author_key or str(row.mention_id))
        if len(others) >= COMMON_FROM:
            return True
    return False


def traces_of(tx: Connection, subject: Subject, *, unsure: Collection[str], with_sent: bool = False) -> Traces:
    """Return what shows this person wherever it stands: keys, ids, names, addresses of their messages, and what they wrote.

    unsure: names that are left out (`names_of_others`, `common_names`). `with_sent`: also what we sent them, for files; in the ledger that
    is found by whom it was sent to, and others may have had the same.
    """
    names, texts = [*all_keys(subject), *subject.names], list[str]()
    query = select(mention.c.author_native_id, mention.c.url, mention.c.mention_id).where(mention.c.author_key.in_(all_keys(subject)))
    rows = tx.execute(query).all()
    names += [one for row in rows for one in (row.author_native_id or "", row.url)]
    for some in batches([row.mention_id for row in rows]):
        for row in tx.execute(select(revision.c.title, revision.c.text).where(revision.c.mention_id.in_(some))):
            texts += [row.title, row.text]
    left_out = set(unsure)
    names = [one for one in names if one not in left_out]
    theirs = Theirs(all_keys(subject))
    sent = tx.execute(select(outbox.c.text).where(theirs.entries)).scalars().all() if with_sent else ()
    return Traces.of(names, texts, sent)
