"""What was posted, decided and left open, counted for the digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, func, select

from listener.ledger.transactions import reading
from moderation.ledger.conditions import POSTED_STATES
from moderation.ledger.tables import draft, outbox
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import shadow_item
from moderation.model.outbox import DraftState, EntryState


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCounts:
    """What stands open now. `events` are invitations' events by state (waiting, asking, asked, never) that were found in the period."""

    posted: int
    to_approve: int
    needs_human: int
    in_shadow: int
    events: dict[str, int]


class SpokenCounts:
    """A handful of counts, each one statement."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(self, from_at: datetime, to_at: datetime) -> OpenCounts:
        """Return what was posted and found from `from_at` up to `to_at`, and what stands open now."""
        posted = outbox.c.state.in_(POSTED_STATES) & (outbox.c.removes == "")
        posted &= (outbox.c.changed_at >= from_at) & (outbox.c.changed_at < to_at)
        found = (invitation_event.c.found_at >= from_at) & (invitation_event.c.found_at < to_at)
        by_state = select(invitation_event.c.state, func.count()).where(found).group_by(invitation_event.c.state)
        with reading(self._engine) as tx:

            def count(wanted: ColumnElement[bool]) -> int:
                return int(tx.execute(select(func.count()).where(wanted)).scalar_one())

            return OpenCounts(
                posted=count(posted),
                to_approve=count(draft.c.state == DraftState.OPEN.value),
                needs_human=count(outbox.c.state == EntryState.NEEDS_HUMAN.value),
                in_shadow=count(shadow_item.c.judged == ""),
                events={str(state): int(number) for state, number in tx.execute(by_state)},
            )
