"""Listening on a real server of comments (Isso) by its Atom feed: what people say below a page is in our ledger, as they last left it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from listener.clock import ManualClock
from listener.sources.feed import FeedSource
from listener.sources.http import HttpClient
from tests.servers.isso import PAGE, Isso
from tests.servers.listening import Ear, listening

HOUR = timedelta(minutes=61)


def _source(server: Isso, http: HttpClient, page: str) -> tuple[FeedSource, ManualClock]:
    clock = ManualClock(datetime.now(UTC))
    return FeedSource("comments", server.feed(page), http=http, clock=clock, allow_http=True, allow_private=True), clock


def number_of(native_id: str) -> int | None:
    """Return a comment's number: tag:HOST,2018:/isso/THREAD/NUMBER, with a time behind it where the number was given again."""
    return int(native_id.rpartition("/")[2].partition("@")[0]) if native_id else None


def _is_as_readers_see_it(ear: Ear, server: Isso, page: str) -> None:
    """Hold the ledger against Isso's own list: ids, words, authors, times and parents of every comment, and nothing else."""
    listed = {one["id"]: one for one in server.listed(page) if one["mode"] == 1}
    heard = {
        number_of(native_id): held.mention for native_id, held in ear.heard().items() if held.mention.url.startswith(server.url + page)
    }
    assert heard.keys() == listed.keys()
    for number, mention in heard.items():
        _agrees(mention_row(mention), listed[number], server, page)


def mention_row(mention: Any) -> dict[str, Any]:
    """Return what is compared of a mention."""
    return {
        "author": mention.author.name if mention.author else None,
        "posted": mention.posted_at.timestamp(),
        "parent": number_of(mention.parent_id),
        "root": number_of(mention.root_id),
        "url": mention.url,
        "text": mention.text,
    }


def _agrees(ours: dict[str, Any], told: dict[str, Any], server: Isso, page: str) -> None:
    assert ours["author"] == told["author"]
    assert ours["parent"] == ours["root"] == told["parent"]
    assert ours["url"] == f"{server.url}{page}#isso-{told['id']}"
    assert f"<p>{ours['text']}</p>" == told["text"].strip()
    assert 0 <= told["created"] - ours["posted"] < 1.5, "Isso's feed gives whole seconds"


async def test_comments_answers_edits_and_deletions_follow(isso: Isso, tmp_path: Path) -> None:
    """Posting there appears as a mention; edits are revisions, deletions follow within the hour, and nothing else is taken."""
    first = isso.say(PAGE, "Ligt de stroom er weer uit?", "Kim")
    second = isso.say(PAGE, "Hier ook, sinds acht uur", "Bas", answers=first["id"])
    third = isso.say(PAGE, "Bij ons niet", None)
    gone = isso.say(PAGE, "Koop goedkope pillen", "Spam")
    last = isso.say(PAGE, "Opgelost, dank", "Kim")
    async with listening(tmp_path) as (ear, http):
        source, clock = _source(isso, http, PAGE)
        assert (await ear.round(source)).new == 5
        _is_as_readers_see_it(ear, isso, PAGE)
        ids = {one["id"]: key for key in ear.heard() for one in (first, second, third, gone, last) if key.endswith(f"/{one['id']}")}

        tag = isso.tag(PAGE)
        # an older comment is edited, and one in the middle deleted: Isso calls its feed unchanged, for its newest comment is
        isso.edit(second["id"], "Hier ook, sinds negen uur", "Bas")
        isso.delete(gone["id"])
        assert isso.calls_its_feed_unchanged(PAGE, since=tag)
        done = await ear.round(source)
        assert (done.new, done.edited, done.removed) == (0, 1, 0)
        assert ear.heard()[ids[second["id"]]].revision == 1
        assert ear.heard()[ids[second["id"]]].mention.text == "Hier ook, sinds negen uur"
        clock.advance(HOUR)
        done = await ear.round(source)
        assert (done.new, done.edited, done.removed) == (0, 0, 1)
        _is_as_readers_see_it(ear, isso, PAGE)

        # the newest is deleted as well, and Isso gives the number of one of them to the next comment, which is another one
        isso.delete(last["id"])
        assert (await ear.round(source)).removed == 0
        clock.advance(HOUR)
        assert (await ear.round(source)).removed == 1
        later = isso.say(PAGE, "Nog steeds geen stroom", "Ann", answers=first["id"])
        assert later["id"] == gone["id"]
        assert (await ear.round(source)).new == 1
        _is_as_readers_see_it(ear, isso, PAGE)

        # an answer is deleted, and it was the last one
        isso.delete(later["id"])
        done = await ear.round(source)
        clock.advance(HOUR)
        assert (done.removed, (await ear.round(source)).removed) == (0, 1)
        _is_as_readers_see_it(ear, isso, PAGE)

        # one that others answer stays in its place without its words
        await asyncio.sleep(1.1)  # Isso tells seconds: an hour has passed for us only, and two comments of one number differ by them
        again = isso.say(PAGE, "Nu ook in de Merelstraat", "Bas", answers=first["id"])
        assert (await ear.round(source)).new == 1
        isso.delete(first["id"])
        assert [one["mode"] for one in isso.listed(PAGE) if one["id"] == first["id"]] == [4]
        clock.advance(HOUR)
        done = await ear.round(source)
        assert (done.new, done.edited, done.removed) == (0, 0, 1)
        _is_as_readers_see_it(ear, isso, PAGE)
        assert {ids[second["id"]], ids[third["id"]]} < ear.heard().keys()

        # with its last answer it goes for good, and nothing else does
        for one in (again, second):
            isso.delete(one["id"])
            assert (await ear.round(source)).removed == 0
            clock.advance(HOUR)
            assert (await ear.round(source)).removed == 1
        assert [one["id"] for one in isso.listed(PAGE)] == [third["id"]]
        _is_as_readers_see_it(ear, isso, PAGE)
        for _ in range(2):
            clock.advance(HOUR)
            done = await ear.round(source)
            assert (done.new, done.edited, done.removed) == (0, 0, 0)


async def test_comments_that_fall_off_the_end_of_the_feed_are_kept(isso: Isso, tmp_path: Path) -> None:
    """The feed shows the newest hundred: those before them are still there."""
    page = f"{PAGE}?busy"
    for number in range(100):
        isso.say(page, f"reactie {number}", f"lezer {number}")
    async with listening(tmp_path) as (ear, http):
        source, clock = _source(isso, http, page)
        assert (await ear.round(source)).new == 100
        for number in range(100, 130):
            isso.say(page, f"reactie {number}", f"lezer {number}")
        done = await ear.round(source)
        assert (done.new, done.removed) == (30, 0)
        for _ in range(3):
            clock.advance(HOUR)
            assert (await ear.round(source)).removed == 0
        assert len(ear.heard()) == 130


async def test_a_page_below_which_all_was_deleted_at_once_keeps_what_cannot_be_told_from_a_fault(isso: Isso, tmp_path: Path) -> None:
    """An empty feed is what a broken server gives too: nothing is taken on its word."""
    page = f"{PAGE}?emptied"
    said = [isso.say(page, f"reactie {number}", "Kim") for number in range(3)]
    async with listening(tmp_path) as (ear, http):
        source, clock = _source(isso, http, page)
        assert (await ear.round(source)).new == 3
        for one in said:
            isso.delete(one["id"])
        for _ in range(3):
            clock.advance(HOUR)
            assert (await ear.round(source)).removed == 0
        assert len(ear.heard()) == 3
