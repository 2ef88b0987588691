"""What every command shares: the home it works on, its settings, and how facts are printed."""

from __future__ import annotations

import asyncio
import getpass
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from listener.answers import ANSWERS, Question
from listener.bootstrap import listening, reading
from listener.clock import SystemClock
from listener.control import ask
from listener.errors import InputError, StoreLocked
from listener.ledger.ledger import Ledger
from listener.model.health import Finding
from listener.model.plain import plain
from listener.parts import Listening
from listener.ports import Progress
from listener.progress import NoProgress, TerminalProgress
from listener.settings.home import SETTINGS_NAME, existing_home, home_folder
from listener.settings.load import load_settings
from listener.settings.schema import ListenerSettings
from listener.text.shorten import shorten, terminal_safe
from listener.text.storable import storable

LONGEST_NAME = 80
EARLIEST_YEAR, LATEST_YEAR = 1970, 2200
"""Of a moment somebody types: periods before and after it have to be moments too."""


@dataclass
class Place:
    """The home folder a command works on. `schema` and `answers` are those of the half that runs the command, `further_checks` what it adds
    to `doctor`."""

    home_option: str | None
    schema: type[ListenerSettings]
    answers: Mapping[str, Question] = field(default_factory=lambda: ANSWERS)
    further_checks: Callable[[Path], Iterable[Finding]] = field(default=lambda _home: ())

    @cached_property
    def home(self) -> Path:
        return home_folder(self.home_option)

    @cached_property
    def settings(self) -> Any:
        """The typed settings; raises `SettingsError` naming file and key."""
        return load_settings(self.home, self.schema)

    @property
    def settings_or_default(self) -> Any:
        """The settings, or their defaults where none were written yet: for commands that do without a brand."""
        return self.settings if (self.home / SETTINGS_NAME).is_file() else self.schema.model_validate({})

    @contextmanager
    def ledger(self, *, may_make_home: bool = False) -> Iterator[Ledger]:
        """Open the ledger only: safe beside the running service. Raises `InputError` where there is no home, unless one may be made."""
        with reading(self.home if may_make_home else existing_home(self.home)) as ledger:
            yield ledger

    @contextmanager
    def listening(self) -> Iterator[Listening]:
        """Open everything, holding the home's lock. Raises `StoreLocked` when the service runs."""
        with listening(self.home, self.settings, clock=SystemClock()) as parts:
            yield parts

    def answer(self, name: str, **given: Any) -> Any:
        """Answer from this process when the home is free, else ask the one that holds it. Raises `InputError` where there is no home."""
        existing_home(self.home)
        try:
            with self.listening() as parts:
                return self.answers[name](parts, given)
        except StoreLocked:
            return asyncio.run(ask(self.home, name, **given))


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` to a command that prints facts."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(command)


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--by` to a command that is kept with a person's name: on one line, for a record of many lines is printed with it."""
    told = "your login name"
    return click.option("--by", default=getpass.getuser, show_default=told, callback=_person, help="Who decides.")(command)


def _person(_context: click.Context, _parameter: click.Parameter, typed: str) -> str:
    name = shorten(" ".join(storable(typed)[0].split()), LONGEST_NAME)
    if not name:
        raise InputError("--by needs a name.")
    return name


def progress_for(as_json: bool) -> Progress:
    return NoProgress() if as_json else TerminalProgress()


_NOT_PLAIN = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON lets through although a terminal obeys it or no file takes it: C1 controls, turns of direction, lone surrogates."""


def print_json(value: Any) -> None:
    """Print JSON that reads back as `value`, and that a terminal shows and does not obey."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    click.echo(_NOT_PLAIN.sub(lambda found: f"\\u{ord(found.group()):04x}", text))


def print_line(text: str = "") -> None:
    """Print a line that may hold words of others: control characters cannot reach the terminal."""
    click.echo(terminal_safe(text))


def print_document(text: str) -> None:
    """Print a digest or report as it was made: controls were taken out, and the invisible spaces that stop pings stay invisible."""
    click.echo(text, nl=False)


def print_table(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, empty: str) -> None:
    """Print rows under headings (`columns` maps field → heading), or `empty` when there are none."""
    if not rows:
        click.echo(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(terminal_safe(_shown(row.get(field))) for field in columns), style=None)
    Console(markup=False, highlight=False, emoji=False).print(table)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def moment(text: str | None, place: Place) -> datetime | None:
    """Read a moment a person typed: a date or date-time, in the configured time zone unless it names its own."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a moment; write 2026-03-31 or 2026-03-31T09:00") from error
    if not EARLIEST_YEAR <= read.year <= LATEST_YEAR:
        raise InputError(f"{text!r} lies too far away; name a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return (read if read.tzinfo else read.replace(tzinfo=place.settings.zone)).astimezone(UTC)


pass_place = click.make_pass_decorator(Place)
