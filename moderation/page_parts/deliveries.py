"""The pages about messages to our own people, over an open home."""

from __future__ import annotations

from collections.abc import Sequence

from listener.settings.secrets import Secrets
from moderation.delivering import WORDS, channel_secrets, mail_house
from moderation.inbox.delivery_parts import ChannelNow, DeliveryParts
from moderation.page_parts.words import words_for
from moderation.parts import Answering
from moderation.settings_delivery import ChannelSettings


def delivery_parts(parts: Answering) -> DeliveryParts:
    """Return what the pages need."""
    desk, settings = parts.desk.delivery, parts.desk.settings
    secrets = Secrets(parts.listening.home)

    def ready(channel: ChannelSettings) -> bool:
        if channel.kind == "discord_channel":
            return parts.discord is not None
        address, secret = channel_secrets(secrets, channel.name)
        return bool(address) and (channel.kind != "json" or bool(secret))

    def channels() -> Sequence[ChannelNow]:
        return [ChannelNow(channel=one, ready=ready(one)) for one in desk.subscribe.channels().values()]

    return DeliveryParts(
        subscribe=desk.subscribe,
        account=desk.account,
        latest=lambda most, subscription_id: desk.deliveries.latest(most, subscription_id=subscription_id),
        channels=channels,
        mail=mail_house(settings).usable,
        one_click=settings.public.base_url.startswith("https://"),
        words=lambda language: words_for(language, WORDS),
    )
