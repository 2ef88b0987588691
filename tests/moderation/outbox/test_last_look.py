"""What changes between choosing a post and sending it: platforms take their time to answer, and others are at work meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from moderation.ledger.tables import outbox
from moderation.model.outbox import EntryState, StandingApproval
from moderation.model.policy import House
from moderation.model.post import ConnectedAccount, PlaceNow, PostKind, Target
from moderation.outbox.accounts import Accounts
from moderation.outbox.gateway import Gateway
from moderation.outbox.write_side import write_side
from moderation.publishers.simulated import Fault, SimulatedPublisher
from moderation.workflows.load_wording import template_versions
from tests.fakes.desk import HOUSE, Desk, loose_target, mention, open_desk, shipped_rules
from tests.moderation.outbox.test_standing import draft, standing


def while_the_place_is_asked(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen while a platform thinks about whether a place takes posts."""

    async def place_now(_self: SimulatedPublisher, _target: Target) -> PlaceNow:
        happens()
        return PlaceNow.OPEN

    monkeypatch.setattr(SimulatedPublisher, "place_now", place_now)


async def test_an_approval_that_ends_while_the_platform_answers_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_desk(tmp_path) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        desk.clock.advance(entry.expires_at - desk.clock.now() - timedelta(seconds=20))
        while_the_place_is_asked(monkeypatch, lambda: desk.clock.advance(timedelta(seconds=25)))
        await desk.gateway.run_once()
        assert desk.state(entry.entry_id) is EntryState.EXPIRED
        assert desk.platform.requests == 0


async def test_what_was_checked_leaves_and_not_what_the_row_says_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes into the ledger file between the check of the hash and the send (RULES 0.5)."""
    with open_desk(tmp_path) as desk:
        (one,) = desk.hear(mention())
        approved = desk.approved(one)

        def tamper() -> None:
            with desk.ledger.engine.begin() as tx:
                tx.execute(update(outbox).where(outbox.c.entry_id == approved.entry_id).values(text="Iets heel anders."))

        while_the_place_is_asked(monkeypatch, tamper)
        await desk.gateway.run_once()
        assert [post.text for post in desk.platform.posts()] == [approved.post.text]


@pytest.mark.parametrize("meanwhile", [Fault.RATE_LIMIT, Fault.BAD_KEY])
async def test_a_retry_that_had_to_wait_does_not_outlive_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meanwhile: Fault) -> None:
    """The first attempt was accepted and shows late; the retry was told to wait until the platform had forgotten the key."""
    monkeypatch.setattr(SimulatedPublisher, "key_seconds", property(lambda _self: 3600.0))
    with open_desk(tmp_path, faults=[Fault.LOSE, meanwhile]) as desk:
        (one,) = desk.hear(mention())
        entry = desk.approved(one)
        await desk.gateway.run_once()
        for _ in range(2):
            await desk.reconciler.run_once()
            desk.clock.advance(timedelta(seconds=61))
        await desk.gateway.run_once()
        assert (desk.state(entry.entry_id), desk.platform.requests) == (EntryState.PROVEN_ABSENT, 2)
        desk.clock.advance(timedelta(hours=1))
        await desk.gateway.run_once()
        assert (desk.state(entry.entry_id), desk.entry(entry.entry_id).reason) == (EntryState.NEEDS_HUMAN, "maybe_there")
        assert desk.platform.requests == 2


class Thoughtful(SimulatedPublisher):
    """An account whose platform thinks for a moment about each place."""

    async def place_now(self, target: Target) -> PlaceNow:
        await asyncio.sleep(0.05)
        return await super().place_now(target)


def test_two_accounts_do_not_share_the_last_place_of_a_standing_approval(tmp_path: Path) -> None:
    """Both see that one more may leave this hour, at the same moment."""
    names = ("feed", "discourse")
    house = replace(HOUSE, account_names=tuple(f"simulated:{name}" for name in names))
    with open_desk(tmp_path, house=house) as desk:
        gateway, given = _two_accounts(desk, tmp_path, house, names)
        for number, name in enumerate(names):
            target = replace(loose_target(f"t{number}"), platform=name)
            desk.outbox.approve_standing(draft(desk, f"t{number}", target=target).draft_id, given.standing_id)
        report = asyncio.run(gateway.run_once())
        assert len(desk.platform.posts()) == 1
        assert list(report.held.values()) == ["standing_hour"]


def _two_accounts(desk: Desk, home: Path, house: House, names: tuple[str, ...]) -> tuple[Gateway, StandingApproval]:
    publishers = {name: Thoughtful(desk.platform, name) for name in names}
    connected = {name: asyncio.run(one.whoami()) for name, one in publishers.items()}
    desk.precheck.accounts = Accounts(
        ConnectedAccount(account=connected[name], limits=one.limits, native_key=True, serves=(name,)) for name, one in publishers.items()
    )
    by_key = {connected[name].key: one for name, one in publishers.items()}
    versions = template_versions(shipped_rules()[0])
    write = write_side(home, desk.ledger, desk.entries, by_key, shipped_rules()[1], house, desk.clock, versions=versions)
    given = standing(desk, kind=PostKind.INVITATION, accounts=tuple(by_key), most_per_hour=1)
    return write.gateway, given
