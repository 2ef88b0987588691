"""Channels, threads and forums of a Discord server, read by a bot: their history first, then what is new, edited or gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from listener.errors import SettingsError, SourceRefused
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.discord_items import is_hidden, is_said, moment_of_id, read_message, removal_of
from listener.sources.discord_rest import FORUMS, PAGE, SPOKEN_IN, DiscordRest, first_id, is_gone
from listener.sources.fields import moment, number, part, rows, word
from listener.sources.json_text import read_object
from listener.sources.turns import Turn, is_alone, take_turn

OVERLAP = timedelta(hours=1)
"""Read again each round in every channel, and in every thread that was spoken in within it: edits and deletions are found by it."""
THREADED = frozenset({0, 5, 15, 16})
MOST_REMEMBERED = 1_000
MOST_PLACES = 300
MOST_LOOKED_UP = 20
NO_NUMBER = 50_035
"""Discord's own number for a request with an id that cannot be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel or thread in a round: its name when it is a forum's post, and the id behind which to read on."""

    place_id: str
    title: str = ""
    after: int = 0

    @classmethod
    def of(cls, found: object) -> Place:
        return cls(place_id=word(found, "id"), title=word(found, "title"), after=number(word(found, "after")))

    def as_row(self, after: int) -> dict[str, Any]:
        return {"id": self.place_id, "title": self.title, "after": after}


class DiscordSource:
    """One page of messages of one channel or thread a pull; a channel of the settings is finished when its threads are read as well.

    The cursor keeps, per channel of the settings, which places are still to be read this round, and of each place its newest message and
    the ids of the hour before it: one that is no longer listed is asked for, and is a `Removal` when Discord says that it is not there.
    """

    def __init__(
        self,
        source_id: str,
        rest: DiscordRest,
        *,
        channels: Sequence[str],
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
    ) -> None:
        chosen = tuple(dict.fromkeys(one.strip() for one in channels))
        wrong = next((one for one in chosen if not number(one)), None)
        if wrong is not None or not chosen:
            said = f"{wrong[:40]!r} is no id of a channel" if wrong is not None else "is missing"
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: channels: {said}; copy the id from the channel's menu in Discord (developer mode)."
            )
        self._channels = chosen
        self._source_id = source_id
        self._rest = rest
        self._clock = clock
        self._look_back = look_back

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what one channel or thread shows since `cursor`, oldest first; `more` until all were read. See `Source.pull`."""
        places = {one: f"channel {one}" for one in self._channels}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=_is_alone)

    async def _pull(self, turn: Turn) -> Page:
        channel_id = self._channels[turn.at]
        known, gap = (turn.known, "") if "queue" in turn.known else await self._begun(channel_id, turn.known)
        page, after = await self._read(channel_id, known, gap)
        return turn.then(page, after, finished="queue" not in after)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return where a channel goes on that was not shown for a while: which threads there are is asked anew, as far back as then."""
        rest = {name: value for name, value in known.items() if name != "queue"}
        return {"reach": (self._clock.now() - self._look_back).isoformat(), **rest}

    async def look_up(self, message_id: str, *, guild: str, place: str) -> Found:
        """Return a message of the channel or thread `place` as it stands now; only Discord's own word that it is not there removes it."""
        return await self._looked_up(guild, Place(place_id=place), number(message_id))

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    async def _begun(self, channel_id: str, known: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Ask which places there are, and return what is remembered with those that are to be read, and what was not listed."""
        now = self._clock.now()
        reach = moment(known.get("reach")) or now - self._look_back
        closed_since = moment(known.get("closed"))
        channel = await self._rest.channel(channel_id)
        kind, guild = channel.get("type"), word(channel, "guild_id")
        threads: list[Mapping[str, Any]] = []
        whole = True
        if kind in THREADED:
            threads, whole = await self._rest.threads(channel, since=(closed_since - OVERLAP) if closed_since else reach)
        places = part(known, "places")
        queue = [Place(place_id=channel_id).as_row(_begin(places, channel_id, reach))] if kind in SPOKEN_IN else []
        lively = [one for one in places if one != channel_id and moment_of_id(_top(places, one)) >= now - OVERLAP]
        for thread in threads:
            thread_id, last = word(thread, "id"), number(thread.get("last_message_id")) or number(thread.get("id"))
            if last > max(_top(places, thread_id), first_id(reach)) or thread_id in lively:
                title = word(thread, "name") if kind in FORUMS else ""
                queue.append(Place(place_id=thread_id, title=title).as_row(_begin(places, thread_id, reach)))
        listed = {row["id"] for row in queue}
        queue += [Place(place_id=one).as_row(_begin(places, one, reach)) for one in lively if one not in listed]
        ends = [at for one in threads if (at := _closed_at(one)) is not None and at <= now]
        newest = max([*ends, *([closed_since] if closed_since else [])], default=None)
        gap = (
            ""
            if whole
            else f"{self._source_id}: channel {channel_id} closed more threads than we list at a time; the oldest were not read."
        )
        return {"guild": guild, "queue": queue, "places": places, **({"closed": newest.isoformat()} if newest else {})}, gap

    async def _read(self, channel_id: str, known: Mapping[str, Any], gap: str) -> tuple[Page, dict[str, Any]]:
        """Read a page of the first place that is still to be read; return it and what to remember, without "queue" at the end."""
        guild, queue, places = word(known, "guild"), rows(known, "queue"), dict(part(known, "places"))
        rest = {name: value for name, value in known.items() if name == "closed"}
        if not queue:
            return Page(mentions=(), next=None, gap=gap), {**rest, "places": places}
        place = Place.of(queue[0])
        top, recent = _top(places, place.place_id), [number(one) for one in rows(part(places, place.place_id), "recent")]
        try:
            listed = await self._rest.messages(place.place_id, after=place.after)
        except SourceRefused as error:
            if place.place_id == channel_id or error.cause.startswith("token"):
                raise
            if not is_gone(error):  # it holds up neither the other threads nor the channel
                return _page((), f"{self._source_id}: thread {place.place_id}: {error}"), _going_on(rest, guild, queue[1:], places)
            places.pop(place.place_id, None)
            found: list[Found] = [removal_of(guild, str(one)) for one in recent]
            return _page(found, gap), _going_on(rest, guild, queue[1:], places)
        full = len(listed) >= PAGE
        said = [one for one in listed if is_said(one)]
        ids = [number(one.get("id")) for one in listed]
        told = set(recent)
        read = [read_message(one, guild=guild, place=place.place_id, title=place.title) for one in said]
        fresh = [one for one, of in zip(read, said, strict=True) if not (isinstance(one, Skip) and number(of.get("id")) in told)]
        end = ids[-1] if full else max([top, *ids, *recent])
        lost = sorted(one for one in recent if place.after < one <= end and one not in set(ids))[:MOST_LOOKED_UP]
        answers = {one: await self._looked_up(guild, place, one) for one in lost}
        fresh += answers.values()
        hidden = sum(is_hidden(one) and number(one.get("id")) > top for one in said)
        if hidden:
            gap = f"{gap} {self._source_id}: {_without_words(hidden, channel_id)}".strip()
        top = max([top, *ids])
        kept = sorted(
            {
                one
                for one in (*recent, *(number(one.get("id")) for one in said))
                if not isinstance(answers.get(one), Mention | Removal) and one > _hour_before(top)
            }
        )
        if top:
            places[place.place_id] = {"top": top, "recent": kept[-MOST_REMEMBERED:]}
        following = [place.as_row(ids[-1]), *queue[1:]] if full else queue[1:]
        return _page(fresh, gap), _going_on(rest, guild, following, places)

    async def _looked_up(self, guild: str, place: Place, message_id: int) -> Found:
        try:
            found = await self._rest.message(place.place_id, str(message_id))
        except SourceRefused as error:
            if error.cause.startswith("token"):
                raise
            return Skip(where=f"message {message_id}", reason="it is no longer listed, and Discord does not say that it is gone")
        if found is None:
            return removal_of(guild, str(message_id))
        return read_message(found, guild=guild, place=place.place_id, title=place.title)


def _is_alone(refusal: SourceRefused) -> bool:
    """Tell whether one channel is refused: what the bot may see is decided for each of them, and a number may be none of Discord's."""
    return is_alone(refusal) or refusal.cause == "scope_missing" or read_object(refusal.said).get("code") == NO_NUMBER


def _going_on(rest: Mapping[str, Any], guild: str, queue: list[Any], places: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to remember: the places spoken in last, and what is still to be read this round."""
    newest = sorted(places, key=lambda one: _top(places, one))[-MOST_PLACES:]
    kept = {**rest, "places": {one: places[one] for one in newest}}
    return {**kept, "guild": guild, "queue": queue} if queue else kept


def _page(found: Sequence[Found], gap: str) -> Page:
    return Page(
        mentions=tuple(sorted((m for m in found if isinstance(m, Mention)), key=lambda m: (m.posted_at, number(m.native_id)))),
        next=None,
        removals=tuple(one for one in found if isinstance(one, Removal)),
        skipped=tuple(one for one in found if isinstance(one, Skip)),
        gap=gap,
    )


def _without_words(hidden: int, channel_id: str) -> str:
    return (
        f"{hidden} new messages of channel {channel_id} came without their words: "
        "switch on the message content intent of the bot in Discord's developer portal."
    )


def _top(places: Mapping[str, Any], place_id: str) -> int:
    return number(part(places, place_id).get("top"))


def _hour_before(top: int) -> int:
    return first_id(moment_of_id(top) - OVERLAP)


def _begin(places: Mapping[str, Any], place_id: str, reach: datetime) -> int:
    """Return the id behind which a place is read: an hour before its newest message, or the look-back for one that is new to us."""
    top = _top(places, place_id)
    return max(_hour_before(top), 0) if top else first_id(reach)


def _closed_at(thread: Mapping[str, Any]) -> datetime | None:
    closed = part(thread, "thread_metadata")
    return moment(closed.get("archive_timestamp")) if closed.get("archived") is True else None
