"""The states of one public write and the moves between them, as RULES 2.1 draws them. Pure."""

from __future__ import annotations

from moderation.model.outbox import EntryState

MOVES: dict[EntryState, frozenset[EntryState]] = {
    EntryState.APPROVED: frozenset({EntryState.STARTED, EntryState.CANCELLED, EntryState.EXPIRED, EntryState.NEEDS_HUMAN}),
    # straight to proven absent: the platform itself said that it took nothing and asks to wait (429)
    EntryState.STARTED: frozenset({EntryState.SENT, EntryState.REFUSED, EntryState.UNKNOWN, EntryState.PROVEN_ABSENT}),
    # sent and refused: the answer to the same attempt came after all
    EntryState.UNKNOWN: frozenset(
        {EntryState.FOUND, EntryState.PROVEN_ABSENT, EntryState.NEEDS_HUMAN, EntryState.SENT, EntryState.REFUSED}
    ),
    EntryState.PROVEN_ABSENT: frozenset({EntryState.STARTED, EntryState.CANCELLED, EntryState.EXPIRED, EntryState.NEEDS_HUMAN}),
    EntryState.SENT: frozenset(),
    EntryState.FOUND: frozenset(),
    EntryState.REFUSED: frozenset(),
    EntryState.CANCELLED: frozenset(),
    EntryState.EXPIRED: frozenset(),
    EntryState.NEEDS_HUMAN: frozenset(),
}

BY_A_PERSON: dict[EntryState, frozenset[EntryState]] = {
    # whoever looked on the platform says: it is there, or it is not
    EntryState.NEEDS_HUMAN: frozenset({EntryState.FOUND, EntryState.CANCELLED}),
}
"""Moves that only a person makes; nothing leaves by them."""

ENDS = frozenset(state for state, following in MOVES.items() if not following)
POSTED = frozenset({EntryState.SENT, EntryState.FOUND})
SENDABLE = frozenset({EntryState.APPROVED, EntryState.PROVEN_ABSENT})
IN_BETWEEN = frozenset({EntryState.STARTED, EntryState.UNKNOWN})
"""States that nothing may stay in for long: an entry older than two minutes here raises an alarm (RULES A10)."""


def may_resolve(before: EntryState, after: EntryState) -> bool:
    """Tell whether a person may say that `before` ended as `after`."""
    return after in BY_A_PERSON.get(before, frozenset())


def may_move(before: EntryState, after: EntryState) -> bool:
    """Tell whether `after` may follow `before`."""
    return after in MOVES[before]
