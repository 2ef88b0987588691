"""Renders the staff pages: one sandboxed Jinja environment, and what every page is given."""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from listener.digest.choice import link_only
from listener.errors import ActionError
from moderation.inbox.done import Done, done_of
from moderation.inbox.menu import menu_of
from moderation.inbox.parts import StaffParts
from moderation.inbox.refusals import refusal
from moderation.inbox.show import excerpt, link_host, page_environment, web_link
from moderation.inbox.trend import by_day, chart_of
from moderation.inbox.wording import Wording, page_languages, preferred_language, wording_of
from moderation.model.case import Reason
from moderation.model.person import Person

CSS = "text/css; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
STATIC_KINDS = {
    "app.css": CSS,
    "live.js": SCRIPT,
    "keys.js": SCRIPT,
    "issues.css": CSS,
    "charts.css": CSS,
    "queue.css": CSS,
    "queue.js": SCRIPT,
    "conversation.css": CSS,
    "knowledge.css": CSS,
    "advice.js": SCRIPT,
    "search.css": CSS,
    "plan.css": CSS,
    "people.css": CSS,
    "people.js": SCRIPT,
    "reply.css": CSS,
    "report.css": CSS,
    "reply.js": SCRIPT,
    "mark.svg": "image/svg+xml",
}
"""The files that pages link to; a room adds its own, one a line."""


class Pages:
    """Makes pages from templates. Every printed value is escaped and made visible; a name that a template misspells is an error."""

    def __init__(self, parts: StaffParts) -> None:
        self._parts = parts
        self.languages = page_languages(parts.languages)
        self.static = {name: files("moderation.inbox").joinpath("static", name).read_bytes() for name in STATIC_KINDS}
        self._version = hashlib.sha256(b"".join(self.static.values())).hexdigest()[:12]
        self._environment = page_environment("moderation.inbox")
        self._environment.globals.update(
            chart_of=chart_of, by_day=by_day, asset=self._asset, invented=parts.invented, streams=parts.live is not None
        )
        self._environment.globals.update(link_only=link_only, languages=self.languages)
        self._menu = menu_of(parts)
        self._environment.filters.update(web_link=web_link, link_host=link_host, excerpt=excerpt)

    def language(self, request: Request) -> str:
        """Return the language of this page: `?lang=` for this page only, else the session's, else the browser's, else ours."""
        asked = request.query_params.get("lang", "")
        session = request.state.session
        chosen = asked or (session.language if session else "")
        return chosen if chosen in self.languages else preferred_language(request.headers.get("accept-language", ""), self.languages)

    def wording(self, request: Request) -> Wording:
        return wording_of(self.language(request))

    def show(self, request: Request, template: str, *, status: int = 200, **given: Any) -> Response:
        """Render `template` for this request. `given` are the page's own values."""
        words = self.wording(request)
        now = self._parts.clock.now()
        person: Person | None = getattr(request.state, "person", None)
        menu = self._menu(person)

        def when(moment: datetime) -> str:
            return words.moment(moment, now, self._parts.zone)

        def day(moment: datetime) -> str:
            return words.day(moment, self._parts.zone)

        page = self._environment.get_template(template).render(
            t=words.text,
            tn=words.count,
            named=words.named,
            why=lambda one: words.named("why", self._parts.why(one, words.language) if isinstance(one, Reason) else one),
            number=words.number,
            dollars=words.dollars,
            when=when,
            day=day,
            stretch=lambda since: words.stretch(since, now),
            language=words.language,
            session=request.state.session,
            brand=self._parts.brand if person is None or person.brands is None else " · ".join(sorted(person.brands)),
            menu=menu,
            has_search=any(entry.key == "search" for entry in menu.daily),
            theme=getattr(request.state, "theme", "system"),
            path=request.url.path,
            done=self._done(request, now),
            now=now,
            clock=f"{now.astimezone(self._parts.zone):%H:%M:%S}",
            **given,
        )
        return HTMLResponse(page.encode("utf-8", "replace"), status_code=status)

    def _done(self, request: Request, now: datetime) -> Done | None:
        """Return what the page says was just done, from `?did=` or `?undone=` in its address (see `inbox/done.py`)."""
        return done_of(request, self._parts.queue, now)

    def refusal(self, request: Request, error: ActionError) -> str:
        """Return why something was refused, in the reader's language where we have words for it."""
        return refusal(error, self.wording(request))

    def error(self, scope: Scope, status: int, reason: str) -> Response:
        """Render the page of an error: what happened and what to do, in words of ours."""
        request = Request(scope)
        number = getattr(request.state, "number", "")
        response = self.show(request, "error.html.j2", status=status, status_code=status, reason=reason, said="", number_of_error=number)
        if status == 405:
            response.headers["allow"] = "GET, HEAD, POST"
        return response

    def stale(self, request: Request) -> Response | None:
        """Return the page that asks again who somebody is, or None when they showed it within the last 15 minutes (RULES S12).

        Its form carries what was asked, so that a right password or code goes on with it.
        """
        session = request.state.session
        if session is not None and self._parts.sign_in.fresh(session):
            return None
        asked = {name: value for name, value in request.state.form.items() if name != "csrf"}
        again = {"fresh_to": request.url.path, "fresh_how": "get" if request.method in ("GET", "HEAD") else "form"}
        return self.show(request, "fresh.html.j2", status=403, fields={**asked, **again}, wrong="", wait_minutes=0)

    def _asset(self, name: str) -> str:
        if name not in self.static:
            raise LookupError(f"no page can have {name}: STATIC_KINDS does not name it")
        return f"/static/{self._version}/{name}"
