"""Mastodon: posts with hashtags, searches and mentions of an account, as one server shows them (docs.joinmastodon.org, as of 2026-11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from listener.errors import RateLimited, SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.fields import millis, moment, rows, word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json
from listener.sources.mastodon_listing import Listed, Target, id_at, moments_of, order, read_target
from listener.sources.mastodon_statuses import local_id_of, native_id_of, read_status, removal_of
from listener.sources.mastodon_stream import MastodonStream
from listener.sources.mastodon_threads import Threads
from listener.sources.patience import or_unsure
from listener.sources.turns import PlaceRefused, Turn, is_alone, take_turn

OVERLAP_MILLIS = 3_600_000
"""Statuses of other servers arrive late and are numbered by the time they were written: the last hour is read again each time."""
MOST_REMEMBERED = 200
MOST_LOOKED_UP = 20
MOST_ASKED = 40
UNREADABLE = (400, 422)
HOW_TO = "make a token with the scope 'read' under Preferences, Development, and set KLANKBORD_MASTODON_READ_TOKEN"
_TAG = re.compile(r"[\w·]{1,100}")


class MastodonSource:
    """Hashtags, searches and mentions of an account, one listing a pull.

    The cursor keeps, per listing, the entry to read on from (an hour before the newest, for what arrives late or was edited) and the ids
    since then: one that is no longer listed is asked for, and one that its server does not know any more becomes a `Removal`.
    Hashtags need no token where the server shows them to everybody; searches and mentions need one. A listing that refuses us is told in
    `Page.lost` when others remain. `elsewhere` asks other servers, at a pace that none of them can slow down for ours.
    """

    def __init__(
        self,
        source_id: str,
        server: str,
        *,
        token: Callable[[], str],
        http: HttpClient,
        clock: Clock,
        hashtags: Sequence[str] = (),
        queries: Sequence[str] = (),
        mentions: bool = True,
        look_back: timedelta = timedelta(days=7),
        elsewhere: HttpClient | None = None,
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        tags = tuple(dict.fromkeys(tag.strip().removeprefix("#").casefold() for tag in hashtags))
        wrong = next((tag for tag in tags if not _TAG.fullmatch(tag)), None)
        if wrong is not None:
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: hashtags: {wrong!r} is no hashtag; write one word, such as 'stroomwerk'."
            )
        searches = tuple(dict.fromkeys(query for query in queries if query.strip()))
        self._open = tuple(Target("tag", tag) for tag in tags)
        self._closed = (*(Target("search", query) for query in searches), *((Target("mentions"),) if mentions else ()))
        if not self._open and not self._closed:
            raise SettingsError(f"klankbord.yaml: sources: {source_id} has nothing to read: set hashtags, query or mentions.")
        self._source_id = source_id
        self._server = server.rstrip("/")
        self._host = urlsplit(self._server).netloc.casefold()
        self._token = token
        self._http = http
        self._elsewhere = elsewhere or http
        self._clock = clock
        self._look_back = look_back
        self._allow_http = allow_http
        self._allow_private = allow_private
        self._threads = Threads(self._ask, host=self._host)

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what one listing shows since `cursor`, oldest first; `more` until every listing had its turn. See `Source.pull`."""
        targets = {f"{self._host} {one.what} {one.of}": one for one in self._targets()}

        async def read(turn: Turn) -> Page:
            target = targets[turn.names[turn.at]]
            try:
                listed, page, after = await self._read(target, turn.known)
            except SourceRefused as error:
                if error.cause == "token_missing" and target.what == "search":
                    raise PlaceRefused(str(error), cause=error.cause, status=error.status) from error
                raise
            return turn.then(page, after, finished=listed.whole)

        places = {name: one.place for name, one in targets.items()}
        return await take_turn(cursor, places, read, now=self._clock.now(), keep=self._kept, alone=_is_alone)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        return {"earliest": (self._clock.now() - self._look_back).isoformat(), **known}

    def stream(self) -> MastodonStream | None:
        """Return what listens to the same hashtags and to the account's notifications; None for searches alone, which nobody pushes."""
        mentions = any(one.what == "mentions" for one in self._closed)
        if not self._open and not mentions:
            return None
        return MastodonStream(
            self._source_id,
            self._server,
            token=self._token,
            http=self._http,
            tags=[one.of for one in self._open],
            mentions=mentions,
            ask=self._ask,
            threads=self._threads,
            look_up=self._look_up,
            allow_http=self._allow_http,
            allow_private=self._allow_private,
        )

    async def look_up(self, native_ids: Sequence[str]) -> tuple[Found, ...]:
        """Return statuses as they stand now, in the order asked for.

        One of another server is found by its address, which needs a token; where our server finds none, its own server says whether it is
        gone (404, 410).
        """
        found: list[Found] = []
        for one in native_ids:
            own_id = local_id_of(one, host=self._host) or await self._resolve(one)
            gone = not own_id and await self._is_gone_at_home(one)
            found.append(removal_of(one) if gone else await self._look_up(one, own_id))
        return tuple(found)

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    def _targets(self) -> tuple[Target, ...]:
        """Return the listings that can be read now. Without a token hashtags have to do; alone, the others say what they need."""
        if self._token():
            return (*self._open, *self._closed)
        searches = tuple(one for one in self._closed if one.what == "search")
        return (*self._open, *searches) or self._closed

    async def _read(self, target: Target, known: Mapping[str, Any]) -> tuple[Listed, Page, dict[str, Any]]:
        """Read a listing behind the remembered entry, look up what stood there last time and is no longer; return page and memory."""
        begin = word(known, "at") or word(known, "since")
        recent: Mapping[str, Any] = known.get("recent", {})
        earliest = moment(known.get("earliest")) or self._clock.now() - self._look_back
        listed, found = await self._found(await read_target(self._ask, target, begin, earliest=earliest))
        shown = {word(one.status, "id") for one in listed.entries}
        end = order(listed.entries[-1].entry_id) if listed.entries else order(begin)
        lost = {
            own_id: native_id
            for own_id, (native_id, entry_id, _) in recent.items()
            if own_id not in shown and order(begin) < order(entry_id) and (listed.whole or order(entry_id) <= end)
        }
        asked = list(lost.items())[:MOST_LOOKED_UP]
        looked_up = [await or_unsure(self._look_up(native_id, own_id), f"status {native_id}") for own_id, native_id in asked]
        settled = {own_id for own_id, answer in zip(lost, looked_up, strict=False) if not isinstance(answer, Skip)}
        told = [own_id in recent for own_id in (word(one.status, "id") for one in listed.entries)]
        fresh = [one for one, before in zip(found, told, strict=True) if not (before and isinstance(one, Skip))]
        every = [*fresh, *looked_up]
        page = Page(
            mentions=tuple(sorted((m for m in every if isinstance(m, Mention)), key=lambda m: (m.posted_at, m.native_id))),
            next=None,
            removals=tuple(one for one in every if isinstance(one, Removal)),
            skipped=tuple(one for one in every if isinstance(one, Skip)),
            gap=f"{self._source_id}: {listed.gap}." if listed.gap else "",
        )
        left = {own_id: one for own_id, one in recent.items() if own_id not in settled}
        return listed, page, self._remember(target, {**known, "recent": left}, listed)

    async def _found(self, listed: Listed) -> tuple[Listed, list[Found]]:
        """Read entries with the thread each hangs in. When that takes too many questions, stop there: the next pull goes on behind."""
        self._threads.begin()
        for entry in listed.entries:
            self._threads.note(entry.status)
        found: list[Found] = []
        for at, entry in enumerate(listed.entries):
            if self._threads.asked >= MOST_ASKED:
                return replace(listed, entries=listed.entries[:at], whole=False), found
            found.append(await self._one(entry.status))
        return listed, found

    async def _one(self, status: Mapping[str, Any]) -> Found:
        read = read_status(status, host=self._host)
        if isinstance(read, Skip) or not word(status, "in_reply_to_id"):
            return read
        above = await self._threads.above(status)
        return replace(read, parent_id=above.parent, root_id=above.root)

    async def _look_up(self, native_id: str, own_id: str) -> Found:
        if not own_id:
            return Skip(where=f"status {native_id}"[:300], reason=f"{self._host} does not find it; it is kept until it is known to be gone")
        try:
            status = await self._ask(f"/api/v1/statuses/{quote(own_id, safe='', errors='replace')}", {})
        except SourceRefused as error:
            if error.status not in (404, 410):
                raise
            if not _tells_itself(error):
                return Skip(
                    where=f"status {native_id}"[:300], reason=f"something before {self._host} says that it is not there; it is kept"
                )
            return removal_of(native_id)
        if not isinstance(status, dict) or native_id_of(status, host=self._host) != native_id:
            return Skip(where=f"status {native_id}"[:300], reason="its server answered with another one")
        return await self._one(status)

    async def _resolve(self, native_id: str) -> str:
        found = await self._ask("/api/v2/search", {"q": f"https://{native_id}", "type": "statuses", "resolve": "true", "limit": "1"})
        return next((word(one, "id") for one in rows(found, "statuses") if native_id_of(one, host=self._host) == native_id), "")

    async def _is_gone_at_home(self, native_id: str) -> bool:
        """Ask a status' own server for it, as other servers do and without our token; whatever else it says is no proof."""
        try:
            await self._elsewhere.get(f"https://{native_id}", headers={"Accept": "application/activity+json"})
        except SourceRefused as error:
            return error.status in (404, 410)
        except (SourceUnavailable, RateLimited):
            return False
        return False

    async def _ask(self, path: str, arguments: Mapping[str, str]) -> object:
        token = self._token()
        if not token and not path.startswith(("/api/v1/timelines/tag/", "/api/v1/statuses/")):
            raise SourceRefused(f"{self._host} needs a token for this: {HOW_TO}.", cause="token_missing")
        if not (token.isascii() and token.isprintable()):
            raise SourceRefused(f"The token for {self._host} holds characters that no token has; copy it again.", cause="token_rejected")
        url = f"{self._server}{path}{'?' + urlencode(arguments, errors='replace') if arguments else ''}"
        headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        try:
            answer = await self._http.get(url, headers=headers, allow_http=self._allow_http, allow_private=self._allow_private)
        except SourceRefused as error:
            raise self._in_our_words(error, signed=bool(token)) from error
        try:
            return read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"{self._host} answered something that is {error}.") from error

    def _in_our_words(self, error: SourceRefused, *, signed: bool) -> SourceRefused:
        """Tell a server that shows nothing to strangers (401, 422) from a token that ended or may not do this."""
        if not signed and error.status in (401, 403, 422):
            return SourceRefused(
                f"{self._host} shows this to nobody without a token: {HOW_TO}.", cause="token_missing", status=error.status
            )
        if error.status == 401:
            cause = error.cause or "token_rejected"
            return SourceRefused(f"{self._host} does not take our token any more: {HOW_TO}.", cause=cause, status=401)
        if error.cause == "scope_missing":
            return SourceRefused(f"{self._host}: the token may not do this: {HOW_TO}.", cause=error.cause, status=error.status)
        return error

    def _remember(self, target: Target, known: Mapping[str, Any], listed: Listed) -> dict[str, Any]:
        """Return what to keep of a listing.

        "since" is the entry behind which a round begins, "at" the one where an unfinished round goes on, "recent" what was seen behind
        "since". No clock but the server's ids and ours is trusted: a post may say any time of itself.
        """
        if not listed.entries and not known["recent"] and "at" not in known:
            return {"since": word(known, "since")} if word(known, "since") else {}
        since, times = word(known, "since"), moments_of(listed.entries)
        recent: dict[str, Any] = dict(known["recent"])
        for entry in listed.entries:
            if own_id := word(entry.status, "id"):
                recent[own_id] = [native_id_of(entry.status, host=self._host), entry.entry_id, times.get(entry.entry_id, 0)]
        if not listed.whole:
            return {"since": since, "at": listed.entries[-1].entry_id, "recent": _newest(recent)}
        newest = min(max((at for _, _, at in recent.values()), default=0), millis(self._clock.now()))
        if target.what == "mentions":
            kept = _newest({own_id: one for own_id, one in recent.items() if one[2] >= newest - OVERLAP_MILLIS})
            since = max([since, *(one[1] for own_id, one in recent.items() if own_id not in kept)], key=order)
        else:
            since = max(since, id_at(newest - OVERLAP_MILLIS), key=order)
        return {"since": since, "recent": _newest({own_id: one for own_id, one in recent.items() if order(one[1]) > order(since)})}


def _newest(recent: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(recent.items(), key=lambda one: order(one[1][1]), reverse=True)[:MOST_REMEMBERED])


def _is_alone(refusal: SourceRefused) -> bool:
    """Tell whether one listing is refused: a token may do what one of them needs, and not what another does."""
    unreadable = refusal.status in UNREADABLE and not refusal.cause and _tells_itself(refusal)
    return is_alone(refusal) or refusal.cause == "scope_missing" or unreadable


def _tells_itself(error: SourceRefused) -> bool:
    """Tell whether a server's own program refused, which it does in JSON: a proxy says 404 of everything on a bad day."""
    try:
        return bool(word(read_json(error.said), "error"))
    except ValueError:
        return False
