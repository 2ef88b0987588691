"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.sign_in import COOKIE


def add_account_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the routes that need no session (sign-in) or end one (sign-out), and the language switch."""

    @app.get("/sign-in")
    def ask(request: Request) -> Response:
        """Show the button that uses a one-time link up: opening the address alone (as link previews do) uses nothing."""
        token = request.query_params.get("token", "")[:200]
        state = "ready" if token and parts.sign_in.works(token) else "stale" if token else "empty"
        return pages.show(request, "sign_in.html.j2", token=token, state=state)

    @app.post("/sign-in")
    def enter(request: Request) -> Response:
        token = request.state.form.get("token", "")[:200]
        secret = parts.sign_in.enter(token, replacing=request.state.secret)
        if secret is None:
            return pages.show(request, "sign_in.html.j2", status=403, token="", state="stale")
        response = RedirectResponse("/signed-in", status_code=303)
        response.set_cookie(COOKIE, secret, path="/", secure=True, httponly=True, samesite="strict")
        return response

    @app.get("/signed-in")
    def entered(request: Request) -> Response:
        """Go on to the issues, or say that the browser kept no cookie (Safari refuses Secure cookies on plain http)."""
        if request.state.session is not None:
            return RedirectResponse("/issues", status_code=303)
        return pages.show(request, "sign_in.html.j2", status=403, token="", state="cookie")

    @app.post("/sign-out")
    def leave(request: Request) -> Response:
        parts.sign_in.leave(request.state.secret)
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response

    @app.post("/language")
    def speak(request: Request) -> Response:
        form = request.state.form
        if form.get("language", "") in pages.languages:
            parts.sign_in.prefer(request.state.secret, form["language"])
        return RedirectResponse(own_path(form.get("back", "")), status_code=303)


def own_path(back: str) -> str:
    """Return `back` when it is a path of this site, else "/": a form field must not send anybody elsewhere."""
    plain = back.startswith("/") and not back.startswith("//") and all(sign.isalnum() or sign in "/?=&_-.%" for sign in back)
    return back if plain and back.isascii() else "/"
