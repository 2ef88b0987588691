"""The watch over our own accounts: what Klankbord did not send is an alarm, once (RULES S33)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from listener.errors import SourceRefused
from moderation.model.post import AccountId, OutgoingPost, PostKind
from moderation.outbox.account_rest import ACCOUNT_REFUSED
from moderation.publishers.simulated import Fault
from moderation.schedule import OWN_ACCOUNT_SECONDS
from tests.fakes.desk import Desk, loose_target, mention, open_desk


def by_hand(desk: Desk, text: str) -> OutgoingPost:
    """Return a post that somebody makes on the platform itself."""
    return OutgoingPost(account=desk.account.account, kind=PostKind.REPLY, target=loose_target("t9"), text=text)


async def test_a_post_that_did_not_leave_from_here_is_one_alarm_within_five_minutes(desk: Desk) -> None:
    await desk.watch.run_once()
    desk.clock.advance(timedelta(seconds=1))
    await desk.platform.take(desk.account.account, by_hand(desk, "Gratis stroom voor iedereen!"), "stolen")
    desk.clock.advance(timedelta(seconds=OWN_ACCOUNT_SECONDS))
    assert await desk.watch.run_once() == (("unknown_own_post", "https://simulated.example/post-1"),)
    for _ in range(3):
        desk.clock.advance(timedelta(seconds=OWN_ACCOUNT_SECONDS))
        assert await desk.watch.run_once() == ()
    (alarm,) = desk.alarms.unseen()
    assert (alarm.kind, alarm.note) == ("unknown_own_post", "https://simulated.example/post-1")
    assert OWN_ACCOUNT_SECONDS <= 300


async def test_what_was_there_before_the_first_look_is_nobodys_alarm(desk: Desk) -> None:
    await desk.platform.take(desk.account.account, by_hand(desk, "Van vorig jaar"), "old")
    desk.clock.advance(timedelta(minutes=1))
    assert await desk.watch.run_once() == ()


async def test_our_own_posts_are_no_alarm_however_they_ended(tmp_path: Path) -> None:
    """Sent, and sent without an answer: both are in our ledger, one without an id."""
    with open_desk(tmp_path, faults=[Fault.NONE, Fault.ACCEPT_THEN_ERROR]) as desk:
        await desk.watch.run_once()
        first, second = desk.hear(mention("1"), mention("2"))
        desk.approved(first)
        desk.approved(second, "Dag, welke straat is het?")
        await desk.gateway.run_once()
        desk.clock.advance(timedelta(minutes=2))
        assert await desk.watch.run_once() == ()
        assert len(desk.platform.posts()) == 2


async def test_a_refused_account_is_asked_three_times_in_ten_minutes_at_most_and_told_once(desk: Desk, monkeypatch: object) -> None:
    """RULES F19: 401 for ever. Everything that talks to the platform lets the account rest, and nothing is lost."""
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    asked: list[float] = []
    real = desk.publisher.whoami
    broken = True

    async def whoami() -> AccountId:
        asked.append(desk.clock.monotonic())
        if broken:
            raise SourceRefused("401: this token is revoked")
        return await real()

    desk.publisher.whoami = whoami  # type: ignore[method-assign]  # the port, with a platform that says no
    for second in range(0, 3600, 2):
        await desk.gateway.run_once()
        if second % 120 == 0:
            await desk.watch.run_once()
        desk.clock.advance(timedelta(seconds=2))
    assert max(sum(start <= at < start + 600 for at in asked) for start in asked) <= 3
    assert [alarm.kind for alarm in desk.alarms.unseen()] == [ACCOUNT_REFUSED]
    broken = False
    desk.clock.advance(timedelta(minutes=10))
    await desk.settle()
    assert desk.entry(entry.entry_id).state == "sent"
    assert desk.alarms.unseen()[0].over_at is not None
