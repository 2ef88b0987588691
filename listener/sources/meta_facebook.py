"""What a Facebook page is told and shows: comments, posts by visitors, mentions and reviews → Mention, Removal or why it is neither.

Shapes: developers.facebook.com/docs/graph-api/webhooks/reference/page (feed, mention, ratings), …/docs/graph-api/reference/comment, as of
2026-11. A realm is the page: ids of people are made for one page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.meta_fields import first_word, moment_of, text_of, thing

PLATFORM = "facebook"
HOST = "https://www.facebook.com"
_WITHOUT_WORDS = frozenset({"reaction", "like"})
_GONE, _EDITED, _MOVED = frozenset({"remove", "delete"}), frozenset({"edit", "edited", "update"}), frozenset({"hide", "unhide"})


def read_change(page: str, field: str, value: Mapping[str, Any], at: datetime | None) -> list[Found]:
    """Return what one change of a page says; nothing for reactions, which say nothing. `at`: when Meta sent it."""
    if field not in ("feed", "mention", "ratings"):
        return [Skip(where=f"page {page}", reason=f"changes of {field[:40] or 'no field'} hold no message")]
    item, verb = text_of(value.get("item")), text_of(value.get("verb"))
    if item in _WITHOUT_WORDS:
        return []
    native_id = _id_of(item, value)
    where = f"{item or 'change'} {native_id or '?'}"
    if not native_id:
        return [Skip(where=where, reason="it has no id")]
    if verb in _GONE:
        return [Removal(platform=PLATFORM, realm=page, native_id=native_id)]
    if verb in _MOVED:
        return [Skip(where=where, reason="it was hidden or shown again; nothing new was said")]
    text, posted_at = first_word(value.get("message"), value.get("review_text")), moment_of(value.get("created_time")) or at
    if not text or posted_at is None:
        return [Skip(where=where, reason="it has no text" if posted_at is not None else "it has no time")]
    is_comment = item == "comment"
    root = text_of(value.get("post_id")) if is_comment else ""
    return [
        Mention(
            platform=PLATFORM,
            realm=page,
            native_id=native_id,
            text=text,
            posted_at=posted_at,
            edited_at=max(at or posted_at, posted_at) if verb in _EDITED else None,
            author=_author(page, value),
            url=first_word(value.get("permalink_url"), thing(value.get("post")).get("permalink_url")) or f"{HOST}/{native_id}",
            parent_id=(text_of(value.get("parent_id")) or root) if is_comment else "",
            root_id=root,
        )
    ]


def read_object(page: str, found: Mapping[str, Any], *, post_id: str = "") -> Mention | Skip:
    """Return a post or comment as the Graph API shows it; `post_id`: the post below which a comment stands."""
    native_id, text = text_of(found.get("id")), text_of(found.get("message"))
    posted_at = moment_of(found.get("created_time"))
    if not native_id or not text or posted_at is None:
        why = "it has no id" if not native_id else "it has no text" if not text else "it has no time"
        return Skip(where=f"object {native_id or '?'}", reason=why)
    return Mention(
        platform=PLATFORM,
        realm=page,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        author=_author(page, found),
        url=text_of(found.get("permalink_url")) or f"{HOST}/{native_id}",
        parent_id=text_of(thing(found.get("parent")).get("id")) or post_id,
        root_id=post_id,
    )


def _id_of(item: str, value: Mapping[str, Any]) -> str:
    """Return a comment's id, a review's, or a post's: a change of a comment names its post too."""
    if item == "comment":
        return text_of(value.get("comment_id"))
    if item == "rating":
        return text_of(value.get("open_graph_story_id"))
    return text_of(value.get("post_id"))


def _author(page: str, value: Mapping[str, Any]) -> Author | None:
    wrote = thing(value.get("from"))
    native_id = first_word(wrote.get("id"), value.get("sender_id"), value.get("reviewer_id"))
    name = first_word(wrote.get("name"), value.get("sender_name"), value.get("reviewer_name"))
    return Author(platform=PLATFORM, realm=page, native_id=native_id, name=name) if native_id else None
