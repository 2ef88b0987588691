"""Every route has its line in the table of rights, and every line its route (RULES S2)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import Route

from moderation.inbox.app import build_staff_app
from moderation.inbox.rights import OPEN, ROUTES
from moderation.model.person import Right
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import Staff, visit

KNOWN_OPEN = {
    ("GET", "/healthz"),
    ("GET", "/static/{version}/{name}"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/signed-in"),
    ("GET", "/sign-in/elsewhere"),
    ("GET", "/sign-in/elsewhere/back"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("GET", "/sign-in/set-up"),
    ("POST", "/sign-in/set-up"),
}
"""Written out here as well: opening one more route takes two files and a reviewer."""


class _Anything:
    """A part of the pages that is there; no route asks it anything while the table is read."""

    def __getattr__(self, name: str) -> Any:
        return self


def every_route() -> set[tuple[str, str]]:
    """Return (method, path) of every route that an installation with every part has."""
    parts = StaffDay().parts()
    missing: dict[str, Any] = {one.name: _Anything() for one in fields(parts) if getattr(parts, one.name) is None}
    app = build_staff_app(replace(parts, **missing))
    assert all(isinstance(route, Route) for route in app.routes)  # a mount or websocket would pass the table by
    return {(method, route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods or ()}


def test_every_route_has_a_line_in_the_table_of_rights() -> None:
    """A page that somebody adds without saying who may use it is found here, and answered 404 until then."""
    assert every_route() - set(ROUTES) == set()


def test_every_line_of_the_table_has_its_route() -> None:
    """A line that outlived its page would open the next page at that address."""
    assert set(ROUTES) - every_route() == set()


def test_only_the_door_is_open() -> None:
    assert {route for route, needed in ROUTES.items() if needed == OPEN} == KNOWN_OPEN


def test_what_changes_something_needs_more_than_reading() -> None:
    """Somebody who may only look changes nothing but what is their own; files of rows change nothing, but it is kept who took them."""
    own = {"/sign-out", "/language", "/fresh"}
    found = {path.removeprefix("/api/v1") for (method, path), needed in ROUTES.items() if method == "POST" and needed is Right.READ}
    files = {path for path in found if path.startswith("/exports/")}
    assert {path for path in found - files if path != "/me" and not path.startswith("/me/")} == own


def test_a_route_without_a_line_does_not_exist(day: StaffDay) -> None:
    staff = visit(day).come_in()

    @staff.app.get("/secret-plans")
    def secret() -> str:
        return "here"

    answer = staff.get("/secret-plans")
    assert answer.status_code == 404
    assert "here" not in answer.text.split()


def test_the_route_decides_however_an_address_is_spelled(staff: Staff) -> None:
    """The gate asks the router itself which page this would be; a slash or a code more is another address, and leads nowhere."""
    for path in ("/queue/", "/queue//", "/queue%2f", "/queue;x", "/QUEUE", "/cases/1/claim/"):
        assert staff.get(path).status_code in (404, 405), path
    assert staff.get("/%71ueue").status_code == 200  # the same address in another spelling is the same page
