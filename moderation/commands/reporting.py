"""Commands that tell management: the weekly report."""

from __future__ import annotations

from pathlib import Path

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_document, print_json, print_line


@click.command("report")
@click.option("--week-of", metavar="MOMENT", help="Any moment in the week after the one to report; now by default (last whole week).")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the report; the settings' by default.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a self-contained page to this file instead of printing Markdown."
)
@json_option
@pass_place
def report_command(place: Place, week_of: str | None, language: str | None, html: Path | None, as_json: bool) -> None:
    """Print the weekly report: the last whole week, Monday to Sunday."""
    at = moment(week_of, place)
    form = "json" if as_json else "html" if html else "markdown"
    text = place.answer("report", as_of=at and at.isoformat(), language=language, format=form)
    if as_json:
        print_json(text)
    elif html:
        html.write_text(text, encoding="utf-8")
        print_line(f"Written to {html}.")
    else:
        print_document(text)
