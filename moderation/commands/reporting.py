"""Commands that tell management: the weekly report."""

from __future__ import annotations

import base64
from pathlib import Path

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_document, print_json, print_line
from listener.errors import InputError
from moderation.reports.week import week_before, week_named

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("report")
@click.option("--week", metavar="WEEK", help="The week, such as 2026-W47; the newest report by default. The running week is told so far.")
@click.option("--week-of", metavar="MOMENT", help="Any moment in the week after the one to report, instead of --week.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the report; the settings' by default.")
@click.option("--html", type=_FILE, help="Write a self-contained page to this file.")
@click.option("--pdf", type=_FILE, help="Write it to this file, to print.")
@click.option("--md", type=_FILE, help="Write Markdown to this file instead of printing it.")
@json_option
@pass_place
def report_command(
    place: Place,
    week: str | None,
    week_of: str | None,
    language: str | None,
    html: Path | None,
    pdf: Path | None,
    md: Path | None,
    as_json: bool,
) -> None:
    """Print the weekly report, or write it to files: page one for management, then what it rests on."""
    period = _period(place, week, week_of)
    if as_json:
        print_json(place.answer("report", week=period, language=language, format="json"))
        return
    files = [(name, file) for name, file in (("html", html), ("pdf", pdf), ("markdown", md)) if file is not None]
    for name, file in files:
        told = place.answer("report", week=period, language=language, format=name)
        try:
            file.write_bytes(base64.b64decode(told) if name == "pdf" else told.encode())
        except OSError as error:
            raise InputError(f"{file} cannot be written: {error.strerror or error}.") from error
        print_line(f"Written to {file}.")
    if not files:
        print_document(place.answer("report", week=period, language=language, format="markdown"))


def _period(place: Place, week: str | None, week_of: str | None) -> str | None:
    """Return the week that is asked for, None for the newest. Raises `InputError` for one that there is not."""
    zone = place.settings.zone
    at = moment(week_of, place)
    if week is None:
        return week_before(at, zone).name if at is not None else None
    if week_named(week, zone) is None:
        raise InputError(f"There is no week {week}; write a year and a week, such as 2026-W47.")
    return week
