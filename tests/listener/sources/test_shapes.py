"""Shapes in which platforms, other clients and older servers also write a post: its id, time, author and words stay right."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from listener.model.mention import Mention
from listener.model.page import Skip
from listener.sources import bluesky_posts, discord_items, discourse_posts, hackernews, mastodon_statuses, stackexchange_items, x_items
from listener.sources.feed_entries import read_feed
from listener.sources.fields import moment, moment_of_seconds
from listener.sources.meta_fields import moment_of
from listener.sources.meta_webhook import read_told
from listener.sources.reddit_items import read_item

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECONDS = int(NOON.timestamp())


def _mention(found: object) -> Mention:
    assert isinstance(found, Mention), found
    return found


@pytest.mark.parametrize("title", ["Hoe maak ik een <a> in Twig?", "Vergelijk List<T> en T[]", "5 <6 & 7> 3"])
def test_a_title_that_speaks_of_tags_keeps_them(title: str) -> None:
    """Titles are no HTML: what looks like a tag there was typed by somebody."""
    reddit = SimpleNamespace(name="t3_a", title=title, selftext="", created_utc=SECONDS, author="kim")
    story = {"id": 7, "by": "kim", "time": SECONDS, "title": title}
    question = {"question_id": 7, "creation_date": SECONDS, "title": title.replace("&", "&amp;").replace("<", "&lt;")}
    post = {"id": 7, "topic_id": 2, "post_number": 1, "topic_title": title, "cooked": "<p>x</p>", "created_at": NOON.isoformat()}
    assert _mention(read_item(reddit)).title == title
    assert _mention(hackernews.item_of(story, "7")).title == title
    assert _mention(stackexchange_items.read_item(question, "iot.stackexchange.com")).title == title
    assert _mention(discourse_posts.read_post(post, base="https://f.example", realm="f.example")).title == title


def _status(**more: Any) -> dict[str, Any]:
    account = {"username": "kim", "acct": "kim", "url": "https://social.example/@kim", "display_name": "Kim"}
    told = {"id": "5", "uri": "https://social.example/users/kim/statuses/5", "url": "https://social.example/@kim/5"}
    return {**told, "created_at": NOON.isoformat(), "visibility": "public", "content": "<p>tekst</p>", "account": account, **more}


def test_a_warning_and_a_name_between_angle_brackets_stay() -> None:
    """Mastodon shows both as they are; "<rant>" is a warning, no tag."""
    account = {"username": "kim", "acct": "kim", "url": "https://social.example/@kim", "display_name": "<Kim>"}
    read = _mention(mastodon_statuses.read_status(_status(spoiler_text="<rant> &amp; meer", account=account), host="social.example"))
    assert read.text == "<rant> & meer\n\ntekst"
    assert read.author is not None
    assert read.author.name == "<Kim>"


def test_a_status_named_by_a_tag_keeps_that_name() -> None:
    """Before ActivityPub no status had an address as its name."""
    uri = "tag:social.example,2017-04-14:objectId=17:objectType=Status"
    read = _mention(mastodon_statuses.read_status(_status(uri=uri), host="other.example"))
    assert (read.native_id, read.url) == (uri, "https://social.example/@kim/5")


def test_the_base_of_one_entry_is_not_that_of_the_next() -> None:
    """Else an entry's id would change with the entry that stands before it, and the entry come again."""
    entry = '<entry><id>{0}</id><title>{0}</title><link href="p/{0}"/><content type="html"{1}>x</content></entry>'
    based = ' xml:base="https://elders.example/een/"'
    feed = '<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>{}</feed>'
    apart = feed.format(entry.format("t3_b", "")).encode()
    below = feed.format(entry.format("t3_a", based) + entry.format("t3_b", "") + entry.format("t3_c", ' xml:base="/rel"')).encode()
    (alone,) = read_feed(apart, url="https://f.example/blog/feed", content_type="application/atom+xml").entries
    first, second, third = read_feed(below, url="https://f.example/blog/feed", content_type="application/atom+xml").entries
    assert second == alone
    assert [one.guid for one in (first, second, third)] == ["t3_a", "t3_b", "t3_c"]
    assert [one.link for one in (first, third)] == ["https://f.example/blog/p/t3_a", "https://f.example/blog/p/t3_c"]


def test_a_base_holds_for_what_stands_within_it() -> None:
    """One of the whole feed, and one that is a path of the feed's own site."""
    feed = '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{}"><entry><id>urn:1</id><link href="{}"/><title>x</title></entry></feed>'
    for base, link, whole in (
        ("https://elders.example/een/", "p/1", "https://elders.example/een/p/1"),
        ("/blog/", "p/1", "https://f.example/blog/p/1"),
        ("blog/", "/p/1", "https://f.example/p/1"),
        ("blog/", "p/1", "https://f.example/rss/blog/p/1"),
    ):
        (entry,) = read_feed(
            feed.format(base, link).encode(), url="https://f.example/rss/feed", content_type="application/atom+xml"
        ).entries
        assert (entry.guid, entry.link) == ("urn:1", whole)


@pytest.mark.parametrize("told", ["1612111212345", "1" * 5_000, "20260302", "0001-01-01T00:00:00Z", "", "gisteren", 7, None])
def test_what_is_no_iso_time_is_none(told: object) -> None:
    """Milliseconds as text would be the year 1612, and a server that never set a time writes the year 1."""
    assert moment(told) is None


@pytest.mark.parametrize("told", [SECONDS, float(SECONDS), str(SECONDS), f"{SECONDS}.0"])
def test_seconds_may_come_as_text(told: object) -> None:
    """Some servers, and what stands between them and us, write every number as text."""
    assert moment_of_seconds(told) == NOON
    assert _mention(read_item({"name": "t1_a", "body": "x", "created_utc": told})).posted_at == NOON
    assert _mention(hackernews.item_of({"id": 7, "time": told, "text": "x"}, "7")).posted_at == NOON
    assert _mention(stackexchange_items.read_item({"answer_id": 7, "creation_date": told, "body": "x"}, "s")).posted_at == NOON


@pytest.mark.parametrize("told", [0, -5, True, "1612111212345", "1e9", "inf", float("nan"), 10**30, [SECONDS]])
def test_what_is_no_number_of_seconds_is_no_time(told: object) -> None:
    assert moment_of_seconds(told) is None
    assert isinstance(hackernews.item_of({"id": 7, "time": told, "text": "x"}, "7"), Skip)


@pytest.mark.parametrize("told", ["", "geen", "١٢٣", "1" * 5_000, "\ud800", None])
def test_a_post_of_x_or_discord_without_its_number_is_none(told: object) -> None:
    """A name that no look-up could ask for is no id."""
    post = {"id": told, "text": "x", "created_at": NOON.isoformat()}
    message = {"id": told, "content": "x", "timestamp": NOON.isoformat(), "type": 0, "author": {"id": "1"}}
    assert isinstance(x_items.read_post(post, x_items.Included()), Skip)
    assert isinstance(discord_items.read_message(message, guild="1", place="2"), Skip)


def test_a_message_that_tells_no_kind_is_what_somebody_wrote() -> None:
    message = {"id": "9", "content": "x", "timestamp": NOON.isoformat(), "author": {"id": "1", "username": "kim"}}
    assert _mention(discord_items.read_message(message, guild="1", place="2")).text == "x"
    assert isinstance(discord_items.read_message({**message, "type": True}, guild="1", place="2"), Skip)
    assert isinstance(discord_items.read_message({**message, "type": 7}, guild="1", place="2"), Skip)


@pytest.mark.parametrize("did", ["did:plc:kim", "", None, 7, "kim.example", "\ud800"])
def test_the_author_of_a_post_is_the_account_in_its_address(did: object) -> None:
    """What is no account's id names nobody."""
    uri = "at://did:plc:kim/app.bsky.feed.post/3k"
    record = {"text": "x", "createdAt": NOON.isoformat()}
    read = _mention(
        bluesky_posts.read_post({"uri": uri, "author": {"did": did, "handle": "kim.example"}, "record": record}, signed_in=True)
    )
    assert read.author is not None
    assert read.author.native_id == "did:plc:kim"


def test_a_record_with_the_first_of_all_times_counts_from_when_it_was_seen() -> None:
    """Apps that never set a time write the year 1."""
    view = {"uri": "at://did:plc:kim/app.bsky.feed.post/3k", "indexedAt": NOON.isoformat()}
    read = _mention(bluesky_posts.read_post({**view, "record": {"text": "x", "createdAt": "0001-01-01T00:00:00Z"}}, signed_in=True))
    assert read.posted_at == NOON


@pytest.mark.parametrize(
    "body",
    [
        {"object": "page"},  # no entries
        {"object": "page", "entry": None},
        {"object": "page", "entry": {"0": {"id": "1"}}},
        {"object": "instagram", "entry": ["x"]},
        {"object": "page", "entry": [{"id": "1", "changes": [None]}]},
        {"object": "page", "entry": [{"id": "1", "messaging": ["x"]}]},
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": None}]}]},
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "2"}, "messages": [7]}}]}],
        },
    ],
)
def test_a_part_of_a_webhook_that_is_no_object_is_told(body: dict[str, Any]) -> None:
    """What nobody could read is counted, and holds up nothing that stands beside it."""
    (told,) = read_told(body)
    assert isinstance(told.found, Skip)
    text = {"sender": {"id": "7"}, "timestamp": SECONDS * 1000, "message": {"mid": "m1", "text": "hallo"}}
    beside = {"id": "1", "time": SECONDS, "messaging": [text]}
    listed = body.get("entry") if isinstance(body.get("entry"), list) else []
    both = [one.found for one in read_told({"object": "page", "entry": [*(listed or ()), None, beside]})]
    assert [one.native_id for one in both if isinstance(one, Mention)] == ["m1"]
    assert sum(isinstance(one, Skip) for one in both) >= 1


@pytest.mark.parametrize("told", [0, "0", "00", -1, "", None, True, [SECONDS]])
def test_a_clock_of_metas_that_was_never_set_is_no_time(told: object) -> None:
    assert moment_of(told) is None
