"""What a Discourse forum sends by itself: new, edited, recovered and destroyed posts, proven by the webhook's secret.

Shapes: discourse/discourse app/serializers/web_hook_post_serializer.rb and app/jobs/regular/emit_web_hook_event.rb, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from listener.errors import SettingsError
from listener.model.mention import Removal
from listener.model.page import Page, Skip
from listener.sources.discourse_posts import PLATFORM, read_post
from listener.sources.fields import part, word
from listener.sources.pushed import Found, PushedSource, page_of, read_body
from listener.sources.signed import DISCOURSE_HEADER, signed_sha256

EVENT_HEADER = "x-discourse-event"


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
            return page_of([self._post(part(told, "post"), gone=headers.get(EVENT_HEADER) == "post_destroyed")])
        if "topic" in told or "ping" in told:
            return page_of([])
        return page_of([Skip(where="body", reason="only posts are read")])

    def _post(self, post: Mapping[str, Any], *, gone: bool) -> Found:
        native_id = word(post, "id")
        if gone and native_id:
            return Removal(platform=PLATFORM, realm=self._host, native_id=native_id)
        private = word(post, "topic_archetype") == "private_message"
        return read_post(post, base=self._base, realm=self._host, private=private)
