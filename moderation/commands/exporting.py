"""Taking rows along as a file, beside a running service."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from listener.commands.place import Place, pass_place, print_line
from listener.errors import InputError
from moderation.commands.desk import agent_option, desk_of
from moderation.model.export import ExportAsked, ExportFormat, ExportKind
from moderation.model.person import Person, Role
from moderation.page_parts.exports import export_rows


@click.command("export")
@click.argument("kind", type=click.Choice([one.value for one in ExportKind]))
@click.option(
    "--format", "form", type=click.Choice([one.value for one in ExportFormat]), default="csv", show_default=True, help="How it is written."
)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The file to write.")
@click.option("--brand", default="", help="Of one brand.")
@click.option("--channel", default="", help="Of one platform, such as mastodon.")
@click.option("--language", default="", help="In one language: nl, en, de, fr or other.")
@click.option("--issue", type=click.IntRange(1), help="Of one issue.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="From this day on.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Up to and including this day.")
@click.option("--names", "reason", default="", metavar="WHY", help="With names instead of pseudonyms, and why; kept in the audit log.")
@agent_option
@pass_place
def export_rows_command(
    place: Place,
    kind: str,
    form: str,
    out: Path,
    brand: str,
    channel: str,
    language: str,
    issue: int | None,
    first: datetime | None,
    last: datetime | None,
    reason: str,
    agent: str,
) -> None:
    """Write mentions, issues, cases, feedback or actions to a file; customers stand in it under pseudonyms.

    The file is whole or not there. Of X at most 500 texts a person a day are written, after that numbers only.
    """
    zone = place.settings.zone
    asked = ExportAsked(
        kind=ExportKind(kind),
        brand=brand,
        channel=channel,
        language=language,
        issue_id=issue,
        from_at=datetime.combine(first.date(), time(), tzinfo=zone) if first else None,
        to_at=datetime.combine(last.date() + timedelta(days=1), time(), tzinfo=zone) if last else None,
        reason=" ".join(reason.split()),
    )
    with desk_of(place) as desk:
        pieces = export_rows(desk).file(asked, ExportFormat(form), Person(name=agent, role=Role.ADMIN))
        try:
            size = write_whole(out, pieces)
        except OSError as error:
            raise InputError(f"{out} cannot be written: {error.strerror or error}.") from error
    print_line(f"{out}: {size:,} bytes.")


def write_whole(out: Path, pieces: Iterator[bytes]) -> int:
    """Write the pieces beside the file and put them in its place at the end; only its owner may read it."""
    handle, beside = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    size = 0
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += file.write(piece)
        Path(beside).replace(out)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return size
