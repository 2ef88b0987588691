"""Where messages to our own people go: channels of the house, the mail server, and how much is much."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from listener.settings.schema import Section

ChannelKind = Literal["discord_webhook", "discord_channel", "slack", "teams", "json"]
OLD_WEBHOOK = "discord"
"""The channel that `delivery.discord_webhook` makes, with the address in KLANKBORD_DISCORD_WEBHOOK."""


class ChannelSettings(Section):
    """One channel of your own team. Its address is a secret: KLANKBORD_DELIVERY_<NAME>_URL; 'json' is signed with …_SECRET."""

    name: str = Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_-]*$", description="How you call it, such as 'team-webcare'.")
    kind: ChannelKind = Field(
        description="What takes it: a Discord webhook, a Discord channel by the bot, Slack, Teams, or 'json' for a system of your own."
    )
    channel_id: str = Field("", pattern=r"^[0-9]{0,25}$", description="discord_channel: the channel's number.")
    allow_private: bool = Field(False, description="slack, teams, json: allow an address inside your own network, there without TLS too.")

    @model_validator(mode="after")
    def _numbered(self) -> ChannelSettings:
        if self.kind == "discord_channel" and not self.channel_id:
            raise ValueError("a discord_channel needs channel_id, the channel's number")
        return self


class DeliverySettings(Section):
    """Where digests go. Addresses with a secret in them are named by their environment variable."""

    discord_webhook: bool = Field(False, description="Post the digest to the Discord webhook in KLANKBORD_DISCORD_WEBHOOK.")
    channels: tuple[ChannelSettings, ...] = Field(
        (), description="Further channels of your team; `klankbord deliver add` says what goes there."
    )
    most_per_hour: int = Field(6, ge=1, le=60, description="Messages an hour about signals and promises; what is more is told in one.")
    crisis_people: int = Field(20, ge=2, le=100_000, description="Different people in one signal that make an issue or brand a crisis.")
    crisis_hours: float = Field(12.0, ge=1, le=168, description="Hours after the last such signal in which it still is a crisis.")

    @field_validator("channels")
    @classmethod
    def _distinct(cls, value: tuple[ChannelSettings, ...]) -> tuple[ChannelSettings, ...]:
        names = [one.name.replace("-", "_") for one in value]
        if OLD_WEBHOOK in names:
            raise ValueError(f"the name {OLD_WEBHOOK!r} is that of discord_webhook; take another")
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two channels are called {twice[0]!r} (- and _ count as one); keep one")
        return value

    def channel(self, name: str) -> ChannelSettings | None:
        """Return the channel of this name, or None when the settings name none, or none any more."""
        if name == OLD_WEBHOOK and self.discord_webhook:
            return ChannelSettings(name=OLD_WEBHOOK, kind="discord_webhook", channel_id="", allow_private=False)
        return next((one for one in self.channels if one.name == name), None)

    @property
    def every(self) -> tuple[ChannelSettings, ...]:
        """Every channel, that of `discord_webhook` first."""
        old = self.channel(OLD_WEBHOOK)
        return (*((old,) if old else ()), *self.channels)


class MailSettings(Section):
    """The server by which digests and reports leave. Its password is KLANKBORD_DELIVERY_MAIL_PASSWORD. Off without a host."""

    host: str = Field("", pattern=r"^[A-Za-z0-9.:-]*$", description="Your mail server, such as 'smtp.example.nl'; empty: no e-mail.")
    port: int = Field(587, ge=1, le=65535, description="Its port: 587 with 'starttls', 465 with 'tls'.")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is kept private; 'none' is taken for a server on this machine only."
    )
    username: str = Field("", description="Name to sign in with; empty: no sign-in.")
    sender: str = Field("", description="Address that digests come from, such as 'klankbord@example.nl'.")
    sender_name: str = Field("Klankbord", max_length=60, description="Name beside that address.")
    timeout_seconds: float = Field(15.0, gt=0, le=120, description="Seconds to wait for each answer of the server.")

    @field_validator("sender_name")
    @classmethod
    def _printable(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("control characters cannot stand in a name")
        return value
