"""Sources that read several listings, one a pull: whose turn it is, what is remembered of each, and which the platform refuses alone.

One rule for all of them: a refusal of one listing alone takes that one out and no other. What was known of it stays, so that it goes on
where it was once it is shown again; until then `Page.lost` tells its place, and it is asked for less and less often (RULES F19).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from listener.errors import SourceRefused
from listener.model.page import Cursor, LostPlace, Page
from listener.sources.fields import moment, part, word

LOST = "lost"
"""Under this name a listing's memory keeps since when it is refused, when that was last tried, and why."""
LEAST_REST = timedelta(minutes=10)
MOST_REST = timedelta(hours=1)
MOST_WHY = 300
UNLAWFUL = 451


class PlaceRefused(SourceRefused):
    """One place of a source does not exist, was banned, or is closed to us; others may well be open."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One listing's turn. `places` are listings by the name under which cursors know them, and what people call where each stands."""

    places: Mapping[str, str]
    at: int
    memories: Mapping[str, Any]
    cursor: Cursor | None
    now: datetime

    @classmethod
    def of(cls, cursor: Cursor | None, places: Mapping[str, str], *, now: datetime) -> Turn:
        """Return whose turn it is after `cursor`: the next one that does not rest. Listings that settings no longer name are forgotten.

        There must be one at least. When all of them rest, it is the one whose turn it was (`rests`).
        """
        memory: dict[str, Any] = json.loads(cursor) if cursor else {"turn": 0, "listings": {}}
        at = memory["turn"] if memory["turn"] < len(places) else 0
        turn = cls(dict(places), at, memory["listings"], cursor, now)
        awake = [*turn._awake(at, turn.memories), *turn._awake(0, turn.memories)]
        return replace(turn, at=awake[0]) if awake else turn

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.places)

    @property
    def known(self) -> Mapping[str, Any]:
        """What was remembered of the listing whose turn it is."""
        return _without_loss(part(self.memories, self.names[self.at]))

    @property
    def is_of_one_place(self) -> bool:
        """Tell whether all listings stand in one place, so that what refuses it refuses the source."""
        return len(set(self.places.values())) == 1

    @property
    def rests(self) -> bool:
        """Tell whether the one whose turn it is was refused so lately that it is left alone; the only one there is never rests."""
        return next(self._awake(self.at, self.memories), None) is None

    def then(self, page: Page, after: Mapping[str, Any], *, finished: bool = True) -> Page:
        """Return `page` with where to go on: this listing again unless it is finished, the next one else, and `more` until all had a turn.

        Nothing new and nothing remembered anew gives the same cursor: caught up. What was read is not lost (any more).
        """
        return self._turned(page, dict(after) or dict(self.known), finished=finished)

    def lose(self, refusal: SourceRefused, kept: Mapping[str, Any]) -> Page:
        """Return a page that takes this listing out until it is shown again. `kept`: where it goes on then."""
        before = part(part(self.memories, self.names[self.at]), LOST)
        loss = loss_of(before, why=str(refusal), cause=refusal.cause, now=self.now)
        return self._turned(Page(mentions=(), next=None), {**kept, LOST: loss}, finished=True)

    def rest(self) -> Page:
        """Return a page for which nothing was asked."""
        return self._telling(Page(mentions=(), next=self.cursor), self.memories)

    def _turned(self, page: Page, memory: Mapping[str, Any], *, finished: bool) -> Page:
        kept = {name: known for name, known in self.memories.items() if name in self.places and name != self.names[self.at]}
        kept |= {self.names[self.at]: dict(memory)} if memory else {}
        turn = next(self._awake(self.at + 1, kept), 0) if finished else self.at
        unchanged = not page.mentions and not page.removals and kept == self.memories and turn == self.at
        following = self.cursor if unchanged else Cursor(json.dumps({"turn": turn, "listings": kept}, sort_keys=True))
        return self._telling(replace(page, next=following, more=not finished or turn != 0), kept)

    def _telling(self, page: Page, memories: Mapping[str, Any]) -> Page:
        """Say on a page which places are lost; one of which two listings are refused is told once."""
        losses = {name: part(memories.get(name), LOST) for name in self.names}
        lost: dict[str, LostPlace] = {}
        for name, loss in losses.items():
            if loss:
                lost.setdefault(self.places[name], lost_place(self.places[name], loss, now=self.now))
        return replace(page, lost=tuple(lost.values()), all_lost=all(losses.values()))

    def _awake(self, start: int, memories: Mapping[str, Any]) -> Iterator[int]:
        """Yield the listings from `start` on that may be asked for."""
        for at in range(start, len(self.names)):
            if self.is_of_one_place or not rests(part(memories.get(self.names[at]), LOST), self.now):
                yield at


def is_alone(refusal: SourceRefused) -> bool:
    """Tell whether a platform says no to what was asked for, and nothing against whoever asks (403, 404, 410, 451)."""
    return isinstance(refusal, PlaceRefused) or refusal.cause in ("forbidden", "not_found") or refusal.status == UNLAWFUL


async def take_turn(
    cursor: Cursor | None,
    places: Mapping[str, str],
    read: Callable[[Turn], Awaitable[Page]],
    *,
    now: datetime,
    keep: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    alone: Callable[[SourceRefused], bool] = is_alone,
) -> Page:
    """Return what `read` makes of the next listing's turn, or a page that takes it out when it was refused alone.

    keep: where a listing goes on that was not shown for a while, from what is known of it; nothing known: where it would have begun now.
    alone: tells a refusal of one listing from one of the key, the account or the platform, which ends the pull.
    """
    turn = Turn.of(cursor, places, now=now)
    if turn.rests:
        return turn.rest()
    try:
        return await read(turn)
    except SourceRefused as refusal:
        if turn.is_of_one_place or not alone(refusal):
            raise
        return turn.lose(refusal, keep(turn.known))


def _without_loss(memory: Mapping[str, Any]) -> dict[str, Any]:
    return {name: known for name, known in memory.items() if name != LOST}


def loss_of(before: Mapping[str, Any], *, why: str, now: datetime, cause: str = "") -> dict[str, str]:
    """Return what to remember of a place that was asked for now and refused; `before`: what was remembered of that."""
    since = moment(before.get("since")) or now
    return {"since": since.isoformat(), "asked": now.isoformat(), "why": why[:MOST_WHY], "cause": cause}


def lost_place(name: str, loss: Mapping[str, Any], *, now: datetime) -> LostPlace:
    """Return what is remembered of a lost place as a page tells it."""
    return LostPlace(name=name, since=moment(loss.get("since")) or now, why=word(loss, "why"), cause=word(loss, "cause"))


def rests(loss: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a lost listing is left alone: for as long again as it was lost when it was last asked for, within bounds."""
    since, asked = moment(loss.get("since")), moment(loss.get("asked"))
    if since is None or asked is None or asked > now:  # a clock that was set back leaves nothing alone for years (RULES F13)
        return False
    return now - asked < min(max(asked - since, LEAST_REST), MOST_REST)
