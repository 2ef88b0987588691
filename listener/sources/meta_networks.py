"""What the Graph API is asked for on Facebook, Instagram and Threads: which listings, which fields, and how one object is read. Pure.

Edges: developers.facebook.com/docs/graph-api/reference/page/feed, …/page/tagged, …/docs/instagram-platform/reference (media, tags,
comments) and …/docs/threads/reply-management, as of 2026-11. What stands below an object comes with it as far as Meta allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from listener.model.mention import Mention
from listener.model.page import Found
from listener.sources.meta_facebook import read_object
from listener.sources.meta_fields import each_thing, moment_of, text_of, thing
from listener.sources.meta_instagram import read_comment, read_media
from listener.sources.meta_threads import read_post

FACEBOOK_COMMENT = "id,message,created_time,from,parent,permalink_url"
INSTAGRAM_REPLY = "id,text,timestamp,username,from"
THREADS_POST = "id,text,timestamp,permalink,username,owner,replied_to,root_post,has_replies"
Timed = tuple[datetime | None, Found]
SINCE = "<since>"
"""Stands where the moment goes (in seconds) from which comments are wanted."""
_GOES_ON = ("after", "until", "since", "__paging_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A listing below an object: where to ask on (`more` are the arguments), and where what it lists stands.

    whole: it is read to its end, for the newest need not stand first: replies begin with the oldest, and Facebook ranks comments.
    """

    path: str
    fields: str
    root: str
    parent: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What one object of a listing says, each with when it was written, and what stands below it."""

    found: list[Timed]
    below: list[Below]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing of an account: its edge, what to ask for, and how its objects are read. `ours`: it lists what we wrote."""

    edge: str
    fields: str
    read: Callable[[str, Mapping[str, Any]], Seen]
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One of Meta's networks: where its API is, its listings, and how an object below another is read."""

    base: str
    listings: tuple[Listing, ...]
    read_below: Callable[[str, Mapping[str, Any], Below], Seen]
    below_arguments: Mapping[str, str] = field(default_factory=dict)
    proven: bool = True
    """Whether requests carry a proof of the app's secret (Threads knows none)."""


def going_on(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments that lead to the next page, none on the last one. The address Meta names, with the token, is never visited."""
    paging = thing(answer.get("paging"))
    query = dict(parse_qsl(urlsplit(text_of(paging.get("next"))).query))
    return {name: query[name] for name in _GOES_ON if query.get(name)}


def written_at(found: Mapping[str, Any]) -> datetime | None:
    """Return when an object was written, None when it does not say."""
    return moment_of(found.get("created_time")) or moment_of(found.get("timestamp"))


def _timed(found: Mapping[str, Any], read: Found) -> Timed:
    return written_at(found), read


def _facebook(page: str, post: Mapping[str, Any]) -> Seen:
    post_id = text_of(post.get("id"))
    comments = thing(post.get("comments"))
    below = Below(path=f"{post_id}/comments", fields=FACEBOOK_COMMENT, root=post_id, more=going_on(comments), whole=True)
    found = [_timed(post, read_object(page, post)), *(_timed(one, read_object(page, one, post_id=post_id)) for one in each_thing(comments))]
    return Seen(found, [below] if below.more and post_id else [])


def _facebook_below(page: str, comment: Mapping[str, Any], below: Below) -> Seen:
    return Seen([_timed(comment, read_object(page, comment, post_id=below.root))], [])


def _instagram(account: str, media: Mapping[str, Any]) -> Seen:
    media_id = text_of(media.get("id"))
    below = Below(path=f"{media_id}/comments", fields=_instagram_comment(), root=media_id, more=going_on(thing(media.get("comments"))))
    seen = Seen([], [below] if below.more and media_id else [])
    for one in each_thing(media.get("comments")):
        inner = _instagram_below(account, one, below)
        seen.found.extend(inner.found)
        seen.below.extend(inner.below)
    return seen


def _instagram_below(account: str, comment: Mapping[str, Any], below: Below) -> Seen:
    """Read a comment with the replies below it, or one reply."""
    comment_id, replies = text_of(comment.get("id")), thing(comment.get("replies"))
    found = [_timed(comment, read_comment(account, comment, media_id=below.root, parent_id=below.parent))]
    found += [_timed(one, read_comment(account, one, media_id=below.root, parent_id=comment_id)) for one in each_thing(replies)]
    more = going_on(replies)
    deeper = Below(path=f"{comment_id}/replies", fields=INSTAGRAM_REPLY, root=below.root, parent=comment_id, more=more, whole=True)
    return Seen(found, [deeper] if more and comment_id else [])


def _tagged(account: str, media: Mapping[str, Any]) -> Seen:
    return Seen([_timed(media, read_media(account, media))], [])


def _threads(_account: str, post: Mapping[str, Any]) -> Seen:
    post_id = text_of(post.get("id"))
    below = Below(path=f"{post_id}/conversation", fields=THREADS_POST, root=post_id)
    return Seen([], [below] if post_id and post.get("has_replies") is not False else [])


def _threads_below(_account: str, post: Mapping[str, Any], below: Below) -> Seen:
    read = read_post(post)
    if isinstance(read, Mention) and not read.root_id:
        read = read_post({**post, "root_post": {"id": below.root}})
    return Seen([_timed(post, read)], [])


def _threads_mention(_account: str, post: Mapping[str, Any]) -> Seen:
    return Seen([_timed(post, read_post(post))], [])


def _instagram_comment() -> str:
    return f"{INSTAGRAM_REPLY},parent_id,replies.limit(50){{{INSTAGRAM_REPLY}}}"


_COMMENTS = f"comments.filter(stream).order(reverse_chronological).since({SINCE}).limit(50){{{FACEBOOK_COMMENT}}}"
NETWORKS: Mapping[str, Network] = {
    "facebook": Network(
        base="https://graph.facebook.com/v25.0",
        listings=tuple(
            Listing(edge=edge, fields=f"id,message,created_time,from,permalink_url,{_COMMENTS}", read=_facebook)
            for edge in ("feed", "tagged")
        ),
        read_below=_facebook_below,
        below_arguments={"filter": "stream", "order": "reverse_chronological", "since": SINCE},
    ),
    "instagram": Network(
        base="https://graph.facebook.com/v25.0",
        listings=(
            Listing(edge="media", fields=f"id,timestamp,username,comments.limit(50){{{_instagram_comment()}}}", read=_instagram, ours=True),
            Listing(edge="tags", fields="id,caption,timestamp,permalink,username", read=_tagged),
        ),
        read_below=_instagram_below,
    ),
    "threads": Network(
        base="https://graph.threads.net/v1.0",
        listings=(
            Listing(edge="threads", fields="id,timestamp,username,has_replies", read=_threads, ours=True),
            Listing(edge="mentions", fields=THREADS_POST, read=_threads_mention),
        ),
        read_below=_threads_below,
        proven=False,
    ),
}
