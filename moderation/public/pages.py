"""Renders the public pages: one sandboxed Jinja environment, the reader's language, and answers that may be cached."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from moderation.inbox.show import page_environment
from moderation.inbox.wording import page_languages, preferred_language, wording_of
from moderation.public.parts import PublicParts

PUBLIC_WORDS = "public"
SHORT_SECONDS = 60
"""For how long a status page may be kept without asking again."""


class PublicPages:
    """Makes pages from templates. Every printed value is escaped and made visible; a name that a template misspells is an error."""

    def __init__(self, parts: PublicParts) -> None:
        self._parts = parts
        self.languages = page_languages(parts.languages)
        self.style = files("moderation.public").joinpath("static", "public.css").read_bytes()
        self._style_path = f"/static/{hashlib.sha256(self.style).hexdigest()[:12]}/public.css"
        self._environment = page_environment("moderation.public")
        self._environment.globals.update(style=self._style_path, brand=parts.brand, invented=parts.invented, languages=self.languages)

    def language(self, request: Request) -> str:
        """Return the language of this page: `?lang=`, else the browser's, else ours."""
        asked = request.query_params.get("lang", "")
        return asked if asked in self.languages else preferred_language(request.headers.get("accept-language", ""), self.languages)

    def render(self, request: Request, template: str, **given: Any) -> str:
        """Return a page's text. `given` are its own values. Nothing in it depends on the time of day, so that it can be cached."""
        words = wording_of(self.language(request), PUBLIC_WORDS)
        zone = self._parts.zone

        def moment(at: datetime) -> str:
            local = at.astimezone(zone)
            return words.text("moment", day=words.day(at, zone), year=local.year, clock=f"{local:%H:%M}")

        return self._environment.get_template(template).render(
            t=words.text,
            tn=words.count,
            named=words.named,
            number=words.number,
            moment=moment,
            language=words.language,
            path=request.url.path,
            **given,
        )

    def show(self, request: Request, template: str, *, status: int = 200, **given: Any) -> Response:
        """Answer with a page that is not to be kept anywhere (forms, errors)."""
        return HTMLResponse(self.render(request, template, **given).encode("utf-8", "replace"), status_code=status)

    def cached(self, request: Request, text: str, *, changed_at: datetime | None, kind: str = "text/html; charset=utf-8") -> Response:
        """Answer with `text`, to be kept for a minute and then asked about again: 304 while it is still what the reader has."""
        body = text.encode("utf-8", "replace")
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"cache-control": f"public, max-age={SHORT_SECONDS}", "etag": tag, "vary": "Accept-Language"}
        if changed_at is not None:
            headers["last-modified"] = format_datetime(changed_at.replace(microsecond=0), usegmt=True)
        if _still_good(request, tag, changed_at):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=kind)

    def error(self, scope: Scope, status: int, reason: str) -> Response:
        """Answer with the page of an error: what happened and what to do, in words of ours, without a trace."""
        request = Request(scope)
        number = getattr(request.state, "number", "")
        response = self.show(request, "error.html.j2", status=status, reason=reason, number_of_error=number)
        if status == 405:
            response.headers["allow"] = "GET, HEAD"
        return response


def _still_good(request: Request, tag: str, changed_at: datetime | None) -> bool:
    """Tell whether the reader's copy stands (RFC 9110 section 13.2.2: If-None-Match decides alone when it is there)."""
    if asked := request.headers.get("if-none-match", ""):
        return asked.strip() == "*" or any(part.strip().removeprefix("W/") == tag for part in asked[:2000].split(","))
    since = request.headers.get("if-modified-since", "")
    if not since or changed_at is None:
        return False
    try:
        seen = parsedate_to_datetime(since)
    except (TypeError, ValueError):  # not a date: RFC 9110 section 13.1.3 says to ignore it
        return False
    return seen.tzinfo is not None and seen >= changed_at.replace(microsecond=0)
