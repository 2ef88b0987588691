"""Several accounts at once: each its own order, caps and rest; one that is slow or refused holds up nobody else (RULES F16, F19)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from moderation.model.outbox import EntryState, NewDraft, OutboxEntry
from moderation.model.post import Accepted, ConnectedAccount, OutgoingPost, PlaceNow, PostKind, Target
from moderation.outbox.accounts import Accounts
from moderation.outbox.gateway import Gateway
from moderation.outbox.write_side import write_side
from moderation.publishers.simulated import SimulatedPublisher
from tests.fakes.desk import HOUSE, Desk, open_desk, shipped_rules
from tests.patience import PATIENCE_SECONDS, busy

NAMES = ("feed", "discourse", "matrix")


class Slow(SimulatedPublisher):
    """An account whose requests take a while, or fail as told."""

    seconds = 0.0
    fails: Exception | None = None
    place_fails: Exception | None = None

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        if self.fails is not None:
            raise self.fails
        await asyncio.sleep(self.seconds)
        return await super().publish(post, key=key)

    async def place_now(self, target: Target) -> PlaceNow:
        if self.place_fails is not None:
            raise self.place_fails
        return await super().place_now(target)


@dataclass
class Many:
    """A desk with one account per platform."""

    desk: Desk
    publishers: dict[str, Slow]
    gateway: Gateway

    def approved(self, platform: str, number: int, *, kind: PostKind = PostKind.REPLY) -> OutboxEntry:
        """Approve a post of its own words in a thread of its own."""
        target = Target(platform=platform, realm="forum.example", thread_id=f"t{number}")
        new = NewDraft(kind=kind, target=target, text=f"Bericht {number} op {platform}.", language="nl", author="anna")
        return self.desk.outbox.approve(self.desk.drafts.add(new, at=self.desk.clock.now()).draft_id, "anna")


@contextmanager
def many(home: Path, *, send_seconds: float = 5.0) -> Iterator[Many]:
    house = replace(HOUSE, account_names=tuple(f"simulated:{name}" for name in NAMES))
    with open_desk(home, house=house) as desk:
        publishers = {name: Slow(desk.platform, name) for name in NAMES}
        connected = {name: asyncio.run(one.whoami()) for name, one in publishers.items()}
        desk.precheck.accounts = Accounts(
            ConnectedAccount(account=connected[name], limits=one.limits, native_key=True, serves=(name,))
            for name, one in publishers.items()
        )
        by_key = {connected[name].key: one for name, one in publishers.items()}
        write = write_side(
            home, desk.ledger, desk.entries, by_key, shipped_rules()[1], house, desk.clock, versions=(), send_seconds=send_seconds
        )
        yield Many(desk=desk, publishers=publishers, gateway=write.gateway)


def test_one_that_hangs_delays_the_others_by_less_than_a_second(tmp_path: Path) -> None:
    """RULES F16. Also what is approved while it hangs leaves within a second."""
    with many(tmp_path, send_seconds=3.0) as all_of:
        all_of.publishers["feed"].seconds = 60.0
        first = all_of.approved("feed", 1)
        second = all_of.approved("discourse", 2)

        async def act() -> tuple[float, OutboxEntry]:
            running = asyncio.create_task(all_of.gateway.run_once())
            while all_of.desk.state(second.entry_id) is not EntryState.SENT:  # noqa: ASYNC110 - a task of the gateway moves it
                await asyncio.sleep(0.01)
            third = all_of.approved("matrix", 3)
            began = time.monotonic()
            while all_of.desk.state(third.entry_id) is not EntryState.SENT:  # noqa: ASYNC110 - a task of the gateway moves it
                await asyncio.sleep(0.01)
            took = time.monotonic() - began
            await running
            return took, third

        took, _ = asyncio.run(asyncio.wait_for(act(), PATIENCE_SECONDS))
        assert took < 1.0 * busy()
        assert all_of.desk.state(first.entry_id) is EntryState.UNKNOWN


def test_each_account_sends_in_order_of_approval(tmp_path: Path) -> None:
    with many(tmp_path) as all_of:
        for number in range(5):
            all_of.approved("feed", number)
            all_of.approved("matrix", number)
        asyncio.run(all_of.gateway.run_once())
        posted = [post.text for post in all_of.desk.platform.posts()]
        for name in ("feed", "matrix"):
            assert [text for text in posted if name in text] == [f"Bericht {number} op {name}." for number in range(5)]


def test_caps_count_per_account(tmp_path: Path) -> None:
    """10 an hour each: what one account posted does not hold back another."""
    with many(tmp_path) as all_of:
        for name in ("feed", "matrix"):
            for number in range(12):
                all_of.approved(name, number, kind=PostKind.STATUS_UPDATE)
        report = asyncio.run(all_of.gateway.run_once())
        posted = [post.text for post in all_of.desk.platform.posts()]
        assert [sum(name in text for text in posted) for name in ("feed", "matrix")] == [10, 10]
        assert sorted(report.held.values()) == ["cap_hour"] * 4


def test_an_account_that_is_refused_rests_and_loses_nothing(tmp_path: Path) -> None:
    """RULES F19: 401 at the post itself. One alarm, ten minutes of rest, the others go on, and with a new key all of it leaves."""
    with many(tmp_path) as all_of:
        all_of.publishers["feed"].fails = SourceRefused("401: the token was revoked")
        entries = [all_of.approved("feed", number) for number in range(3)]
        other = all_of.approved("matrix", 9)
        asked = all_of.desk.platform.requests
        report = asyncio.run(all_of.gateway.run_once())
        assert [kind for kind, _ in report.alarms] == ["account_refused"]
        assert all_of.desk.state(other.entry_id) is EntryState.SENT
        for _ in range(290):
            all_of.desk.clock.advance(timedelta(seconds=2))
            assert asyncio.run(all_of.gateway.run_once()).sent == ()
        assert sum(all_of.desk.entry(entry.entry_id).attempt for entry in entries) == 1
        assert len(all_of.desk.alarms.unseen()) == 1
        all_of.publishers["feed"].fails = None
        all_of.desk.clock.advance(timedelta(minutes=1))
        asyncio.run(all_of.gateway.run_once())
        assert {all_of.desk.state(entry.entry_id) for entry in entries} == {EntryState.SENT}
        assert all_of.desk.platform.requests == asked + 4


def test_an_account_that_must_wait_gets_no_request_before(tmp_path: Path) -> None:
    """RULES F16: 429 holds the whole account, not only the post that met it; a very long wait is told."""
    with many(tmp_path) as all_of:
        all_of.publishers["feed"].fails = RateLimited("429", wait_seconds=1800)
        entries = [all_of.approved("feed", number) for number in range(3)]
        report = asyncio.run(all_of.gateway.run_once())
        assert [kind for kind, _ in report.alarms] == ["long_wait"]
        all_of.publishers["feed"].fails = None
        all_of.desk.clock.advance(timedelta(seconds=1799))
        assert asyncio.run(all_of.gateway.run_once()).sent == ()
        all_of.desk.clock.advance(timedelta(seconds=10))
        asyncio.run(all_of.gateway.run_once())
        assert {all_of.desk.state(entry.entry_id) for entry in entries} == {EntryState.SENT}


@pytest.mark.parametrize("seconds", [0.0, -5.0, 1e9, 1e300, float("inf"), float("nan")])
def test_however_long_a_platform_asks_to_wait_the_approval_still_ends(tmp_path: Path, seconds: float) -> None:
    with many(tmp_path) as all_of:
        all_of.publishers["feed"].fails = RateLimited("429", wait_seconds=seconds)
        entry = all_of.approved("feed", 1)
        asyncio.run(all_of.gateway.run_once())
        assert all_of.desk.state(entry.entry_id) is EntryState.PROVEN_ABSENT
        all_of.desk.clock.advance(timedelta(hours=25))
        asyncio.run(all_of.gateway.run_once())
        assert all_of.desk.state(entry.entry_id) is EntryState.EXPIRED


def test_a_place_that_cannot_be_asked_about_holds_its_post_only(tmp_path: Path) -> None:
    with many(tmp_path) as all_of:
        all_of.publishers["feed"].place_fails = SourceUnavailable("503")
        held, other = all_of.approved("feed", 1), all_of.approved("matrix", 2)
        report = asyncio.run(all_of.gateway.run_once())
        assert report.held == {held.entry_id: "place_unreachable"}
        assert all_of.desk.state(other.entry_id) is EntryState.SENT
        all_of.publishers["feed"].place_fails = None
        all_of.desk.clock.advance(timedelta(seconds=16))
        asyncio.run(all_of.gateway.run_once())
        assert all_of.desk.state(held.entry_id) is EntryState.SENT


def test_a_mistake_in_one_publisher_holds_up_nobody_else(tmp_path: Path) -> None:
    """A publisher's own mistake is no `SourceError`; the round goes on for the other accounts, whatever it was asked."""
    with many(tmp_path) as all_of:
        all_of.publishers["feed"].place_fails = TypeError("a field is missing")
        mine, theirs = all_of.approved("feed", 1), all_of.approved("discourse", 2)
        asyncio.run(all_of.gateway.run_once())
        assert all_of.desk.state(mine.entry_id) is EntryState.APPROVED
        assert all_of.desk.state(theirs.entry_id) is EntryState.SENT
