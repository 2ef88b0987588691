"""What is Mastodon's own: a marked bot, unlisted posts, #nobot, lengths as the server counts them (RULES P18, F32)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, PublishRejected, SourceRefused
from moderation.messages.length import length
from moderation.model.post import Limits, PlaceNow
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.faults import Why
from tests.fakes.platforms.mastodon import FakeMastodon, open_mastodon
from tests.fakes.platforms.rig import Rig

KEY = "0123456789abcdef0123456789abcdef"
BEFORE = MORNING - timedelta(minutes=5)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_mastodon(tmp_path, ManualClock(MORNING)) as opened:
        yield opened
        asyncio.run(opened.publisher.aclose())


def fake(rig: Rig) -> FakeMastodon:
    assert isinstance(rig.fake, FakeMastodon)
    return rig.fake


async def test_an_account_that_is_not_marked_as_a_bot_may_not_post(rig: Rig) -> None:
    """The gateway asks who we are before each send, so nothing leaves through it."""
    fake(rig).bot = False
    with pytest.raises(SourceRefused, match="automated account"):
        await rig.publisher.whoami()


async def test_posts_are_unlisted_answer_the_status_and_carry_the_key(rig: Rig) -> None:
    await rig.publisher.publish(rig.post("Dag Kim"), key=KEY)
    assert fake(rig).sent == [{"status": "Dag Kim", "visibility": "unlisted", "in_reply_to_id": "11"}]
    assert rig.fake.writes[0].headers["Idempotency-Key"] == KEY


@pytest.mark.parametrize(
    "note", ["<p>Hoi #nobot</p>", "<p>#NoBot</p>", "<p>fiets <a href='https://x.example/tags/nobot'>#<span>nobot</span></a></p>"]
)
async def test_whoever_says_nobot_gets_no_answer(rig: Rig, note: str) -> None:
    fake(rig).notes["11"] = note
    assert await rig.publisher.place_now(rig.thread(1)) is PlaceNow.LOCKED
    with pytest.raises(PublishRejected) as refused:
        await rig.publisher.publish(rig.post("Dag"), key=KEY)
    assert (refused.value.why, rig.fake.writes) == ("forbidden", [])


@pytest.mark.parametrize("note", ["<p>#nobotany</p>", "<p>nobot</p>", "<p>#bot</p>", ""])
async def test_other_words_in_a_profile_keep_nobody_from_an_answer(rig: Rig, note: str) -> None:
    fake(rig).notes["11"] = note
    assert await rig.publisher.place_now(rig.thread(1)) is PlaceNow.OPEN
    await rig.publisher.publish(rig.post("Dag"), key=KEY)
    assert len(rig.fake.posts()) == 1


async def test_when_the_profile_cannot_be_read_nothing_is_sent(rig: Rig) -> None:
    rig.fake.read_fault(faults.LOSE)
    with pytest.raises(NotSent):
        await rig.publisher.publish(rig.post("Dag"), key=KEY)
    assert rig.fake.writes == []


async def test_a_status_that_was_deleted_is_gone(rig: Rig) -> None:
    rig.fake.places.close("11", Why.GONE)
    assert await rig.publisher.place_now(rig.thread(1)) is PlaceNow.GONE
    assert await rig.publisher.place_now(rig.thread(2)) is PlaceNow.OPEN


async def test_a_server_may_allow_longer_posts(rig: Rig) -> None:
    fake(rig).most = 1_000
    assert rig.publisher.limits.most == 500
    await rig.publisher.whoami()
    assert rig.publisher.limits.most == 1_000
    await rig.publisher.publish(rig.post("é" * 1_000), key=KEY)
    assert len(rig.fake.posts()) == 1


async def test_names_on_other_servers_are_read_back_as_they_were_written(rig: Rig) -> None:
    """The page shows "@kim"; what we wrote was "@kim@far.example", and only that is the same text."""
    await rig.publisher.publish(rig.post("Dag @kim@far.example, dank"), key=KEY)
    (seen,) = await rig.publisher.own_posts(rig.thread(1), BEFORE)
    assert seen.text == "Dag @kim@far.example, dank"


async def test_a_title_or_a_file_has_no_place_here(rig: Rig) -> None:
    for more in ({"title": "Storing"}, {"media": ("digest",)}):
        with pytest.raises(PublishRejected):
            await rig.publisher.publish(replace(rig.post(), **more), key=KEY)
    assert rig.fake.writes == []


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Dag", 3),
        ("https://stroomwerk.example/een/lang/pad?met=vraag", 23),  # a link is 23
        ("http://a.nl", 23),  # also a short one
        ("zie https://stroomwerk.example, dank", 4 + 23 + 6),
        ("@kim@far.example dag", 8),  # only the name counts
        ("@kim dag", 8),
        ("kim@far.example", 15),  # an e-mail address is text
        ("👨‍👩‍👧‍👦", 1),
        ("e\u0301", 1),
        ("stroomwerk.example", 18),  # without https it is no link
    ],
)
def test_lengths_are_counted_as_mastodon_does(text: str, counted: int) -> None:
    assert length(text, Limits(most=500, counts="mastodon")) == counted
