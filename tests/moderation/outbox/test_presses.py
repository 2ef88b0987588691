"""Pressed twice, by two people, or fifty times at once: one post (RULES F5)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from moderation.model.outbox import EntryState
from tests.fakes.desk import Desk, mention

PRESSES = 50


async def test_fifty_presses_at_once_are_one_approval_and_one_post(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    draft = desk.draft(one)
    ready = threading.Barrier(PRESSES)

    def press(number: int) -> int:
        ready.wait()
        return desk.outbox.approve(draft.draft_id, f"agent {number}").entry_id

    with ThreadPoolExecutor(PRESSES) as pool:
        entries = set(pool.map(press, range(PRESSES)))
    await desk.settle()
    assert len(entries) == 1
    assert len(desk.platform.posts()) == 1
    assert len([line for line in desk.audit.lines() if line.verb == "approve"]) == 1


async def test_pressing_again_after_it_was_sent_changes_nothing(desk: Desk) -> None:
    """A page that was left open, a button in a chat that stays."""
    (one,) = desk.hear(mention())
    draft = desk.draft(one)
    first = desk.outbox.approve(draft.draft_id, "anna")
    await desk.gateway.run_once()
    again = desk.outbox.approve(draft.draft_id, "bram")
    await desk.gateway.run_once()
    assert (again.entry_id, again.state) == (first.entry_id, EntryState.SENT)
    assert len(desk.platform.posts()) == 1
