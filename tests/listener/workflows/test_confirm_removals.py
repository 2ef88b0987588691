"""A forum's webhook says that a post is gone, in words that anybody could have put there: only the forum's own answer counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SettingsError, SourceRefused, SourceUnavailable
from listener.ledger.claims import MOST_CLAIMS, ClaimLedger
from listener.ledger.ledger import Ledger
from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.sources.discourse_webhook import DiscourseWebhook
from listener.workflows.confirm_removals import MOST_AT_ONCE, WAITS, ConfirmRemovals
from listener.workflows.receive_mentions import ReceiveMentions
from tests.fakes.calling import NOW, forum_post, raw

FORUM = DiscourseWebhook("forum", "https://forum.example", secret=lambda _: "")
HOST = "forum.example"
Answer = Callable[[str], Mention | Removal | Skip]


class Told:
    """A ledger that the forum's webhook posts to, and what answers when the forum is asked."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.clock = ManualClock(NOW)
        self.asked: list[str] = []
        self.answer: Answer = gone
        self.receive = ReceiveMentions(ledger, [], keep={"forum": "all"}, clock=self.clock)
        self.confirm = ConfirmRemovals(ledger, {"forum": self.ask}, clock=self.clock)

    async def ask(self, native_ids: Sequence[str]) -> list[Mention | Removal | Skip]:
        self.asked += native_ids
        return [self.answer(one) for one in native_ids]

    def post(self, number: int, event: str = "post_created", **changes: object) -> None:
        self.receive.take("forum", FORUM.read(raw(forum_post(number, **changes)), {"x-discourse-event": event}))

    def there(self) -> set[str]:
        return {one.mention.native_id for one in self.ledger.mentions.latest()}


def gone(native_id: str) -> Removal:
    return Removal(platform="discourse", realm=HOST, native_id=native_id)


def stands(native_id: str) -> Mention:
    return Mention(platform="discourse", realm=HOST, native_id=native_id, text="Nog steeds", posted_at=NOW)


def unsure(native_id: str) -> Skip:
    return Skip(where=f"post {native_id}", reason="the forum does not show it to us")


@pytest.fixture
def told(ledger: Ledger) -> Told:
    house = Told(ledger)
    for number in (12, 13):
        house.post(number)
    return house


@pytest.mark.parametrize("trouble", [SettingsError("secrets.env cannot be read"), RuntimeError("our own reader")])
async def test_a_forum_that_cannot_be_asked_holds_up_no_other(told: Told, trouble: Exception) -> None:
    """The first of several raised each time, and of those behind it nothing that was deleted ever went (RULES F24)."""

    async def fails(_native_ids: Sequence[str]) -> list[Mention | Removal | Skip]:
        raise trouble

    told.ledger.claims.add("another", ["7"], at=NOW)
    told.confirm = ConfirmRemovals(told.ledger, {"another": fails, "forum": told.ask}, clock=told.clock)
    told.post(12, "post_destroyed")
    assert await told.confirm.once() == 1
    assert told.there() == {"13"}
    assert told.ledger.claims.due("another", NOW, most=5) == [], "it is asked about later"
    assert [one.native_id for one in told.ledger.claims.due("another", NOW + timedelta(hours=1), most=5)] == ["7"]


async def test_a_post_that_its_forum_does_not_have_any_more_goes(told: Told) -> None:
    told.post(12, "post_destroyed")
    assert told.there() == {"12", "13"}, "nothing goes for the word of a head"
    assert await told.confirm.once() == 1
    assert told.there() == {"13"}
    told.post(12)
    assert (told.there(), await told.confirm.once(), told.asked) == ({"13"}, 0, ["12"])


async def test_a_body_that_somebody_kept_erases_nothing_under_another_event(told: Told) -> None:
    """The attack: a right body of last week, rightly signed, with "post_destroyed" above it."""
    told.answer = stands
    for _ in range(3):
        told.post(12, "post_destroyed")
    assert await told.confirm.once() == 0
    assert told.there() == {"12", "13"}
    assert [one.reason for one in told.ledger.sources.skips("forum")] == ["it was said to be gone, and it stands"]
    told.clock.advance(timedelta(days=30))
    assert (await told.confirm.once(), told.asked) == (0, ["12"])


@pytest.mark.parametrize("error", [SourceUnavailable("down"), SourceRefused("forbidden"), RateLimited("slowly", wait_seconds=5)])
async def test_a_forum_that_does_not_answer_is_asked_again_also_after_a_restart(told: Told, error: Exception) -> None:
    def failing(_: str) -> Removal:
        raise error

    told.answer = failing
    told.post(12, "post_destroyed")
    assert (await told.confirm.once(), told.there()) == (0, {"12", "13"})
    told.answer = gone
    again = ConfirmRemovals(told.ledger, {"forum": told.ask}, clock=told.clock)
    assert await again.once() == 0, "not at once"
    told.clock.advance(WAITS[0])
    assert (await again.once(), told.there()) == (1, {"13"})


async def test_what_nobody_can_say_is_kept_in_the_end_and_told(told: Told) -> None:
    told.answer = unsure
    told.post(12, "post_destroyed")
    for wait in (*WAITS, timedelta()):
        assert await told.confirm.once() == 0
        told.clock.advance(wait)
    assert await told.confirm.once() == 0
    assert told.there() == {"12", "13"}
    assert len(told.asked) == len(WAITS) + 1
    assert [one.reason for one in told.ledger.sources.skips("forum")] == ["it was said to be gone, and nobody could say; kept"]


async def test_an_answer_about_another_post_removes_neither(told: Told) -> None:
    told.answer = lambda _: gone("13")
    told.post(12, "post_destroyed")
    assert (await told.confirm.once(), told.there()) == (0, {"12", "13"})


async def test_many_are_asked_about_in_turns_and_a_flood_is_bounded(told: Told) -> None:
    claims = ClaimLedger(told.ledger.engine)
    assert claims.add("forum", map(str, range(100, 100 + MOST_CLAIMS + 7)), at=NOW) == 7
    assert await told.confirm.once() == 0, "none of them was here"
    assert len(told.asked) == MOST_AT_ONCE
    await told.confirm.once()
    assert len(set(told.asked)) == 2 * MOST_AT_ONCE


async def test_a_claim_that_a_clock_noted_that_ran_ahead_is_asked_about(ledger: Ledger) -> None:
    """RULES F13: it was put right, and the forum would be asked in ten years."""
    told = Told(ledger)
    told.clock._now += timedelta(days=3_650)
    told.post(1)
    told.post(1, "post_destroyed")
    told.clock._now -= timedelta(days=3_650)
    assert await told.confirm.once() == 1
    assert told.there() == set()
