"""What would have been posted, one by one: right or wrong, and how far each template is from graduating."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.fields import RowId, incomplete, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts, there
from moderation.model.shadow import Judged, ShadowKind

MOST_NOTE = 500


def add_shadow_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the page about shadow, when there is one. Letting something graduate asks for a fresh sign-in: it may post from then on."""
    shadow = parts.shadow
    if shadow is None:
        return

    @app.get("/shadow")
    def show(request: Request) -> Response:
        after = number_of(request.query_params.get("after", "0"))
        if after is None:
            raise HTTPException(404)
        room = there(parts.seen_by(request.state.person).shadow)
        waiting = room.waiting()
        later = [item for item in waiting if item.shadow_id > after]
        return pages.show(
            request,
            "shadow.html.j2",
            item=later[0] if later else None,
            cost=shadow.cost(later[0]) if later else 0.0,
            left=len(waiting),
            skipped=bool(waiting) and not later,
            figures=room.figures(),
            checked=room.checked(),
            standing=room.standing(),
        )

    @app.post("/shadow/{shadow_id}/review")
    def review(request: Request, shadow_id: RowId) -> Response:
        judged, note = request.state.form.get("judged", ""), str(request.state.form.get("note", ""))
        if judged not in set(Judged) or len(note) > MOST_NOTE:
            raise ActionError(f"This form is incomplete, or its note is longer than {MOST_NOTE} characters; open the page again.")
        shadow.review(shadow_id, Judged(judged), request.state.session.agent, note)
        return RedirectResponse("/shadow", status_code=303)

    @app.post("/shadow/graduate")
    def graduate(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        kind = request.state.form.get("kind", "")
        if kind not in set(ShadowKind):
            raise incomplete()
        shadow.graduate(ShadowKind(kind), str(request.state.form.get("subject", "")), request.state.session.agent)
        return RedirectResponse("/shadow", status_code=303)
