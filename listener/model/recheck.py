"""Looking again at what is kept: which posts, by whom, how often, and what it brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

AHEAD = timedelta(hours=1)
"""A look that lies further in the future than this was noted by a clock that was set wrong: nobody knows when it was (RULES F13)."""

ALWAYS = timedelta(days=36_500)
"""How long a post is young where none gets old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckRule:
    """How old the last look at a kept post may be: `every`, and `then` once it was kept for `young`. `young` None: `every` as long as kept.

    A post is due when five sixths of that time are over, so that there is time left to keep the promise.
    """

    every: timedelta
    young: timedelta | None = None
    then: timedelta | None = None

    @property
    def later(self) -> timedelta:
        """How old the last look at a post may be that was kept for `young`."""
        return self.then or self.every


def due_after(promised: timedelta) -> timedelta:
    """Return after how long a post is due that has to be looked at within `promised`."""
    return promised * 5 / 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """One source as it asks for kept posts of its platform.

    Each post is asked for by one source: of those that showed it the first in the settings, which is not among `before` then. Posts that
    none of `all_askers` showed (their source left the settings, or a webhook told them) are asked for by whoever `adopts` their realm.
    """

    source: str
    platform: str
    rule: RecheckRule
    before: tuple[str, ...] = ()
    all_askers: tuple[str, ...] = ()
    adopts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A kept post that is to be looked at: what platforms need to find it.

    `root_id` is its conversation, "" when it began it; `channel` is filled when it was said in private (`Mention.channel`).
    """

    mention_id: int
    realm: str
    native_id: str
    root_id: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Neighbouring mentions, by id, of which `members` were asked for together. `newest_at`: when the newest of these was first seen."""

    first_id: int
    last_id: int
    members: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be looked at next: `wanted` in the order of `stretches`, those looked at longest ago first."""

    wanted: tuple[Wanted, ...] = ()
    stretches: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look brought: posts asked for, and of them those that were edited, that are gone, and of which nothing is known."""

    asked: int = 0
    edited: int = 0
    removed: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckCoverage:
    """How far a source keeps its promise to look at kept posts again within `every_hours` (`then_hours` after `young_days`).

    `kept` counts the posts that are its own to ask for, `overdue` those whose last look is older than promised. `state` is ok, waiting,
    refused, capped, blind, or doubted; `today` is what was found since midnight (UTC).
    """

    every_hours: int
    young_days: int
    then_hours: int
    kept: int
    overdue: int
    state: str
    note: str
    today: Looked

    @property
    def percent_in_time(self) -> int:
        """Kept posts that were looked at in time, in whole percents, rounded down: 100 only when none is overdue."""
        return (self.kept - self.overdue) * 100 // self.kept if self.kept else 100
