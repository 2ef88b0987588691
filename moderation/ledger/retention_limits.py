"""How long a place of the ledger is kept, which of its rows are over time, and what is left of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, Table, Text, and_, cast, false, or_, select

from listener.ledger.expiry import Cut
from listener.ledger.suppression import names_somebody
from moderation.ledger.tables import support_case
from moderation.model.case import CaseState

ENDED = (CaseState.ANSWERED.value, CaseState.CLOSED.value)
"""Work on the case is over, unless the customer writes again."""


class Limit(StrEnum):
    """How long: as its message, `raw_days`, so many days after its case ended, as long as figures, or as long as the home lives."""

    MESSAGE = "message"
    RAW = "raw"
    CASE = "case"
    FIGURES = "figures"
    STAYS = "stays"


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """Moments before which time is over: of messages and figures (`cut`), and of cases since they ended."""

    cut: Cut
    case: datetime

    @property
    def talks(self) -> Select[Any]:
        """Conversations whose case ended so long ago."""
        case = support_case.c
        return select(case.conversation_id).where(case.state.in_(ENDED), case.changed_at < self.case)

    @property
    def cases(self) -> Select[Any]:
        case = support_case.c
        return select(case.case_id).where(case.state.in_(ENDED), case.changed_at < self.case)


Condition = Callable[[Over], ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Rows of `table` for which `over` holds: `emptied` says what columns hold afterwards, `keys` get what stands for a person.

    Without both the rows go. `over` None: nothing is done here; `why` says what else sees to it, or why it stays.
    """

    table: Table
    limit: Limit
    words: str = ""
    over: Condition | None = None
    emptied: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    why: str = ""

    def due(self, over: Over) -> ColumnElement[bool]:
        """The condition on rows whose time is over and that still hold something."""
        if self.over is None:
            return false()
        left = [_holds(self.table.c[name], value) for name, value in self.emptied.items()]
        left += [names_somebody(self.table.c[name]) for name in self.keys]
        return and_(self.over(over), or_(*left)) if left else self.over(over)


def _holds(column: Any, empty: Any) -> ColumnElement[bool]:
    if isinstance(column.type, JSON):
        condition: ColumnElement[bool] = cast(column, Text) != json.dumps(empty)
        return condition
    return column.is_not(None) if empty is None else column != empty  # type: ignore[no-any-return]  # of columns by name
