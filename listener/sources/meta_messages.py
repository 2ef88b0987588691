"""Private messages to a Facebook page (Messenger) or an Instagram account: `messaging` entries → Mention, Removal or why it is neither.

Shapes: developers.facebook.com/docs/messenger-platform/reference/webhook-events, as of 2026-11. They were written to us, so `channel` is
filled; when one came decides until when it may be answered (24 hours), and that is its `posted_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.meta_fields import first_word, moment_of, text_of, thing, things

CHANNELS = {"page": "messenger", "instagram": "instagram"}
"""Platform and channel of a message, by the object that was told of it."""


def read_message(kind: str, account: str, event: Mapping[str, Any]) -> list[Found]:
    """Return what one event says; nothing for receipts and reactions."""
    platform, sender = CHANNELS[kind], text_of(thing(event.get("sender")).get("id"))
    message, edit, button = thing(event.get("message")), thing(event.get("message_edit")), thing(event.get("postback"))
    said = message or edit or button
    if not said:
        return []
    native_id = text_of(said.get("mid")) or (f"{sender}-{text_of(event.get('timestamp'))}" if button else "")
    where = f"message {native_id or '?'}"
    if not native_id:
        return [Skip(where=where, reason="it has no id")]
    if message.get("is_echo") is True:
        return [Skip(where=where, reason="we wrote it ourselves")]
    if message.get("is_deleted") is True:
        return [Removal(platform=platform, realm=account, native_id=native_id)]
    text, posted_at = first_word(said.get("text"), button.get("title")), moment_of(event.get("timestamp"))
    if not text or posted_at is None:
        return [Skip(where=where, reason=_why_none(said) if posted_at is not None else "it has no time")]
    answered = thing(message.get("reply_to"))
    return [
        Mention(
            platform=platform,
            realm=account,
            native_id=native_id,
            text=text,
            posted_at=posted_at,
            edited_at=posted_at if edit else None,
            author=Author(platform=platform, realm=account, native_id=sender) if sender else None,
            parent_id=first_word(answered.get("mid"), thing(answered.get("story")).get("id")),
            channel=platform,
        )
    ]


def _why_none(said: Mapping[str, Any]) -> str:
    kinds = sorted({text_of(one.get("type"))[:20] for one in things(said.get("attachments"))} - {""})
    return f"it has no text, only: {', '.join(kinds)}" if kinds else "it has no text"
