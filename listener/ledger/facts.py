"""Facts of analysed mentions as `AnalysedMention` records, read in a handful of queries however many there are."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, or_, select

from listener.ledger.labels import labels_now
from listener.ledger.tables import analysis, embedding, mention, mention_brand
from listener.model.analysis import AnalysedMention

_NONE = np.zeros(0, dtype=np.float32)
ANALYSED = analysis.c.mention_id == mention.c.mention_id

_COLUMNS = (
    mention.c.mention_id,
    mention.c.issue_id,
    mention.c.platform,
    mention.c.realm,
    mention.c.source,
    mention.c.channel,
    mention.c.author_key,
    mention.c.posted_at,
    mention.c.first_seen_at,
    analysis.c.card_id,
    analysis.c.language,
    analysis.c.text_hash,
    embedding.c.vector,
)


def analysed_mentions(tx: Connection, condition: ColumnElement[bool], model: str) -> list[AnalysedMention]:
    """Return the analysed mentions for which `condition` on the table `mention` holds, by id.

    Those whose text has no vector of `model` yet are left out (see `AnalysisLedger.without_vector`). Those whose words were let go have
    none any more: they are there with a vector of no dimensions, for they count on.
    """
    of_model = (embedding.c.text_hash == analysis.c.text_hash) & (embedding.c.model == model)
    joined = select(*_COLUMNS).join_from(mention, analysis, ANALYSED).join(embedding, of_model, isouter=True)
    query = joined.where(condition, or_(embedding.c.model.is_not(None), mention.c.expired_at.is_not(None)))
    rows = sorted(tx.execute(query).all(), key=lambda row: row.mention_id)  # an order in SQL would make it read every mention there is
    held = iter(from_float16([row.vector for row in rows if row.vector is not None]))
    vectors = [_NONE if row.vector is None else next(held) for row in rows]
    brands, directed = _brands(tx, condition)
    labels = labels_now(tx, condition)
    return [
        AnalysedMention(
            mention_id=row.mention_id,
            card_id=row.card_id,
            issue_id=row.issue_id,
            platform=row.platform,
            realm=row.realm,
            source=row.source,
            channel=row.channel,
            brands=tuple(brands.get(row.mention_id, ())),
            directed=row.mention_id in directed,
            author_key=row.author_key,
            language=row.language,
            posted_at=row.posted_at,
            first_seen_at=row.first_seen_at,
            text_hash=row.text_hash,
            labels=labels.get(row.mention_id, {}),
            vector=vector,
        )
        for row, vector in zip(rows, vectors, strict=True)
    ]


def _brands(tx: Connection, condition: ColumnElement[bool]) -> tuple[dict[int, list[str]], set[int]]:
    """Return brand names by mention id, in order of name, and the ids of directed mentions."""
    brands: dict[int, list[str]] = defaultdict(list)
    directed: set[int] = set()
    query = select(mention_brand.c.mention_id, mention_brand.c.brand, mention_brand.c.directed).join_from(mention, mention_brand)
    for mention_id, brand, to_the_brand in sorted(tx.execute(query.where(condition)).all()):
        brands[mention_id].append(brand)
        if to_the_brand:
            directed.add(mention_id)
    return brands, directed


def to_float16(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as the ledger keeps it: float16, little-endian."""
    return vector.astype("<f2").tobytes()


def from_float16(kept: list[bytes]) -> NDArray[np.float32]:
    """Return float32 `(len(kept), n_dims)` of vectors as the ledger keeps them; all must have the same length."""
    if not kept:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(kept), dtype="<f2").reshape(len(kept), -1).astype(np.float32)
