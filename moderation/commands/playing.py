"""The demo command: fourteen invented days through the real code, then the pages."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from platformdirs import user_cache_path

from listener.commands.place import Place, json_option, pass_place, print_document, print_json, print_line, progress_for
from listener.errors import ProductError


@click.command("demo")
@click.option("--once", is_flag=True, help="End after the digest, without serving pages; its folder stays only when --home names one.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the digest.")
@click.option("--port", default=8642, show_default=True, type=click.IntRange(0, 65535), help="Port of the staff pages; 0 takes a free one.")
@click.option("--public-port", type=click.IntRange(0, 65535), help="Port of the public pages; 8643 by default, a free one with --port 0.")
@json_option
@pass_place
def demo_command(place: Place, once: bool, language: str, port: int, public_port: int | None, as_json: bool) -> None:
    """Play fourteen invented days of a Dutch energy company, print the digest, and open the staff pages.

    Nothing is fetched and nothing is posted. Your own home is not touched: the demo has a folder of its own, made anew each time.
    """
    from moderation.bootstrap import answering_on
    from moderation.demo import play_demo, serve_demo

    public = public_port if public_port is not None else 8643 if port else 0
    with ExitStack() as closing:
        if once and not place.home_option:
            folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="klankbord-demo-")))
        else:
            folder = Path(place.home_option) if place.home_option else user_cache_path("klankbord", appauthor=False) / "demo"
        progress = progress_for(as_json)
        parts, told = closing.enter_context(play_demo(folder, answering_on, language=language, progress=progress, public_port=public))
        if as_json:
            print_json(told.as_json())
        else:
            print_document(told.digest)
            for line in told.closing_lines:
                print_line(line)
        if not told.all_found:
            raise ProductError("Not every planted issue was found; please report this with the output of `klankbord demo --once --json`.")
        if not once:
            asyncio.run(serve_demo(parts, port=port, public_port=public, say=print_line))
