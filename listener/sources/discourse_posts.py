"""A post of a Discourse forum, as its API gives one → a mention, a removal, or why it is neither. Pure.

Shapes: discourse/discourse app/serializers/post_serializer.rb, as of 2026-11. A mention's root is the topic's number, by
which answers are posted; its parent is the id of the post answered. The forum's webhook tells the same posts in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.fields import moment, number, word
from listener.sources.markup import plain_text, unescaped_line

PLATFORM = "discourse"
ORDINARY = ("", "1")
"""Posts that somebody wrote for everybody; the others are notes of moderators, of the forum itself, and whispers."""


def read_post(post: Mapping[str, Any], *, base: str, realm: str, title: str = "", parent_id: str = "", private: bool = False) -> Found:
    """Return what a post is. `title` is the topic's, for posts that do not tell it; `private` marks messages between people."""
    native_id, topic, place = word(post, "id"), word(post, "topic_id"), word(post, "post_number")
    where = f"post {native_id or '?'}"
    if not native_id:
        return Skip(where=where, reason="it has no id")
    if word(post, "deleted_at") or post.get("user_deleted") is True:
        return Removal(platform=PLATFORM, realm=realm, native_id=native_id)
    if word(post, "post_type") not in ORDINARY:
        return Skip(where=where, reason="a note of moderators or of the forum itself")
    if post.get("hidden") is True:
        return Skip(where=where, reason="the forum hides it for now")
    text, posted_at = plain_text(word(post, "cooked")) or word(post, "raw"), moment(post.get("created_at"))
    if not text or posted_at is None:
        return Skip(where=where, reason="it has no text" if posted_at is not None else "it has no time")
    edited_at = moment(post.get("updated_at")) if word(post, "version") not in ("", "1") else None
    user = word(post, "user_id") or word(post, "username")
    return Mention(
        platform=PLATFORM,
        realm=realm,
        native_id=native_id,
        title=unescaped_line(word(post, "topic_title") or title) if place == "1" else "",
        text=text,
        posted_at=posted_at,
        edited_at=edited_at if edited_at is not None and edited_at > posted_at else None,
        author=Author(platform=PLATFORM, realm=realm, native_id=user, name=word(post, "username")) if user else None,
        url=f"{base}/t/{topic}/{place}" if topic and place else "",
        parent_id=parent_id,
        root_id=topic,
        channel=PLATFORM if private else "",
    )


def place_of(post: Mapping[str, Any]) -> str:
    """Return where a post stands, as "topic/number", "" when it does not tell."""
    return _place(post, "post_number")


def answers(post: Mapping[str, Any]) -> str:
    """Return where the post stands that this one answers, "" when it answers the topic."""
    return _place(post, "reply_to_post_number")


def _place(post: Mapping[str, Any], field: str) -> str:
    topic, place = number(post.get("topic_id")), number(post.get(field))
    return f"{topic}/{place}" if topic and place else ""
