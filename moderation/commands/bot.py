"""Commands about the Discord bot: how it stands, and the link that lets it into a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from listener.bootstrap import reading
from listener.bootstrap_sources import secrets_of
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line
from listener.commands.setting_up import show_findings
from listener.errors import InputError, ProductError
from listener.model.health import Finding
from listener.settings.load import settings_file
from moderation.ledger.bot import BotLedger
from moderation.settings import KlankbordSettings
from moderation.workflows.check_bot import BOT_SECRET, LEAST_PERMISSIONS, WHAT, application_of, check_bot, invitation


def check_bot_of(home: Path, settings: KlankbordSettings) -> Iterator[Finding]:
    """Return what `doctor` says of the bot."""
    if not settings.bot.enabled:
        yield from check_bot(settings.bot, secrets_of(home), None, {}, now=SystemClock().now(), file=settings_file(home))
        return
    try:
        with reading(home) as ledger:
            kept = BotLedger(ledger.engine)
            standing, synced, channels = kept.standing(), kept.synced(), kept.channels()
    except ProductError as error:
        yield Finding(level="warn", what=WHAT, detail=f"how it stands cannot be read: {error}")
        return
    now, file = SystemClock().now(), settings_file(home)
    yield from check_bot(settings.bot, secrets_of(home), standing, synced, now=now, file=file, channels=channels)


@click.group("bot")
def bot_group() -> None:
    """The Discord bot: how it stands, and how it gets into a server."""


@bot_group.command("status")
@json_option
@pass_place
def bot_status(place: Place, as_json: bool) -> None:
    """Tell whether the bot is connected, in which servers it works, and what it cannot see."""
    settings = place.settings
    assert isinstance(settings, KlankbordSettings)  # noqa: S101 - the schema of this command line
    show_findings(list(check_bot_of(place.home, settings)), as_json)


@bot_group.command("invite")
@json_option
@pass_place
def bot_invite(place: Place, as_json: bool) -> None:
    """Print the link with which an administrator of a server lets the bot in, with the least it needs."""
    with place.ledger(may_make_home=True) as ledger:
        standing = BotLedger(ledger.engine).standing()
    application_id = (standing.application_id if standing else "") or application_of(secrets_of(place.home).get(BOT_SECRET))
    if not application_id:
        raise InputError(f"The bot's id is not known yet: set {BOT_SECRET} first, or write it into secrets.env.")
    if as_json:
        print_json({"link": invitation(application_id), "permissions": list(LEAST_PERMISSIONS)})
        return
    print_line(invitation(application_id))
    print_line(f"It asks for: {', '.join(LEAST_PERMISSIONS)}. Then put the server's id under bot.guilds in klankbord.yaml.")
