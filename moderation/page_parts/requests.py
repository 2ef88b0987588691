"""The page about requests of people, over an open home."""

from __future__ import annotations

from datetime import datetime, time

from moderation.inbox.request_parts import Asked, RequestParts
from moderation.model.subject_request import SubjectRequest
from moderation.parts import Answering


def request_parts(parts: Answering) -> RequestParts:
    """Return what the page needs."""
    keep, clock, zone = parts.subjects.keep, parts.listening.clock, parts.listening.settings.zone

    def note(asked: Asked, by: str) -> tuple[SubjectRequest, bool]:
        waiting = {one.request_id for one in keep.all(ended=False)}
        came = datetime.combine(asked.received, time.min, tzinfo=zone)
        made = keep.add(asked.kind, asked.platform, asked.account, received_at=came, by=by)
        return made, made.request_id in waiting

    return RequestParts(
        all=keep.all,
        extend=lambda number, why, by: keep.extend(number, why=why, by=by),
        end=lambda number, how, why, by: keep.end(number, how, why=why, by=by),
        note=note,
        today=lambda: clock.now().astimezone(zone).date(),
        platforms=keep.platforms,
    )
