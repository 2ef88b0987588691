"""The newest messages about a brand."""

from __future__ import annotations

from sqlalchemy import Engine, select

from listener.ledger.tables import mention, mention_brand
from listener.ledger.transactions import reading


class BrandMentionLedger:
    """Reads the numbers of messages; removed ones are not among them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self, brand: str, *, skip: int, most: int) -> list[int]:
        """Return the messages about a brand, the one that was posted last first."""
        query = (
            select(mention.c.mention_id)
            .join_from(mention, mention_brand, mention_brand.c.mention_id == mention.c.mention_id)
            .where(mention_brand.c.brand == brand, mention.c.posted_at.is_not(None))
            .order_by(mention.c.posted_at.desc(), mention.c.mention_id.desc())
        )
        with reading(self._engine) as tx:
            return list(tx.execute(query.limit(most).offset(skip)).scalars())
