"""Settings of the Discord bot: where it works and where it writes. Its token is a secret: KLANKBORD_DISCORD_BOT_TOKEN."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from listener.settings.schema import Section


def _as_text(value: object) -> object:
    """Take a number for the text it was meant as: nobody puts quotes round an id."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


DiscordId = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[0-9]{15,20}$")]
MaybeDiscordId = Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^([0-9]{15,20})?$")]


class BotSettings(Section):
    """The Discord bot. It works only in servers that stand here; who may do what is decided by your people's roles, never by Discord's."""

    enabled: bool = Field(False, description="True connects the bot whose token is KLANKBORD_DISCORD_BOT_TOKEN.")
    guilds: tuple[DiscordId, ...] = Field((), description="Ids of the servers in which it works; empty: in none.")
    issue_channel: MaybeDiscordId = Field("", description="Id of your team's channel in which each issue gets a thread; empty: none does.")

    @field_validator("guilds")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if twice := sorted({one for one in value if value.count(one) > 1}):
            raise ValueError(f"the server {twice[0]} stands there twice; keep one")
        return value
