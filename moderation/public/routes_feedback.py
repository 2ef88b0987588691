"""The feedback pages: questions page by page, then review links that are the same for everybody. No script, no cookie, no account."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.model.feedback import CHOICES, MOST_TEXT, Asked
from moderation.public.feedback_parts import FeedbackParts
from moderation.public.limiter import Limiter, client_of
from moderation.public.pages import PublicPages
from moderation.workflows.give_feedback import Closed, OpenForm


def add_feedback_pages(app: FastAPI, parts: FeedbackParts, pages: PublicPages) -> None:
    """Add the pages behind feedback links. The token in the address is what lets one in; only POST changes anything."""
    shut = _Shut(parts, pages)
    _add_thread(app, parts, pages, shut)
    _add_reviews(app, parts, pages, shut)
    _add_form(app, parts, pages, shut)


class _Shut:
    """The pages for whoever is not let in."""

    def __init__(self, parts: FeedbackParts, pages: PublicPages) -> None:
        self._parts = parts
        self._pages = pages

    def closed(self, request: Request, why: Closed, token: str = "") -> Response:
        """Say why a link does not open, friendly and the same for every wrong one; count the wrong ones of each client."""
        if why is Closed.UNKNOWN:
            self._parts.wrong.count(client_of(request))
        reviews = self._parts.reviews_after(token) if why is Closed.USED else ""
        status = 404 if why is Closed.UNKNOWN else 410
        return self._pages.show(request, "feedback_closed.html.j2", status=status, why=why.value, reviews=reviews)

    def busy(self, request: Request, limiter: Limiter) -> Response | None:
        """Refuse a client that used up its tries; None lets it go on."""
        if not limiter.full(client_of(request)):
            return None
        return self._pages.show(request, "feedback_closed.html.j2", status=429, why="busy", reviews="")


def _add_thread(app: FastAPI, parts: FeedbackParts, pages: PublicPages, shut: _Shut) -> None:
    @app.get("/f/all/{token}")
    def thread(request: Request, token: str) -> Response:
        if refusal := shut.busy(request, parts.wrong):
            return refusal
        found = parts.thread(token)
        if isinstance(found, Closed):
            return shut.closed(request, found)
        return _spoken(request, found.language) or pages.show(request, "feedback_begin.html.j2", token=token)

    @app.post("/f/all/{token}")
    def begin(request: Request, token: str) -> Response:
        """Hand out a form of one's own. A preview or a crawler only reads, so it begins none."""
        if refusal := shut.busy(request, parts.wrong) or shut.busy(request, parts.begun):
            return refusal
        made = parts.begin(token)
        if isinstance(made, Closed):
            return shut.closed(request, made)
        parts.begun.count(client_of(request))
        return _see(f"/f/{made}?lang={pages.language(request)}")


def _add_reviews(app: FastAPI, parts: FeedbackParts, pages: PublicPages, shut: _Shut) -> None:
    @app.get("/f/done/{token}")
    def reviews(request: Request, token: str) -> Response:
        if refusal := shut.busy(request, parts.wrong):
            return refusal
        found = parts.reviews(token)
        if isinstance(found, Closed):
            return shut.closed(request, found)
        return _spoken(request, found.language) or pages.show(
            request, "feedback_done.html.j2", token=token, links=found.links, bare=found.asked is Asked.BARE
        )

    @app.get("/r/{token}/{slug}")
    def go(request: Request, token: str, slug: str) -> Response:
        """Lead to a configured review site; there is no way to name another address. A browser that reads ahead is not counted."""
        if refusal := shut.busy(request, parts.wrong):
            return refusal
        ahead = "prefetch" in f"{request.headers.get('sec-purpose', '')} {request.headers.get('purpose', '')}"
        found = parts.go_to_review(token, slug, count=not ahead)
        return shut.closed(request, found) if isinstance(found, Closed) else _see(found)


def _add_form(app: FastAPI, parts: FeedbackParts, pages: PublicPages, shut: _Shut) -> None:
    @app.get("/f/{token}")
    def look(request: Request, token: str) -> Response:
        if refusal := shut.busy(request, parts.wrong):
            return refusal
        found = parts.look(token)
        if isinstance(found, Closed):
            return shut.closed(request, found, token)
        return _spoken(request, found.language) or _questions(request, pages, token, found)

    @app.post("/f/{token}")
    def answer(request: Request, token: str) -> Response:
        """Keep a page and show the next. Sent again it changes nothing, and so does anything sent after the last page."""
        if refusal := shut.busy(request, parts.wrong):
            return refusal
        kept = parts.answer(token, _step(request.query_params.get("step", "")), request.state.form)
        if isinstance(kept, Closed):
            return shut.closed(request, kept, token)
        language = pages.language(request)
        if kept.next_step is None:
            return _see(f"/f/done/{kept.reviews}?lang={language}")
        return _see(f"/f/{token}?lang={language}&step={kept.next_step + 1}")


def _questions(request: Request, pages: PublicPages, token: str, form: OpenForm) -> Response:
    asked = request.query_params.get("step", "")
    step = min(_step(asked), len(form.steps) - 1) if asked else form.go_on
    return pages.show(
        request,
        "feedback_form.html.j2",
        token=token,
        step=step,
        steps=len(form.steps),
        questions=form.steps[step],
        choices=CHOICES,
        answers=form.answers,
        most_text=MOST_TEXT,
    )


def _spoken(request: Request, language: str) -> Response | None:
    """Open a link in the language it was sent in, unless the reader chose one."""
    return None if request.query_params.get("lang") else _see(f"{request.url.path}?lang={language}")


def _see(where: str) -> Response:
    return RedirectResponse(where, status_code=303)


def _step(written: str) -> int:
    """Return the page asked for, counted from 0; the first when it is no number."""
    return max(0, int(written) - 1) if written.isascii() and written.isdigit() and len(written) < 3 else 0
