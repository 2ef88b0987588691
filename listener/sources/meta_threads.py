"""What a Threads account is told and shows: replies and posts that mention it → Mention, Removal or why it is neither.

Shapes: developers.facebook.com/docs/threads/webhooks and …/docs/threads/reply-management, as of 2026-11. People are known by their names
there: replies carry no id of who wrote them. Ids and names hold for all of Threads, so there is one realm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.meta_fields import first_word, moment_of, text_of, thing

PLATFORM, REALM = "threads", "threads.net"


def read_change(field: str, value: Mapping[str, Any], at: datetime | None) -> list[Found]:
    """Return what one notification says. `at`: when it was sent. `publish` tells of our own posts."""
    if field == "delete":
        native_id = text_of(value.get("id"))
        return [Removal(platform=PLATFORM, realm=REALM, native_id=native_id)] if native_id else [_none("?", "it has no id")]
    if field in ("replies", "mentions"):
        return [read_post(value, at=at)]
    why = "we wrote it ourselves" if field == "publish" else f"changes of {field[:40] or 'no field'} hold no message"
    return [_none(text_of(value.get("id")) or "?", why)]


def read_post(found: Mapping[str, Any], *, at: datetime | None = None) -> Mention | Skip:
    """Return a post or reply as a notification or the Threads API shows it."""
    native_id, text = text_of(found.get("id")), text_of(found.get("text"))
    posted_at = moment_of(found.get("timestamp")) or at
    if not native_id or not text or posted_at is None:
        return _none(native_id or "?", "it has no id" if not native_id else "it has no text" if not text else "it has no time")
    name, owner = text_of(found.get("username")), text_of(thing(found.get("owner")).get("id"))
    writer = first_word(name, owner)
    root = text_of(thing(found.get("root_post")).get("id"))
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        author=Author(platform=PLATFORM, realm=REALM, native_id=writer, name=name) if writer else None,
        url=text_of(found.get("permalink")),
        parent_id=text_of(thing(found.get("replied_to")).get("id")) or root,
        root_id=root,
    )


def _none(native_id: str, reason: str) -> Skip:
    return Skip(where=f"post {native_id}", reason=reason)
