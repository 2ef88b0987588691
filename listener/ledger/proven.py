"""Which messages only say themselves who wrote them, as a condition on rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast

from listener.ledger.tables import mention
from listener.model.mention import NAMED_BY_WRITERS, PROVEN_SENDER


def is_unproven_there(row: Any = mention) -> ColumnElement[bool]:
    """Tell of a row of mentions what `Mention.unproven` tells of a mention."""
    return and_(row.c.platform.in_(sorted(NAMED_BY_WRITERS)), cast(row.c.flags, Text).not_like(f'%"{PROVEN_SENDER}"%'))
