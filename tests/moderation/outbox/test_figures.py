"""A tenth of what RULES ask of the outbox: edits (F8), kill switch (F29), swapped targets (F31); presses (F5) in the long form."""

from __future__ import annotations

import asyncio
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from listener.ledger.transactions import writing
from listener.model.mention import BrandHit, Kept
from moderation.ledger.tables import outbox
from moderation.model.outbox import EntryState
from moderation.publishers.simulated import SimulatedPublisher
from tests.fakes.desk import MORNING, Desk, edited, mention
from tests.long import often

PRESSES, ROUNDS = 50, often(100, short=40)
EDITS = 30
STOPS, IN_A_LOOP = 10, 8
BOUND = (
    "account_platform",
    "account_realm",
    "account_native_id",
    "kind",
    "platform",
    "realm",
    "thread_id",
    "parent_id",
    "content_hash",
    "text",
    "person",
    "title",
    "edits",
    "idempotency_key",
)


@pytest.mark.slow
def test_fifty_presses_at_once_are_one_approval_every_time(desk: Desk) -> None:
    """F5: every draft is pressed by fifty people at once, and is one entry."""
    drafts = [desk.draft(one, f"Antwoord {one}.") for one in desk.hear(*(mention(str(number)) for number in range(ROUNDS)))]
    with ThreadPoolExecutor(PRESSES) as pool:
        for draft in drafts:
            ready = threading.Barrier(PRESSES)

            def press(number: int, *, draft_id: int = draft.draft_id, ready: threading.Barrier = ready) -> int:
                ready.wait()
                return desk.outbox.approve(draft_id, f"agent {number}").entry_id

            assert len(set(pool.map(press, range(PRESSES)))) == 1
    assert len(desk.entries.entries()) == ROUNDS
    assert len([line for line in desk.audit.lines() if line.verb == "approve"]) == ROUNDS


async def test_every_edit_between_approval_and_send_stops_the_answer(desk: Desk) -> None:
    """F8: 100 % stopped, a person asked each time, whatever was changed."""
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
    originals = [mention(str(number)) for number in range(EDITS)]
    for one in desk.hear(*originals):
        desk.approved(one, f"Antwoord {one}: fijn om te horen.")
    changed = [edited(one, f"{one.text}{sign}", at=MORNING.replace(minute=12)) for one, sign in zip(originals, "!?.,;:" * 5, strict=True)]
    desk.ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in changed], source="feed", next_cursor=None, at=desk.clock.now())
    await desk.settle()
    assert desk.platform.requests == 0
    assert [entry.reason for entry in desk.entries.entries()] == ["target_edited"] * EDITS


async def test_pressed_at_random_in_a_loop_nothing_starts_after_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """F29, ten times: what was on its way ends in a known state; the file alone is enough."""
    chance, publish, stop_file = random.Random(29), SimulatedPublisher.publish, desk.home / "outbox.stop"
    press_at = -1

    async def press(self: SimulatedPublisher, *given: object, **named: object) -> object:
        if desk.platform.requests == press_at:
            stop_file.touch()
        await asyncio.sleep(chance.uniform(0, 0.002))
        return await publish(self, *given, **named)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(SimulatedPublisher, "publish", press)
    for stop in range(STOPS):
        for one in desk.hear(*(mention(f"{stop}-{number}") for number in range(IN_A_LOOP))):
            desk.approved(one, f"Antwoord {one}.")
        press_at = desk.platform.requests + chance.randrange(IN_A_LOOP)
        report = await desk.gateway.run_once()
        await desk.gateway.run_once()
        assert report.stopped == "kill_switch"
        assert desk.platform.requests == press_at + 1
        assert not desk.entries.entries([EntryState.STARTED, EntryState.UNKNOWN])
        stop_file.unlink()
    await desk.gateway.run_once()
    assert len(desk.platform.posts()) == STOPS * IN_A_LOOP


async def test_any_bound_field_that_changes_keeps_the_post_here(desk: Desk) -> None:
    """F31, S13: account, place, text or key changed after the approval; one entry per field."""
    entries = [desk.approved(one, f"Antwoord {one}.") for one in desk.hear(*(mention(field) for field in BOUND))]
    for entry, field in zip(entries, BOUND, strict=True):
        swapped = "invitation" if field == "kind" else "something else"
        with writing(desk.ledger.engine) as tx:
            tx.execute(update(outbox).where(outbox.c.entry_id == entry.entry_id).values({field: swapped}))
    await desk.settle()
    assert desk.platform.requests == 0
    assert {(field, desk.entry(entry.entry_id).reason) for entry, field in zip(entries, BOUND, strict=True)} == {
        (field, "approval_void") for field in BOUND
    }
