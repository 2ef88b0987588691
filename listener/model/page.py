"""What one pull from a source returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from listener.model.mention import Mention, Removal

Cursor = NewType("Cursor", str)
"""Where to go on reading: text that only the source that made it understands (JSON by habit)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Something a page held that could not become a mention, said exactly: `where` is a row, an item id or an offset."""

    where: str
    reason: str


Found = Mention | Removal | Skip
"""What one item of a platform came to be: said, gone, or neither, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPlace:
    """One of a source's places that its platform does not show us since then: gone, renamed, private, or not for us. Others are read.

    `cause` is one of `SourceRefused`.
    """

    name: str
    since: datetime
    why: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The mentions that followed a cursor, oldest first, and where to go on.

    `more` says that asking again at once will bring more. `gap` is set when the platform no longer shows everything since the
    cursor: one sentence that coverage lines repeat. `skipped` items are counted and listed, never silently dropped.
    `cost_usd` is what the platform charges for it; `requests` are those that a client library sent beside our own HTTP client, which
    counts by itself. `missed` are items that the platform itself counts for this page's stretch and does not list.
    `claimed` are native ids of what is said to be gone by something that does not prove it: its platform is to be asked.
    `lost` are all places of the source that are lost now, also those that this page is not about; `all_lost`: there is no other.
    """

    mentions: tuple[Mention, ...]
    next: Cursor | None
    removals: tuple[Removal, ...] = ()
    skipped: tuple[Skip, ...] = ()
    more: bool = False
    gap: str = ""
    cost_usd: float = 0.0
    requests: int = 0
    missed: int = 0
    claimed: tuple[str, ...] = ()
    lost: tuple[LostPlace, ...] = ()
    all_lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Requests and money. Money is counted in millionths of a dollar, so that sums are exact."""

    requests: int = 0
    micro_usd: int = 0

    @property
    def usd(self) -> float:
        return self.micro_usd / 1_000_000
