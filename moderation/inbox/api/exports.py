"""Rows as files: mentions, issues, cases, feedback and improvement actions, as CSV, JSON or Parquet.

They are POSTs: each writes into the audit log who took what, and why names were needed stands in no address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BeforeValidator, Field
from starlette.responses import StreamingResponse

from moderation.exports.files import MEDIA
from moderation.inbox.api.bodies import Body, Name, Number
from moderation.inbox.api.call import Call
from moderation.inbox.api.problems import answers
from moderation.inbox.export_parts import as_file
from moderation.inbox.parts import there
from moderation.model.export import ExportAsked, ExportFormat, ExportKind

_ABOUT = {
    ExportKind.MENTIONS: "Messages with their labels, under pseudonyms; of X at most 500 texts a person a day, after that ids only",
    ExportKind.ISSUES: "Issues with their mentions and people",
    ExportKind.CASES: "Cases: where, when opened and answered, how they ended",
    ExportKind.FEEDBACK: "Answers to our questions",
    ExportKind.ACTIONS: "Improvement actions",
}


def _written_day(value: Any) -> Any:
    """Refuse a day that is not written as one: a number would be taken for a moment."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("write the day as 2026-12-31")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[date, BeforeValidator(_written_day)]


class RowsAsked(Body):
    """What is taken, and how it is written. Days are local and both included; what is empty leaves nothing out."""

    format: ExportFormat = ExportFormat.CSV
    brand: Name = ""
    channel: Name = ""
    language: Name = ""
    issue_id: Number | None = None
    from_day: Day | None = None
    to_day: Day | None = None
    reason: Annotated[Name, Field(description="Why names are needed instead of pseudonyms; for administrators, and kept.")] = ""


def add_export_calls(router: APIRouter) -> None:
    """Add a call for each kind of file."""
    content: dict[int | str, dict[str, Any]] = {
        200: {"description": "The file.", "content": {media.partition(";")[0]: {} for media in MEDIA.values()}}
    }
    for kind in ExportKind:
        router.add_api_route(
            f"/exports/{kind.value}",
            _call(kind),
            methods=["POST"],
            summary=_ABOUT[kind],
            tags=["exports"],
            operation_id=f"export_{kind.value}",
            response_class=StreamingResponse,
            responses={**answers(404, 409, 413, 415, 429), **content},
        )


def _call(kind: ExportKind) -> Callable[..., StreamingResponse]:
    def rows(call: Call, asked: RowsAsked) -> StreamingResponse:
        zone, now = call.parts.zone, call.parts.clock.now()

        def midnight(day: date) -> datetime:
            return datetime.combine(day, time(), tzinfo=zone)

        wanted = ExportAsked(
            kind=kind,
            brands=call.person.brands,
            brand=asked.brand,
            channel=asked.channel,
            language=asked.language,
            issue_id=asked.issue_id,
            from_at=midnight(asked.from_day) if asked.from_day else None,
            to_at=midnight(min(asked.to_day, date.max - timedelta(days=1)) + timedelta(days=1)) if asked.to_day else None,
            reason=asked.reason,
        )
        return as_file(there(call.parts.exports).file(wanted, asked.format, call.person), wanted, asked.format, now=now)

    return rows
