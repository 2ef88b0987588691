"""What is Mastodon's own: a marked bot, unlisted posts, #nobot, lengths as the server counts them (RULES P18, F32)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, PublishRejected, SourceRefused, SourceUnavailable
from listener.model.mention import Mention
from listener.sources.mastodon_statuses import read_status
from moderation.messages.length import length
from moderation.model.post import Limits, OutgoingPost, PlaceNow, Target
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.core import ACCOUNT
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


FAR = "far.example/users/kim/statuses/99"


def _answer_to(rig: Rig, named: str) -> OutgoingPost:
    return replace(rig.post("Dag Kim"), target=Target(platform="mastodon", realm="fediverse", thread_id=named, parent_id=named))


async def test_a_status_of_another_server_is_answered_under_our_servers_id_for_it(rig: Rig) -> None:
    """Each server numbers what it knows by itself: an id of theirs could be somebody else's status here."""
    fake(rig).federated[f"https://{FAR}"] = "4711"
    post = _answer_to(rig, FAR)
    assert await rig.publisher.place_now(post.target) is PlaceNow.OPEN
    await rig.publisher.publish(post, key=KEY)
    assert [one["in_reply_to_id"] for one in fake(rig).sent] == ["4711"]
    (seen,) = await rig.publisher.own_posts(post.target, BEFORE)
    assert seen.text == "Dag Kim"


async def test_a_status_that_our_server_does_not_find_now_is_not_answered_and_nothing_is_told_of_it(rig: Rig) -> None:
    """Its own server may be down for a minute: that makes it neither gone, nor our answer to it absent."""
    post = _answer_to(rig, FAR)
    with pytest.raises(SourceUnavailable):
        await rig.publisher.place_now(post.target)
    with pytest.raises(NotSent):
        await rig.publisher.publish(post, key=KEY)
    assert rig.fake.writes == []
    with pytest.raises(SourceUnavailable):
        await rig.publisher.own_posts(post.target, BEFORE)


async def test_our_own_posts_have_one_name_for_posting_listening_editing_and_removing(rig: Rig) -> None:
    """What a source hears us say is recognised as ours, and an answer to it as one to us."""
    fake(rig).tells_uri = True
    here = fake(rig).url.removeprefix("http://")
    accepted = await rig.publisher.publish(_answer_to(rig, f"{here}/users/kim/statuses/11"), key=KEY)
    assert fake(rig).sent[0]["in_reply_to_id"] == "11"
    own = rig.fake.posts()[0].post_id
    assert accepted.platform_id == f"{here}/users/{ACCOUNT}/statuses/{own}"
    assert [one.platform_id for one in await rig.publisher.own_latest(BEFORE) or []] == [accepted.platform_id]
    changed = await rig.publisher.publish(rig.post("Beter", edits=accepted.platform_id), key=KEY)
    assert changed.platform_id == accepted.platform_id
    await rig.publisher.publish(rig.post("Beter", removes=accepted.platform_id), key=KEY)
    assert await rig.publisher.own_latest(BEFORE) == []


async def test_our_account_is_known_by_its_number_and_by_its_name(rig: Rig) -> None:
    """Sources name authors as all servers do."""
    account = await rig.publisher.whoami()
    status = {"id": "1", "uri": "https://127.0.0.1/x", "visibility": "public", "content": "x", "created_at": "2026-03-02T09:00:00Z"}
    read = read_status(status | {"account": {"username": account.name, "url": f"https://{account.realm}/@x"}}, host="far.example")
    assert isinstance(read, Mention)
    assert read.author is not None
    assert account.author_keys == {account.key, read.author.key}
