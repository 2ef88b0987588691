"""The command `init`: a few questions, a look at what would be caught, and a settings file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from listener.bootstrap_sources import source_context
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line
from listener.errors import InputError, SettingsError
from listener.settings.load import settings_file
from listener.settings.schema import ListenerSettings
from listener.setup_questions import FirstQuestions, Given, LookAt, Preview
from listener.workflows.preview_query import preview_query
from listener.workflows.write_first_settings import write_first_settings


class TerminalAsk:
    """A person at a terminal."""

    def text(self, question: str, *, default: str | None = None) -> str:
        return str(click.prompt(question, default=default, show_default=bool(default)))

    def yes(self, question: str, *, default: bool) -> bool:
        return click.confirm(question, default=default)

    def tell(self, text: str) -> None:
        print_line(text)


class TakeDefaults:
    """Nobody: options and defaults answer."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def text(self, question: str, *, default: str | None = None) -> str:
        if default is None:
            raise InputError(f"with --yes or --json, give an option for: {question} (see `klankbord init --help`)")
        return default

    def yes(self, question: str, *, default: bool) -> bool:
        self.tell(f"{question} {'yes' if default else 'no'}")
        return default

    def tell(self, text: str) -> None:
        if not self._quiet:
            print_line(text)


@click.command("init")
@click.option("--brand", help="Name of your brand, as people write it.")
@click.option("--alias", "aliases", multiple=True, help="Another spelling of it. Repeatable.")
@click.option("--handle", "handles", multiple=True, help="An account of yours, such as @stroomwerk. Repeatable.")
@click.option("--language", "languages", multiple=True, help="A language your customers write in: nl, en, de or fr. Repeatable.")
@click.option("--timezone", help="Time zone, such as Europe/Amsterdam.")
@click.option("--digest-hour", help="Local hour of the daily digest, 0 to 23.")
@click.option("--feed", "feeds", multiple=True, metavar="URL", help="A feed (RSS, Atom, JSON) to listen to. Repeatable.")
@click.option("--hacker-news/--no-hacker-news", default=None, help="Search Hacker News for the brand.")
@click.option("--yes", "-y", "take_defaults", is_flag=True, help="Ask nothing: options and defaults answer.")
@click.option("--force", is_flag=True, help="Write a new file over the one that is there; the old one is kept in backups/.")
@json_option
@pass_place
def init_command(
    place: Place,
    brand: str | None,
    aliases: tuple[str, ...],
    handles: tuple[str, ...],
    languages: tuple[str, ...],
    timezone: str | None,
    digest_hour: str | None,
    feeds: tuple[str, ...],
    hacker_news: bool | None,
    take_defaults: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Ask what to listen for, show what that catches right now, and write klankbord.yaml."""
    file = settings_file(place.home)
    if file.exists() and not force:
        raise SettingsError(f"{file} is there already; edit it, or start anew with --force (the old one is kept in backups/)")
    given = Given(
        brand=brand,
        aliases=aliases or None,
        handles=handles or None,
        languages=languages or None,
        timezone=timezone,
        digest_hour=digest_hour,
        feeds=feeds or None,
        hacker_news=hacker_news,
    )
    ask = TakeDefaults(quiet=as_json) if take_defaults or as_json else TerminalAsk()
    questions = FirstQuestions(ask, place.schema, _look_with(place.home))
    values = questions.all(given)
    written = write_first_settings(place.home, place.schema, values, force=force, at=SystemClock().now())
    if as_json:
        print_json({"file": str(written), "settings": values, "previews": questions.previews})
        return
    print_line(f"\nWritten: {written}. Every setting is explained in it.")
    print_line("Next: `klankbord doctor` checks everything, `klankbord person add NAME --role admin` lets the first colleague in,")
    print_line("and `klankbord run` starts listening.")


def _look_with(home: Path) -> LookAt:
    def look_at(settings: ListenerSettings, source_id: str) -> Preview:
        async def look() -> Preview:
            context = source_context(home, settings, SystemClock())
            try:
                return await preview_query(settings, source_id, context=context)
            finally:
                await context.http.aclose()

        return asyncio.run(look())

    return look_at
