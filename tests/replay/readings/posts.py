"""What posts of Bluesky, Mastodon and X have to become."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.sources import bluesky_posts, mastodon_statuses, x_items
from tests.replay.reading import Item, Posts, at, moment_told

HIDDEN_FROM_ALL = {"!hide", "!takedown", "!suspend"}
X_BEGAN = datetime(2006, 3, 21, tzinfo=UTC)


def _is_bluesky_post(one: dict[str, Any]) -> bool:
    record = one.get("record") or one.get("value")
    return "/app.bsky.feed.post/" in str(one.get("uri")) and isinstance(record, dict) and record.get("$type") == "app.bsky.feed.post"


def _bluesky_agrees(read: Mention, item: Item) -> None:
    post = item.thing
    record = post.get("record") or post["value"]
    did, rkey = post["uri"].removeprefix("at://").split("/app.bsky.feed.post/")
    assert read.key == ("bluesky", "atproto", post["uri"])
    assert read.text == record["text"].strip()
    assert read.posted_at == min(one for one in map(moment_told, (record.get("createdAt"), post.get("indexedAt"))) if one is not None)
    assert read.author is not None
    assert read.author.key == f"bluesky/atproto/{at(post, 'author', 'did') or did}"
    assert read.author.name == ((at(post, "author", "displayName") or "").strip() or at(post, "author", "handle") or "")
    assert read.url == f"https://bsky.app/profile/{did}/post/{rkey}"
    assert read.parent_id == (at(record, "reply", "parent", "uri") or "")
    assert read.root_id == (at(record, "reply", "root", "uri") or "")


def _bluesky_left(read: Removal | Skip, item: Item) -> bool:
    record = item.thing.get("record") or item.thing["value"]
    labels = [*(item.thing.get("labels") or ()), *(at(item.thing, "author", "labels") or ())]
    hidden = {one.get("val") for one in labels if isinstance(one, dict)} & HIDDEN_FROM_ALL
    timeless = not any(map(moment_told, (record.get("createdAt"), item.thing.get("indexedAt"))))
    return bool(hidden) if isinstance(read, Removal) else timeless or not str(record.get("text") or "").strip()


BLUESKY = Posts(
    what="posts",
    is_one=_is_bluesky_post,
    read=lambda item: bluesky_posts.read_post(item.thing, signed_in=True),
    agrees=_bluesky_agrees,
    may_be_left=_bluesky_left,
)


def _mastodon_agrees(read: Mention, item: Item) -> None:
    status = item.thing
    assert (read.platform, read.realm) == ("mastodon", "fediverse")
    assert read.native_id == re.sub(r"\Ahttps?://", "", status["uri"])  # before ActivityPub a status was named by a tag, no address
    assert read.posted_at == moment_told(status["created_at"])
    edited = moment_told(status.get("edited_at"))
    assert read.edited_at == (edited if edited is not None and edited > read.posted_at else None)
    assert read.author is not None
    name, _, server = read.author.native_id.partition("@")
    assert name == status["account"]["username"].casefold()
    assert server == urlsplit(status["account"]["url"]).netloc.casefold()
    assert read.text.startswith(" ".join(html.unescape(status.get("spoiler_text") or "").split()))
    assert "<p>" not in read.text or "&lt;p" in status["content"]
    assert "&amp;" not in read.text or "&amp;amp;" in status["content"]
    assert read.url == (status.get("url") or (status["uri"] if status["uri"].startswith("http") else ""))
    assert (read.parent_id, read.root_id) == ("", ""), "a number of this server names no post elsewhere: the thread is asked for"


def _mastodon_left(_: Removal | Skip, item: Item) -> bool:
    status = item.thing
    unread = status.get("reblog") or status["visibility"] not in ("public", "unlisted")
    return bool(unread or not (status["content"] or status.get("spoiler_text")) or moment_told(status.get("created_at")) is None)


MASTODON = Posts(
    what="statuses",
    is_one=lambda one: {"uri", "visibility", "content", "account"} <= one.keys() and isinstance(one["account"], dict),
    read=lambda item: mastodon_statuses.read_status(item.thing, host=urlsplit(item.url).netloc),
    agrees=_mastodon_agrees,
    may_be_left=_mastodon_left,
)


def _x_agrees(read: Mention, item: Item) -> None:
    post, body = item.thing, item.body
    assert (read.platform, read.realm) == ("x", "x.com")
    versions = post.get("edit_history_tweet_ids") or [post["id"]]
    assert read.native_id == versions[0]
    made = moment_told(post.get("created_at"))
    if made is not None and len(versions) == 1:
        assert read.posted_at == made
    else:  # created_at is told of the version shown, and an id holds its milliseconds since 4 November 2010
        assert abs(read.posted_at.timestamp() - ((int(read.native_id) >> 22) + 1288834974657) / 1000) < 1
    assert read.posted_at > X_BEGAN
    assert (read.author.native_id if read.author else None) == post.get("author_id")
    users = {one["id"]: one.get("username") or one.get("name") for one in at(body, "includes", "users") or ()}
    assert read.author is None or read.author.name == (users.get(read.author.native_id) or "")
    above = [one["id"] for one in post.get("referenced_tweets") or () if one["type"] == "replied_to"]
    assert read.parent_id == (above[0] if above else "")
    assert read.root_id == (post.get("conversation_id", "") if post.get("conversation_id") != read.native_id else "") or not read.root_id
    assert "&amp;" not in read.text or "&amp;amp;" in json.dumps(body)


def _x_left(read: Removal | Skip, item: Item) -> bool:
    if isinstance(read, Removal):
        writers = [one for one in at(item.body, "includes", "users") or () if one.get("id") == item.thing.get("author_id")]
        return bool(item.thing.get("withheld") or any(one.get("protected") for one in writers))
    old = len(item.thing["id"]) < 16 and moment_told(item.thing.get("created_at")) is None  # of before ids held times
    reposted = any(one.get("type") == "retweeted" for one in item.thing.get("referenced_tweets") or ())
    return not item.thing["text"].strip() or old or reposted


X = Posts(
    what="posts",
    is_one=lambda one: {"id", "text"} <= one.keys() and "event_type" not in one and isinstance(one["id"], str),
    read=lambda item: x_items.read_post(item.thing, x_items.Included.of(item.body)),
    agrees=_x_agrees,
    may_be_left=_x_left,
)
