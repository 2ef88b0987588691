"""Sources that read several listings, one a pull: whose turn it is, and what is remembered of each, as a cursor."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from listener.model.page import Cursor, Page


@dataclass(frozen=True, slots=True)
class Turn:
    """One listing's turn. `names` tell listings apart in cursors; `known` is what was remembered of the one whose turn it is."""

    names: tuple[str, ...]
    at: int
    memories: Mapping[str, Any]
    cursor: Cursor | None

    @classmethod
    def of(cls, cursor: Cursor | None, names: Sequence[str]) -> Turn:
        """Return whose turn it is after `cursor`. Listings that settings no longer name are forgotten; there must be one at least."""
        memory: dict[str, Any] = json.loads(cursor) if cursor else {"turn": 0, "listings": {}}
        at = memory["turn"] if memory["turn"] < len(names) else 0
        return cls(tuple(names), at, memory["listings"], cursor)

    @property
    def known(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.memories.get(self.names[self.at], {})
        return found

    def then(self, page: Page, after: Mapping[str, Any], *, finished: bool = True) -> Page:
        """Return `page` with where to go on: this listing again unless it is finished, the next one else, and `more` until all had a turn.

        Nothing new and nothing remembered anew gives the same cursor: caught up.
        """
        turn = (self.at + 1) % len(self.names) if finished else self.at
        kept = {name: memory for name, memory in self.memories.items() if name in self.names}
        kept |= {self.names[self.at]: dict(after)} if after else {}
        unchanged = not page.mentions and not page.removals and kept == self.memories and turn == self.at
        following = self.cursor if unchanged else Cursor(json.dumps({"turn": turn, "listings": kept}, sort_keys=True))
        return replace(page, next=following, more=not finished or turn != 0)
