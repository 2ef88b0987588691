"""Where a Mastodon status hangs: what it answers and where its thread begins, asked step by step and remembered while we run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.fields import word
from listener.sources.mastodon_listing import Ask
from listener.sources.mastodon_statuses import Above, native_id_of
from listener.sources.patience import Patience

MOST_REMEMBERED = 5_000
MOST_DEEP = 40


class Threads:
    """Knows of each status seen its name and the local id of what it answers. A parent not seen yet is asked for once.

    `ask` may raise; then nothing of the status was said and the pull is tried again. A parent on which its server fails for the third
    time has no name. `asked` counts requests since the last `begin`.
    """

    def __init__(self, ask: Ask, *, host: str) -> None:
        self._ask = ask
        self._host = host
        self._seen: dict[str, tuple[str, str]] = {}
        self._patience = Patience()
        self.asked = 0

    def begin(self) -> None:
        """Start counting anew."""
        self.asked = 0

    def note(self, status: Mapping[str, Any]) -> None:
        """Remember a status that a listing showed."""
        if own_id := word(status, "id"):
            self._remember(own_id, (native_id_of(status, host=self._host), word(status, "in_reply_to_id")))

    def name_of(self, own_id: str) -> str:
        """Return what all of the fediverse calls a status that this server knows as `own_id`; "" when no listing showed it lately."""
        return self._seen.get(own_id, ("", ""))[0]

    async def above(self, status: Mapping[str, Any]) -> Above:
        """Return what a status answers and where its thread begins. What is gone above it, or is not for us, is left out."""
        parent_id = word(status, "in_reply_to_id")
        parent = root = ""
        for _ in range(MOST_DEEP):
            if not parent_id:
                break
            name, parent_id = self._seen.get(parent_id) or await self._look(parent_id)
            parent, root = parent or name, name or root
        return Above(parent, root)

    async def _look(self, own_id: str) -> tuple[str, str]:
        """Ask for a status that no listing showed; one that is gone has no name and answers nothing."""
        self.asked += 1
        try:
            status = await self._ask(f"/api/v1/statuses/{quote(own_id, safe='', errors='replace')}", {})
        except SourceRefused as error:
            if error.status not in (403, 404, 410):
                raise
            status = {}
        except SourceUnavailable:
            if not self._patience.is_over(own_id):
                raise
            status = {}
        found = native_id_of(status, host=self._host), word(status, "in_reply_to_id")
        self._remember(own_id, found)
        return found

    def _remember(self, own_id: str, found: tuple[str, str]) -> None:
        self._seen[own_id] = found
        while len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
