"""The states of one public write, as RULES 2.1 draws them."""

from __future__ import annotations

import pytest

from moderation.model.outbox import EntryState
from moderation.outbox.states import ENDS, MOVES, SENDABLE, may_move


def test_every_state_says_what_may_follow() -> None:
    assert set(MOVES) == set(EntryState)


def test_ends_have_no_way_on() -> None:
    """What was sent, refused, cancelled or expired, or waits for a person, is never sent by the machine again."""
    assert {state.value for state in ENDS} == {"sent", "found", "refused", "cancelled", "expired", "needs_human"}


@pytest.mark.parametrize("state", sorted(EntryState))
def test_only_an_approved_or_proven_absent_write_can_start(state: EntryState) -> None:
    """Above all: an unknown outcome is never a reason to send again."""
    assert may_move(state, EntryState.STARTED) == (state in SENDABLE)
    assert {EntryState.APPROVED, EntryState.PROVEN_ABSENT} == SENDABLE


@pytest.mark.parametrize("state", sorted(EntryState))
def test_nothing_becomes_approved_again(state: EntryState) -> None:
    """A new approval is a new press by a person, on a new draft."""
    assert not may_move(state, EntryState.APPROVED)
