"""What is the matter, and what do we do about it: the status page, one issue, the feed, and privacy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.wording import wording_of
from moderation.public.atom import atom_feed
from moderation.public.pages import PUBLIC_WORDS, PublicPages
from moderation.public.parts import PublicIssue, PublicParts

ATOM = "application/atom+xml; charset=utf-8"


def add_status_pages(app: FastAPI, parts: PublicParts, pages: PublicPages) -> None:
    """Add the pages that tell how things stand. None of them changes anything, and none of them names a customer."""

    @app.get("/")
    def front(request: Request) -> Response:
        known, now = parts.issues(), parts.clock.now()
        going_on = [one for one in known if one.resolved_at is None]
        over = [one for one in known if one.resolved_at is not None and _leaves_at(one, parts) > now]
        text = pages.render(request, "status.html.j2", going_on=going_on, over=over, days=round(parts.recent_days))
        return pages.cached(request, text, changed_at=_changed(known, parts, now))

    @app.get("/status/{public_id}")
    def issue(request: Request, public_id: str) -> Response:
        """Show one issue under its one address: another spelling of its number is no page."""
        found = next((one for one in parts.issues() if str(one.public_id) == public_id), None)
        if found is None:
            raise HTTPException(404)
        text = pages.render(request, "issue.html.j2", issue=found)
        return pages.cached(request, text, changed_at=_last_word(found))

    @app.get("/status.atom")
    def feed(request: Request) -> Response:
        known, language = parts.issues(), pages.language(request)
        base = parts.base_url.rstrip("/") or f"{request.url.scheme}://{request.headers['host']}"
        text = atom_feed(known, words=wording_of(language, PUBLIC_WORDS), brand=parts.brand, base_url=base, empty_at=parts.clock.now())
        return pages.cached(request, text, changed_at=max(map(_last_word, known), default=None), kind=ATOM)

    @app.get("/privacy")
    def privacy(request: Request) -> Response:
        return pages.cached(
            request, pages.render(request, "privacy.html.j2", facts=parts.privacy, asks=parts.feedback is not None), changed_at=None
        )


def _last_word(issue: PublicIssue) -> datetime:
    """Return when the page of an issue last changed: by a word of ours, or by a promise that went by."""
    return max(issue.changed_at, issue.late_since or issue.changed_at)


def _leaves_at(issue: PublicIssue, parts: PublicParts) -> datetime:
    return (issue.resolved_at or issue.changed_at) + timedelta(days=parts.recent_days)


def _changed(known: Sequence[PublicIssue], parts: PublicParts, now: datetime) -> datetime | None:
    """Return when the front page last changed: also by what left it because it was resolved long enough ago."""
    left = (_leaves_at(one, parts) for one in known if one.resolved_at is not None and _leaves_at(one, parts) <= now)
    return max((*map(_last_word, known), *left), default=None)
