"""A YouTube comment, as the Data API v3 gives one → a mention, or why it is none. Pure.

developers.google.com/youtube/v3/docs (comments, commentThreads), as of 2026-11. `textOriginal` is for the comment's own author; others get
`textDisplay`, which is plain because we ask for plain text. A reply's `parentId` is the comment that began the thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from listener.model.mention import Author, Mention
from listener.model.page import Skip
from listener.sources.fields import each_row, moment, number, part, word

PLATFORM = "youtube"
REALM = "youtube.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A comment and its answers as far as they came along; `replies` is how many there are in all."""

    thread_id: str
    began_at: datetime | None
    found: tuple[Mention | Skip, ...]
    replies: int
    shown_replies: int
    video_id: str


def read_thread(thread: Mapping[str, Any]) -> Thread:
    """Return a thread of a list; one without a comment that can be read holds a skip."""
    snippet = part(thread, "snippet")
    top, replies = part(snippet, "topLevelComment"), each_row(part(thread, "replies"), "comments")
    thread_id = word(thread, "id") or word(top, "id")
    video_id = word(snippet, "videoId") or word(part(top, "snippet"), "videoId")
    return Thread(
        thread_id=thread_id,
        began_at=moment(part(top, "snippet").get("publishedAt")),
        found=tuple(read_comment(one, video_id=video_id, thread_id=thread_id) for one in (top, *replies)),
        replies=number(snippet.get("totalReplyCount")),
        shown_replies=len(replies),
        video_id=video_id,
    )


def read_comment(comment: Mapping[str, Any], *, video_id: str = "", thread_id: str = "") -> Mention | Skip:
    """Return what a comment is; `video_id` and `thread_id` are told by the list when the comment does not tell them itself."""
    snippet = part(comment, "snippet")
    native_id = word(comment, "id")
    if not native_id:
        return Skip(where=f"comment of thread {thread_id or '?'}", reason="it has no id")
    posted_at = moment(snippet.get("publishedAt"))
    if posted_at is None:
        return Skip(where=f"comment {native_id}", reason=f"publishedAt is {str(snippet.get('publishedAt'))[:40]!r}, not a time")
    text = (word(snippet, "textOriginal") or word(snippet, "textDisplay")).strip()
    if not text:
        return Skip(where=f"comment {native_id}", reason="it has no text")
    edited_at = moment(snippet.get("updatedAt"))
    parent = word(snippet, "parentId") or (thread_id if thread_id != native_id else "")
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        edited_at=edited_at if edited_at is not None and edited_at > posted_at else None,
        author=_author(snippet),
        url=_url(native_id, word(snippet, "videoId") or video_id),
        parent_id=parent,
        root_id=parent,
    )


def _author(snippet: Mapping[str, Any]) -> Author | None:
    """Return the author by the number of their channel; None when YouTube does not tell it, for a name is anybody's."""
    channel = word(part(snippet, "authorChannelId"), "value")
    if not channel:
        return None
    return Author(platform=PLATFORM, realm=REALM, native_id=channel, name=word(snippet, "authorDisplayName"))


def _url(native_id: str, video_id: str) -> str:
    asked = urlencode({"v": video_id, "lc": native_id}, errors="replace")
    return f"https://www.youtube.com/watch?{asked}" if video_id else ""
