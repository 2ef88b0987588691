"""Which messages belong to which case: for narrowing a search, and for leading from what was found to where it is answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, select

from listener.ledger.changes import batches
from listener.ledger.transactions import reading
from moderation.ledger.tables import conversation_mention, support_case


class CaseSearchLedger:
    """Reads messages and cases together; writes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mentions_in(self, states: Collection[str] | None) -> NDArray[np.int64]:
        """Return the ids of messages in cases of these states (None: any), in no order."""
        query = select(conversation_mention.c.mention_id).join(
            support_case, support_case.c.conversation_id == conversation_mention.c.conversation_id
        )
        if states is not None:
            query = query.where(support_case.c.state.in_(sorted(states)))
        with reading(self._engine) as tx:
            return np.fromiter(tx.execute(query).scalars(), dtype=np.int64)

    def cases_of(self, mention_ids: Iterable[int], *, brands: frozenset[str] | None = None) -> dict[int, tuple[int, str]]:
        """Return (case, state) by message, for messages that are in a case of one of these brands (None: any); the newest case counts."""
        query = (
            select(conversation_mention.c.mention_id, conversation_mention.c.brand, support_case.c.case_id, support_case.c.state)
            .join(support_case, support_case.c.conversation_id == conversation_mention.c.conversation_id)
            .order_by(support_case.c.case_id)
        )
        found: dict[int, tuple[int, str]] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(mention_ids))):
                for row in tx.execute(query.where(conversation_mention.c.mention_id.in_(some))):
                    if brands is None or row.brand in brands:
                        found[row.mention_id] = (row.case_id, row.state)
        return found
