"""How a page or a call asks for a file: its fields, read leniently on a page; and the answer that carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import StreamingResponse

from moderation.exports.files import MEDIA
from moderation.inbox.choices import period_asked
from moderation.inbox.fields import number_of
from moderation.inbox.rights import ROUTES
from moderation.model.export import ExportAsked, ExportFormat, ExportKind
from moderation.model.person import Person, Right

_MOST = 200


def right_for(kind: ExportKind) -> Right:
    """Return what somebody needs to take a kind out of the house, as the table of routes has it."""
    needed = ROUTES["POST", f"/exports/{kind.value}"]
    return needed if isinstance(needed, Right) else Right.ADMINISTER


def asked_of(kind: ExportKind, form: Mapping[str, str], person: Person, *, now: datetime, zone: ZoneInfo) -> ExportAsked:
    """Return what a form asks for. A value that makes no sense counts as not given; `days` are whole days up to now."""
    days = period_asked(form.get("days", ""))
    first = None
    if days is not None:
        first = datetime.combine(now.astimezone(zone).date() - timedelta(days=days - 1), time(), tzinfo=zone)
    return ExportAsked(
        kind=kind,
        brands=person.brands,
        brand=form.get("brand", "")[:_MOST],
        channel=form.get("channel", "")[:_MOST],
        language=form.get("language", "")[:_MOST],
        issue_id=number_of(form.get("issue", "")),
        from_at=first,
        reason=" ".join(form.get("reason", "").split())[:_MOST],
    )


def format_of(written: str) -> ExportFormat:
    """Return the format that is named, CSV when none is."""
    return ExportFormat(written) if written in set(ExportFormat) else ExportFormat.CSV


def as_file(pieces: Iterator[bytes], asked: ExportAsked, form: ExportFormat, *, now: datetime) -> StreamingResponse:
    """Return the answer that hands a file over while it is being written."""
    name = f"klankbord-{asked.kind.value}-{now:%Y%m%d-%H%M}.{form.value}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type=MEDIA[form], headers=headers)
