"""Check the Discord bot: what the settings and the keys say, and how it last stood. Nobody is asked; the running service wrote it down."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from listener.errors import ProductError
from listener.model.chat import NEEDS_PERSON, Stand, Standing
from listener.model.health import Finding
from listener.settings.secrets import Secret, Secrets
from moderation.ledger.bot import Synced
from moderation.settings_bot import BotSettings

BOT_SECRET = "KLANKBORD_DISCORD_BOT_TOKEN"  # noqa: S105 - the name of the variable that holds it
WHAT = "discord bot"
LEAST_PERMISSIONS = {
    "view channels": 1 << 10,
    "send messages": 1 << 11,
    "embed links": 1 << 14,
    "attach files": 1 << 15,
    "read message history": 1 << 16,
    "create public threads": 1 << 35,
    "send messages in threads": 1 << 38,
}
"""What the bot may do in a server: no more, and never Administrator (RULES S24)."""
_INVITE = "https://discord.com/oauth2/authorize?client_id={application_id}&scope=bot+applications.commands&permissions={permissions}"
_SAYS = {
    Stand.OFF: "not connected: the service does not run, or was stopped",
    Stand.NO_TOKEN: "there is no token",
    Stand.BAD_TOKEN: "Discord does not know the token; it is not tried again until it is another one",
    Stand.REFUSED: "Discord refuses",
    Stand.CONNECTING: "connecting",
    Stand.CONNECTED: "connected",
    Stand.LOST: "the connection was lost and is being made anew",
    Stand.LIMITED: "Discord asks to wait",
    Stand.UNREACHABLE: "Discord could not be reached; it is tried again and again",
}
_MEND = {
    Stand.NO_TOKEN: f"set {BOT_SECRET}, or write it into secrets.env; no restart is needed",
    Stand.BAD_TOKEN: f"make a new token at discord.com/developers/applications, Bot, and put it into {BOT_SECRET}; no restart is needed",
    Stand.REFUSED: "look at the bot at discord.com/developers/applications; `klankbord bot status` has the reason",
}

_CLOSED = {
    "everyone": ("whoever is in that server may read it", "take View Channel from @everyone there, and give it to your team's role"),
    "server": ("it is in a server that bot.guilds does not name", "name the server, or another channel"),
    "closed": ("the bot may not see it, write there or embed links", "give the bot's role those permissions in the channel"),
    "unseen": ("the bot does not see it, or it is not there", "let the bot's role see it, or name another channel"),
}


def invitation(application_id: str) -> str:
    """Return the address with which an administrator of a server lets the bot in, with the least it needs."""
    return _INVITE.format(application_id=application_id, permissions=sum(LEAST_PERMISSIONS.values()))


def application_of(token: Secret | None) -> str:
    """Return the application's id, which is the first part of its bot's token; "" for what is no token."""
    first = (token or "").partition(".")[0]
    try:
        found = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return found if found.isdigit() else ""


def check_bot(
    settings: BotSettings,
    secrets: Secrets,
    standing: Standing | None,
    synced: Mapping[str, Synced],
    *,
    now: datetime,
    file: Path,
    channels: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Finding]:
    """Tell whether the bot works, and what is missing. Says nothing more than that it is off where it is off.

    `channels`: why the settings' channels receive nothing, by id, as `Channels.why_not` told it.
    """
    if not settings.enabled:
        yield Finding(level="ok", what=WHAT, detail="off (bot.enabled)")
        return
    try:
        token = secrets.get(BOT_SECRET)
    except ProductError as error:
        yield Finding(level="fail", what=WHAT, detail=str(error))
        return
    if token is None:
        yield Finding(level="fail", what=WHAT, detail=_SAYS[Stand.NO_TOKEN], mend=_MEND[Stand.NO_TOKEN])
    if not settings.guilds:
        yield Finding(level="fail", what=WHAT, detail="bot.guilds names no server, so it works in none", mend=f"name your server in {file}")
    if standing is None:
        mend = "`klankbord run`, then `klankbord bot invite` for the link that lets it into your server"
        yield Finding(level="warn", what=WHAT, detail="it was never connected", mend=mend)
        return
    yield stands(standing, now=now)
    yield from _servers(settings, standing, synced)
    yield from _channels(channels)


def stands(standing: Standing, *, now: datetime) -> Finding:
    """Return how the connection last stood, in words."""
    minutes = max(0.0, (now - standing.since).total_seconds() / 60)
    since = f"for {minutes:.0f} min" if minutes < 180 else f"since {standing.since:%Y-%m-%d %H:%M} UTC"
    why = f" ({standing.why})" if standing.why and standing.stand is not Stand.BAD_TOKEN else ""
    wait = f", for {standing.wait_seconds:.0f} s" if standing.wait_seconds else ""
    detail = f"{_SAYS[standing.stand]}{wait}{why}, {since}; {sees(standing)}"
    if standing.stand in NEEDS_PERSON:
        return Finding(level="fail", what=WHAT, detail=detail, mend=_MEND[standing.stand])
    return Finding(level="ok" if standing.stand is Stand.CONNECTED else "warn", what=WHAT, detail=detail)


def sees(standing: Standing) -> str:
    """Return what the bot can see, in words (RULES P16)."""
    if standing.sees_texts:
        return "it reads messages in the channels that it sees"
    if standing.denied:
        return f"Discord refused {', '.join(standing.denied)}: it sees commands and buttons, not what people write"
    return "it sees commands and buttons, not what people write, which it did not ask for"


def _channels(channels: Mapping[str, str]) -> Iterator[Finding]:
    for channel_id, why in channels.items():
        what = f"{WHAT}, channel {channel_id}"
        if not why:
            yield Finding(level="ok", what=what, detail="it receives what the settings send there")
        else:
            detail, mend = _CLOSED.get(why, (why, ""))
            yield Finding(level="fail", what=what, detail=f"nothing is written there: {detail}", mend=mend)


def _servers(settings: BotSettings, standing: Standing, synced: Mapping[str, Synced]) -> Iterator[Finding]:
    for guild_id in settings.guilds:
        what = f"{WHAT} in {guild_id}"
        given = synced.get(guild_id)
        if guild_id not in standing.places:
            mend = "`klankbord bot invite` prints the link with which an administrator of the server lets it in"
            yield Finding(level="warn", what=what, detail="it is not in this server", mend=mend)
        elif given is not None and given.refused:
            mend = "let it in again with the link of `klankbord bot invite`, which asks for commands too"
            yield Finding(level="fail", what=what, detail=f"Discord did not take its commands (code {given.refused})", mend=mend)
        elif given is None or not given.commands:
            yield Finding(level="warn", what=what, detail="its commands were not given yet")
        else:
            yield Finding(level="ok", what=what, detail="its commands are there")
