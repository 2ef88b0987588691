"""Commands that run the service and keep its home safe: run, sign-in, backup."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from listener.clock import SystemClock
from listener.commands.place import LONGEST_NAME, Place, json_option, pass_place, print_json, print_line
from listener.control import ask
from listener.errors import InputError
from listener.ledger.backup import back_up
from listener.settings.home import SETTINGS_NAME
from listener.settings.secrets import Secrets
from listener.text.storable import storable
from moderation.workflows.keep_backup import KEYS, PASSPHRASE, seal_backup


@click.command("run")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port of the staff pages; web.port in the settings by default, 0 takes a free one."
)
@click.option(
    "--public-port",
    type=click.IntRange(0, 65535),
    help="Port of the public pages; public.port in the settings by default, a free one with --port 0.",
)
@pass_place
def run_command(place: Place, port: int | None, public_port: int | None) -> None:
    """Collect, analyse, answer and serve the staff and public pages until Ctrl-C or SIGTERM."""
    from moderation.bootstrap import answering_on
    from moderation.running import serve
    from moderation.service import stop_on_signals

    settings = place.settings
    if not settings.brands and not settings.sources:
        where = place.home / SETTINGS_NAME
        raise InputError(f"There is nothing to listen for in {where}; `klankbord init` asks what, `klankbord demo` shows how it looks.")

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        staff = settings.web.port if port is None else port
        public = public_port if public_port is not None else settings.public.port if port != 0 else 0
        await serve(parts, port=staff, public_port=public, stop=stop, say=print_line)

    with answering_on(place.home, settings, SystemClock()) as parts:
        asyncio.run(run())


@click.command("sign-in")
@click.option("--as", "agent", metavar="NAME", default="team", show_default=True, help="Whom the link signs in: every person under a name.")
@pass_place
def sign_in_command(place: Place, agent: str) -> None:
    """Print a new one-time link to the staff pages of the running service."""
    name = storable(agent)[0].strip()
    if not name or len(name) > LONGEST_NAME:
        raise InputError(f"--as needs a name of 1 to {LONGEST_NAME} characters.")
    print_line(asyncio.run(ask(place.home, "sign_in", agent=name)))


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@json_option
@pass_place
def backup_command(place: Place, file: Path | None, as_json: bool) -> None:
    """Copy the ledger, while everything goes on, to FILE (backups/ in the home by default).

    With KLANKBORD_BACKUP_PASSPHRASE it is sealed, and holds the keys that a new machine needs too.
    """
    passphrase = Secrets(place.home).get(PASSPHRASE)
    ending = "sealed" if passphrase else "db"
    target = file or place.home / "backups" / f"ledger-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.{ending}"
    if target.exists():
        raise InputError(f"{target} exists already; name a new file.")
    with place.ledger() as ledger:
        if passphrase:
            seal_backup(ledger, place.home, target, passphrase)
        else:
            back_up(ledger.engine, target)
    if as_json:
        print_json({"file": str(target), "bytes": target.stat().st_size})
        return
    print_line(f"Copied to {target} ({target.stat().st_size:,} bytes). It holds what customers wrote: keep it private.")
    if passphrase:
        print_line("It is sealed: without its passphrase nobody opens it, you neither. Keep that somewhere else.")
    else:
        print_line(f"Not in it: {', '.join(KEYS)}. Keep those apart from it, or set {PASSPHRASE}: then they are in it, and all is sealed.")
