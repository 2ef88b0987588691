"""Commands that tell: the digest."""

from __future__ import annotations

import math

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_document, print_json
from listener.errors import InputError


@click.command("digest")
@click.option("--as-of", metavar="MOMENT", help="End of the period; now by default.")
@click.option("--hours", default=24.0, show_default=True, type=click.FloatRange(1, 24 * 400), help="Length of the period.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the digest; the settings' by default.")
@click.option("--markdown", is_flag=True, help="Print Markdown instead of plain text.")
@json_option
@pass_place
def digest_command(place: Place, as_of: str | None, hours: float, language: str | None, markdown: bool, as_json: bool) -> None:
    """Print a digest: what is new, what grows, what went quiet, and where the listener was blind."""
    if math.isnan(hours):
        raise InputError("--hours has to be a number, such as 24")
    at = moment(as_of, place)
    form = "json" if as_json else "markdown" if markdown else "terminal"
    text = place.answer("digest", as_of=at and at.isoformat(), hours=hours, language=language, format=form)
    if as_json:
        print_json(text)
    else:
        print_document(text)
