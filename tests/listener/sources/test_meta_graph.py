"""Catching up with Meta: everything below our posts once, under the ids that the webhook tells, and every refusal in our words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import RateLimited, SettingsError, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Page
from listener.settings.schema import HttpSettings
from listener.sources.http import HttpClient
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.meta_webhook import read_told
from listener.sources.pacing import Limit, Pace
from listener.sources.purse import Purse
from tests.fakes import calling
from tests.fakes.graph import PAGE, TOKEN, FakeGraph, comment, post, written
from tests.fakes.site import Reply, Site, open_site

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


class Bench:
    """A Graph API on loopback, and sources that read it."""

    def __init__(self, site: Site, clock: ManualClock) -> None:
        self.site = site
        self.clock = clock
        self.graph = FakeGraph()
        site.answer = self.graph
        self.pace = Pace("meta", (Limit(requests=1_000, seconds=60),), monotonic=clock.monotonic)
        self.client = HttpClient(HttpSettings.model_validate({"timeout_seconds": 20}), clock=clock)
        self.secrets = {"ACCESS_TOKEN": TOKEN, "APP_SECRET": "app-secret"}

    def source(self, network: str = "facebook", accounts: tuple[str, ...] = (PAGE,)) -> MetaGraphSource:
        return MetaGraphSource(
            "fb",
            network=network,
            accounts=accounts,
            secret=lambda kind: self.secrets.get(kind, ""),
            http=self.client.at_pace(self.pace, Purse()),
            clock=self.clock,
            base=self.site.url("/v25.0"),
            said_to="Zoemvolt",
            allow_http=True,
            allow_private=True,
        )

    async def round(self, source: MetaGraphSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
        pages = []
        for _ in range(40):
            pages.append(await source.pull(cursor))
            cursor = pages[-1].next
            if not pages[-1].more:
                return pages, cursor
        raise AssertionError("never caught up")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_site() as site:
        made = Bench(site, ManualClock(NOW))
        yield made
        await made.client.aclose()


def mentions(pages: list[Page]) -> list[Mention]:
    return [one for page in pages for one in page.mentions]


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


async def test_posts_and_all_comments_come_once_however_many_there_are(bench: Bench) -> None:
    """Sixty posts are three pages, and 120 comments below one of them are three more."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(n, hours_ago(n)) for n in range(1, 61)]
    bench.graph.below[f"{PAGE}_7/comments"] = [comment(f"7_{n}", hours_ago(n / 60)) for n in range(120)]
    pages, _ = await bench.round(bench.source())
    found = [one.native_id for one in mentions(pages)]
    assert {one.said_to for one in mentions(pages)} == {"Zoemvolt"}
    assert sorted(found) == sorted([f"{PAGE}_{n}" for n in range(1, 61)] + [f"7_{n}" for n in range(120)])


async def test_a_comment_says_what_it_answers_as_the_webhook_does(bench: Bench) -> None:
    """What the webhook told and what is asked for later must be one mention (same key, same text), in one conversation."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(55, hours_ago(5))]
    at = datetime.fromtimestamp(calling.comment()["value"]["created_time"], UTC)
    bench.graph.below[f"{PAGE}_55/comments"] = [
        comment("55_1", at, "Al uren geen stroom", by="77"),
        comment("55_2", at, "Bij mij ook", parent="55_1"),
    ]
    pages, _ = await bench.round(bench.source())
    by_id = {one.native_id: one for one in mentions(pages)}
    (told,) = read_told(calling.told_by_page(calling.comment()))
    assert isinstance(told.found, Mention)
    caught = by_id["55_1"]
    for name in ("key", "content_hash", "posted_at", "parent_id", "root_id"):
        assert getattr(caught, name) == getattr(told.found, name), name
    assert caught.author is not None
    assert told.found.author is not None
    assert caught.author.key == told.found.author.key
    assert (by_id["55_2"].parent_id, by_id["55_2"].root_id) == ("55_1", f"{PAGE}_55")


async def test_the_next_round_reads_only_what_may_be_new(bench: Bench) -> None:
    """A new comment on a post of last week is found, and old comments are not paged through again."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(1, hours_ago(100))]
    bench.graph.below[f"{PAGE}_1/comments"] = [comment(f"1_{n}", hours_ago(50 + n / 60)) for n in range(120)]
    source = bench.source()
    _, cursor = await bench.round(source)
    bench.graph.asked.clear()
    bench.clock.advance(timedelta(hours=2))
    bench.graph.below[f"{PAGE}_1/comments"].append(comment("1_new", bench.clock.now()))
    pages, _ = await bench.round(source, cursor)
    assert [one.native_id for one in mentions(pages)] == ["1_new"]
    assert [path for path, _ in bench.graph.asked] == [f"{PAGE}/feed", f"{PAGE}/tagged"]


async def test_comments_that_facebook_ranks_are_all_found(bench: Bench) -> None:
    """Facebook puts on top what it thinks best: a new comment may stand at the end of three pages."""
    bench.graph.ranked = True
    bench.graph.listings[f"{PAGE}/feed"] = [post(1, hours_ago(100))]
    below = bench.graph.below[f"{PAGE}_1/comments"] = [comment(f"1_{n}", hours_ago(50 + n / 60)) for n in range(120)]
    source = bench.source()
    pages, cursor = await bench.round(source)
    assert len(mentions(pages)) == 121
    bench.clock.advance(timedelta(hours=2))
    below.extend(comment(f"1_new{n}", bench.clock.now() - timedelta(minutes=n)) for n in range(60))
    pages, _ = await bench.round(source, cursor)
    assert {one.native_id for one in mentions(pages)} == {f"1_new{n}" for n in range(60)}


async def test_a_crash_between_two_pages_loses_nothing(bench: Bench) -> None:
    """Every page is read again by a fresh source from the cursor before it."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(n, hours_ago(n)) for n in range(1, 31)]
    bench.graph.below[f"{PAGE}_3/comments"] = [comment(f"3_{n}", hours_ago(n / 60)) for n in range(70)]
    found: set[str] = set()
    cursor: Cursor | None = None
    for _ in range(40):
        lost = await bench.source().pull(cursor)
        page = await bench.source().pull(cursor)
        assert {one.native_id for one in page.mentions} == {one.native_id for one in lost.mentions}
        found |= {one.native_id for one in page.mentions}
        cursor = page.next
        if not page.more:
            break
    assert found == {f"{PAGE}_{n}" for n in range(1, 31)} | {f"3_{n}" for n in range(70)}


async def test_a_post_that_goes_before_its_comments_are_read_holds_up_nothing(bench: Bench) -> None:
    """Hours may lie between a post and the next page of its comments, which Meta then refuses (100/33) each time it is asked."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(n, hours_ago(n)) for n in (1, 2)]
    for n in (1, 2):
        bench.graph.below[f"{PAGE}_{n}/comments"] = [comment(f"{n}_{c}", hours_ago(c / 60)) for c in range(60)]
    source = bench.source()
    first = await source.pull(None)
    bench.graph.errors[f"{PAGE}_1/comments"] = (400, {"message": "x", "code": 100, "error_subcode": 33}, {})
    pages, cursor = await bench.round(source, first.next)
    assert [one.where for page in pages for one in page.skipped] == [f"{PAGE}_1/comments"]
    assert {f"2_{c}" for c in range(60)} <= {one.native_id for one in mentions([first, *pages])}
    assert await bench.round(source, cursor)


async def test_a_token_that_ends_below_a_post_asks_a_person_and_loses_nothing(bench: Bench) -> None:
    """What is refused for all posts is no fault of one: the next page of comments is asked for again with a new token."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(1, hours_ago(1))]
    bench.graph.below[f"{PAGE}_1/comments"] = [comment(f"1_{c}", hours_ago(c / 60)) for c in range(60)]
    source = bench.source()
    first = await source.pull(None)
    bench.graph.errors[f"{PAGE}_1/comments"] = (400, {"message": "x", "code": 10}, {})
    with pytest.raises(SourceRefused):
        await source.pull(first.next)
    bench.graph.errors.clear()
    pages, _ = await bench.round(source, first.next)
    assert {f"1_{c}" for c in range(60)} <= {one.native_id for one in mentions([first, *pages])}


async def test_what_we_wrote_ourselves_is_not_heard(bench: Bench) -> None:
    """Our answers are no complaints (RULES F34)."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(1, hours_ago(3), by=PAGE)]
    bench.graph.below[f"{PAGE}_1/comments"] = [comment("1_1", hours_ago(2)), comment("1_2", hours_ago(1), by=PAGE)]
    pages, _ = await bench.round(bench.source())
    assert [one.native_id for one in mentions(pages)] == ["1_1"]


async def test_instagram_comments_and_the_replies_below_them(bench: Bench) -> None:
    bench.graph.listings["178/media"] = [{"id": "m1", "caption": "Ons bericht", "timestamp": written(hours_ago(9)), "username": "zoemvolt"}]
    bench.graph.listings["178/tags"] = [{"id": "m2", "caption": "Dank @zoemvolt", "timestamp": written(hours_ago(8)), "username": "kim"}]
    said = {"text": "Werkt niet", "username": "kim", "from": {"id": "9001", "username": "kim"}}
    bench.graph.below["m1/comments"] = [{"id": "c1", "timestamp": written(hours_ago(7)), **said}]
    bench.graph.below["c1/replies"] = [{"id": f"r{n}", "timestamp": written(hours_ago(6 - n / 60)), **said} for n in range(60)]
    pages, _ = await bench.round(bench.source("instagram", ("178",)))
    by_id = {one.native_id: one for one in mentions(pages)}
    assert set(by_id) == {"m2", "c1", *(f"r{n}" for n in range(60))}
    assert (by_id["c1"].parent_id, by_id["c1"].root_id) == ("m1", "m1")
    assert {(by_id[f"r{n}"].parent_id, by_id[f"r{n}"].root_id) for n in range(60)} == {("c1", "m1")}
    assert by_id["c1"].author is not None
    assert (by_id["c1"].author.native_id, by_id["c1"].author.name) == ("9001", "kim")


async def test_a_new_reply_below_a_hundred_old_ones_is_found(bench: Bench) -> None:
    """Replies begin with the oldest: whoever stops at the first old page never sees the newest."""
    bench.graph.listings["178/media"] = [{"id": "m1", "timestamp": written(hours_ago(90)), "username": "zoemvolt"}]
    said = {"text": "Werkt niet", "username": "kim"}
    bench.graph.below["m1/comments"] = [{"id": "c1", "timestamp": written(hours_ago(80)), **said}]
    replies = bench.graph.below["c1/replies"] = [{"id": f"r{n}", "timestamp": written(hours_ago(70 - n / 60)), **said} for n in range(100)]
    source = bench.source("instagram", ("178",))
    pages, cursor = await bench.round(source)
    assert len(mentions(pages)) == 101
    bench.clock.advance(timedelta(hours=2))
    replies.append({"id": "new", "timestamp": written(bench.clock.now()), **said})
    pages, _ = await bench.round(source, cursor)
    assert [one.native_id for one in mentions(pages)] == ["new"]


async def test_threads_replies_and_mentions(bench: Bench) -> None:
    """Replies to replies come too: the conversation is asked for, not only its first level."""
    bench.graph.listings["42/threads"] = [
        {"id": "p1", "timestamp": written(hours_ago(5)), "has_replies": True, "username": "zoemvolt"},
        {"id": "p2", "timestamp": written(hours_ago(6)), "has_replies": False},
    ]
    bench.graph.listings["42/mentions"] = [{"id": "p9", "text": "@zoemvolt?", "timestamp": written(hours_ago(4)), "username": "kim"}]
    reply = {"text": "Hoe lang nog?", "username": "sam", "root_post": {"id": "p1"}}
    bench.graph.below["p1/conversation"] = [
        {"id": "t1", "timestamp": written(hours_ago(3)), "replied_to": {"id": "p1"}, **reply},
        {"id": "t2", "timestamp": written(hours_ago(2)), "replied_to": {"id": "t1"}, **reply},
        {"id": "t3", "timestamp": written(hours_ago(1)), "replied_to": {"id": "t2"}, **{**reply, "username": "zoemvolt"}},
    ]
    pages, _ = await bench.round(bench.source("threads", ("42",)))
    by_id = {one.native_id: (one.parent_id, one.root_id) for one in mentions(pages)}
    assert by_id == {"p9": ("", ""), "t1": ("p1", "p1"), "t2": ("t1", "p1")}
    assert "p2/conversation" not in [path for path, _ in bench.graph.asked]
    assert not any("appsecret_proof" in asked for _, asked in bench.graph.asked)


REFUSALS: tuple[tuple[int, Mapping[str, Any], Mapping[str, str], type[SourceError], str, str], ...] = (
    # an expired token, a withdrawn one, one of somebody who left: each wants another act
    (400, {"code": 190, "error_subcode": 463}, {}, SourceRefused, "expired", "token_expired"),
    (400, {"code": 190, "error_subcode": 467}, {}, SourceRefused, "withdrawn", "token_expired"),
    (400, {"code": 190, "error_subcode": 492}, {}, SourceRefused, "no role", "token_expired"),
    (400, {"code": 190, "error_subcode": 458}, {}, SourceRefused, "no longer allows", "approval_revoked"),
    (401, {"code": 190}, {}, SourceRefused, "not valid", "token_expired"),
    # a lost permission is another thing than a lost token
    (403, {"code": 10}, {}, SourceRefused, "permission", "scope_missing"),
    (403, {"code": 200}, {}, SourceRefused, "permission", "scope_missing"),
    (400, {"code": 100}, {}, SourceRefused, "no such account", ""),
    # quotas come as 400 and 403, and say in a header when they end
    (403, {"code": 4}, {}, RateLimited, "300 seconds", ""),
    (400, {"code": 17}, {"x-app-usage": '{"call_count": 103}'}, RateLimited, "300 seconds", ""),
    (
        400,
        {"code": 32},
        {"x-business-use-case-usage": '{"1": [{"type": "pages", "estimated_time_to_regain_access": 7}]}'},
        RateLimited,
        "420 seconds",
        "",
    ),
    (400, {"code": 613}, {}, RateLimited, "300 seconds", ""),
    (400, {"code": 80001}, {}, RateLimited, "300 seconds", ""),
    # their own trouble
    (400, {"code": 2, "is_transient": True}, {}, SourceUnavailable, "just now", ""),
    (500, {"code": 1}, {}, SourceUnavailable, "500", ""),
)


@pytest.mark.parametrize(("status", "error", "headers", "kind", "words", "cause"), REFUSALS)
async def test_every_refusal_is_told_apart(
    bench: Bench, status: int, error: dict[str, Any], headers: dict[str, str], kind: type[SourceError], words: str, cause: str
) -> None:
    """Whoever reads it knows whether to wait, to make a token, or to ask for a permission; and reads no secret."""
    bench.graph.errors[PAGE] = (status, {"message": f"bad {TOKEN}", **error}, headers)
    with pytest.raises(SourceError) as told:
        await bench.source().pull(None)
    assert type(told.value) is kind
    assert words in str(told.value)
    assert TOKEN not in str(told.value)
    if isinstance(told.value, SourceRefused) and cause:
        assert told.value.cause == cause


async def test_a_nearly_used_up_quota_is_left_to_others(bench: Bench) -> None:
    """Other programs work under the same app: above four fifths we wait as long as Meta says."""
    bench.graph.listings[f"{PAGE}/feed"] = [post(1, hours_ago(1))]
    bench.graph.headers = {"x-business-use-case-usage": json.dumps({PAGE: [{"call_count": 81, "estimated_time_to_regain_access": 0}]})}
    source = bench.source()
    page = await source.pull(None)
    assert len(page.mentions) == 1
    with pytest.raises(RateLimited) as told:
        await source.pull(page.next)
    assert told.value.wait_seconds == pytest.approx(300, abs=1)


async def test_the_token_stands_in_no_address_and_is_asked_for_each_time(bench: Bench) -> None:
    """Addresses end in logs of proxies. A new token counts at the next pull."""
    bench.secrets["ACCESS_TOKEN"] = ""
    source = bench.source()
    with pytest.raises(SourceRefused, match="KLANKBORD_META_ACCESS_TOKEN") as told:
        await source.pull(None)
    assert told.value.cause == "token_missing"
    assert bench.site.requests == []
    bench.secrets["ACCESS_TOKEN"] = TOKEN
    bench.graph.listings[f"{PAGE}/feed"] = [post(n, hours_ago(n)) for n in range(1, 31)]
    await bench.round(source)
    assert not any(TOKEN in request.path or "app-secret" in request.path for request in bench.site.requests)
    assert all(asked["appsecret_proof"] for _, asked in bench.graph.asked)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"data": 1}', b'{"id": "1"}'])
async def test_an_answer_that_is_no_listing_is_tried_again(bench: Bench, body: bytes) -> None:
    bench.site.answer = lambda _: Reply(body=body)
    with pytest.raises(SourceUnavailable):
        await bench.source().pull(None)


@pytest.mark.parametrize(("network", "accounts"), [("myspace", ("1",)), ("facebook", ())])
def test_what_cannot_be_read_is_said_at_the_start(network: str, accounts: tuple[str, ...]) -> None:
    clock = ManualClock(NOW)
    with pytest.raises(SettingsError, match="fb"):
        MetaGraphSource(
            "fb",
            network=network,
            accounts=accounts,
            secret=lambda _: "",
            http=HttpClient(HttpSettings.model_validate({}), clock=clock),
            clock=clock,
        )
