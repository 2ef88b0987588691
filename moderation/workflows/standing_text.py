"""The standing text for threads and footers, with one lasting link to the feedback page per language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.messages.neutral import steering_words
from moderation.messages.snippet import Snippet, snippet_of
from moderation.model.policy import Policy
from moderation.workflows.invitation_ports import Links

CHANNEL = "site"
RENEWED_AFTER = timedelta(days=180)
"""A link that stands in a footer is made anew long before it could end; the earlier one goes on working until then."""


class Remembered(Protocol):
    """A few texts by name. `listener/ledger/meta.py`."""

    def get(self, key: str) -> str | None:
        """Return the text, or None."""
        ...

    def set(self, key: str, value: str) -> None:
        """Keep a text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysToTell:
    """Where complaints, compliments and reviews go; "" means our own feedback page at `base_url`. `reviews` are (name, link)."""

    brand: str
    base_url: str
    complaint: str = ""
    compliment: str = ""
    reviews: Sequence[tuple[str, str]] = ()


class StandingText:
    """Says in one breath that a complaint, a compliment and a review are welcome, and where."""

    def __init__(
        self,
        ways: WaysToTell,
        words: Mapping[str, Mapping[str, str]],
        policy: Policy,
        remembered: Remembered,
        links: Links | None,
        clock: Clock,
    ) -> None:
        self._ways = ways
        self._words = words
        self._policy = policy
        self._remembered = remembered
        self._links = links
        self._clock = clock

    def snippet(self, language: str) -> Snippet:
        """Return the standing text in a language. Raises `NotAllowed` when one of the three leads nowhere, or a word steers."""
        ways = self._ways
        made = snippet_of(
            self._words[language],
            brand=ways.brand,
            complaint=ways.complaint,
            compliment=ways.compliment,
            page=self._page(language) if self._needs_page() else "",
            reviews=ways.reviews,
        )
        said = " ".join([made.text, *(way.name for way in made.ways)])
        if steering := steering_words(said, self._policy.words.get(language, ())):
            raise NotAllowed(
                f"The standing text steers: it says {', '.join(steering)}. Change the brand's or the sites' names in klankbord.yaml."
            )
        return made

    def _needs_page(self) -> bool:
        return not (self._ways.complaint and self._ways.compliment and self._ways.reviews)

    def _page(self, language: str) -> str:
        if self._links is None or not self._ways.base_url:
            return ""
        key, now = f"standing_link:{language}", self._clock.now()
        made_at, _, link = (self._remembered.get(key) or "").partition(" ")
        if link.startswith(f"{self._ways.base_url}/") and now - datetime.fromisoformat(made_at) < RENEWED_AFTER:
            return link
        link = self._links.open(None, CHANNEL, language)
        self._remembered.set(key, f"{now.isoformat()} {link}")
        return link
