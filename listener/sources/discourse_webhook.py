"""What a Discourse forum sends by itself: new, edited, recovered and destroyed posts, proven by the webhook's secret.

Shapes: discourse/discourse app/serializers/web_hook_post_serializer.rb and app/jobs/regular/emit_web_hook_event.rb, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from listener.errors import SettingsError
from listener.model.mention import Removal
from listener.model.page import Found, Page, Skip
from listener.sources.discourse_forum import PRIVATE
from listener.sources.discourse_posts import read_post
from listener.sources.fields import number, part, word
from listener.sources.pushed import PushedSource, page_of, read_body
from listener.sources.signed import DISCOURSE_HEADER, signed_sha256

EVENT_HEADER, DESTROYED = "x-discourse-event", "post_destroyed"


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

        That a post was destroyed stands in a header only, which the forum does not sign, for the body shows it as it was: whoever kept a
        body could have any post erased. So it is claimed, and the forum is asked. A message between people is kept: asked without
        a key, the forum would say of it that there is nothing.
        """
        told = read_body(body)
        if "post" in told:
            post = part(told, "post")
            found = self._post(post)
            if headers.get(EVENT_HEADER) == DESTROYED and not isinstance(found, Removal):
                return self._claimed(post)
            return page_of([found])
        if "topic" in told or "ping" in told:
            return page_of([])
        return page_of([Skip(where="body", reason="only posts are read")])

    def _post(self, post: Mapping[str, Any]) -> Found:
        return read_post(post, base=self._base, realm=self._host, private=word(post, "topic_archetype") == PRIVATE)

    def _claimed(self, post: Mapping[str, Any]) -> Page:
        native_id = str(number(post.get("id")) or "")
        if word(post, "topic_archetype") == PRIVATE or not native_id:
            return page_of([Skip(where=f"post {native_id or '?'}", reason="it is said to be gone, which nobody can be asked; kept")])
        return replace(page_of([]), claimed=(native_id,))
