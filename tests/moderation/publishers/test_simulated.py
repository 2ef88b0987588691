"""The simulated platform behaves as real ones do, and its record is one a checker can trust."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import PublishRejected, PublishUnknown, RateLimited
from moderation.model.post import OutgoingPost, PostKind
from moderation.publishers.simulated import Fault, SimulatedPlatform, SimulatedPublisher, simulated_account
from tests.fakes.desk import MORNING, NAME, loose_target

HERE = loose_target("t")
POST = OutgoingPost(account=simulated_account(NAME), kind=PostKind.REPLY, target=HERE, text="Dag “allemaal” \u2028 😀")


def made(tmp_path: Path, *faults: Fault, native_key: bool = True) -> tuple[SimulatedPlatform, SimulatedPublisher, ManualClock]:
    clock = ManualClock(MORNING)
    platform = SimulatedPlatform(tmp_path / "platform.jsonl", clock, faults=faults, native_key=native_key)
    return platform, SimulatedPublisher(platform, NAME), clock


async def test_it_says_whose_account_it_is(tmp_path: Path) -> None:
    _, publisher, _ = made(tmp_path)
    assert await publisher.whoami() == simulated_account(NAME)


async def test_what_it_accepted_is_shown_as_it_was_sent(tmp_path: Path) -> None:
    platform, publisher, _ = made(tmp_path)
    accepted = await publisher.publish(POST, key="k")
    (seen,) = await publisher.own_posts(HERE, MORNING)
    assert (seen.platform_id, seen.text, seen.posted_at) == (accepted.platform_id, POST.text, MORNING)
    assert platform.posts()[0].key == "k"


@pytest.mark.parametrize("native_key", [True, False])
async def test_a_repeated_key_is_one_post_where_the_platform_knows_keys(tmp_path: Path, native_key: bool) -> None:
    platform, publisher, _ = made(tmp_path, native_key=native_key)
    ids = {(await publisher.publish(POST, key="k")).platform_id for _ in range(3)}
    assert len(ids) == len(platform.posts()) == (1 if native_key else 3)


@pytest.mark.parametrize(
    ("fault", "error", "accepted"),
    [
        (Fault.REFUSE, PublishRejected, 0),
        (Fault.RATE_LIMIT, RateLimited, 0),
        (Fault.LOSE, PublishUnknown, 0),
        (Fault.ACCEPT_THEN_ERROR, PublishUnknown, 1),
        (Fault.ACCEPT_LATE, PublishUnknown, 1),
    ],
)
async def test_each_fault_is_what_it_says(tmp_path: Path, fault: Fault, error: type[Exception], accepted: int) -> None:
    platform, publisher, _ = made(tmp_path, fault)
    with pytest.raises(error):
        await publisher.publish(POST, key="k")
    assert len(platform.posts()) == accepted
    await publisher.publish(POST, key="k2")
    assert len(platform.posts()) == accepted + 1


async def test_it_can_hang_after_accepting(tmp_path: Path) -> None:
    platform, publisher, _ = made(tmp_path, Fault.ACCEPT_THEN_HANG)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(publisher.publish(POST, key="k"), timeout=0.05)
    assert len(platform.posts()) == 1


async def test_a_post_accepted_late_shows_up_later(tmp_path: Path) -> None:
    _, publisher, clock = made(tmp_path, Fault.ACCEPT_LATE)
    with pytest.raises(PublishUnknown):
        await publisher.publish(POST, key="k")
    assert await publisher.own_posts(HERE, MORNING) == []
    clock.advance(timedelta(seconds=46))
    assert len(await publisher.own_posts(HERE, MORNING)) == 1


async def test_it_shows_only_this_account_in_this_thread_since_then(tmp_path: Path) -> None:
    platform, publisher, clock = made(tmp_path)
    await publisher.publish(POST, key="k")
    assert await publisher.own_posts(loose_target("other"), MORNING) == []
    assert await publisher.own_posts(HERE, MORNING + timedelta(seconds=1)) == []
    assert await SimulatedPublisher(platform, "somebody").own_posts(HERE, MORNING) == []
    assert clock.now() == MORNING


async def test_a_line_torn_by_a_crash_was_never_accepted(tmp_path: Path) -> None:
    platform, publisher, _ = made(tmp_path)
    await publisher.publish(POST, key="k")
    with (tmp_path / "platform.jsonl").open("a") as record:
        record.write('{"platform_id": "po')
    assert len(platform.posts()) == 1
    await publisher.publish(POST, key="k2")
    assert [post.key for post in platform.posts()] == ["k", "k2"]
