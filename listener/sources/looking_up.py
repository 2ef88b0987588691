"""What can be asked about single posts of each kind of source, in one shape (`listener.ports.LooksUp`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from listener.model.page import Found, Skip
from listener.model.recheck import Wanted
from listener.ports import Source
from listener.sources import bluesky, discourse_look_up, hackernews, reddit_listing, stackexchange, x, youtube
from listener.sources.bluesky_posts import REALM as ATPROTO
from listener.sources.discord import DiscordSource
from listener.sources.mastodon import MastodonSource
from listener.sources.mastodon_statuses import REALM as FEDIVERSE
from listener.sources.matrix import MatrixSource
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.meta_graph_look_up import look_up as look_up_at_meta
from listener.sources.one_by_one import FAILS_ON_IT, one_by_one
from listener.sources.own_places import META_LIMITS
from listener.sources.pacing import POLITE, PUBLISHED, SHARE, Limit
from listener.sources.reddit_items import REALM as REDDIT
from listener.sources.x_access import LIMITS as X_LIMITS
from listener.sources.x_items import REALM as X
from listener.sources.youtube_comments import REALM as YOUTUBE

Ask = Callable[[Sequence[Wanted], Sequence[Wanted]], Awaitable[Sequence[Found]]]

OF_THE_PACE = 0.5
"""Looking again uses this part of our pace at most, so that listening to the same platform never waits for it."""
A_FEW = 20
"""Posts of one question where each costs a request: it ends within seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """How one source is asked for posts of `platform`, `most` at a time. `realms`: where it sees what other sources of it saw."""

    platform: str
    most: int
    ask: Ask
    realms: frozenset[str] = frozenset()
    limits: tuple[Limit, ...] = POLITE

    async def look_up(self, wanted: Sequence[Wanted], *, control: Sequence[Wanted] = ()) -> tuple[Found, ...]:
        """See `listener.ports.LooksUp`."""
        return tuple(await self.ask(wanted, control)) if wanted else ()

    def rest_seconds(self, requests: int) -> float:
        """Return how long to leave the platform alone after so many requests, so that it is asked at half our pace."""
        return max((requests * one.seconds / (one.requests * SHARE * OF_THE_PACE) for one in self.limits), default=0.0)


def look_up_of(source: Source, kind: str) -> LookUp | None:
    """Return how a source of this kind is asked for single posts; None for a kind, or a network, that cannot be."""
    build = LOOKED_UP.get(kind)
    return build(source) if build is not None else None


def _together(platform: str, most: int, source: Any, realm: str) -> LookUp:
    """Return how a source is asked that takes many ids in one question, and sees by itself whether its platform shows anything."""

    async def ask(wanted: Sequence[Wanted], _control: Sequence[Wanted]) -> Sequence[Found]:
        found: Sequence[Found] = await source.look_up([one.native_id for one in wanted])
        return found

    limits = X_LIMITS["look-ups"] if platform == "x" else PUBLISHED[platform]
    return LookUp(platform=platform, most=most, ask=ask, realms=frozenset({realm}), limits=limits)


def _beside_control(platform: str, most: int, source: Any, realm: str) -> LookUp:
    """Return how a source is asked that needs a post known to stand in the same question."""

    async def ask(wanted: Sequence[Wanted], control: Sequence[Wanted]) -> Sequence[Found]:
        named = [one.native_id for one in control]
        found: Sequence[Found] = await source.look_up([one.native_id for one in wanted], control=named)
        return found

    return LookUp(platform=platform, most=most, ask=ask, realms=frozenset({realm}), limits=PUBLISHED[platform])


def _each(platform: str, ask_one: Callable[[Wanted], Awaitable[Found]], *realms: str) -> LookUp:
    """Return how a source is asked that takes one id a request, and says of each whether it is gone."""

    async def ask(wanted: Sequence[Wanted], _control: Sequence[Wanted]) -> Sequence[Found]:
        return await one_by_one(wanted, ask_one, unsure=_unsure)

    return LookUp(platform=platform, most=A_FEW, ask=ask, realms=frozenset(realms), limits=PUBLISHED.get(platform, POLITE))


def _unsure(one: Wanted) -> Found:
    return Skip(where=f"post {one.native_id}"[:300], reason=FAILS_ON_IT)


def _hackernews(source: hackernews.HackerNewsSource) -> LookUp:
    return _each("hackernews", lambda one: source.look_up(one.native_id), hackernews.REALM)


def _mastodon(source: MastodonSource) -> LookUp:
    async def ask_one(one: Wanted) -> Found:
        (found,) = await source.look_up([one.native_id])
        return found

    return _each("mastodon", ask_one, FEDIVERSE)


def _matrix(source: MatrixSource) -> LookUp:
    return _each("matrix", lambda one: source.look_up_in(one.realm, one.native_id))


def _discord(source: DiscordSource) -> LookUp:
    """The first message of a forum's thread has the thread's own number, and no root."""
    return _each("discord", lambda one: source.look_up(one.native_id, guild=one.realm, place=one.root_id or one.native_id))


def _meta(source: MetaGraphSource) -> LookUp | None:
    if source.platform == "threads":
        return None
    ask = partial(look_up_at_meta, source)
    return LookUp(platform=source.platform, most=A_FEW, ask=ask, realms=source.accounts, limits=META_LIMITS)


LOOKED_UP: Mapping[str, Callable[[Any], LookUp | None]] = {
    "reddit": lambda source: _beside_control("reddit", reddit_listing.MOST_LOOKED_UP - 1, source, REDDIT),
    "reddit_modqueue": lambda source: _beside_control("reddit", reddit_listing.MOST_LOOKED_UP - 1, source, REDDIT),
    "x": lambda source: _together("x", x.MOST_LOOKED_UP, source, X),
    "bluesky": lambda source: _beside_control("bluesky", bluesky.MOST_LOOKED_UP, source, ATPROTO),
    "youtube": lambda source: _together("youtube", youtube.MOST_LOOKED_UP, source, YOUTUBE),
    "stackexchange": lambda source: _together("stackexchange", stackexchange.MOST_LOOKED_UP, source, source.realm),
    "discourse": lambda source: _together("discourse", discourse_look_up.MOST_LOOKED_UP, source, source.realm),
    "hackernews": _hackernews,
    "mastodon": _mastodon,
    "matrix": _matrix,
    "discord": _discord,
    "meta_graph": _meta,
}
