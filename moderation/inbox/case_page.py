"""Shows one case: its conversation, what stands beside it, the reply and the advice, each from the room that owns it."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts


def case_page(request: Request, parts: StaffParts, pages: Pages, case_id: int, *, status: int = 200, notice: str = "") -> Response:
    """Return the page of a case. `notice` names what just went otherwise than asked: "taken" or "changed"; 404 when there is no such case."""
    found = parts.case(case_id)
    if found is None:
        raise HTTPException(404)
    mine = found.entry.holder == request.state.session.agent
    signal = found.issue.signal if found.issue else None
    language = pages.language(request)
    reply, advice = getattr(parts, "reply", None), getattr(parts, "advice", None)
    return pages.show(
        request,
        "case.html.j2",
        status=status,
        detail=found,
        entry=found.entry,
        mine=mine,
        notice=notice,
        reason=parts.reason(signal, language) if signal else "",
        answered=parts.feedback.of_case(case_id) if parts.feedback else (),
        reply=reply.panel(case_id, request.state.person) if reply else None,
        advice=advice.panel(case_id, language) if advice else None,
    )
