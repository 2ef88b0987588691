"""Catches up with Facebook pages, Instagram and Threads accounts through the Graph API: what a webhook would have told, asked for again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Found, Page, Skip
from listener.ports import Clock
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json
from listener.sources.meta_fields import each_thing, text_of
from listener.sources.meta_graph_errors import (
    MOST_USED,
    WAIT_SECONDS,
    is_no_place,
    is_no_right,
    is_not_there,
    regain_seconds,
    told,
    used_percent,
)
from listener.sources.meta_networks import NETWORKS, SINCE, Below, Listing, Seen, Timed, going_on, written_at
from listener.sources.pushed import page_of
from listener.sources.turns import PlaceRefused, Turn, take_turn

OVERLAP_SECONDS = 3_600
PER_PAGE = 25
MOST_WAITING = 500
"""Listings below objects that wait for their turn; more are told as a gap."""


class MetaGraphSource:
    """Comments and mentions of `accounts` on one network, one request a pull; ids are those of the webhook, so that nothing is there twice.

    Each round lists the posts of the look-back (before the last round) and what stands below them, down to an hour before that began.
    The cursor keeps, per listing, that moment, where a listing under way goes on, and what stands below and waits. What is deleted is
    told by the webhook, and found by looking again (`meta_graph_look_up.py`).
    `secret` returns a secret of this source by its kind (ACCESS_TOKEN, APP_SECRET), "" when it is not set.
    """

    def __init__(
        self,
        source_id: str,
        *,
        network: str,
        accounts: Sequence[str],
        secret: Callable[[str], str],
        http: HttpClient,
        clock: Clock,
        look_back: timedelta = timedelta(days=7),
        base: str = "",
        said_to: str = "",
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        if network not in NETWORKS or not accounts:
            missing = "accounts: write the ids of" if network in NETWORKS else f"network: use {', '.join(NETWORKS)} for"
            raise SettingsError(f"klankbord.yaml: sources: {source_id}: {missing} your accounts.")
        self._source_id = source_id
        self._network = NETWORKS[network]
        self.platform = network
        self._ours = frozenset(accounts)
        self._listings = {f"{one.edge} {account}": (account, one) for account in accounts for one in self._network.listings}
        self._secret = secret
        self._http = http
        self._clock = clock
        self._look_back = look_back
        self._said_to = said_to
        self._base = base.rstrip("/") or self._network.base
        self._allow_http = allow_http
        self._allow_private = allow_private

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return what one page of one listing shows; `more` until every listing was read down. See `Source.pull`."""
        places = {name: f"account {account}" for name, (account, _) in self._listings.items()}
        return await take_turn(cursor, places, self._pull, now=self._clock.now(), keep=self._kept, alone=is_no_place)

    async def _pull(self, turn: Turn) -> Page:
        account, listing = self._listings[turn.names[turn.at]]
        try:
            return await self._read(turn, account, listing)
        except SourceRefused as error:
            if is_no_right(error) and await self._reads_another(account):
                raise PlaceRefused(str(error), cause=error.cause) from error
            raise

    async def _reads_another(self, account: str) -> bool:
        """Tell whether Meta shows another account to the same token: then the permission is missing at this one alone."""
        for other, listing in self._listings.values():
            if other != account:
                try:
                    await self._look_at(other, listing)
                except SourceRefused:
                    return False
                return True
        return False

    async def _look_at(self, account: str, listing: Listing) -> None:
        """Ask for one object of a listing; raises what refuses it."""
        await self._ask(f"{quote(account, safe='')}/{listing.edge}", "id", {"limit": "1"}, since=0)

    async def _read(self, turn: Turn, account: str, listing: Listing) -> Page:
        now = turn.now.timestamp()
        known = {
            **self._kept(turn.known),
            "oldest": min(now, float(turn.known.get("low", now))) - self._look_back.total_seconds(),
            "began": now,
            "more": {},
            "listed": False,
            "waiting": [],
            "ours": [],
            **turn.known,
        }
        page, after = await (self._below(account, listing, known) if known["waiting"] else self._list(account, listing, known))
        finished = bool(after["listed"]) and not after["waiting"]
        return turn.then(page, {"low": float(known["began"]) - OVERLAP_SECONDS} if finished else after, finished=finished)

    def _kept(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Return from when on a listing is read; marks of a page under way do not last."""
        return {"low": float(known.get("low", (self._clock.now() - self._look_back).timestamp()))}

    @property
    def accounts(self) -> frozenset[str]:
        """The ids of the accounts that are read: the realms of what is said to them."""
        return self._ours

    async def aclose(self) -> None:
        """Nothing to let go of: the HTTP client belongs to the bootstrap."""

    async def _list(self, account: str, listing: Listing, known: Mapping[str, Any]) -> tuple[Page, dict[str, Any]]:
        """Read one page of a listing, newest first, as long as it shows something of the look-back."""
        answer = await self._ask(f"{quote(account, safe='')}/{listing.edge}", listing.fields, known["more"], since=known["low"])
        objects = each_thing(answer)
        seen = [listing.read(account, one) for one in objects]
        oldest = datetime.fromtimestamp(known["oldest"], UTC)
        times = [at for one in objects if (at := written_at(one)) is not None]
        more = going_on(answer) if objects and all(at >= oldest for at in times) else {}
        waiting = [below for one in seen for below in one.below if below.whole or _worth(one.found, known)]
        names = {name for one in objects if listing.ours and (name := text_of(one.get("username")))}
        known = {**known, "ours": sorted({*known["ours"], *names})}
        return self._page(seen, known, waiting), {**known, "more": more, "listed": not more, "waiting": _kept(waiting)}

    async def _below(self, account: str, listing: Listing, known: Mapping[str, Any]) -> tuple[Page, dict[str, Any]]:
        """Read one page of what stands below an object. One that went since it was listed has nothing below it, and holds up no other.

        Unless its account went with it: then all of this has to be read again once that is back.
        """
        below = Below(**known["waiting"][0])
        try:
            answer = await self._ask(below.path, below.fields, {**self._network.below_arguments, **below.more}, since=known["low"])
        except SourceRefused as error:
            if not is_not_there(error):
                raise
            await self._look_at(account, listing)
            skip = Skip(where=below.path[:300], reason="Meta does not show any more what they stand below")
            return Page(mentions=(), next=None, skipped=(skip,)), {**known, "waiting": known["waiting"][1:]}
        seen = [self._network.read_below(account, one, below) for one in each_thing(answer)]
        more = going_on(answer)
        goes_on = bool(more) and (below.whole or _worth([found for one in seen for found in one.found], known))
        waiting = [deeper for one in seen for deeper in one.below] + ([_on(below, more)] if goes_on else [])
        return self._page(seen, known, waiting), {**known, "waiting": [*_kept(waiting), *known["waiting"][1:]][:MOST_WAITING]}

    def _page(self, seen: Sequence[Seen], known: Mapping[str, Any], waiting: Sequence[Below]) -> Page:
        low = datetime.fromtimestamp(known["low"], UTC)
        fresh = [one for group in seen for at, one in group.found if at is None or at >= low]
        page = page_of([self._to_us(one) for one in fresh if not isinstance(one, Mention) or not self._is_ours(one, known["ours"])])
        if len(waiting) + max(0, len(known["waiting"]) - 1) <= MOST_WAITING:
            return page
        return Page(
            mentions=page.mentions,
            next=None,
            skipped=page.skipped,
            gap=f"{self._source_id}: more than {MOST_WAITING} posts have comments to be read; the rest comes by webhook only.",
        )

    def _to_us(self, one: Found) -> Found:
        return replace(one, said_to=self._said_to) if isinstance(one, Mention) else one

    def _is_ours(self, one: Mention, names: Sequence[str]) -> bool:
        """Tell whether one of our accounts wrote it, by its id, or by the name under which our own posts stand."""
        return one.author is not None and (one.author.native_id in self._ours or one.author.name in names)

    async def _ask(self, path: str, fields: str, more: Mapping[str, str], *, since: float) -> Mapping[str, Any]:
        """Return a page of a listing."""
        asked = {"fields": fields, "limit": str(PER_PAGE), **more}
        found = await self.object(path, {name: value.replace(SINCE, str(int(since))) for name, value in asked.items()})
        if not isinstance(found.get("data"), list):
            raise SourceUnavailable("Meta answered something else than a listing.")
        return found

    async def object(self, path: str, arguments: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what stands at a path of the Graph API. Raises what `told` makes of a refusal."""
        token = self._secret("ACCESS_TOKEN")
        if not token:
            raise SourceRefused(
                "KLANKBORD_META_ACCESS_TOKEN is not set; see the README on Meta for how to make one.", cause="token_missing"
            )
        asked = dict(arguments)
        if self._network.proven and (app_secret := self._secret("APP_SECRET")):
            asked["appsecret_proof"] = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        try:
            answer = await self._http.get(
                f"{self._base}/{path}?{urlencode(asked, errors='replace')}",
                headers={"Authorization": f"Bearer {token}"},
                allow_http=self._allow_http,
                allow_private=self._allow_private,
            )
        except SourceRefused as error:
            raise told(error) from error
        if used_percent(answer.headers) >= MOST_USED:
            self._http.close_for(regain_seconds(answer.headers) or WAIT_SECONDS)
        try:
            found = read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"Meta answered something that is {error}.") from error
        if not isinstance(found, dict):
            raise SourceUnavailable("Meta answered something else than an object.")
        return found


def _kept(waiting: Sequence[Below]) -> list[dict[str, Any]]:
    return [asdict(one) for one in waiting][:MOST_WAITING]


def _on(below: Below, more: Mapping[str, str]) -> Below:
    return Below(**{**asdict(below), "more": dict(more)})


def _worth(found: Sequence[Timed], known: Mapping[str, Any]) -> bool:
    """Tell whether what goes on may hold something new: nothing of it was seen yet, or something was that is."""
    times = [at.timestamp() for at, _ in found if at is not None]
    return not times or max(times) >= known["low"]
