"""What an Instagram account is told and shows: comments, captions that tag it → Mention or why it is none.

Shapes: developers.facebook.com/docs/graph-api/webhooks/reference/instagram and …/docs/instagram-platform/reference/instagram-media, as of
2026-11. A realm is the account: ids of people are made for one account. A comment that is deleted is told of by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listener.model.mention import Author, Mention
from listener.model.page import Found, Skip
from listener.sources.meta_fields import first_word, moment_of, text_of, thing

PLATFORM = "instagram"
HOST = "https://www.instagram.com"


def read_change(account: str, field: str, value: Mapping[str, Any], at: datetime | None) -> list[Found]:
    """Return what one change of an account says. `at`: when Meta sent it; a comment told of carries no time of its own."""
    if field in ("comments", "live_comments"):
        return [read_comment(account, value, at=at)]
    where = f"account {account}"
    if field == "mentions":
        comment_id, media_id = text_of(value.get("comment_id")), text_of(value.get("media_id"))
        return [Skip(where=f"mention {comment_id or media_id or '?'}", reason="Meta names only its id; its text is not shown to us")]
    return [Skip(where=where, reason=f"changes of {field[:40] or 'no field'} hold no message")]


def read_comment(
    account: str, found: Mapping[str, Any], *, at: datetime | None = None, media_id: str = "", parent_id: str = ""
) -> Mention | Skip:
    """Return a comment, from a change or from the Graph API; `media_id` and `parent_id`: where it was listed."""
    native_id, text = text_of(found.get("id")), text_of(found.get("text"))
    posted_at = moment_of(found.get("timestamp")) or at
    if not native_id or not text or posted_at is None:
        why = "it has no id" if not native_id else "it has no text" if not text else "it has no time"
        return Skip(where=f"comment {native_id or '?'}", reason=why)
    media = thing(found.get("media"))
    root = text_of(media.get("id")) or media_id
    return Mention(
        platform=PLATFORM,
        realm=account,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        author=_author(account, found),
        url=text_of(media.get("permalink")),
        parent_id=text_of(found.get("parent_id")) or parent_id or root,
        root_id=root,
    )


def read_media(account: str, found: Mapping[str, Any]) -> Mention | Skip:
    """Return a post by its caption."""
    native_id, text, posted_at = text_of(found.get("id")), text_of(found.get("caption")), moment_of(found.get("timestamp"))
    if not native_id or not text or posted_at is None:
        why = "it has no id" if not native_id else "it has no caption" if not text else "it has no time"
        return Skip(where=f"media {native_id or '?'}", reason=why)
    return Mention(
        platform=PLATFORM,
        realm=account,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        author=_author(account, found),
        url=text_of(found.get("permalink")),
    )


def _author(account: str, found: Mapping[str, Any]) -> Author | None:
    """Return who wrote: by the id made for this account, by the name where Meta keeps the id back."""
    wrote = thing(found.get("from"))
    name = first_word(wrote.get("username"), found.get("username"))
    native_id = first_word(wrote.get("id"), thing(found.get("owner")).get("id"), name)
    return Author(platform=PLATFORM, realm=account, native_id=native_id, name=name) if native_id else None
