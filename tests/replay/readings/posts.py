"""What posts of Bluesky, Mastodon and X have to become."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.sources import bluesky_posts, mastodon_statuses, x_items
from tests.replay.reading import Item, Posts, at

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
    made = datetime.fromisoformat(record["createdAt"])
    made = made if made.tzinfo else made.replace(tzinfo=UTC)
    assert read.posted_at == min(made, datetime.fromisoformat(post["indexedAt"]) if "indexedAt" in post else made)
    assert read.author is not None
    assert read.author.key == f"bluesky/atproto/{did}"
    assert read.author.name == ((at(post, "author", "displayName") or "").strip() or at(post, "author", "handle") or "")
    assert read.url == f"https://bsky.app/profile/{did}/post/{rkey}"
    assert read.parent_id == (at(record, "reply", "parent", "uri") or "")
    assert read.root_id == (at(record, "reply", "root", "uri") or "")


def _bluesky_left(read: Removal | Skip, item: Item) -> bool:
    record = item.thing.get("record") or item.thing["value"]
    labels = [*(item.thing.get("labels") or ()), *(at(item.thing, "author", "labels") or ())]
    hidden = {one.get("val") for one in labels if isinstance(one, dict)} & HIDDEN_FROM_ALL
    return bool(hidden) if isinstance(read, Removal) else not record["text"].strip()


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
    assert f"https://{read.native_id}" == status["uri"].replace("http://", "https://")
    assert read.posted_at == datetime.fromisoformat(status["created_at"])
    edited = datetime.fromisoformat(status["edited_at"]) if status.get("edited_at") else None
    assert read.edited_at == (edited if edited is not None and edited > read.posted_at else None)
    assert read.author is not None
    name, _, server = read.author.native_id.partition("@")
    assert name == status["account"]["username"].casefold()
    assert server == urlsplit(status["account"]["url"]).netloc
    assert read.text.startswith(status["spoiler_text"].strip())
    assert "<p>" not in read.text
    assert "&amp;" not in read.text
    assert read.url == status["url"]
    assert (read.parent_id, read.root_id) == ("", ""), "a number of this server names no post elsewhere: the thread is asked for"


def _mastodon_left(_: Removal | Skip, item: Item) -> bool:
    status = item.thing
    unread = status.get("reblog") or status["visibility"] not in ("public", "unlisted")
    return bool(unread or not (status["content"] or status["spoiler_text"]))


MASTODON = Posts(
    what="statuses",
    is_one=lambda one: {"uri", "visibility", "content", "account"} <= one.keys(),
    read=lambda item: mastodon_statuses.read_status(item.thing, host=urlsplit(item.url).netloc),
    agrees=_mastodon_agrees,
    may_be_left=_mastodon_left,
)


def _x_agrees(read: Mention, item: Item) -> None:
    post, body = item.thing, item.body
    assert (read.platform, read.realm) == ("x", "x.com")
    assert read.native_id == (post.get("edit_history_tweet_ids") or [post["id"]])[0]
    if "created_at" in post:
        assert read.posted_at == datetime.fromisoformat(post["created_at"])
    else:  # an id holds its milliseconds since 4 November 2010
        assert abs(read.posted_at.timestamp() - ((int(read.native_id) >> 22) + 1288834974657) / 1000) < 1
    assert read.posted_at > X_BEGAN
    assert (read.author.native_id if read.author else None) == post.get("author_id")
    users = {one["id"]: one["username"] for one in at(body, "includes", "users") or ()}
    assert read.author is None or read.author.name == users.get(read.author.native_id, "")
    above = [one["id"] for one in post.get("referenced_tweets", []) if one["type"] == "replied_to"]
    assert read.parent_id == (above[0] if above else "")
    assert read.root_id == (post.get("conversation_id", "") if post.get("conversation_id") != read.native_id else "") or not read.root_id
    assert "&amp;" not in read.text


def _x_left(_: Removal | Skip, item: Item) -> bool:
    old = len(item.thing["id"]) < 16 and "created_at" not in item.thing  # of before ids held times
    reposted = any(one.get("type") == "retweeted" for one in item.thing.get("referenced_tweets", ()))
    return not item.thing["text"].strip() or old or reposted


X = Posts(
    what="posts",
    is_one=lambda one: {"id", "text"} <= one.keys() and "event_type" not in one and isinstance(one["id"], str),
    read=lambda item: x_items.read_post(item.thing, x_items.Included.of(item.body)),
    agrees=_x_agrees,
    may_be_left=_x_left,
)
