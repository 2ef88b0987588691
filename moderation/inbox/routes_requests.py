"""Who waits for an answer about what is kept of them, and until when: for administrators of every brand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import InputError
from moderation.inbox.fields import RowId, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.request_parts import Asked, RequestParts
from moderation.inbox.wording import Wording
from moderation.model.subject import is_typed
from moderation.model.subject_request import Ending, RequestKind
from moderation.workflows.keep_requests import LONGEST_ACCOUNT, LONGEST_REASON, CannotNote
from moderation.workflows.subjects import SeveralCalled

MOST_ENDED = 50
_PLATFORM = "platform."
_NO_PLATFORM = frozenset({"file"})
"""Has words, but nobody has an account there."""


def add_request_routes(app: FastAPI, room: RequestParts, pages: Pages) -> None:
    """Add the page. Handing over and erasing is done where the home is: those commands touch files there."""

    def show(
        request: Request,
        *,
        status: int = 200,
        wrong: bool = False,
        given: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        several: Sequence[str] = (),
    ) -> Response:
        stands = {**_standing(request, room), "platforms": platforms_in(pages.wording(request), room.platforms())}
        said = {"given": given or {"received": stands["today"]}, "errors": errors or {}, "several": several, "wrong": wrong}
        return pages.show(request, "requests.html.j2", status=status, **stands, **said)

    def done(request: Request, act: Callable[[str, str], object]) -> Response:
        try:
            act(request.state.form.get("why", ""), request.state.person.name)
        except InputError:
            return show(request, status=409, wrong=True)
        return RedirectResponse("/requests", status_code=303)

    @app.get("/requests")
    def requests(request: Request) -> Response:
        return show(request)

    @app.post("/requests")
    def note(request: Request) -> Response:
        """Note a request that came by telephone or post. Who asks is in the form alone: no address that is kept anywhere holds it."""
        form = request.state.form
        several: tuple[str, ...] = ()
        asked, errors = asked_in(form, platforms_in(pages.wording(request), room.platforms()))
        if asked is not None:
            try:
                made, stood = room.note(asked, request.state.person.name)
                return RedirectResponse(f"/requests?noted={made.request_id}{'&stood=1' if stood else ''}", status_code=303)
            except CannotNote as refused:
                errors = {refused.field: refused.why}
            except SeveralCalled as called:
                errors, several = {"account": "several"}, called.keys
        given = {name: form.get(name, "") for name in ("kind", "platform", "account", "received")}
        return show(request, status=409, given=given, errors=errors, several=several)

    @app.post("/requests/{request_id}/extend")
    def extend(request: Request, request_id: RowId) -> Response:
        return done(request, lambda why, by: room.extend(request_id, why, by))

    @app.post("/requests/{request_id}/end")
    def end(request: Request, request_id: RowId) -> Response:
        how = Ending.REFUSED if request.state.form.get("how") == Ending.REFUSED.value else Ending.DONE
        return done(request, lambda why, by: room.end(request_id, how, why, by))


def _standing(request: Request, room: RequestParts) -> dict[str, Any]:
    """Return what the page shows whatever was sent to it: who waits, who does not any more, and what may be chosen."""
    found, told = room.all(), number_of(request.query_params.get("noted", ""))
    waiting = [one for one in found if one.open]
    return {
        "waiting": waiting,
        "ended": [one for one in found if not one.open][:MOST_ENDED],
        "told": next((one for one in waiting if one.request_id == told), None),
        "stood": "stood" in request.query_params,
        "most": LONGEST_REASON,
        "most_account": LONGEST_ACCOUNT,
        "is_typed": is_typed,
        "kinds": list(RequestKind),
        "today": room.today().isoformat(),
    }


def platforms_in(words: Wording, here: Collection[str]) -> list[tuple[str, str]]:
    """Return platforms with what they are called, by that: those we have words for and those of which anything is here."""
    known = {key.removeprefix(_PLATFORM) for key in words.keys if key.startswith(_PLATFORM)} - _NO_PLATFORM
    return sorted(((one, words.named("platform", one)) for one in known | set(here)), key=lambda one: (one[1].lower(), one[0]))


def asked_in(form: Mapping[str, str], platforms: list[tuple[str, str]]) -> tuple[Asked | None, dict[str, str]]:
    """Return what a form asks to be noted, or None with what is wrong by field: a key with words below `requests.not.`."""
    kind, platform, account, received = form.get("kind", ""), form.get("platform", ""), form.get("account", ""), _day(form)
    wrong = {
        "kind": kind not in list(RequestKind),
        "platform": platform not in [one for one, _ in platforms],
        "account": not account.strip(),
        "received": received is None,
    }
    if received is None or any(wrong.values()):
        return None, {name: name for name, is_wrong in wrong.items() if is_wrong}
    return Asked(kind=RequestKind(kind), platform=platform, account=account, received=received), {}


def _day(form: Mapping[str, str]) -> date | None:
    try:
        return date.fromisoformat(form.get("received", ""))
    except ValueError:
        return None
