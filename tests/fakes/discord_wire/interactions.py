"""Interactions: what somebody does in Discord, sent as Discord sends it, and the answers that come back, judged as Discord judges them.

After docs.discord.com "Receiving and Responding" (read 2026-11): three seconds for a first answer, fifteen minutes for what follows.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord_wire import checks
from tests.fakes.discord_wire.book import EPHEMERAL, Message
from tests.fakes.discord_wire.people import APPLICATION, JOINED, User, snowflake
from tests.fakes.discord_wire.rest import PREFIX, Call, Refused, Rest
from tests.patience import busy

SLASH, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 1, 4, 5, 6, 7, 8, 9
ALLOWED = {SLASH: {4, 5, 9}, COMPONENT: {4, 5, 6, 7, 9}, AUTOCOMPLETE: {8}, MODAL: {4, 5, 6, 7}}
LOADING = 1 << 7
DEADLINE_SECONDS = 3.0


@dataclass(slots=True, kw_only=True)
class Asked:
    """One interaction and what became of it. `answer`: type of the first answer, 0 while there is none. `after_seconds`: how soon."""

    interaction_id: str
    token: str
    kind: int
    channel_id: str
    guild_id: str
    made_at: float
    source: Message | None = None
    answer: int = 0
    after_seconds: float = 0.0
    said: dict[str, Any] = field(default_factory=dict)
    message: Message | None = None
    follow_ups: list[Message] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ephemeral(self) -> bool:
        return self.message is not None and self.message.ephemeral

    @property
    def text(self) -> str:
        """All that the person reads as answer."""
        return "\n".join(one.text for one in (self.message, *self.follow_ups) if one is not None)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return self.message.buttons if self.message else []

    @property
    def choices(self) -> list[dict[str, Any]]:
        return list(self.said.get("choices") or ())


class Interactions:
    """Interactions that wait for an answer, by token, and the routes that answer them."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._by_token: dict[str, Asked] = {}
        self.deadline_seconds = DEADLINE_SECONDS * busy()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; the token in the address is the key, no other is asked for."""
        hook = "/webhooks/{app}/{token}"
        original = f"{hook}/messages/{{message}}"
        table = (
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("POST", hook, self._follow_up),
            ("GET", original, self._get),
            ("PATCH", original, self._edit),
            ("DELETE", original, self._delete),
        )
        return [web.route(method, PREFIX + path, self._rest.served(handler, signed=False)) for method, path, handler in table]

    def new(self, kind: int, *, channel_id: str, guild_id: str, source: Message | None = None, token: str = "") -> Asked:
        """Return a new interaction that waits from now on."""
        made = Asked(
            interaction_id=snowflake(),
            token=token or secrets.token_urlsafe(40),
            kind=kind,
            channel_id=channel_id,
            guild_id=guild_id,
            made_at=asyncio.get_running_loop().time(),
            source=source,
        )
        self._by_token[made.token] = made
        return made

    async def _callback(self, call: Call) -> tuple[int, Any]:
        asked = self._by_token.get(call["token"])
        now = asyncio.get_running_loop().time()
        if asked is None or asked.interaction_id != call["interaction"]:
            raise Refused(404, 10062, "Unknown interaction")
        if asked.answer:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if now - asked.made_at > self.deadline_seconds:
            raise Refused(404, 10062, "Unknown interaction")
        answer = int(call.body.get("type") or 0)
        if answer not in ALLOWED[asked.kind]:
            raise Refused(400, 50035, "Invalid Form Body", [f"type: {answer} is no answer to an interaction of type {asked.kind}"])
        if answer in (DEFERRED_UPDATE, UPDATE) and asked.source is None:
            raise Refused(400, 50035, "Invalid Form Body", ["type: there is no message to update"])
        self._accept(asked, call, answer, call.body.get("data") or {})
        asked.answer, asked.after_seconds, asked.said = answer, now - asked.made_at, dict(call.body.get("data") or {})
        asked.answered.set()
        if answer not in (DEFERRED, DEFERRED_UPDATE):
            asked.settled.set()
        if call.request.query.get("with_response") in ("true", "1"):
            shown = {"type": answer, **({"message": self._rest.shown(asked.message)} if asked.message else {})}
            return 200, {
                "interaction": {"id": asked.interaction_id, "type": asked.kind, "response_message_ephemeral": asked.ephemeral},
                "resource": shown,
            }
        return 204, None

    def _accept(self, asked: Asked, call: Call, answer: int, said: dict[str, Any]) -> None:
        if answer == CHOICES:
            errors = list(checks.choice_errors(said.get("choices") or []))
        elif answer == OPEN_MODAL:
            errors = list(checks.modal_errors(said))
        else:
            errors = []
        if errors:
            raise Refused(400, 50035, "Invalid Form Body", errors)
        if answer == MESSAGE:
            asked.message = self._rest.keep(
                call, asked.channel_id, asked.guild_id, body=said, flags=int(said.get("flags") or 0) & EPHEMERAL
            )
        if answer == DEFERRED:
            flags = (int(said.get("flags") or 0) & EPHEMERAL) | LOADING
            asked.message = self._rest.keep(call, asked.channel_id, asked.guild_id, body={"content": "…"}, flags=flags)
            asked.message.said = {}
        if answer in (UPDATE, DEFERRED_UPDATE):
            asked.message = asked.source
        if answer == UPDATE and asked.source is not None:
            self._rest.change(asked.source, call, said)

    def _of(self, call: Call) -> Asked:
        asked = self._by_token.get(call["token"])
        if asked is None or call["app"] != APPLICATION:
            raise Refused(404, 10015, "Unknown Webhook")
        if not asked.answer:
            raise Refused(404, 10015, "Unknown Webhook")
        return asked

    async def _follow_up(self, call: Call) -> tuple[int, Any]:
        asked = self._of(call)
        flags = int(call.body.get("flags") or 0) & EPHEMERAL
        if asked.message is not None and asked.message.flags & LOADING:  # the first follow-up takes the place of "is thinking"
            made = self._rest.change(asked.message, call)
            made.flags &= ~LOADING
        else:
            made = self._rest.keep(call, asked.channel_id, asked.guild_id, flags=flags)
            asked.follow_ups.append(made)
        asked.settled.set()
        return 200, self._rest.shown(made)

    def _message_of(self, asked: Asked, message_id: str) -> Message:
        if message_id == "@original":
            if asked.message is None or asked.message.deleted:
                raise Refused(404, 10008, "Unknown Message")
            return asked.message
        if message_id not in {one.message_id for one in (asked.message, *asked.follow_ups) if one is not None}:
            raise Refused(404, 10008, "Unknown Message")
        return self._rest.ours(message_id)

    async def _get(self, call: Call) -> tuple[int, Any]:
        return 200, self._rest.shown(self._message_of(self._of(call), call["message"]))

    async def _edit(self, call: Call) -> tuple[int, Any]:
        asked = self._of(call)
        changed = self._rest.change(self._message_of(asked, call["message"]), call)
        changed.flags &= ~LOADING
        asked.settled.set()
        return 200, self._rest.shown(changed)

    async def _delete(self, call: Call) -> tuple[int, Any]:
        asked = self._of(call)
        self._message_of(asked, call["message"]).deleted = True
        asked.settled.set()
        return 204, None


def payload(
    asked: Asked, user: User, data: Mapping[str, Any], *, channel: Mapping[str, Any] | None, message: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the INTERACTION_CREATE of what somebody did."""
    said: dict[str, Any] = {
        "id": asked.interaction_id,
        "application_id": APPLICATION,
        "type": asked.kind,
        "data": dict(data),
        "token": asked.token,
        "version": 1,
        "locale": user.locale,
        "channel_id": asked.channel_id,
        "channel": dict(channel or {"id": asked.channel_id, "type": 1}),
        "app_permissions": str(1 << 10),
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": {"0": asked.guild_id or "0"},
        "attachment_size_limit": 10_485_760,
    }
    if asked.guild_id:
        said |= {
            "guild_id": asked.guild_id,
            "guild": {"id": asked.guild_id, "locale": "nl", "features": []},
            "guild_locale": "nl",
            "context": 0,
        }
        said["member"] = {**user.member(), "joined_at": JOINED}
    else:
        said |= {"user": user.shown(), "context": 1}
    if message is not None:
        said["message"] = dict(message)
    return said
