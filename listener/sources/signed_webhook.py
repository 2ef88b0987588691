"""What a system of your own sends as signed JSON: mentions and removals of its own realm, and of no other (RULES S19).

The README says how a body looks and how it is signed; it is how we sign what we send to systems of yours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from listener.errors import InputError
from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Page, Skip
from listener.ports import Clock
from listener.sources.meta_fields import moment_of, text_of, thing, things
from listener.sources.pushed import PushedSource, page_of, read_body
from listener.sources.signed import SIGNATURE_HEADER, TIME_HEADER, signed_in_time

PLATFORM = "webhook"
MOST_ITEMS = 1_000
MOST_ID = 200


class SignedWebhook(PushedSource):
    """Reads what your system posts. `secret` returns the secret of this source by its kind (INCOMING), "" when it is not set.

    Every mention gets this source's id as its realm, so that whoever holds the secret reaches nothing that came another way.
    """

    def __init__(self, source_id: str, *, secret: Callable[[str], str], clock: Clock) -> None:
        super().__init__(source_id)
        self._secret = secret
        self._clock = clock

    def is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether body and time were signed with our secret, five minutes ago at most."""
        timestamp, signature = headers.get(TIME_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
        return signed_in_time(timestamp, signature, self._secret("INCOMING"), body, now=self._clock.now())

    def read(self, body: bytes, headers: Mapping[str, str]) -> Page:  # noqa: ARG002 - the port gives them; all is in the body
        """Return what the body says: {"mentions": […], "removed": [ids]}; see `Receiver.read`."""
        told = read_body(body)
        removed = told.get("removed", [])
        if not isinstance(told.get("mentions", []), list) or not isinstance(removed, list):
            raise InputError("The body needs 'mentions' (a list of objects), 'removed' (a list of ids), or both.")
        mentions = things(told.get("mentions"))
        if len(mentions) + len(removed) > MOST_ITEMS:
            raise InputError(f"The body holds more than {MOST_ITEMS} items; send them in several.")
        found: list[Found] = [self._mention(place, one) for place, one in enumerate(mentions)]
        found += [self._removal(place, one) for place, each in enumerate(removed) if (one := text_of(each))]
        return page_of(found)

    def _removal(self, place: int, native_id: str) -> Removal | Skip:
        if len(native_id) > MOST_ID:  # the first of them may be the id of another mention, which stands
            return Skip(where=f"removed {place}", reason=f"no id is longer than {MOST_ID} characters")
        return Removal(platform=PLATFORM, realm=self.source_id, native_id=native_id)

    def _mention(self, place: int, one: Mapping[str, Any]) -> Mention | Skip:
        native_id, text, title = text_of(one.get("id")), text_of(one.get("text")), text_of(one.get("title"))
        posted_at = moment_of(one.get("posted_at"))
        if not 0 < len(native_id) <= MOST_ID:
            return Skip(where=f"mention {place}", reason=f"it needs an id of at most {MOST_ID} characters")
        if not (text or title) or posted_at is None:
            return Skip(where=f"mention {native_id}", reason="it needs a text" if posted_at is not None else "it needs posted_at")
        wrote = thing(one.get("author"))
        writer, url = text_of(wrote.get("id")), text_of(one.get("url"))
        return Mention(
            platform=PLATFORM,
            realm=self.source_id,
            native_id=native_id,
            text=text,
            title=title,
            posted_at=posted_at,
            edited_at=moment_of(one.get("edited_at")),
            author=Author(platform=PLATFORM, realm=self.source_id, native_id=writer, name=text_of(wrote.get("name"))) if writer else None,
            url=url if url.startswith(("https://", "http://")) else "",
            parent_id=text_of(one.get("parent_id")),
            root_id=text_of(one.get("root_id")),
            channel=text_of(one.get("channel"))[:40],
        )
