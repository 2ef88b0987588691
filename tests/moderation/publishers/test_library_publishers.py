"""What is special about Reddit, X and Discord, beside the contract that every publisher keeps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, PublishRejected, PublishUnknown, RateLimited, SourceRefused, SourceUnavailable
from moderation.model.post import PlaceNow
from moderation.publishers.reddit_answers import meant
from moderation.publishers.x import XAccess, XPublisher
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.core import ACCOUNT
from tests.fakes.platforms.discord import open_discord
from tests.fakes.platforms.faults import Why
from tests.fakes.platforms.reddit import PASSWORD, FakeReddit, open_reddit
from tests.fakes.platforms.rig import Rig
from tests.fakes.platforms.x import open_x

KEY = "0123456789abcdef0123456789abcdef"
BEFORE = MORNING - timedelta(minutes=5)


@pytest.fixture
def reddit(tmp_path: Path) -> Iterator[Rig]:
    with open_reddit(tmp_path, ManualClock(MORNING)) as rig:
        yield rig


@pytest.fixture
def x(tmp_path: Path) -> Iterator[Rig]:
    with open_x(tmp_path, ManualClock(MORNING)) as rig:
        yield rig


@pytest.fixture
def discord(tmp_path: Path) -> Iterator[Rig]:
    with open_discord(tmp_path, ManualClock(MORNING)) as rig:
        yield rig


async def test_prawcore_by_itself_makes_three_comments_of_one_and_ours_one(reddit: Rig) -> None:
    """The reason for everything in `blocking.py` (RULES M9): the first half of this test is what would happen."""
    import praw

    bare = praw.Reddit(
        client_id="app",
        client_secret="s",
        user_agent="python:klankbord-test:1 (by /u/test)",
        username=ACCOUNT,
        password=PASSWORD,
        reddit_url=reddit.fake.url,
        oauth_url=reddit.fake.url,
        check_for_updates=False,
        check_for_async=False,
    )
    reddit.fake.fault(*[faults.ACCEPT_THEN_502] * 3)
    with pytest.raises(Exception, match="502"):
        await asyncio.to_thread(bare.submission("1").reply, "Dag Kim")
    assert len(reddit.fake.posts()) == 3
    reddit.fake.fault(faults.ACCEPT_THEN_502)
    with pytest.raises(PublishUnknown):
        await reddit.publisher.publish(reddit.post("Dag Sam"), key=KEY)
    assert [post.text for post in reddit.fake.posts()].count("Dag Sam") == 1


async def test_on_reddit_our_own_subreddit_may_have_it_distinguished_and_no_other(reddit: Rig) -> None:
    assert isinstance(reddit.fake, FakeReddit)
    made = await reddit.publisher.publish(reddit.post(options=("distinguish", "sticky")), key=KEY)
    assert reddit.fake.distinguished == [{"id": made.platform_id, "how": "yes", "sticky": "True", "api_type": "json"}]
    reddit.fake.read_fault(faults.LOSE)
    with pytest.raises(NotSent):
        await reddit.publisher.publish(reddit.post("Nog een", number=2, options=("distinguish",)), key=KEY)
    reddit.fake.subreddit = "elders"
    with pytest.raises(PublishRejected) as refused:
        await reddit.publisher.publish(reddit.post("Nog een", number=2, options=("distinguish",)), key=KEY)
    assert refused.value.why == "forbidden"
    assert len(reddit.fake.posts()) == 1


@pytest.mark.parametrize(
    ("errors", "error", "told"),
    [
        ([("RATELIMIT", "Take a break for 5 minutes before trying again.")], RateLimited, 300),
        ([("RATELIMIT", "Looks like you've been doing that a lot. Take a break for 12 seconds before trying again.")], RateLimited, 12),
        ([("RATELIMIT", "je doet dat te veel")], RateLimited, 600),
        ([("THREAD_LOCKED", "Comments are locked.")], PublishRejected, "locked"),
        ([("TOO_OLD", "that's a piece of history now")], PublishRejected, "locked"),
        ([("DELETED_COMMENT", "that comment has been deleted")], PublishRejected, "gone"),
        ([("TOO_LONG", "this is too long (max: 10000)")], PublishRejected, "too_long"),
        ([("SOMETHING_NEW", "we do not know this one")], PublishRejected, "invalid"),
        ([("SOMETHING_IS_BROKEN", "Something is broken, please try again later.")], PublishUnknown, None),
    ],
)
def test_what_reddit_says_in_its_list_of_errors(errors: list[tuple[str, str]], error: type[Exception], told: object) -> None:
    found = meant(errors)
    assert type(found) is error
    assert getattr(found, "why", getattr(found, "wait_seconds", None)) == told


async def test_a_submission_needs_a_title_that_fits(reddit: Rig) -> None:
    for title in ("", " ", "t" * 301):
        with pytest.raises(PublishRejected):
            await reddit.publisher.publish(replace(reddit.opens(), title=title), key=KEY)
    assert reddit.fake.writes == []


async def test_beyond_a_thousand_own_comments_nobody_says_that_one_is_not_there(reddit: Rig) -> None:
    for number in range(1_005):
        reddit.fake.take(ACCOUNT, "t3_1", f"{number}")
    with pytest.raises(SourceUnavailable, match="1,000"):
        await reddit.publisher.own_posts(reddit.thread(1), BEFORE)


async def test_a_ban_from_a_subreddit_shows_before_submitting(reddit: Rig) -> None:
    assert reddit.opening is not None
    assert await reddit.publisher.place_now(reddit.opening) is PlaceNow.OPEN
    reddit.fake.places.close(reddit.opening.realm, Why.BANNED)
    assert await reddit.publisher.place_now(reddit.opening) is PlaceNow.LOCKED


async def test_a_repeated_text_on_x_is_looked_for_and_found(x: Rig) -> None:
    """403 "duplicate content" after a lost answer means that the first one arrived; rewording it would post twice (RULES 2.2)."""
    x.fake.fault(faults.ACCEPT_THEN_502)
    for _ in range(2):
        with pytest.raises(PublishUnknown):
            await x.publisher.publish(x.post("Dag Kim https://stroomwerk.example/a?b=1&c=2 <3"), key=KEY)
    (seen,) = await x.publisher.own_posts(x.thread(1), BEFORE)
    assert seen.text == "Dag Kim https://stroomwerk.example/a?b=1&c=2 <3"
    assert len(x.fake.posts()) == 1


async def test_a_post_of_our_own_on_x_is_no_answer_in_a_thread(x: Rig) -> None:
    """Else the same words on our page would pass for an answer that never left."""
    await x.publisher.publish(x.opens("We kijken ernaar."), key=KEY)
    assert await x.publisher.own_posts(replace(x.thread(1), parent_id=""), BEFORE) == []


async def test_x_changes_no_posts_and_is_not_asked_to(x: Rig) -> None:
    with pytest.raises(PublishRejected):
        await x.publisher.publish(x.post("anders", edits="1900000000000000001"), key=KEY)
    assert x.fake.writes == []


async def test_the_four_keys_of_x_sign_and_stay_secret(x: Rig) -> None:
    keys = XAccess(consumer_key="ck-1", consumer_secret="cs-secret-2", access_token="at-3", access_token_secret="ats-secret-4")
    publisher = XPublisher(keys, x.clock, timeout_seconds=1, api_url=x.fake.url)
    with pytest.raises(SourceRefused) as refused:  # the fake knows only the other way of signing in
        await publisher.publish(x.post(), key=KEY)
    assert "secret" not in f"{refused.value!r} {keys!r}"
    assert x.fake.writes[0].headers["Authorization"].startswith("OAuth ")
    await publisher.aclose()


async def test_on_discord_nobody_is_pinged_and_the_key_goes_along(discord: Rig) -> None:
    await discord.publisher.publish(discord.post("@everyone @here <@7> <@&8> hallo"), key=KEY)
    sent = json.loads(discord.fake.writes[0].body)
    assert (sent["nonce"], sent["enforce_nonce"]) == (KEY[:25], True)
    assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert sent["message_reference"] == {"message_id": "2001", "fail_if_not_exists": True}
    assert sent["content"] == "@everyone @here <@7> <@&8> hallo"
    await discord.publisher.aclose()


async def test_an_answer_to_what_began_a_thread_stands_in_the_thread(discord: Rig) -> None:
    """That first message may lie in the channel above, where an answer from the thread cannot point."""
    began = discord.post()
    await discord.publisher.publish(replace(began, target=replace(began.target, parent_id=began.target.thread_id)), key=KEY)
    assert "message_reference" not in json.loads(discord.fake.writes[0].body)
    await discord.publisher.aclose()


async def test_a_forum_post_has_no_key_and_is_looked_for_before_it_is_made_again(discord: Rig) -> None:
    discord.fake.fault(faults.ACCEPT_THEN_502)
    for _ in range(2):
        with pytest.raises(PublishUnknown):
            await discord.publisher.publish(discord.opens("Er is een storing."), key=KEY)
    assert len(discord.fake.posts()) == len(discord.fake.writes) == 1
    await discord.publisher.aclose()
