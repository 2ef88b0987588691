"""Posts on one Mastodon server, unlisted unless set otherwise, always with an Idempotency-Key; only from an account marked as a bot (P18).

`Target.thread_id` and `parent_id` name statuses as all of the fediverse does ("social.example/users/kim/statuses/1"), or are ids as our
own server numbers them. What we posted is named in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from listener.errors import NotSent, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from listener.sources.markup import plain_text
from listener.sources.mastodon_statuses import local_id_of, native_id_of
from moderation.messages.length import length
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.answer import Answer, made_at, object_in
from moderation.publishers.http import WriteClient, path_part
from moderation.publishers.limits import MASTODON
from moderation.publishers.removal import taken_away

PLATFORM = "mastodon"
PAGE = 40
MOST_PAGES = 100
_NO_BOT = re.compile(r"(?<![\w#])#no_?bot(?!\w)", re.IGNORECASE)
_TOO_LONG = re.compile(r"character limit|tekenlimiet|limiet van \d+ tekens", re.IGNORECASE)


class MastodonPublisher:
    """One account on one server, by its access token (scopes read and write:statuses).

    API facts (docs.joinmastodon.org, methods/statuses, methods/accounts, entities/V2_Instance; mastodon/mastodon
    app/services/post_status_service.rb; read 2026-11-26): a repeated Idempotency-Key gives the first status back, for an hour; the key is
    kept just after the status is, so a repeat in the same moment might slip through, which the reconciler's minute of waiting rules out.
    PUT /api/v1/statuses/:id edits since 3.5, DELETE /api/v1/statuses/:id deletes our own and answers 404 for any other. `content` is
    HTML; the words as typed are at /source. 429 carries X-RateLimit-Reset as an ISO date. A deleted status answers 404. A status of another
    server has an id of its own here, which GET /api/v2/search gives for its address (resolve, scope read:search).
    """

    native_key = MASTODON.native_key
    key_seconds = MASTODON.key_seconds
    looks_back = MASTODON.looks_back
    can_edit = MASTODON.can_edit
    can_remove = MASTODON.can_remove

    def __init__(
        self, server: str, *, token: SecretStr, http: HttpSettings, clock: Clock, visibility: str = "unlisted", allow_private: bool = False
    ) -> None:
        self._token = token
        self._visibility = visibility
        self._client = WriteClient(
            server, settings=http, headers=self._headers, judge=self._judge, allow_private=allow_private, clock=clock
        )
        self._limits = MASTODON.limits
        self._server = urlsplit(server).netloc.casefold()
        self._own_id = ""

    @property
    def limits(self) -> Limits:
        """How long a text may be; what this server says once it was asked who we are."""
        return self._limits

    async def whoami(self) -> AccountId:
        """Ask whose token this is, and how long a status may be here. Raises `SourceRefused` for an account not marked as a bot."""
        me = object_in(await self._client.ask_json("/api/v1/accounts/verify_credentials"), self._client.host)
        own_id, name = _text(me, "id"), _text(me, "username")
        if not own_id or not name:
            raise SourceUnavailable(f"{self._client.host} does not say whose account this is.")
        if me.get("bot") is not True:
            raise SourceRefused(
                f"@{name} at {self._client.host} is not marked as an automated account; switch that on under Preferences, Profile."
            )
        self._own_id = own_id
        self._limits = await self._server_limits()
        return AccountId(platform=PLATFORM, realm=self._client.host, native_id=own_id, name=name)

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Post once, replace the text of `post.edits`, or delete `post.removes`; see `Publisher.publish`.

        Who says #nobot in their profile gets no reply.
        """
        if post.removes:
            away = self._client.write("DELETE", f"/api/v1/statuses/{path_part(self._own(post.removes))}")
            return await taken_away(away, post.removes)
        if length(post.text, self._limits) > self._limits.most:
            raise PublishRejected(f"{self._client.host} takes {self._limits.most} characters.", why="too_long")
        if post.media or post.title:
            raise PublishRejected("On Mastodon we post plain texts: no title, no files.", why="invalid")
        if post.edits:
            made = await self._client.write_json("PUT", f"/api/v1/statuses/{path_part(self._own(post.edits))}", json={"status": post.text})
            return self._accepted(made, fallback=post.edits)
        body: dict[str, Any] = {"status": post.text, "visibility": self._visibility}
        if post.target.parent_id or post.target.thread_id:
            body["in_reply_to_id"] = await self._welcoming(post.target)
        made = await self._client.write_json("POST", "/api/v1/statuses", headers={"Idempotency-Key": key}, json=body)
        return self._accepted(made)

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:
        """Return our statuses since a moment that answer what `target` answers; without one, those that answer nothing."""
        above = await self._above(target) or None
        return [await self._seen(one) for one in await self._listed(since) if one.get("in_reply_to_id") == above]

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:
        """Return all our statuses since a moment, oldest first."""
        return [await self._seen(one) for one in await self._listed(since)]

    async def place_now(self, target: Target) -> PlaceNow:
        """Ask whether the status that is answered still stands, and whether its author wants no bots. A status of our own is open."""
        if not (target.parent_id or target.thread_id):
            return PlaceNow.OPEN
        status = await self._status(await self._above(target))
        if status is None:
            return PlaceNow.GONE
        return PlaceNow.LOCKED if _says_no_bot(status) else PlaceNow.OPEN

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _server_limits(self) -> Limits:
        answer = await self._client.ask("/api/v2/instance", gone=True)
        found: Any = self._client.read_json(answer) if answer.status == 200 else {}
        for name in ("configuration", "statuses", "max_characters"):
            found = found.get(name) if isinstance(found, dict) else None
        return Limits(most=found, counts=MASTODON.limits.counts) if isinstance(found, int) and found > 0 else MASTODON.limits

    async def _welcoming(self, target: Target) -> str:
        """Return our server's id of the status answered. Raises when its author asks bots to stay away.

        A status that is gone since is for the server to refuse.
        """
        try:
            above = await self._above(target)
            status = await self._status(above)
        except SourceUnavailable as error:
            raise NotSent(f"Whom we would answer cannot be asked now: {error}") from error
        if status is not None and _says_no_bot(status):
            raise PublishRejected("The author says #nobot in the profile: no program may answer.", why="forbidden")
        return above

    async def _above(self, target: Target) -> str:
        """Return our server's id of the status that a target answers; "" when it answers none.

        Raises `SourceUnavailable` when our server does not find it: it asks the status' own server, which may just not answer now
        (app/services/resolve_url_service.rb), so that is no proof of anything.
        """
        named = target.parent_id or target.thread_id
        if "/" not in named:
            return named
        if own := local_id_of(named, host=self._server):
            return own
        params = {"q": f"https://{named}", "type": "statuses", "resolve": "true", "limit": "1"}
        found = object_in(await self._client.ask_json("/api/v2/search", params=params), self._client.host).get("statuses")
        shown = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        above = next((_text(one, "id") for one in shown if native_id_of(one, host=self._server) == named), "")
        if not above:
            raise SourceUnavailable(f"{self._client.host} does not find the status that is answered.")
        return above

    def _own(self, named: str) -> str:
        """Return our server's id of a status of ours."""
        return local_id_of(named, host=self._server) or named

    def _name(self, status: Mapping[str, Any]) -> str:
        """Return what all of the fediverse calls a status, or its id here when the server does not tell."""
        return native_id_of(status, host=self._server) if _text(status, "uri") else _text(status, "id")

    async def _status(self, status_id: str) -> dict[str, Any] | None:
        answer = await self._client.ask(f"/api/v1/statuses/{path_part(status_id)}", gone=True)
        return object_in(self._client.read_json(answer), self._client.host) if answer.status == 200 else None

    async def _listed(self, since: datetime) -> list[dict[str, Any]]:
        """Page back through our own statuses until they are older than `since`, and return them oldest first."""
        own_id = self._own_id or (await self.whoami()).native_id
        path = f"/api/v1/accounts/{path_part(own_id)}/statuses"
        params, found = {"limit": str(PAGE), "exclude_reblogs": "true"}, []
        for _ in range(MOST_PAGES):
            page = await self._client.ask_json(path, params=params)
            if not isinstance(page, list):
                raise SourceUnavailable(f"{self._client.host} does not list our statuses.")
            statuses = [object_in(one, self._client.host) for one in page]
            recent = [one for one in statuses if made_at(one, self._client.host) >= since]
            found += recent
            if not statuses or len(recent) < len(statuses):
                return found[::-1]
            params = {**params, "max_id": _text(statuses[-1], "id")}
        raise SourceUnavailable(f"More than {MOST_PAGES * PAGE} statuses of ours since {since:%Y-%m-%d %H:%M}.")

    async def _seen(self, status: dict[str, Any]) -> SeenPost:
        """Return a status with its words as typed; those that name somebody are shown in another form than they were written in."""
        status_id, text = _text(status, "id"), plain_text(_text(status, "content"))
        if status.get("mentions"):
            source = await self._client.ask_json(f"/api/v1/statuses/{path_part(status_id)}/source")
            text = _text(object_in(source, self._client.host), "text")
        return SeenPost(platform_id=self._name(status), text=text, posted_at=made_at(status, self._client.host), url=_text(status, "url"))

    def _accepted(self, made: Mapping[str, Any], *, fallback: str = "") -> Accepted:
        status_id = self._name(made) or fallback
        if not status_id:
            raise PublishUnknown(f"{self._client.host} accepted, but did not say under which id.")
        return Accepted(platform_id=status_id, url=_text(made, "url"))

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token.get_secret_value()}"}

    def _judge(self, answer: Answer) -> Exception | None:
        """Read the two refusals that mean something of their own (config/locales, errors and statuses)."""
        if answer.status == 422 and _TOO_LONG.search(answer.said):
            return PublishRejected(f"{self._client.host} refused: {answer.said}", why="too_long")
        if answer.status == 403 and re.search(r"disabled|suspend|confirmed|pending", answer.said, re.IGNORECASE):
            return PublishRejected(f"{self._client.host} refused: {answer.said}", why="banned")
        return None


def _says_no_bot(status: Mapping[str, Any]) -> bool:
    account = status.get("account")
    return isinstance(account, dict) and bool(_NO_BOT.search(plain_text(_text(account, "note"))))


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
