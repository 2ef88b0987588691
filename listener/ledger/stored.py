"""Rows of mentions as `StoredMention` records: the latest revision with the brands it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from listener.ledger.changes import batches
from listener.ledger.page import author_of
from listener.ledger.tables import mention, mention_brand, revision
from listener.model.mention import KEPT_NO_LONGER, BrandHit, Mention, StoredMention, told_in_private

_COLUMNS = (
    mention.c.mention_id,
    mention.c.platform,
    mention.c.realm,
    mention.c.native_id,
    mention.c.author_platform,
    mention.c.author_realm,
    mention.c.author_native_id,
    mention.c.author_name,
    mention.c.url,
    mention.c.parent_id,
    mention.c.root_id,
    mention.c.source,
    mention.c.channel,
    mention.c.flags,
    mention.c.posted_at,
    mention.c.first_seen_at,
    mention.c.expired_at,
    revision.c.revision,
    revision.c.title,
    revision.c.text,
    revision.c.edited_at,
)


def mentions_with_text(*, as_analysed: bool = False) -> Select[Any]:
    """Return the query for mentions that have a text, without order or limit; removed ones have none.

    `as_analysed`: the revision the analyser has read, not the newest one; what was never analysed is left out.
    """
    number = mention.c.analysed_revision if as_analysed else mention.c.latest_revision
    return select(*_COLUMNS).join_from(mention, revision, (revision.c.mention_id == mention.c.mention_id) & (revision.c.revision == number))


def stored_mentions(tx: Connection, query: Select[Any]) -> list[StoredMention]:
    """Run a query made from `mentions_with_text` and return its mentions in its order, brands included."""
    rows = tx.execute(query).all()
    hits = brand_hits(tx, [row.mention_id for row in rows])
    return [_stored(row, hits.get(row.mention_id, ())) for row in rows]


def brand_hits(tx: Connection, mention_ids: Iterable[int]) -> dict[int, tuple[BrandHit, ...]]:
    """Return the brands of each mention that has some, in order of name."""
    found: dict[int, list[BrandHit]] = defaultdict(list)
    for some in batches(mention_ids):
        query = (
            select(mention_brand).where(mention_brand.c.mention_id.in_(some)).order_by(mention_brand.c.mention_id, mention_brand.c.brand)
        )
        for row in tx.execute(query):
            found[row.mention_id].append(BrandHit(brand=row.brand, directed=row.directed, terms=tuple(row.terms)))
    return {mention_id: tuple(hits) for mention_id, hits in found.items()}


def _stored(row: Row[Any], hits: Sequence[BrandHit]) -> StoredMention:
    return StoredMention(
        mention_id=row.mention_id,
        revision=row.revision,
        first_seen_at=row.first_seen_at,
        expired_at=row.expired_at,
        hits=tuple(hits),
        private=told_in_private(row.channel, row.source),
        mention=Mention(
            platform=row.platform,
            realm=row.realm,
            native_id=row.native_id,
            text=row.text,
            title=row.title,
            posted_at=row.posted_at,
            edited_at=row.edited_at,
            author=author_of(row.author_platform, row.author_realm, row.author_native_id, row.author_name),
            url=row.url,
            parent_id=row.parent_id,
            root_id=row.root_id,
            channel=row.channel,
            flags=frozenset(row.flags) if row.expired_at is None else frozenset({*row.flags, KEPT_NO_LONGER}),
        ),
    )
