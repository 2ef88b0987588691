"""What is asked for has to become: Reddit, Hacker News, Stack Exchange, YouTube, Discourse and Discord."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from listener.clock import ManualClock
from listener.model.mention import Mention, Removal
from listener.model.page import Found, Skip
from listener.sources import discourse_posts, hackernews, stackexchange_items, youtube_comments
from listener.sources.discord_items import read_message
from listener.sources.pacing import PUBLISHED, Pace
from listener.sources.purse import Purse
from listener.sources.reddit_access import RedditKey, open_praw
from listener.sources.reddit_items import read_item
from tests.replay.reading import Item, Posts, at, moment_told

KEY = RedditKey(client_id="an-id", client_secret="a-secret", account="klankbord_dev")
TAKEN_AWAY = {"[deleted]", "[removed]"}
SAID_ON_DISCORD = {0, 19, 20, 23}
GUILD, CHANNEL = "1170000000000000001", "1170000000000000103"


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class _Reddit:
    """praw's own parser, opened once: it makes of a recorded object what our source is handed."""

    def __init__(self) -> None:
        self._objector: Any = None

    def read(self, item: Item) -> Found:
        if self._objector is None:
            clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
            self._objector = open_praw(KEY, pace=Pace("reddit", PUBLISHED["reddit"]), purse=Purse(), clock=clock)._objector
        try:
            made = self._objector.objectify(data=item.thing)
            vars(made)
        except (KeyError, TypeError, ValueError, AttributeError) as error:  # praw's, on a body that no server of theirs sends
            return Skip(where="item ?", reason=f"praw cannot read it ({type(error).__name__})")
        return read_item(made)


def _reddit_agrees(read: Mention, item: Item) -> None:
    kind, told = item.thing["kind"], item.thing["data"]
    assert (read.platform, read.realm) == ("reddit", "reddit.com")
    assert read.native_id == (told.get("name") or f"{kind}_{told['id']}")
    assert read.posted_at == _moment(told["created_utc"])
    edited = told.get("edited")
    later = isinstance(edited, int | float) and not isinstance(edited, bool) and edited > told["created_utc"]
    assert read.edited_at == (_moment(edited) if later else None)
    assert (read.author.name if read.author else "[deleted]") == (told.get("author") or "[deleted]")
    assert read.author is None or read.author.native_id == (told.get("author_fullname") or told["author"])
    thread = told.get("link_id") or (f"t3_{told['context'].split('/')[4]}" if told.get("context") else "")  # an inbox tells the context
    assert (read.parent_id, read.root_id) == ((told.get("parent_id") or "", thread) if kind == "t1" else ("", ""))
    assert told.get("permalink", "") in read.url
    assert (told.get("body" if kind == "t1" else "selftext") or "") not in TAKEN_AWAY
    assert "&gt;" not in read.text


def _reddit_left(read: Removal | Skip, item: Item) -> bool:
    kind, told = item.thing["kind"], item.thing["data"]
    words = (told.get("body" if kind == "t1" else "selftext") or "").strip()
    if isinstance(read, Removal):
        return words in TAKEN_AWAY or bool(told.get("removed_by_category"))
    marks = re.sub(r"<[^>]*>|\s", "", told.get("body_html" if kind == "t1" else "selftext_html") or "")
    return not words or not marks or "created_utc" not in told


_REDDIT = _Reddit()
REDDIT = Posts(
    what="submissions or comments",
    is_one=lambda one: one.get("kind") in ("t1", "t3") and isinstance(one.get("data"), dict),
    read=_REDDIT.read,
    agrees=_reddit_agrees,
    may_be_left=_reddit_left,
)


def _hackernews_agrees(read: Mention, item: Item) -> None:
    told = _as_item(item.thing)
    assert (read.native_id, read.posted_at) == (str(told["id"]), _moment(told["time"]))
    assert (read.author.native_id if read.author else None) == told.get("by")
    assert read.parent_id == str(told.get("parent", ""))
    assert read.url.endswith(f"id={told['id']}")
    assert (read.title != "") == bool(told.get("title"))


def _as_item(told: dict[str, Any]) -> dict[str, Any]:
    """Return a hit of Algolia's search in the words of an item; an item as it is."""
    if "objectID" not in told:
        return told
    text = told.get("comment_text") or told.get("story_text")
    said = {"id": told["objectID"], "time": told["created_at_i"], "title": told.get("title"), "text": text, "by": told.get("author")}
    return {**said, **({"parent": told["parent_id"]} if told.get("parent_id") else {})}


def _hackernews_left(read: Removal | Skip, item: Item) -> bool:
    told = _as_item(item.thing)
    if isinstance(read, Removal):
        return bool(told.get("deleted") or told.get("dead"))
    return not (told.get("title") or told.get("text"))


HACKERNEWS = Posts(
    what="items",
    is_one=lambda one: (
        ("time" in one and "id" in one and one.get("type") in ("story", "comment", "job", "poll", "pollopt"))
        or {"objectID", "created_at_i"} <= one.keys()
    ),
    read=lambda item: (
        hackernews._mention(item.thing) if "objectID" in item.thing else hackernews.item_of(item.thing, str(item.thing.get("id", "")))
    ),
    agrees=_hackernews_agrees,
    may_be_left=_hackernews_left,
)


def _stackexchange_agrees(read: Mention, item: Item) -> None:
    told = item.thing
    assert read.native_id.removeprefix("c") == str(told.get("comment_id") or told.get("answer_id") or told["question_id"])
    assert read.posted_at == _moment(told["creation_date"])
    assert (read.author.native_id if read.author else "") == str(at(told, "owner", "user_id") or "")
    assert read.parent_id == str(told.get("post_id") or (told["question_id"] if "answer_id" in told else ""))


STACKEXCHANGE = Posts(
    what="questions, answers or comments",
    is_one=lambda one: (
        bool({"question_id", "answer_id", "comment_id"} & one.keys())
        and "creation_date" in one
        and not {"item_type", "timeline_type"} & one.keys()  # an inbox and a timeline tell of posts
    ),
    read=lambda item: stackexchange_items.read_item(item.thing, "stackoverflow.com"),
    agrees=_stackexchange_agrees,
    may_be_left=lambda _, item: (
        not any(
            item.thing.get(name)
            for name in ("body", "body_markdown", *(() if {"answer_id", "comment_id"} & item.thing.keys() else ("title",)))
        )
    ),
)


def _youtube_agrees(read: Mention, item: Item) -> None:
    comment, told = item.thing, item.thing["snippet"]
    assert (read.platform, read.realm, read.native_id) == ("youtube", "youtube.com", comment["id"])
    assert read.posted_at == moment_told(told["publishedAt"])
    assert (read.author.native_id if read.author else None) == at(told, "authorChannelId", "value")
    assert read.author is None or read.author.name == (told.get("authorDisplayName") or "")
    assert not told.get("textOriginal") or read.text == told["textOriginal"].strip()
    assert read.parent_id == told.get("parentId", "")
    assert told.get("videoId", "") in read.url


YOUTUBE = Posts(
    what="comments",
    is_one=lambda one: one.get("kind") == "youtube#comment",
    read=lambda item: youtube_comments.read_comment(item.thing),
    agrees=_youtube_agrees,
    may_be_left=lambda _, item: (
        not (at(item.thing, "snippet", "textOriginal") or at(item.thing, "snippet", "textDisplay"))
        or moment_told(at(item.thing, "snippet", "publishedAt")) is None
    ),
)


def _discourse_agrees(read: Mention, item: Item) -> None:
    post = item.thing
    assert (read.platform, read.realm) == ("discourse", "forum.example")
    assert (read.native_id, read.root_id) == (str(post["id"]), str(post["topic_id"]))
    assert read.posted_at == moment_told(post["created_at"])
    assert read.author is not None
    assert (read.author.native_id, read.author.name) == (str(post.get("user_id") or post["username"]), post["username"])
    assert "<p>" not in read.text
    assert (read.title != "") == (post.get("post_number") == 1 and bool(post.get("topic_title")))
    assert read.url == (f"https://forum.example/t/{post['topic_id']}/{post['post_number']}" if post.get("post_number") else "")


def _discourse_left(_: Removal | Skip, item: Item) -> bool:
    post = item.thing
    unwritten = not re.sub(r"<[^>]*>|\s", "", post["cooked"] or "") and not post.get("raw")
    return bool(unwritten or post.get("deleted_at") or post.get("user_deleted") or post.get("hidden") or post.get("post_type", 1) != 1)


DISCOURSE = Posts(
    what="posts",
    is_one=lambda one: {"id", "cooked", "topic_id", "created_at"} <= one.keys() and isinstance(one["cooked"], str | None),
    read=lambda item: discourse_posts.read_post(item.thing, base="https://forum.example", realm="forum.example"),
    agrees=_discourse_agrees,
    may_be_left=_discourse_left,
)


def _discord_agrees(read: Mention, item: Item) -> None:
    message = item.thing
    assert (read.native_id, read.realm, read.root_id) == (message["id"], GUILD, CHANNEL)
    assert read.posted_at == moment_told(message["timestamp"])
    assert read.author is not None
    assert read.author.native_id == message["author"]["id"]
    assert read.author.name
    edited = message.get("edited_timestamp")
    assert read.edited_at is None or read.edited_at == moment_told(edited)
    forwarded = at(message, "message_reference", "type") == 1
    answered = at(message, "message_reference", "message_id") if message["type"] == 19 and not forwarded else None
    assert read.parent_id == (answered or "")
    told = message["content"] or ""
    assert not told or "<" in told or read.text.split()[0] in told, "its words, where nobody is named by a number"


def _as_said(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a message as it was recorded, and as what somebody wrote: makers of samples gave most of them the kind of a notice."""
    if not message["content"]:
        return [message]
    answer = [{**message, "type": 19}] if at(message, "message_reference", "message_id") else []
    return [message, {**message, "type": 0}, *answer]


DISCORD = Posts(
    what="messages",
    is_one=lambda one: {"content", "channel_id", "timestamp"} <= one.keys() and isinstance(one["content"], str | None),
    read=lambda item: read_message(item.thing, guild=GUILD, place=CHANNEL),
    agrees=_discord_agrees,
    may_be_left=lambda _, item: item.thing.get("type") not in SAID_ON_DISCORD or not item.thing["content"],
    versions=_as_said,
)
