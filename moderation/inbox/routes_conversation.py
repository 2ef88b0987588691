"""One conversation: its page, and what people write and decide on it."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.case_page import case_page
from moderation.inbox.fields import RowId
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts


def add_conversation_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages of a conversation."""

    @app.get("/cases/{case_id}")
    def case(request: Request, case_id: RowId) -> Response:
        return case_page(request, parts, pages, case_id)
