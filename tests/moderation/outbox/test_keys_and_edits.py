"""Retries: under a key only while the platform surely knows it, and edits as often as an edit may be repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.model.outbox import EntryState, NewDraft
from moderation.model.post import OutgoingPost, PostKind, SeenPost
from moderation.publishers.simulated import Fault, SimulatedPublisher
from tests.fakes.desk import Desk, loose_target, mention, open_desk


@pytest.fixture
def hour_long_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform forgets a key after an hour, as Mastodon does."""
    monkeypatch.setattr(SimulatedPublisher, "key_seconds", property(lambda _self: 3600.0))


@pytest.mark.usefixtures("hour_long_keys")
async def test_a_key_in_its_life_is_used_again(tmp_path: Path) -> None:
    with open_desk(tmp_path, faults=[Fault.LOSE]) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.settle()
        assert (desk.state(entry.entry_id), desk.platform.requests) == (EntryState.SENT, 2)


@pytest.mark.usefixtures("hour_long_keys")
async def test_a_key_near_its_end_is_not_used_when_looking_took_too_long(tmp_path: Path) -> None:
    """The platform was down for an hour: it may have posted the first attempt and forgotten its key."""
    with open_desk(tmp_path, faults=[Fault.LOSE]) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        desk.clock.advance(timedelta(minutes=55))
        await desk.reconciler.run_once()
        desk.clock.advance(timedelta(seconds=61))
        await desk.reconciler.run_once()
        assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "maybe_there")
        assert desk.platform.requests == 1


@pytest.mark.usefixtures("hour_long_keys")
async def test_nor_when_the_retry_had_to_wait(tmp_path: Path) -> None:
    """It was proven absent in time, then somebody held sending up for an hour."""
    with open_desk(tmp_path, faults=[Fault.LOSE]) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        for _ in range(2):
            await desk.reconciler.run_once()
            desk.clock.advance(timedelta(seconds=61))
        assert desk.state(entry.entry_id) is EntryState.PROVEN_ABSENT
        desk.clock.advance(timedelta(hours=1))
        await desk.gateway.run_once()
        assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "maybe_there")
        assert desk.platform.requests == 1


async def approved_edit(desk: Desk) -> int:
    """Approve a change of an earlier post; return its entry's id."""
    new = NewDraft(kind=PostKind.STATUS_UPDATE, target=loose_target("t1"), text="Opgelost.", language="nl", author="anna", edits="post-1")
    return desk.outbox.approve(desk.drafts.add(new, at=desk.clock.now()).draft_id, "anna").entry_id


@pytest.mark.parametrize(("shown", "state"), [("Opgelost.", EntryState.FOUND), ("We kijken ernaar.", EntryState.SENT)])
async def test_an_edit_is_looked_up_by_its_post_and_may_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str, state: EntryState
) -> None:
    """Whether it arrived shows in the text of the post itself; without native keys too, for an edit made twice is one edit."""
    with open_desk(tmp_path, faults=[Fault.NONE, Fault.LOSE], native_key=False) as desk:
        earlier = OutgoingPost(
            account=desk.account.account, kind=PostKind.STATUS_UPDATE, target=loose_target("t1"), text="We kijken ernaar."
        )
        assert (await desk.publisher.publish(earlier, key="earlier")).platform_id == "post-1"

        async def own_posts(_self: SimulatedPublisher, *_given: object) -> list[SeenPost]:
            return [SeenPost(platform_id="post-1", text=shown, posted_at=desk.clock.now())]

        monkeypatch.setattr(SimulatedPublisher, "own_posts", own_posts)
        entry_id = await approved_edit(desk)
        await desk.settle()
        assert desk.state(entry_id) is state
        assert desk.platform.requests == (2 if state is EntryState.FOUND else 3)


async def test_another_post_with_the_same_words_is_not_the_edited_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_desk(tmp_path, faults=[Fault.LOSE] * 2, native_key=False) as desk:
        other = SeenPost(platform_id="post-2", text="Opgelost.", posted_at=desk.clock.now())

        async def own_posts(_self: SimulatedPublisher, *_given: object) -> list[SeenPost]:
            return [replace(other)]

        monkeypatch.setattr(SimulatedPublisher, "own_posts", own_posts)
        entry_id = await approved_edit(desk)
        await desk.settle()
        assert desk.state(entry_id) is EntryState.NEEDS_HUMAN
