"""The page about requests of people, over an open home."""

from __future__ import annotations

from moderation.inbox.request_parts import RequestParts
from moderation.parts import Answering


def request_parts(parts: Answering) -> RequestParts:
    """Return what the page needs."""
    keep = parts.subjects.keep
    return RequestParts(
        all=keep.all,
        extend=lambda number, why, by: keep.extend(number, why=why, by=by),
        end=lambda number, how, why, by: keep.end(number, how, why=why, by=by),
    )
