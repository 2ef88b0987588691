"""What counts as a platform's own word that a post is gone, kind by kind: only that removes; everything else is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.model.mention import Removal
from listener.model.recheck import Wanted
from listener.sources.discord import DiscordSource
from listener.sources.discord_rest import DiscordRest
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum
from listener.sources.hackernews import HackerNewsSource
from listener.sources.http import HttpClient
from listener.sources.looking_up import LOOKED_UP, LookUp, look_up_of
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.one_by_one import one_by_one
from listener.sources.recheck_rules import RULES
from tests.fakes.site import Reply, Request, Site

PAGE = "1234567890321"
GUILD = "77"
NOT_THERE = {"error": {"message": "x", "type": "GraphMethodException", "code": 100, "error_subcode": 33, "fbtrace_id": "t"}}


def wanted(native_id: str, *, root: str = "", realm: str = "", channel: str = "") -> Wanted:
    return Wanted(mention_id=1, realm=realm, native_id=native_id, root_id=root, channel=channel)


def answers(site: Site, told: Mapping[str, tuple[int, Any]]) -> list[str]:
    """Let a site answer by the end of a path (status, JSON); return the paths that were asked for, as they come."""
    asked: list[str] = []

    def answer(request: Request) -> Reply:
        path = urlsplit(request.path).path
        asked.append(path)
        status, value = next((held for end, held in told.items() if path.endswith(end)), (404, {}))
        return Reply(body=json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"})

    site.answer = answer
    return asked


def kinds(found: tuple[object, ...]) -> list[str]:
    return [type(one).__name__ for one in found]


def of(source: Any, kind: str) -> LookUp:
    made = look_up_of(source, kind)
    assert made is not None
    return made


def test_every_kind_with_a_rule_can_be_asked() -> None:
    assert set(RULES) <= set(LOOKED_UP)


async def test_on_discord_only_its_two_words_remove(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """10008 is an unknown message, 10003 an unknown channel; a 403 is a channel that the bot may not see, a bare 404 may be anybody's."""
    message = {"id": "11", "type": 0, "content": "hallo", "timestamp": clock.now().isoformat(), "author": {"id": "5", "username": "kim"}}
    asked = answers(
        site,
        {
            "/channels/1/messages/11": (200, message),
            "/channels/1/messages/12": (404, {"code": 10008}),
            "/channels/2/messages/13": (404, {"code": 10003}),
            "/channels/3/messages/14": (403, {"code": 50001}),
            "/channels/1/messages/15": (404, {"message": "404: Not Found"}),
            "/channels/16/messages/16": (404, {"code": 10003}),
        },
    )
    rest = DiscordRest(token=lambda: "t", http=http, base=site.url("/api/v10"), allow_http=True, allow_private=True)
    look_up = of(DiscordSource("discord", rest, channels=["1"], clock=clock), "discord")
    posts = [wanted(f"1{n}", root=root, realm=GUILD) for n, root in ((1, "1"), (2, "1"), (3, "2"), (4, "3"), (5, "1"))]
    found = await look_up.look_up([*posts, wanted("16", realm=GUILD)])
    assert kinds(found) == ["Mention", "Removal", "Removal", "Skip", "Skip", "Removal"]
    assert {one.realm for one in found if isinstance(one, Removal)} == {GUILD}
    assert asked[-1].endswith("/channels/16/messages/16"), "a forum's post began the thread of its own number"


async def test_a_forum_post_that_is_not_for_us_is_kept(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """403 is what a forum says of a private category, 404 of what is gone: a key that lost its group erases nothing."""
    shown = {
        "id": 1,
        "topic_id": 5,
        "post_number": 2,
        "post_type": 1,
        "cooked": "<p>hoi</p>",
        "created_at": clock.now().isoformat(),
        "user_id": 3,
    }
    answers(site, {"/posts/1.json": (200, shown), "/posts/2.json": (403, {}), "/posts/3.json": (404, {}), "/posts/4.json": (410, {})})
    forum = Forum(base=site.url("").rstrip("/"), http=http, allow_http=True, allow_private=True)
    look_up = of(DiscourseSource("forum", forum, clock=clock), "discourse")
    assert kinds(await look_up.look_up([wanted(n) for n in "1234"])) == ["Mention", "Skip", "Removal", "Removal"]
    answers(site, {"/posts/2.json": (403, {}), "/posts/3.json": (404, {})})
    assert kinds(await look_up.look_up([wanted("2"), wanted("3")])) == ["Skip", "Skip"], "it shows nothing at all now"


async def test_hacker_news_says_deleted_or_dead_of_each(site: Site, http: HttpClient, clock: ManualClock) -> None:
    at = int(clock.now().timestamp())
    answers(
        site,
        {
            "/item/1.json": (200, {"id": 1, "by": "pat", "text": "hi", "time": at, "parent": 9}),
            "/item/2.json": (200, {"id": 2, "deleted": True}),
            "/item/3.json": (200, {"id": 3, "dead": True}),
            "/item/4.json": (200, None),
            "/item/5.json": (503, {}),
        },
    )
    source = HackerNewsSource("hn", ["x"], http=http, clock=clock, base=site.url("").rstrip("/"), allow_http=True, allow_private=True)
    found = await of(source, "hackernews").look_up([wanted(n) for n in "123456"])
    assert kinds(found) == ["Mention", "Removal", "Removal", "Skip"], "what was not asked for is not answered for"


def graph(site: Site, http: HttpClient, clock: ManualClock, network: str = "facebook") -> MetaGraphSource:
    return MetaGraphSource(
        "fb",
        network=network,
        accounts=(PAGE,),
        secret=lambda kind: "token" if kind == "ACCESS_TOKEN" else "",
        http=http,
        clock=clock,
        base=site.url("/v25.0"),
        allow_http=True,
        allow_private=True,
    )


def comment_of(native_id: str, clock: ManualClock) -> dict[str, Any]:
    at = (clock.now() - timedelta(days=3)).isoformat()
    return {"id": native_id, "message": "hallo", "text": "hallo", "created_time": at, "timestamp": at, "username": "kim"}


@pytest.mark.parametrize("network", ["facebook", "instagram"])
async def test_meta_is_believed_when_it_shows_another_comment_of_the_account(
    site: Site, http: HttpClient, clock: ManualClock, network: str
) -> None:
    """Code 100/33 means "does not exist, or cannot be loaded due to missing permissions": only beside one that is shown it is the first."""
    look_up = of(graph(site, http, clock, network), "meta_graph")
    stands, gone = wanted("p_1", root="p", realm=PAGE), wanted("p_2", root="p", realm=PAGE)
    answers(site, {"/p_1": (200, comment_of("p_1", clock)), "/p_2": (400, NOT_THERE)})
    assert kinds(await look_up.look_up([stands, gone])) == ["Mention", "Removal"]
    assert kinds(await look_up.look_up([gone], control=[stands])) == ["Removal"]
    assert kinds(await look_up.look_up([gone])) == ["Skip"], "alone it may be a permission that was lost"
    answers(site, {"/p_1": (400, NOT_THERE), "/p_2": (400, NOT_THERE)})
    assert kinds(await look_up.look_up([gone], control=[stands])) == ["Skip"]


async def test_a_post_that_meta_shows_proves_nothing_of_comments(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """Posts and comments are under permissions of their own, and another page is under another token's."""
    look_up = of(graph(site, http, clock), "meta_graph")
    answers(site, {"/p_9": (200, comment_of("p_9", clock)), "/p_2": (400, NOT_THERE)})
    gone = wanted("p_2", root="p", realm=PAGE)
    assert kinds(await look_up.look_up([wanted("p_9", realm=PAGE), gone])) == ["Mention", "Skip"]
    assert kinds(await look_up.look_up([wanted("p_9", root="q", realm="another"), gone])) == ["Mention", "Skip"]


async def test_private_messages_and_tagged_captions_are_not_asked_for_at_meta(site: Site, http: HttpClient, clock: ManualClock) -> None:
    asked = answers(site, {})
    found = await of(graph(site, http, clock), "meta_graph").look_up([wanted("m_1", realm=PAGE, channel="messenger")])
    tagged = await of(graph(site, http, clock, "instagram"), "meta_graph").look_up([wanted("17", realm=PAGE)])
    assert (kinds(found), kinds(tagged), asked) == (["Skip"], ["Skip"], [])
    assert look_up_of(graph(site, http, clock, "threads"), "meta_graph") is None


@pytest.mark.parametrize("error", [{"code": 190, "error_subcode": 463}, {"code": 10}, {"code": 4}])
async def test_a_token_that_ended_at_meta_is_no_deletion(site: Site, http: HttpClient, clock: ManualClock, error: dict[str, int]) -> None:
    answers(site, {"/p_1": (400, {"error": {"message": "x", **error}})})
    with pytest.raises((SourceRefused, RateLimited)):
        await of(graph(site, http, clock), "meta_graph").look_up([wanted("p_1", root="p", realm=PAGE)])


async def test_one_that_fails_ends_the_answer_and_two_in_a_row_are_the_platform() -> None:
    """One post on which a forum always fails was the first one of each question, and nothing else was ever looked at again."""
    failing = {"3"}

    async def ask(one: str) -> str:
        if one in failing:
            raise SourceUnavailable("503")
        return one

    assert await one_by_one("1234", ask, unsure=str.swapcase) == ["1", "2"]
    assert await one_by_one("341", ask, unsure=lambda one: f"?{one}") == ["?3", "4", "1"]
    failing.add("4")
    for nothing_known in ("341", "3"):
        with pytest.raises(SourceUnavailable):
            await one_by_one(nothing_known, ask, unsure=str.swapcase)


@pytest.mark.parametrize("error", [SourceRefused("token"), RateLimited("wait", wait_seconds=9)])
async def test_a_refusal_of_the_first_one_is_one_of_all(error: Exception) -> None:
    """Whoever is told to wait, or has no key any more, asks for nothing else."""
    asked: list[str] = []

    async def ask(one: str) -> str:
        asked.append(one)
        raise error

    with pytest.raises(type(error)):
        await one_by_one("12", ask, unsure=str.swapcase)
    assert asked == ["1"]


async def test_a_slow_platform_is_asked_for_less_and_not_for_ever() -> None:
    """A question is given up whole after two minutes and a half: twenty posts of servers that are no more took longer each time."""
    now = 0.0

    async def ask(one: str) -> str:
        nonlocal now
        now += 25.0
        return one

    assert await one_by_one("123456789", ask, unsure=str.swapcase, monotonic=lambda: now) == ["1", "2", "3"]


async def test_a_post_on_which_a_forum_fails_is_kept_and_holds_up_no_other(site: Site, http: HttpClient, clock: ManualClock) -> None:
    at = clock.now().isoformat()
    shown = {"id": 2, "topic_id": 5, "post_number": 2, "post_type": 1, "cooked": "<p>hoi</p>", "created_at": at, "user_id": 3}
    answers(site, {"/posts/1.json": (500, {}), "/posts/2.json": (200, shown), "/posts/3.json": (404, {})})
    forum = Forum(base=site.url("").rstrip("/"), http=http, allow_http=True, allow_private=True)
    look_up = of(DiscourseSource("forum", forum, clock=clock), "discourse")
    assert kinds(await look_up.look_up([wanted(n) for n in "123"])) == ["Skip", "Mention", "Removal"]


async def test_a_comment_on_which_meta_fails_is_kept_and_holds_up_no_other(site: Site, http: HttpClient, clock: ManualClock) -> None:
    """ "An unknown error has occurred" (code 1) is said for years of some comments."""
    look_up = of(graph(site, http, clock), "meta_graph")
    answers(
        site, {"/p_1": (500, {"error": {"message": "x", "code": 1}}), "/p_2": (200, comment_of("p_2", clock)), "/p_3": (400, NOT_THERE)}
    )
    assert kinds(await look_up.look_up([wanted(n, root="p", realm=PAGE) for n in ("p_1", "p_2", "p_3")])) == ["Skip", "Mention", "Removal"]


async def test_an_item_on_which_a_platform_fails_is_kept_and_holds_up_no_other(site: Site, http: HttpClient, clock: ManualClock) -> None:
    answers(site, {"/item/1.json": (500, {}), "/item/2.json": (200, {"id": 2, "deleted": True})})
    source = HackerNewsSource("hn", ["x"], http=http, clock=clock, base=site.url("").rstrip("/"), allow_http=True, allow_private=True)
    assert kinds(await of(source, "hackernews").look_up([wanted("1"), wanted("2")])) == ["Skip", "Removal"]
