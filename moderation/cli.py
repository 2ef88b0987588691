"""`klankbord`: the commands of both halves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import click

from listener.cli import HOME_HELP, LISTENING_COMMANDS, run_group
from listener.commands.place import Place
from listener.logs import start_logging
from listener.model.health import Finding
from moderation.answers import ALL_ANSWERS
from moderation.commands.accounts import account_group, check_accounts_of
from moderation.commands.answering import inbox_group
from moderation.commands.bot import bot_group
from moderation.commands.conversing import CONVERSING
from moderation.commands.delivering import check_deliveries_of, deliver_group
from moderation.commands.describing import openapi_command
from moderation.commands.exporting import export_rows_command
from moderation.commands.feedback import feedback_group
from moderation.commands.gridding import grid_group
from moderation.commands.improving import action_group
from moderation.commands.inviting import invite_group
from moderation.commands.knowledge import knowledge_group
from moderation.commands.leave import leave_group, shadow_group, standing_group
from moderation.commands.people import person_group, team_group
from moderation.commands.playing import demo_command
from moderation.commands.posting import audit_group, outbox_group
from moderation.commands.reporting import report_command
from moderation.commands.retention import check_retention_of, retention_group
from moderation.commands.running import backup_command, run_command, sign_in_command
from moderation.commands.safety import killswitch_group, restore_command
from moderation.commands.status import status_group
from moderation.commands.subject import subject_group
from moderation.commands.subject_requests import check_requests_of
from moderation.commands.tokens import token_group
from moderation.commands.working import WORK_COMMANDS
from moderation.settings import KlankbordSettings

ANSWERING_COMMANDS: tuple[click.Command, ...] = (
    inbox_group,
    status_group,
    invite_group,
    feedback_group,
    action_group,
    knowledge_group,
    grid_group,
    outbox_group,
    account_group,
    bot_group,
    shadow_group,
    standing_group,
    leave_group,
    subject_group,
    retention_group,
    audit_group,
    report_command,
    export_rows_command,
    deliver_group,
    openapi_command,
    run_command,
    sign_in_command,
    person_group,
    team_group,
    token_group,
    demo_command,
    backup_command,
    restore_command,
    killswitch_group,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="FOLDER", help=HOME_HELP)
@click.option("--verbose", "-v", is_flag=True, help="Log what happens, to standard error.")
@click.version_option(package_name="klankbord")
@click.pass_context
def klankbord(context: click.Context, home: str | None, verbose: bool) -> None:
    """Klankbord listens to what customers say, groups it into issues, and helps people answer honestly.

    Start with `klankbord demo` (invented data), or `klankbord init` for your own brand.

    Exit codes: 0 done, 1 failed, 2 wrong use or wrong input, 130 stopped by you.
    """
    start_logging(logging.INFO if verbose else logging.ERROR)
    context.obj = Place(home, KlankbordSettings, ALL_ANSWERS, further_checks=_further_checks)


def _further_checks(home: Path) -> Iterator[Finding]:
    yield from check_retention_of(home)
    yield from check_accounts_of(home)
    yield from check_deliveries_of(home)
    yield from check_requests_of(home)


for one in (*CONVERSING, *WORK_COMMANDS):
    inbox_group.add_command(one)
for one in (*LISTENING_COMMANDS, *ANSWERING_COMMANDS):
    klankbord.add_command(one)


def main() -> None:
    """Run the command line."""
    run_group(klankbord)
