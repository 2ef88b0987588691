"""Whom we asked, whom we did not, and why: three numbers and the reasons, for asking and for not asking."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from listener.errors import NotAllowed
from moderation.inbox.fields import RowId
from moderation.inbox.invitation_parts import InvitationParts
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts, there
from moderation.messages.asked import against, in_favour, numbers_of
from moderation.model.invitation import JourneyKind, KeptDecision

STATES = ("waiting", "asked", "never")
MOST_SHOWN = 50


def add_invitation_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages about invitations, where there are any."""
    if parts.invitations is None:
        return
    inviting = parts.invitations

    @app.get("/invitations")
    def invitations(request: Request) -> Response:
        state, kind = (_one_of(request.query_params.get(name, ""), allowed) for name, allowed in (("state", STATES), ("kind", _KINDS)))
        words = inviting.words(pages.language(request))
        room = there(parts.seen_by(request.state.person).invitations)
        return pages.show(
            request,
            "invitations.html.j2",
            decisions=[_shown(one, words) for one in room.decisions(state, kind, MOST_SHOWN)],
            counts=room.counts(),
            state=state,
            kind=kind,
            states=STATES,
            kinds=_KINDS,
            words=words,
        )

    @app.get("/invitations/quiet")
    def quiet(request: Request) -> Response:
        return pages.show(request, "invitations_quiet.html.j2", channels=list(inviting.quiet()))

    @app.get("/invitations/standing")
    def standing(request: Request) -> Response:
        snippets, missing = _snippet(inviting, pages.language(request))
        return pages.show(request, "invitations_standing.html.j2", snippets=snippets, missing=missing)

    @app.get("/invitations/{event_id}")
    def invitation(request: Request, event_id: RowId) -> Response:
        found = inviting.history(event_id)
        if not found:
            raise HTTPException(404)
        words = inviting.words(pages.language(request))
        return pages.show(
            request, "invitation.html.j2", event=found[-1].event, decisions=[_shown(one, words) for one in reversed(found)], words=words
        )


_KINDS = tuple(kind.value for kind in JourneyKind)


def _one_of(asked: str, allowed: tuple[str, ...]) -> str:
    return asked if asked in allowed else ""


def _shown(one: KeptDecision, words: Mapping[str, str]) -> dict[str, object]:
    """Return a decision as the pages show it: sentences instead of keys."""
    return {
        "kept": one,
        "event": one.event,
        "answer": one.decision.answer.value,
        "numbers": [(factor.value, value) for factor, value in numbers_of(one.decision)],
        "why": in_favour(one.decision, words),
        "why_not": against(one.decision, words),
    }


def _snippet(inviting: InvitationParts, language: str) -> tuple[Mapping[str, str], str]:
    try:
        return inviting.snippet(language), ""
    except NotAllowed as error:
        return {}, str(error)
