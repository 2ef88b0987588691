"""What a Discourse forum sends by itself: new, edited, recovered and destroyed posts, proven by the webhook's secret.

Shapes: discourse/discourse app/serializers/web_hook_post_serializer.rb and app/jobs/regular/emit_web_hook_event.rb, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from listener.errors import SettingsError
from listener.model.mention import Author, Mention, Removal
from listener.model.page import Page, Skip
from listener.sources.markup import plain_line, plain_text
from listener.sources.meta_fields import moment, thing, word
from listener.sources.pushed import Found, PushedSource, page_of, read_body
from listener.sources.signed import DISCOURSE_HEADER, signed_sha256

PLATFORM = "discourse"
EVENT_HEADER = "x-discourse-event"
ORDINARY = ("", "1")
"""Posts that somebody wrote for everybody; the others are notes of moderators, of the forum itself, and whispers."""


class DiscourseWebhook(PushedSource):
    """Reads what the forum at `url` posts. `secret` returns a secret of this source by its kind (WEBHOOK_SECRET), "" when it is not set."""

    def __init__(self, source_id: str, url: str, *, secret: Callable[[str], str]) -> None:
        super().__init__(source_id)
        self._base = url.rstrip("/")
        self._host = urlsplit(self._base).hostname or ""
        if not self._host:
            raise SettingsError(f"klankbord.yaml: sources: {source_id}: url: write the forum's address, such as https://forum.example.org.")
        self._secret = secret

    def is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether the forum signed the body. It signs no time: a repetition is told by the ledger's keys."""
        return signed_sha256(headers.get(DISCOURSE_HEADER, ""), self._secret("WEBHOOK_SECRET"), body)

    def read(self, body: bytes, headers: Mapping[str, str]) -> Page:
        """Return what the body says; a topic is read by its first post, which comes by itself. See `Receiver.read`.

        That a post is gone stands in a header only, for the body shows it as it was.
        """
        told = read_body(body)
        if "post" in told:
            return page_of([self._post(thing(told["post"]), gone=headers.get(EVENT_HEADER) == "post_destroyed")])
        if "topic" in told or "ping" in told:
            return page_of([])
        return page_of([Skip(where="body", reason="only posts are read")])

    def _post(self, post: Mapping[str, Any], *, gone: bool) -> Found:
        native_id, topic = word(post.get("id")), word(post.get("topic_id"))
        where = f"post {native_id or '?'}"
        if not native_id:
            return Skip(where=where, reason="it has no id")
        if gone or word(post.get("deleted_at")) or post.get("user_deleted") is True:
            return Removal(platform=PLATFORM, realm=self._host, native_id=native_id)
        text, posted_at = plain_text(word(post.get("cooked"))) or word(post.get("raw")), moment(post.get("created_at"))
        if word(post.get("post_type")) not in ORDINARY:
            return Skip(where=where, reason="a note of moderators or of the forum itself")
        if not text or posted_at is None:
            return Skip(where=where, reason="it has no text" if posted_at is not None else "it has no time")
        user, number = word(post.get("user_id")) or word(post.get("username")), word(post.get("post_number"))
        is_first, edited = number == "1", word(post.get("version")) not in ("", "1")
        private = word(post.get("topic_archetype")) == "private_message"
        return Mention(
            platform=PLATFORM,
            realm=self._host,
            native_id=native_id,
            text=text,
            title=plain_line(word(post.get("topic_title"))) if is_first else "",
            posted_at=posted_at,
            edited_at=moment(post.get("updated_at")) if edited else None,
            author=Author(platform=PLATFORM, realm=self._host, native_id=user, name=word(post.get("username"))) if user else None,
            url=f"{self._base}/t/{topic}/{number}" if topic and number else "",
            root_id=topic,
            channel=PLATFORM if private else "",
        )
