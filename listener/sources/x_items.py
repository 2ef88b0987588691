"""A post on X, as its API v2 gives one → a mention, a removal, or why it is neither.

docs.x.com (data dictionary, edit posts, response codes), read 2026-11-26. Texts come HTML-escaped with links as t.co; posts longer than 280
characters have the whole text in `note_tweet`. An edit is a new post id: the first of `edit_history_tweet_ids` is the post's identity here,
so that an edit is a revision. A post's id tells when it was made (milliseconds since 2010-11-04 01:42:54.657 UTC, shifted by 22 bits).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.fields import each_row, moment, number, objects, part, rows, word
from listener.sources.x_prices import Paid

PLATFORM = "x"
REALM = "x.com"
_EPOCH_MILLISECONDS = 1_288_834_974_657
_FIRST_TIMED_ID = 29_700_859_247  # older ids were counted and tell no time


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """What came beside the posts of an answer, by id: their authors and the posts they refer to. Either may be empty."""

    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    posts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Included:
        """Return what an answer's `includes` holds."""
        held = part(answer, "includes")
        return cls(users=_by_id(held, "users"), posts=_by_id(held, "tweets"))


def posts_of(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the posts of an answer, in its order; an answer about one post holds that one."""
    data = answer.get("data")
    return [data] if isinstance(data, dict) else each_row(answer, "data")


def read_post(post: Mapping[str, Any], included: Included) -> Found:
    """Return what a post is. One that is withheld anywhere, or whose author went private, is a removal (RULES P5)."""
    versions = versions_of(post)
    native_id = versions[0]
    if not number(native_id):
        return Skip(where="post ?", reason="it has no id")
    author_id = word(post, "author_id")
    user = included.users.get(author_id, {})
    gone = "withheld" if post.get("withheld") else "protected" if user.get("protected") is True else ""
    if gone:
        return Removal(platform=PLATFORM, realm=REALM, native_id=native_id, reason=gone)
    shown_at = moment(post.get("created_at")) or made_at(versions[-1])
    posted_at = (made_at(native_id) or shown_at) if len(versions) > 1 else shown_at
    if posted_at is None:
        return Skip(where=f"post {native_id}", reason=f"created_at is {str(post.get('created_at'))[:40]!r} and its id tells no time")
    text = _text(post, included)
    if not text:
        return Skip(where=f"post {native_id}", reason="it has no text")
    root = word(post, "conversation_id")
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        edited_at=shown_at if len(versions) > 1 and shown_at is not None and shown_at > posted_at else None,
        author=_author(author_id, user),
        url=f"https://x.com/i/status/{versions[-1]}",
        parent_id=next(_referred(post, "replied_to"), ""),
        root_id="" if root in versions else root,
    )


def found_in(answer: Mapping[str, Any]) -> list[Found]:
    """Return what an answer holds, with what its posts refer to when that was paid for; a post that comes twice is one."""
    included = Included.of(answer)
    posts = [*posts_of(answer), *included.posts.values()]
    found = [read_post(post, included) for post in posts]
    latest = {one.native_id: one for one in reversed(found) if not isinstance(one, Skip)}  # newest first, so the newest version stays
    return [*latest.values(), *(one for one in found if isinstance(one, Skip))]


def cost_of(answer: Mapping[str, Any], paid: Paid, *, day: date) -> float:
    """Return what an answer costs on `day` (UTC), in dollars, beside what was paid for that day already."""
    included = Included.of(answer)
    posts = [post_id for post in posts_of(answer) if (post_id := word(post, "id"))]
    return paid.cost([*posts, *included.posts], list(included.users), day=day)


def removals_of(answer: Mapping[str, Any]) -> dict[str, Removal]:
    """Return, by the id asked for, the posts of which an answer says that they are gone; other errors say nothing about a post."""
    found: dict[str, Removal] = {}
    for error in objects(answer, "errors"):
        if error.get("resource_type") not in ("tweet", "post"):
            continue
        native_id = word(error, "resource_id") or word(error, "value")
        reason = _why_gone(error)
        if native_id and reason:
            found[native_id] = Removal(platform=PLATFORM, realm=REALM, native_id=native_id, reason=reason)
    return found


def made_at(native_id: str) -> datetime | None:
    """Return when a post was made, read from its id; None for ids that tell no time."""
    made = number(native_id)
    if made < _FIRST_TIMED_ID:
        return None
    return datetime.fromtimestamp(((made >> 22) + _EPOCH_MILLISECONDS) / 1000, UTC)


def id_at(moment: datetime) -> str:
    """Return the smallest id that a post made at `moment` can have."""
    return str(max(0, int(moment.timestamp() * 1000) - _EPOCH_MILLISECONDS) << 22)


def newest_id(posts: Sequence[Mapping[str, Any]]) -> str:
    """Return the largest id among posts, "" for none."""
    return max((word(post, "id") for post in posts if number(post.get("id"))), key=number, default="")


def oldest_id(posts: Sequence[Mapping[str, Any]]) -> str:
    """Return the smallest id among posts, "" for none."""
    return min((word(post, "id") for post in posts if number(post.get("id"))), key=number, default="")


def _why_gone(error: Mapping[str, Any]) -> str:
    kind, said = word(error, "type"), f"{word(error, 'detail')} {word(error, 'title')}".lower()
    if "suspended" in said:
        return "suspended"
    if kind.endswith("/resource-not-found"):
        return "deleted"
    return "protected" if kind.endswith("/not-authorized-for-resource") else ""


def versions_of(post: Mapping[str, Any]) -> list[str]:
    """Return the ids of a post's versions, oldest first; [""] when it has none."""
    own = word(post, "id")
    ids = [one for one in map(str, rows(post, "edit_history_tweet_ids")) if number(one)]
    return ids if ids and (own in ids or not own) else [own]


def _text(post: Mapping[str, Any], included: Included) -> str:
    """Return a post's whole text with links as their authors typed them. A repost is "RT @name: " and the text of the original."""
    for original_id in _referred(post, "retweeted"):
        original = included.posts.get(original_id)
        text = word(post, "text")
        if original is not None and text.startswith("RT @"):
            return f"{text.partition(': ')[0]}: {_own_text(original)}"
    return _own_text(post)


def _own_text(post: Mapping[str, Any]) -> str:
    note = part(post, "note_tweet")
    full = note if word(note, "text") else post
    text = word(full, "text")
    for link in objects(part(full, "entities"), "urls"):
        if short := word(link, "url"):
            text = text.replace(short, word(link, "expanded_url") or short)
    return html.unescape(text).strip()


def _referred(post: Mapping[str, Any], how: str) -> Iterator[str]:
    for one in objects(post, "referenced_tweets"):
        if one.get("type") == how and word(one, "id"):
            yield word(one, "id")


def _author(author_id: str, user: Mapping[str, Any]) -> Author | None:
    if not author_id:
        return None
    return Author(platform=PLATFORM, realm=REALM, native_id=author_id, name=word(user, "username") or word(user, "name"))


def _by_id(held: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    return {word(one, "id"): one for one in objects(held, name)}
