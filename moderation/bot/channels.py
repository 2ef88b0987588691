"""Messages and threads in our own team's channels. This is delivery to colleagues: nothing here speaks to customers or in public.

A channel receives something only when its server stands in the settings and not everybody there may read it (RULES S25, quotes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from listener.errors import NotAllowed, NotSent, PublishRejected, PublishUnknown, SourceRefused
from listener.sources.discord_places import Place
from moderation.bot.answering import Asks
from moderation.bot.said import NO_PINGS, attachments_of
from moderation.model.delivery import Picture

Body = Mapping[str, Any]
_WHY = {
    10003: "gone",
    10004: "gone",
    10008: "gone",
    50001: "forbidden",
    50013: "forbidden",
    50083: "locked",
    160005: "locked",
    50035: "invalid",
}
"""Discord's codes as `PublishRejected.why` (its documentation of JSON error codes, read 2026-11)."""
_THREAD_EXISTS = 160004
PAGE = 100
"""Messages in one answer, which is as many as Discord gives."""
_WEEK_MINUTES = 10_080


class Connection(Asks, Protocol):
    """The connection, as far as channels need it."""

    def place(self, channel_id: str) -> Place | None: ...


class Channels:
    """Writes in channels of `guilds` alone. Its methods raise `NotAllowed` (not a channel for this), `NotSent`, `RateLimited`,
    `PublishRejected` (Discord said no; `why` says why) and `PublishUnknown` (nobody knows; with the same `nonce` it may be sent again for
    some minutes, and Discord keeps it once).
    """

    def __init__(self, connection: Connection, *, guilds: frozenset[str]) -> None:
        self._connection = connection
        self._guilds = guilds

    def why_not(self, channel_id: str) -> str:
        """Return why nothing may be written in a channel, as a key: "" (it may), "unseen", "server", "everyone", "closed"."""
        found = self._connection.place(channel_id)
        if found is None:
            return "unseen"
        if found.guild_id not in self._guilds:
            return "server"
        if found.everyone_reads:
            return "everyone"
        return "" if found.may_write else "closed"

    async def post(self, channel_id: str, body: Body, *, pictures: Sequence[Picture] = (), nonce: str = "", within: str = "") -> str:
        """Write a message; return its id. `nonce` (at most 25 characters) makes that it stands there once, however often it is sent.

        `within`: the channel of a thread, whose rules hold there; a thread that was put away is in nobody's sight.
        """
        self._allowed(within or channel_id)
        said = _body(body, pictures)
        said |= {"nonce": nonce[:25], "enforce_nonce": True} if nonce else {}
        made = await self._ask("POST", "/channels/{channel_id}/messages", said, pictures, channel_id=channel_id)
        return _id_of(made)

    async def edit(self, channel_id: str, message_id: str, body: Body, *, pictures: Sequence[Picture] = ()) -> None:
        """Put something else in a message of ours; pictures that stood there go."""
        self._allowed(channel_id)
        said = {"attachments": [], **_body(body, pictures)}
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._ask("PATCH", path, said, pictures, channel_id=channel_id, message_id=message_id)

    def guild_of(self, channel_id: str) -> str:
        """Return the server of a channel; empty for one that we do not see."""
        found = self._connection.place(channel_id)
        return found.guild_id if found is not None else ""

    async def recent(self, channel_id: str, *, before: str = "") -> Sequence[Body]:
        """Return the newest hundred messages of a channel or thread, or those before a message, the newest first."""
        path = "/channels/{channel_id}/messages"
        params = {"limit": str(PAGE)} | ({"before": before} if before else {})
        try:
            found = await self._connection.request("GET", path, params=params, channel_id=channel_id)
        except SourceRefused as error:
            raise _rejected(error) from error
        return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []

    async def start_thread(self, channel_id: str, message_id: str, name: str) -> str:
        """Start a message's thread, or find the one it has; return its id, which is the message's."""
        self._allowed(channel_id)
        body = {"name": name[:100], "auto_archive_duration": _WEEK_MINUTES}
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        try:
            return _id_of(await self._asked("POST", path, body, (), channel_id=channel_id, message_id=message_id))
        except SourceRefused as error:
            if getattr(error, "code", 0) == _THREAD_EXISTS:
                return message_id
            raise _rejected(error) from error

    async def change_thread(self, thread_id: str, *, name: str = "", archived: bool | None = None) -> None:
        """Give a thread another name, put it away or take it back."""
        body: dict[str, Any] = {"name": name[:100]} if name else {}
        body |= {} if archived is None else {"archived": archived}
        await self._ask("PATCH", "/channels/{channel_id}", body, (), channel_id=thread_id)

    def _allowed(self, channel_id: str) -> None:
        match self.why_not(channel_id):
            case "":
                return
            case "unseen":
                raise NotSent(f"The bot does not see channel {channel_id} now.")
            case why:
                raise NotAllowed(f"Channel {channel_id} does not receive anything: {why}.", why=f"channel_{why}")

    async def _ask(self, method: str, path: str, body: Body | None, pictures: Sequence[Picture], **parts: str) -> Any:
        try:
            return await self._asked(method, path, body, pictures, **parts)
        except SourceRefused as error:
            raise _rejected(error) from error

    async def _asked(self, method: str, path: str, body: Body | None, pictures: Sequence[Picture], **parts: str) -> Any:
        files = [(one.name, one.png) for one in pictures]
        return await self._connection.request(method, path, body=body, files=files, **parts)  # type: ignore[arg-type] # parts are text


def _body(body: Body, pictures: Sequence[Picture]) -> dict[str, Any]:
    """Return a message's body: whatever it says, it pings nobody (RULES S22), and everybody in the channel sees it."""
    said = {name: value for name, value in body.items() if name != "flags"} | {"allowed_mentions": dict(NO_PINGS)}
    if pictures:
        said["attachments"] = attachments_of(pictures)
    return said


def _id_of(made: Any) -> str:
    found = str(made.get("id", "")) if isinstance(made, Mapping) else ""
    if not found.isdigit():
        raise PublishUnknown("Discord accepted, but did not say what.")
    return found


def _rejected(error: SourceRefused) -> PublishRejected:
    return PublishRejected(str(error), why=_WHY.get(getattr(error, "code", 0), ""))
