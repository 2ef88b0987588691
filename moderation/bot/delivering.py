"""Digests, reports and signals through the bot's own connection, into channels that are the team's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from listener.errors import NotAllowed, NotSent, PublishRejected, PublishUnknown, RateLimited
from moderation.bot.channels import Channels
from moderation.bot.digest_rows import Rows
from moderation.messages.discord_form import attached, discord_payload
from moderation.model.delivery import SENT, DeliveryState, Message, Outcome

NOT_CONNECTED_SECONDS = 60.0
_CHANNEL = {"channel_everyone": "open_channel", "channel_server": "other_server", "channel_closed": "closed_channel"}
_REJECTED = {"gone": "gone", "forbidden": "closed_channel"}
"""Why something did not arrive, as keys of config/templates/<language>/delivery.yaml."""


def no_rows(_language: str) -> Rows:
    """Return no buttons."""
    return ()


class BotDelivery:
    """Puts a message into a channel and says what became of it; a message sent twice stands there once, by its key."""

    def __init__(self, channels: Channels, *, rows: Callable[[str], Rows] = no_rows) -> None:
        """`rows(language)` are the buttons below every message; it may block."""
        self._channels = channels
        self._rows = rows

    async def __call__(self, channel_id: str, message: Message) -> Outcome:
        """Send one message. Raises nothing for what Discord, its limits or the network do."""
        pictures = [one for _, one in attached(message)]
        try:
            body = {**discord_payload(message), "components": list(await asyncio.to_thread(self._rows, message.language))}
            await self._channels.post(channel_id, body, pictures=pictures, nonce=message.key)
        except NotSent:
            return Outcome(state=DeliveryState.WAITING, reason="no_bot", wait_seconds=NOT_CONNECTED_SECONDS)
        except RateLimited as error:
            return Outcome(state=DeliveryState.WAITING, reason="later", wait_seconds=error.wait_seconds)
        except NotAllowed as error:
            return Outcome(state=DeliveryState.REFUSED, reason=_CHANNEL.get(error.why, "not_accepted"))
        except PublishRejected as error:
            return Outcome(state=DeliveryState.REFUSED, reason=_REJECTED.get(error.why, "not_accepted"))
        except PublishUnknown:
            return Outcome(state=DeliveryState.UNKNOWN, reason="no_clear_answer")
        return SENT
