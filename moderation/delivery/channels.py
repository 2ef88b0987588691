"""Carries messages to channels of the house: Discord, Slack, Teams, a system of your own. Addresses are read when they are needed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
from pydantic import SecretStr

from listener.ports import Clock
from listener.sources.addresses import Resolve, resolve_by_system
from moderation.delivery.discord_webhook import Delivered, NotDelivered, post_digest
from moderation.delivery.outgoing import LATER_SECONDS, Outgoing, plain_transport
from moderation.messages.chat_form import json_body, slack_body, teams_body
from moderation.messages.discord_form import attached, discord_payload
from moderation.model.delivery import SENT, DeliveryState, Message, Outcome, Parcel
from moderation.model.signature import KEY_HEADER, SIGNATURE_HEADER, TIME_HEADER, signature
from moderation.ports import Carry
from moderation.settings_delivery import ChannelSettings

PATIENCE_SECONDS = 3.0
"""A longer wait that Discord asks for is sat out by the row, not by everybody behind it."""
NO_KEY_SECONDS = 900.0

BotSend = Callable[[str, Message], Awaitable[Outcome]]
"""Puts a message into a Discord channel, by its number, through the bot's own connection."""
Opened = Callable[[], AbstractAsyncContextManager[httpx.AsyncBaseTransport]]


class ChannelCarrier:
    """Channels by name. `secret(name)` gives a channel's address and signing secret; `bot` is None while no bot is connected."""

    def __init__(
        self,
        channel: Callable[[str], ChannelSettings | None],
        secret: Callable[[str], tuple[str, str]],
        clock: Clock,
        *,
        bot: BotSend | None = None,
        transport: Opened = plain_transport,
        resolve: Resolve = resolve_by_system,
        loopback_discord: bool = False,
    ) -> None:
        self._channel = channel
        self._secret = secret
        self._clock = clock
        self._bot = bot
        self._transport = transport
        self._resolve = resolve
        self._loopback_discord = loopback_discord

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Carry]:
        """Give what carries parcels; every one is a request of its own."""
        async with self._transport() as transport:
            outgoing = Outgoing(transport, self._clock, resolve=self._resolve)

            async def carry(parcel: Parcel) -> Outcome:
                channel = self._channel(parcel.to)
                if channel is None:
                    return Outcome(state=DeliveryState.REFUSED, reason="no_channel")
                if channel.kind == "discord_channel":
                    return await self._by_bot(channel, parcel.message)
                address, secret = self._secret(parcel.to)
                if not address:
                    return Outcome(state=DeliveryState.WAITING, reason="no_key", wait_seconds=NO_KEY_SECONDS)
                if channel.kind == "discord_webhook":
                    return await self._to_discord(address, parcel.message, transport)
                return await self._posted(outgoing, channel, address, secret, parcel.message)

            yield carry

    async def _by_bot(self, channel: ChannelSettings, message: Message) -> Outcome:
        if self._bot is None:
            return Outcome(state=DeliveryState.WAITING, reason="no_bot", wait_seconds=LATER_SECONDS)
        return await self._bot(channel.channel_id, message)

    async def _to_discord(self, address: str, message: Message, transport: httpx.AsyncBaseTransport) -> Outcome:
        answer = await post_digest(
            SecretStr(address),
            discord_payload(message),
            http=transport,
            pictures=attached(message),
            patience_seconds=PATIENCE_SECONDS,
            allow_loopback=self._loopback_discord,
        )
        return outcome_of(answer)

    async def _posted(self, outgoing: Outgoing, channel: ChannelSettings, address: str, secret: str, message: Message) -> Outcome:
        body = _written({"slack": slack_body, "teams": teams_body, "json": json_body}[channel.kind](message))
        headers: Mapping[str, str] = {}
        if channel.kind == "json":
            if not secret:
                return Outcome(state=DeliveryState.WAITING, reason="no_key", wait_seconds=NO_KEY_SECONDS)
            at = str(int(self._clock.now().timestamp()))
            headers = {KEY_HEADER: message.key, TIME_HEADER: at, SIGNATURE_HEADER: signature(secret.encode(), at, body)}
        return await outgoing.post(address, body, headers=headers, allow_private=channel.allow_private)


def outcome_of(answer: Delivered | NotDelivered) -> Outcome:
    """Return what Discord's answer means for a row."""
    if isinstance(answer, Delivered):
        return SENT
    if answer.may_have_arrived:
        return Outcome(state=DeliveryState.UNKNOWN, reason=answer.why)
    if answer.wait_seconds is not None:
        return Outcome(state=DeliveryState.WAITING, reason=answer.why, wait_seconds=answer.wait_seconds)
    return Outcome(state=DeliveryState.REFUSED, reason=answer.why)


def _written(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
