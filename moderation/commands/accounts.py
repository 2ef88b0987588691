"""`klankbord account`: which accounts may post, and whether their platforms know them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from listener.bootstrap_sources import secrets_of
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import SettingsError
from listener.model.health import Finding
from listener.settings.home import existing_home
from listener.settings.load import load_settings, settings_file
from moderation.bootstrap import accounts_known, accounts_on
from moderation.commands.bot import check_bot_of
from moderation.model.post import ConnectedAccount
from moderation.outbox.connections import Connections
from moderation.settings import AccountSettings, KlankbordSettings
from moderation.workflows.check_accounts import check_accounts, check_rules
from moderation.workflows.load_wording import load_policy

COLUMNS = {"account": "account", "state": "state", "id": "id on the platform", "places": "places", "takes": "takes", "note": "note"}


@click.group("account")
def account_group() -> None:
    """The accounts that may post."""


@account_group.command("list")
@json_option
@pass_place
def account_list(place: Place, as_json: bool) -> None:
    """List the accounts of the settings with what their platform last said. Asks nobody."""
    rows = [_row(one, known) for one, known in accounts_known(existing_home(place.home), place.settings, SystemClock())]
    _show(place, rows, as_json)


@account_group.command("check")
@json_option
@pass_place
def account_check(place: Place, as_json: bool) -> None:
    """Ask each platform whose account it is, whether it may post, and how long a text may be. Sends nothing."""
    with accounts_on(existing_home(place.home), place.settings, SystemClock()) as connections:
        heard = asyncio.run(_ask(connections))
        troubles = dict(connections.troubles)
    rows = [_row(one, heard.get(one.label), troubles.get(one.label, "")) for one in place.settings.outbox.accounts]
    _show(place, rows, as_json)
    if troubles:
        raise SystemExit(1)


def check_accounts_of(home: Path) -> Iterator[Finding]:
    """Return what `doctor` says of accounts, rules and the bot; nothing while the settings cannot be read, which it says itself."""
    try:
        settings = load_settings(home, KlankbordSettings)
    except SettingsError:
        return
    yield from check_accounts(settings, secrets_of(home), file=settings_file(home))
    yield from check_rules(load_policy(), today=SystemClock().now().date())
    yield from check_bot_of(home, settings)


async def _ask(connections: Connections) -> dict[str, ConnectedAccount]:
    try:
        return await connections.connect_once()
    finally:
        await connections.aclose()


def _row(account: AccountSettings, known: ConnectedAccount | None, trouble: str = "") -> dict[str, Any]:
    state = "simulated" if not account.live else "live" if known is not None else "not connected"
    return {
        "account": account.label,
        "state": state,
        "live": account.live,
        "id": known.account.key if known else "",
        "name": known.account.name if known else "",
        "places": list(account.realms),
        "takes": f"{known.limits.most} {known.limits.counts}" if known else "",
        "native_key": known.native_key if known else None,
        "can_edit": known.can_edit if known else None,
        "can_remove": known.can_remove if known else None,
        "note": trouble or _note(account, known),
    }


def _note(account: AccountSettings, known: ConnectedAccount | None) -> str:
    if account.live and known is not None and known.account.name != account.name:
        return f"the platform calls it {known.account.name!r}: write that as its name, or nothing leaves"
    if account.live and not account.realms:
        return "no places are named"
    return ""


def _show(place: Place, rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json({"everywhere_else": place.settings.outbox.account, "accounts": rows})
        return
    print_table(COLUMNS, rows, empty="No account is named under outbox.accounts.")
    print_line(f"Everywhere else: {place.settings.outbox.account}, which posts nowhere.")
