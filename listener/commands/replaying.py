"""The replay command: what would have been flagged, had Klankbord listened."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import click

from listener.bootstrap import listening
from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table, progress_for
from listener.digest.reason import reason_sentence
from listener.parts import Listening
from listener.sources.imports import FileSource
from listener.workflows.replay_history import REPLAY_BATCH, replay_history


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--time-column", metavar="COLUMN", help="Column with the moment of each post; found by its name when left out.")
@click.option("--text-column", metavar="COLUMN", help="Column with the text.")
@click.option("--author-column", metavar="COLUMN", help="Column that tells authors apart.")
@json_option
@pass_place
def replay_command(
    place: Place, file: Path, time_column: str | None, text_column: str | None, author_column: str | None, as_json: bool
) -> None:
    """Replay a FILE of dated posts and list what would have been flagged, when and why. Your own home is not touched."""
    given = {"posted_at": time_column, "text": text_column, "author": author_column}
    source = FileSource(
        file,
        mapping={field: column for field, column in given.items() if column},
        platform="replay",
        channel="",
        zone=place.settings_or_default.zone,
    )

    def open_home(home: Path) -> AbstractContextManager[Listening]:
        return listening(home, place.settings_or_default, clock=SystemClock(), batch_size=REPLAY_BATCH)

    replayed = asyncio.run(
        replay_history(source, open_home, progress=progress_for(as_json), reason=partial(reason_sentence, language="en"))
    )
    if as_json:
        print_json(replayed)
        return
    rows = [{"at": f"{s.time:%Y-%m-%d %H:%M}", "issue": s.issue, "why": s.reason} for s in replayed.signals]
    print_table({"at": "when (UTC)", "issue": "issue", "why": "why"}, rows, empty="Nothing would have been flagged.")
    print_line(f"{replayed.imported.rows} rows read, {replayed.imported.skipped} skipped.")
