"""Platforms that call us: bodies as Meta, a Discourse forum and a system of one's own post them, signed as they sign."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
PAGE = "1234567890321"
SECRETS = {
    "KLANKBORD_META_APP_SECRET": "app-secret-of-the-brand",
    "KLANKBORD_META_VERIFY_TOKEN": "words we chose",
    "KLANKBORD_DISCOURSE_WEBHOOK_SECRET": "secret-of-the-forum",
    "KLANKBORD_WEBHOOK_INCOMING": "secret-of-our-system",
}
JSON = {"content-type": "application/json"}


def mac(secret: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of a body in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def as_meta(body: bytes, *, secret: str = SECRETS["KLANKBORD_META_APP_SECRET"]) -> dict[str, str]:
    """Return the headers with which Meta posts a body."""
    return {**JSON, "x-hub-signature-256": f"sha256={mac(secret, body)}"}


def as_forum(body: bytes, *, event: str = "post_created", secret: str = SECRETS["KLANKBORD_DISCOURSE_WEBHOOK_SECRET"]) -> dict[str, str]:
    """Return the headers with which a Discourse forum posts a body."""
    return {**JSON, "x-discourse-event": event, "x-discourse-event-signature": f"sha256={mac(secret, body)}"}


def as_ours(body: bytes, *, at: datetime = NOW, secret: str = SECRETS["KLANKBORD_WEBHOOK_INCOMING"]) -> dict[str, str]:
    """Return the headers with which a system of our own posts a body."""
    seconds = str(int(at.timestamp()))
    return {**JSON, "klankbord-timestamp": seconds, "klankbord-signature": f"v1={mac(secret, seconds.encode() + b'.' + body)}"}


def raw(told: object) -> bytes:
    """Return JSON as Meta writes it: everything beyond ASCII and every slash escaped."""
    return json.dumps(told).replace("/", "\\/").encode("ascii")


def comment(
    number: int = 1,
    text: str = "Al uren geen stroom",
    *,
    verb: str = "add",
    wrote: tuple[str, str] = ("77", "Kim"),
    **more: Any,
) -> dict[str, Any]:
    """Return a change of the page's feed: somebody (by id and name) said, changed or took back a comment."""
    value = {
        "item": "comment",
        "verb": verb,
        "comment_id": f"55_{number}",
        "post_id": f"{PAGE}_55",
        "parent_id": f"{PAGE}_55",
        "from": {"id": wrote[0], "name": wrote[1]},
        "created_time": int(NOW.timestamp()) - 60,
        **({"message": text} if verb != "remove" else {}),
        **more,
    }
    return {"field": "feed", "value": value}


def told_by_page(*changes: Mapping[str, Any], at: datetime = NOW) -> dict[str, Any]:
    """Return the body that tells of these changes."""
    return {"object": "page", "entry": [{"id": PAGE, "time": int(at.timestamp()), "changes": list(changes)}]}


def forum_post(number: int | str = 12, **more: Any) -> dict[str, Any]:
    """Return the body that tells of a post on the forum."""
    post = {
        "id": number,
        "user_id": 5,
        "username": "kim",
        "created_at": "2026-03-02T13:00:00.000Z",
        "updated_at": "2026-03-02T13:00:00.000Z",
        "cooked": "<p>De app laat me <b>niet</b> inloggen</p>",
        "raw": "De app laat me **niet** inloggen",
        "post_number": 1,
        "post_type": 1,
        "version": 1,
        "topic_id": 9,
        "topic_title": "Inloggen &amp; meer",
        "topic_archetype": "regular",
        "deleted_at": None,
        "user_deleted": False,
    }
    return {"post": {**post, **more}}


def our_mention(native_id: str = "t-1", text: str = "Te lang in de wacht", **more: Any) -> dict[str, Any]:
    """Return a mention as a system of our own writes it."""
    return {"id": native_id, "text": text, "posted_at": "2026-03-02T13:30:00Z", "author": {"id": "k-7", "name": "Kim"}, **more}
