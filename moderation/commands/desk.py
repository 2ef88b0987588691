"""What the answering commands share: the desk beside a running service, and sending at once when no service runs."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from listener.clock import SystemClock
from listener.commands.place import LONGEST_NAME, Place, print_line
from listener.errors import InputError, StoreLocked
from listener.settings.home import existing_home
from listener.text.shorten import shorten, terminal_safe
from listener.text.storable import storable
from moderation.bootstrap import desk_on, sending_on
from moderation.ledger.sessions import SessionLedger
from moderation.messages.reasons import outbox_sentence
from moderation.model.case import CaseRow
from moderation.model.outbox import OutboxEntry, SendReport
from moderation.parts import Desk, Sending
from moderation.policy.gate import words_of, words_of_note
from moderation.policy.people import person_of
from moderation.workflows.load_wording import load_policy, load_words


@contextmanager
def desk_of(place: Place) -> Iterator[Desk]:
    """Open the desk of a home, with everybody who spoke to us in the queue. Raises `InputError` where there is no home."""
    with desk_on(existing_home(place.home), place.settings, SystemClock()) as desk:
        _warn_of_stranger(desk)
        desk.follow_cases()
        yield desk


def _warn_of_stranger(desk: Desk) -> None:
    """Say so when --as names nobody who works here. The machine's user is trusted, so the command goes on under that name."""
    context = click.get_current_context(silent=True)
    agent = str(context.params.get("agent") or "") if context else ""
    sessions = SessionLedger(desk.ledger.engine)
    if agent and sessions.has_people() and sessions.account(agent) is None:
        click.echo(
            terminal_safe(f"Note: {agent} is nobody in `klankbord person list`; this is kept under that name all the same."), err=True
        )


def case_of(desk: Desk, case_id: int) -> CaseRow:
    """Return a case. Raises `InputError` when there is none."""
    case = desk.cases.get(case_id)
    if case is None:
        raise InputError(f"There is no case {case_id}; `klankbord inbox list` shows them.")
    return case


def agent_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--as`: who decides, kept with everything they do."""
    option = click.option(
        "--as",
        "agent",
        metavar="NAME",
        default=getpass.getuser,
        show_default="your login name",
        callback=_person,
        help="Who does this; kept in the audit log.",
    )
    return option(command)


def _person(_context: click.Context, _parameter: click.Parameter, typed: str) -> str:
    name = shorten(" ".join(storable(typed)[0].split()), LONGEST_NAME)
    if not person_of(name):
        raise InputError("--as needs a name.")
    return name


def send_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--send`: without it a command only shows what would leave (RULES S34)."""
    return click.option("--send", is_flag=True, help="Approve and send it; without it you only see what would leave.")(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Where a post stands after a try to send it. `held`: why it waits, as `SendReport.held` says it; empty when it does not."""

    entry: OutboxEntry
    held: str = ""


def send_now(place: Place, entry: OutboxEntry) -> Left:
    """Let the gateway run once here, unless the running service will; return the entry as it stands then."""
    try:
        with sending_on(place.home, place.settings, SystemClock()) as sending:
            report = asyncio.run(send_and_close(sending))
            now = next(one for one in sending.desk.outbox.list() if one.entry_id == entry.entry_id)
            return Left(entry=now, held=report.held.get(entry.entry_id, ""))
    except StoreLocked:
        return Left(entry=entry)


async def send_and_close(sending: Sending) -> SendReport:
    """Let the gateway run once, and close what it opened to the platforms."""
    try:
        return await sending.send_once()
    finally:
        await sending.connections.aclose()


def say_entry(entry: OutboxEntry, *, held: str = "") -> None:
    """Print where a post stands, and why it waits when it does, in words."""
    words = load_words("en", "outbox")
    waits = words.get(f"held.{held}") or words_of(held, load_policy(), "en") if held else ""
    note = f"({words_of_note(entry.note, load_policy(), 'en')})" if entry.note else ""
    said = " ".join(part for part in (outbox_sentence(entry, words), waits, note) if part)
    print_line(f"Outbox {entry.entry_id}: {said}")
    if entry.url:
        print_line(f"  {entry.url}")
