"""The command that finds what was said."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.text.shorten import shorten

TEXT_LENGTH = 160


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--meaning", is_flag=True, help="Look for what means the same, instead of for these words.")
@click.option("--brand", help="Only what is about this brand.")
@click.option("--platform", help="Only from this platform, such as mastodon.")
@click.option("--language", help="Only in this language: nl, en, de, fr or other.")
@click.option("--most", default=20, show_default=True, type=click.IntRange(1, 200), help="How many to show.")
@json_option
@pass_place
def search_command(
    place: Place,
    words: tuple[str, ...],
    meaning: bool,
    brand: str | None,
    platform: str | None,
    language: str | None,
    most: int,
    as_json: bool,
) -> None:
    """Find messages that hold all these WORDS, newest first; "…" is a phrase, a * lets a word go on."""
    typed = " ".join(words)
    answer = place.answer("search", typed=typed, meaning=meaning, brand=brand, platform=platform, language=language, most=most)
    if as_json:
        print_json(answer)
        return
    if not answer["words"]:
        raise InputError(f"There is no word to look for in {typed!r}; type letters, digits or an emoji.")
    if answer["meaning"] in ("busy", "building"):
        print_line("The model cannot be asked now; search again later, or without --meaning.")
        return
    rows = [{**one, "when": one["posted_at"][:16], "text": shorten(" ".join(one["text"].split()), TEXT_LENGTH)} for one in answer["found"]]
    columns = {"mention_id": "message", "when": "when (UTC)", "platform": "where", "issue_id": "issue", "text": "text"}
    print_table({**columns, **({"alike": "alike"} if meaning else {})}, rows, empty="Nothing found.")
    if answer["more"]:
        print_line(f"These are the newest {len(rows)}; there are more.")
