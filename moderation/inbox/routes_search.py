"""Finding what was said: one box, and where to look. Everything in the address is data; what cannot be read narrows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.pages import Pages
from moderation.inbox.paging import page_asked, pages_in
from moderation.inbox.parts import StaffParts
from moderation.inbox.scope import PRIVATE_WANTS
from moderation.model.finding import Asked, CaseFilter, How
from moderation.workflows.search_everything import SHOWN

MOST_TYPED = 200
MOST_PAGES = 400
_FIELDS = ("q", "how", "brand", "platform", "language", "from", "to", "case", "issue")
_ISSUE = {"yes": True, "no": False}
E = TypeVar("E", bound=StrEnum)


def add_search_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the page where everything heard can be found. It changes nothing."""

    @app.get("/search")
    def search(request: Request) -> Response:
        if parts.search is None:
            raise HTTPException(404)
        given = {name: request.query_params.get(name, "") for name in _FIELDS}
        asked, brands = asked_of(given), request.state.person.brands
        page = page_asked(request.query_params.get("page", ""), most=MOST_PAGES)
        private = request.state.person.may(PRIVATE_WANTS)
        answer = parts.search.find(asked, brands, page, private) if asked.typed else None
        group = None if answer is None else answer.meaning if asked.how is How.MEANING else answer.words
        return pages.show(
            request,
            "search.html.j2",
            asked=asked,
            given=given,
            answer=answer,
            choices=parts.search.choices(brands),
            narrowed=any(given[name] for name in _FIELDS[2:]),
            page=page,
            page_count=pages_in(group.count, SHOWN) if group else 1,
            address=lambda **changes: _address(given, changes),
        )


def asked_of(given: Mapping[str, str]) -> Asked:
    """Read a search as it stands in an address."""
    return Asked(
        typed=given.get("q", "").strip()[:MOST_TYPED],
        how=_one_of(How, given.get("how", "")) or How.BOTH,
        brand=given.get("brand", ""),
        platform=given.get("platform", ""),
        language=given.get("language", ""),
        from_day=_day(given.get("from", "")),
        to_day=_day(given.get("to", "")),
        case=_one_of(CaseFilter, given.get("case", "")) or CaseFilter.ANY,
        in_issue=_ISSUE.get(given.get("issue", "")),
    )


def _address(given: Mapping[str, str], changes: Mapping[str, object]) -> str:
    fields = {name: str(value) for name, value in {**given, **changes}.items() if value not in ("", None)}
    return f"/search?{urlencode(fields, errors='replace')}"


def _one_of(kind: type[E], value: str) -> E | None:
    return next((one for one in kind if one.value == value), None)


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None
