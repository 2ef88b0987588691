"""A whole Discord on loopback: gateway, HTTP and people. discord.py's own client talks to it; nothing of it is replaced.

async with discord_wire() as wire:
    ...connect a client with `wire.token`...
    await wire.ready()
    asked = await wire.slash("issues", user=ANNA)
    assert asked.ephemeral and "storing" in asked.text
    pressed = await wire.press(asked.message, "Claim", user=ANNA)
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord_wire.book import Book, Message
from tests.fakes.discord_wire.gateway import Gateway
from tests.fakes.discord_wire.interactions import AUTOCOMPLETE, COMPONENT, MODAL, SLASH, Asked, Interactions, payload
from tests.fakes.discord_wire.limits import Fault, Limits
from tests.fakes.discord_wire.people import ANNA, APPLICATION, BOT_USER, CHANNELS, GUILD, OTHER_GUILD, STAFF, TOKEN, User, guild, snowflake
from tests.fakes.discord_wire.rest import PREFIX, Rest
from tests.patience import PATIENCE_SECONDS

Options = Mapping[str, str | int | bool | float]
_TYPES = {bool: 5, int: 4, float: 10, str: 3}
BUTTON, MENU = 2, 3


class DiscordWire:
    """One application with its servers. `book` holds what it was asked; faults are on `gateway`, `limits` and `rest`."""

    def __init__(self, *, token: str = TOKEN, beat_seconds: float = 41.25) -> None:
        self.token = token
        self.book = Book()
        self.limits = Limits(self.book)
        self.guilds = {GUILD: guild(GUILD), OTHER_GUILD: guild(OTHER_GUILD, "Elders", ())}
        self.rest = Rest(self.book, self.limits, token=token, guilds=self.guilds)
        self.interactions = Interactions(self.rest)
        self.gateway = Gateway(self.book, token=token, beat_seconds=beat_seconds)
        self.url = ""
        self.resume_at = ""
        self.tell_ready()

    def tell_ready(self) -> None:
        """Have the next session told of the servers as they are now."""
        self.gateway.ready = {
            "v": 10,
            "user": BOT_USER,
            "user_settings": {},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "guilds": [{"id": one, "unavailable": True} for one in self.guilds],
            "session_type": "normal",
            "resume_gateway_url": self.resume_at or f"ws://{self.url}/gateway",
            "application": {"id": APPLICATION, "flags": self.rest.flags},
            "_trace": ["[]"],
        }
        self.gateway.first = [("GUILD_CREATE", one) for one in self.guilds.values()]

    # life

    async def start(self) -> web.AppRunner:
        """Listen on a free port of loopback; the caller cleans the runner up."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.add_routes([*self.rest.routes(), *self.interactions.routes()])
        app.add_routes([web.get("/gateway", self.gateway.connect), web.get("/gateway/", self.gateway.connect)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"127.0.0.1:{port}"
        self.tell_ready()
        return runner

    async def ready(self, sessions: int = 1) -> None:
        """Wait until so many sessions are open and connected."""
        await self.gateway.until(lambda: sum(one.connection is not None for one in self.gateway.sessions.values()) >= sessions)

    async def leave(self, guild_id: str = GUILD) -> None:
        """Take the bot out of a server."""
        self.guilds.pop(guild_id, None)
        self.book.commands.pop(guild_id, None)
        self.tell_ready()
        await self.gateway.dispatch("GUILD_DELETE", {"id": guild_id})

    async def join(self, guild_id: str = GUILD) -> None:
        """Let the bot into a server."""
        self.guilds[guild_id] = guild(guild_id)
        self.tell_ready()
        await self.gateway.dispatch("GUILD_CREATE", self.guilds[guild_id])

    def fail(self, method: str, path: str, *, times: int = 1, status: int = 500, **more: Any) -> None:
        """Let the next `times` requests of a method on a path (a regular expression) fail."""
        self.limits.add(Fault(method=method, path=re.compile(path), times=times, status=status, **more))

    # what people do

    async def slash(
        self,
        name: str,
        options: Options | None = None,
        *,
        sub: str = "",
        user: User = ANNA,
        channel: str = STAFF,
        guild_id: str = GUILD,
        **more: Any,
    ) -> Asked:
        """Type a command that the server has; a command or option it does not have is a mistake of the test."""
        self._command(name, guild_id)
        data = {"id": snowflake(), "name": name, "type": 1, "guild_id": guild_id, "options": _options(options or {}, sub)}
        return await self.interact(SLASH, data, user=user, channel=channel, guild_id=guild_id, **more)

    async def type_in(
        self,
        name: str,
        option: str,
        typed: str,
        options: Options | None = None,
        *,
        sub: str = "",
        user: User = ANNA,
        guild_id: str = GUILD,
        **more: Any,
    ) -> Asked:
        """Type into an option that is completed."""
        self._command(name, guild_id)
        given = [*_options(options or {}, ""), {"name": option, "type": 3, "value": typed, "focused": True}]
        inner = [{"name": sub, "type": 1, "options": given}] if sub else given
        data = {"id": snowflake(), "name": name, "type": 1, "guild_id": guild_id, "options": inner}
        return await self.interact(AUTOCOMPLETE, data, user=user, guild_id=guild_id, **more)

    async def press(self, message: Message | None, button: str, *, user: User = ANNA, **more: Any) -> Asked:
        """Press a button that stands on a message, by its label or its id."""
        found = next(one for one in _parts(message) if one["type"] == BUTTON and button in (one.get("label"), one.get("custom_id")))
        return await self.press_id(message, str(found["custom_id"]), user=user, **more)

    async def press_id(self, message: Message | None, custom_id: str, *, user: User = ANNA, **more: Any) -> Asked:
        """Press a button with any id, also one that stands nowhere."""
        return await self.interact(
            COMPONENT, {"custom_id": custom_id, "component_type": BUTTON, "id": 2}, user=user, message=message, **more
        )

    async def pick(self, message: Message | None, values: Sequence[str], *, menu: str = "", user: User = ANNA, **more: Any) -> Asked:
        """Choose from the (first) menu of a message; `menu` names it by its id."""
        ids = [str(one["custom_id"]) for one in _parts(message) if one["type"] == MENU]
        data = {"custom_id": menu or ids[0], "component_type": MENU, "values": list(values), "id": 2}
        return await self.interact(COMPONENT, data, user=user, message=message, **more)

    async def submit(self, opened: Asked, fields: Mapping[str, str], *, user: User = ANNA, custom_id: str = "", **more: Any) -> Asked:
        """Send the modal that an answer opened; boxes that `fields` does not name keep what stood in them."""
        boxes = [row["components"][0] for row in opened.said["components"]]
        assert set(fields) <= {one["custom_id"] for one in boxes}, "the modal has no such box"
        filled = [{"type": 4, "custom_id": one["custom_id"], "value": fields.get(one["custom_id"], one.get("value", ""))} for one in boxes]
        rows = [{"type": 1, "id": number, "components": [one]} for number, one in enumerate(filled, 1)]
        data = {"custom_id": custom_id or opened.said["custom_id"], "components": rows}
        return await self.interact(MODAL, data, user=user, message=opened.source, **more)

    async def interact(
        self,
        kind: int,
        data: Mapping[str, Any],
        *,
        user: User = ANNA,
        channel: str = "",
        guild_id: str = GUILD,
        message: Message | None = None,
        settle: bool = True,
        seconds: float = PATIENCE_SECONDS,
        drop: Sequence[str] = (),
        changed: Mapping[str, Any] | None = None,
    ) -> Asked:
        """Send any interaction and wait until it is answered whole (`settle`); `changed` overrides fields of the frame and `drop` leaves
        some out, to forge one.

        An interaction that nobody answers within `seconds` is returned with `answer` 0.
        """
        where = channel or (message.channel_id if message else STAFF)
        asked = self.interactions.new(kind, channel_id=where, guild_id=guild_id, source=message)
        try:
            _, shown_channel = self.rest.place(where)
        except Exception:  # a place that is not ours: forged
            shown_channel = {"id": where, "type": 0, "guild_id": guild_id, "name": "elsewhere", "position": 0, "permission_overwrites": []}
        said = payload(asked, user, data, channel=shown_channel, message=self.rest.shown(message) if message else None)
        forged = {name: value for name, value in {**said, **(changed or {})}.items() if name not in drop}
        await self.gateway.dispatch("INTERACTION_CREATE", forged)
        if settle:
            try:
                await asyncio.wait_for(asked.settled.wait(), timeout=seconds)
            except TimeoutError:
                return asked
        return asked

    def _command(self, name: str, guild_id: str) -> Mapping[str, Any]:
        return next(one for one in self.book.commands[guild_id] if one["name"] == name)


def _parts(message: Message | None) -> list[dict[str, Any]]:
    return message.buttons if message is not None else []


def _options(given: Options, sub: str) -> list[dict[str, Any]]:
    options = [{"name": name, "type": _TYPES[type(value)], "value": value} for name, value in given.items()]
    return [{"name": sub, "type": 1, "options": options}] if sub else options


@asynccontextmanager
async def discord_wire(**given: Any) -> AsyncIterator[DiscordWire]:
    """Serve a Discord on loopback, and let discord.py find it there until the block ends."""
    wire = DiscordWire(**given)
    runner = await wire.start()
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    Route.BASE = f"http://{wire.url}{PREFIX}"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{wire.url}/gateway")
    discord.Asset.BASE = f"http://{wire.url}/cdn"
    try:
        yield wire
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = before
        wire.gateway.cut_all()
        await runner.cleanup()


__all__ = ["CHANNELS", "DiscordWire", "discord_wire"]
