"""The statements behind `MentionLedger.add_page`: which rows a page finds, and which it writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, case, delete, insert, select, update

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing
from listener.ledger.page import Known, PageChanges, decide, key_of, merged_hits, shown_columns, sound_key
from listener.ledger.stored import brand_hits
from listener.ledger.tables import mention, mention_brand, mention_source, quarantine, revision
from listener.model.mention import Kept, MentionKey, Removal


def find_known(tx: Connection, keys: Iterable[MentionKey]) -> dict[MentionKey, Known]:
    """Return what is known of each key that has a row. On PostgreSQL the rows stay locked until the transaction ends."""
    by_place: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in keys:
        by_place[key.platform, key.realm].append(key.native_id)
    columns = (
        mention.c.mention_id,
        mention.c.native_id,
        mention.c.latest_revision,
        mention.c.analysed_revision,
        mention.c.removed_at,
        mention.c.expired_at,
    )
    latest = (revision.c.mention_id == mention.c.mention_id) & (revision.c.revision == mention.c.latest_revision)
    query = select(*columns, revision.c.content_hash, revision.c.edited_at).join_from(mention, revision, latest, isouter=True)
    known: dict[MentionKey, Known] = {}
    for (platform, realm), native_ids in by_place.items():
        for some in batches(native_ids):
            here = (mention.c.platform == platform) & (mention.c.realm == realm) & mention.c.native_id.in_(some)
            for row in tx.execute(query.where(here).with_for_update(of=mention)):
                known[MentionKey(platform, realm, row.native_id)] = Known(
                    mention_id=row.mention_id,
                    latest_revision=row.latest_revision,
                    content_hash=row.content_hash or "",
                    edited_at=row.edited_at,
                    removed=row.removed_at is not None,
                    expired=row.expired_at is not None,
                    analysed=row.analysed_revision >= 0,
                )
    return known


def authors_here(tx: Connection, keys: Iterable[MentionKey]) -> dict[MentionKey, str]:
    """Return who wrote what is here under these keys, by their author's key; what is not here, or by nobody, is left out."""
    wanted = set(keys)
    found: dict[MentionKey, str] = {}
    for platform, realm in {(key.platform, key.realm) for key in wanted}:
        for some in batches(sorted(key.native_id for key in wanted if (key.platform, key.realm) == (platform, realm))):
            here = (mention.c.platform == platform) & (mention.c.realm == realm) & mention.c.native_id.in_(some)
            query = select(mention.c.native_id, mention.c.author_key).where(here, mention.c.author_key != "")
            found.update({MentionKey(platform, realm, row.native_id): row.author_key for row in tx.execute(query)})
    return found


def edited_here(tx: Connection, kept: Sequence[Kept], at: datetime) -> set[int]:
    """Return the mentions that are here and stand otherwise in this page, by id: edits, as `decide` finds them. Nothing is written."""
    known = {key: state for key, state in find_known(tx, {key_of(one.mention) for one in kept}).items() if state.latest_revision >= 0}
    return set(decide([one for one in kept if key_of(one.mention) in known], known, at).newest)


def make_known(tx: Connection, kept: Sequence[Kept], removals: Sequence[Removal], source: str, at: datetime) -> dict[MentionKey, Known]:
    """Return what is known of every key of a page, after giving each unknown one a row without text, in the order of the page."""
    first = {key_of(one.mention): one.mention for one in reversed(kept)}
    keys = dict.fromkeys([key_of(one.mention) for one in kept] + [sound_key(one.key) for one in removals])
    known = find_known(tx, keys)
    missing = [key for key in keys if key not in known]
    if missing:
        rows = [
            {
                **dict(zip(("platform", "realm", "native_id"), key, strict=True)),
                "source": source,
                "first_seen_at": at,
                **(shown_columns(first[key]) if key in first else _NOTHING_SHOWN),
            }
            for key in missing
        ]
        tx.execute(insert_missing(tx.dialect, mention), rows)
        known.update(find_known(tx, missing))
    return known


_NOTHING_SHOWN: dict[str, Any] = {
    "author_key": "",
    "author_platform": None,
    "author_realm": None,
    "author_native_id": None,
    "author_name": "",
    "url": "",
    "parent_id": "",
    "root_id": "",
    "channel": "",
    "flags": [],
    "posted_at": None,
}


def write_changes(tx: Connection, changes: PageChanges, *, skip: Collection[int]) -> None:
    """Write revisions and what the mention shows of its newest one; mentions in `skip` are about to be removed and get nothing."""
    revisions = [row for row in changes.revisions if row["mention_id"] not in skip]
    newest = [row for mention_id, row in changes.newest.items() if mention_id not in skip]
    later = [row for row in changes.edited_later if row["b_mention_id"] not in skip]
    if revisions:
        tx.execute(insert(revision), revisions)
        # what was private once stays so: whoever reads a message again may not see that it was
        channel = case((bindparam("b_channel", type_=Text) == "", mention.c.channel), else_=bindparam("b_channel", type_=Text))
        this = mention.c.mention_id == bindparam("b_mention_id")
        tx.execute(update(mention).where(this).values(channel=channel), [_named(row) for row in newest])
        edited = changes.newest.keys() - changes.new
        for some in batches(edited):
            tx.execute(delete(quarantine).where(quarantine.c.mention_id.in_(some)))
    if later:
        this = (revision.c.mention_id == bindparam("b_mention_id")) & (revision.c.revision == bindparam("b_revision"))
        tx.execute(update(revision).where(this), later)


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row whose channel is a parameter: the statement decides what becomes of it."""
    return {**{name: value for name, value in row.items() if name != "channel"}, "b_channel": row["channel"]}


def write_hits(tx: Connection, changes: PageChanges, *, skip: Collection[int]) -> set[int]:
    """Write the brands a page's mentions are about; return the ids whose brands are others than before.

    A new revision replaces the brands (unless it names none: an edit of a mention we keep stays about what it was about); the same
    text seen again, perhaps by another query, adds to them.
    """
    arrived = {mention_id: hits for mention_id, hits in changes.hits.items() if mention_id not in skip}
    held = brand_hits(tx, arrived)
    wanted = {
        mention_id: merged_hits(held.get(mention_id, ()), hits, replace=mention_id in changes.newest)
        for mention_id, hits in arrived.items()
    }
    changed = {mention_id for mention_id, hits in wanted.items() if hits != {hit.brand: hit for hit in held.get(mention_id, ())}}
    for some in batches(changed & held.keys()):
        tx.execute(delete(mention_brand).where(mention_brand.c.mention_id.in_(some)))
    rows = [
        {"mention_id": mention_id, "brand": hit.brand, "directed": hit.directed, "terms": list(hit.terms)}
        for mention_id in sorted(changed)
        for hit in wanted[mention_id].values()
    ]
    if rows:
        tx.execute(insert(mention_brand), rows)
    return changed


def write_sources(tx: Connection, mention_ids: Collection[int], source: str, at: datetime) -> None:
    """Note that a source showed these mentions; the first time counts."""
    if mention_ids:
        rows = [{"mention_id": one, "source": source, "first_seen_at": at} for one in sorted(mention_ids)]
        tx.execute(insert_missing(tx.dialect, mention_source), rows)


def reasons_by_id(removals: Sequence[Removal], known: Mapping[MentionKey, Known]) -> dict[int, str]:
    """Return why each mention that is not removed yet goes, by id."""
    reasons: dict[int, str] = {}
    for one in removals:
        state = known[sound_key(one.key)]
        if not state.removed:
            reasons.setdefault(state.mention_id, one.reason)
    return reasons
