"""Nobody empties the house by asking often or reading on (RULES S14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from moderation.inbox.limits import ALLOWED, LIMITED_ROUTES, Allowance, Limited, PersonLimits
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Role
from tests.fakes.asking import Asking
from tests.fakes.house import OURS, House
from tests.moderation.inbox.house.conftest import ROLE_NAMES
from tests.moderation.inbox.house.paths import filled, is_call


def test_a_bucket_gives_its_burst_and_then_one_at_a_time() -> None:
    now = [100.0]
    limits = PersonLimits(lambda: now[0], {Limited.SEARCH: Allowance(burst=3, every_seconds=2.0)})
    assert [limits.wait_seconds("anna", Limited.SEARCH) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert limits.wait_seconds("bram", Limited.SEARCH) == 0.0  # a colleague has a bucket of their own
    now[0] += 1.5
    assert limits.wait_seconds("anna", Limited.SEARCH) == 0.5
    now[0] += 0.5
    assert limits.wait_seconds("anna", Limited.SEARCH) == 0.0
    now[0] += 1_000.0  # a night away fills it, and no further
    assert [limits.wait_seconds("anna", Limited.SEARCH) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]


@pytest.mark.parametrize("what", list(Limited))
def test_searching_exporting_and_drafting_have_an_end(house: House, asking: Asking, what: Limited) -> None:
    """Page and API share one allowance; the answer says how long to wait, and after that it goes on."""
    name = f"{what.value} tot het op is"
    house.add(name, Role.APPROVER)  # holds every right that one of these asks for
    routes = [route for route, kind in LIMITED_ROUTES.items() if kind is what]
    method, template = next(route for route in reversed(routes) if not is_call(route[1]))
    path = filled(template, {kind: by_brand[OURS] for kind, by_brand in house.things.items()})
    house.clock.advance(timedelta(hours=1))
    cookie = house.cookie(name)
    spend = PersonLimits.wait_seconds
    limits = _limits_of(house)
    for _ in range(ALLOWED[what].burst):
        assert spend(limits, name, what) == 0.0
    answer = asking.page(method, path, cookie=cookie, form={"csrf": house.csrf(cookie)})
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1
    for called in (route for route in routes if is_call(route[1])):
        refused = asking.call(
            called[0],
            filled(called[1], house.things[ObjectKind.CASE][OURS]),
            token=house.token(name),
            body={} if called[0] == "POST" else None,
        )
        assert (refused.status, refused.json["type"]) == (429, "urn:klankbord:often"), called
        assert int(refused.headers["retry-after"]) >= 1
    house.clock.advance(timedelta(seconds=ALLOWED[what].every_seconds + 1))
    assert asking.page(method, path, cookie=cookie, form={"csrf": house.csrf(cookie)}).status != 429


def _limits_of(house: House) -> PersonLimits:
    """Return the buckets of the house's gate."""
    if house.app.middleware_stack is None:  # nobody asked for anything yet
        house.app.middleware_stack = house.app.build_middleware_stack()
    layer: Any = house.app.middleware_stack
    while not hasattr(layer, "_admission"):
        layer = layer.app
    limits = layer._admission._limits
    assert isinstance(limits, PersonLimits)
    return limits


def test_reading_past_a_thousand_people_is_for_administrators_and_written_down(house: House, asking: Asking) -> None:
    issue_id = house.things[ObjectKind.ISSUE][OURS]
    agent, admin = ROLE_NAMES[Role.APPROVER], ROLE_NAMES[Role.ADMIN]
    paths = (
        f"/api/v1/issues/{issue_id}/mentions?cursor=1001",
        "/api/v1/mentions?q=stroom&page=41",
        "/api/v1/cases?cursor=1001",
        "/api/v1/cases?limit=1&cursor=999999999999999999",
    )
    before = len(house.parts.desk.audit.lines())
    for path in paths:
        refused = asking.call("GET", path, token=house.token(agent))
        assert (refused.status, refused.json["type"]) == (403, "urn:klankbord:many"), path
    for spelt in ("%2B41", "41.0", "%2041", "4_1"):  # what a lenient reader takes for 41, and the gate for no number
        assert asking.call("GET", f"/api/v1/mentions?q=stroom&page={spelt}", token=house.token(agent)).status == 422, spelt
        assert asking.call("GET", f"/api/v1/cases?issue_id={spelt}&limit=5", token=house.token(agent)).status == 422, spelt
        assert asking.call("GET", f"/api/v1/feedback?issue_id={spelt}", token=house.token(agent)).status == 422, spelt
    for page in (f"/issues/{issue_id}?page=41", "/queue?page=21", "/queue?page=1000000"):
        assert asking.page("GET", page, cookie=house.cookie(agent)).status == 403, page
    for page in ("/queue?page=20", "/queue?page=x"):
        assert asking.page("GET", page, cookie=house.cookie(agent)).status in (200, 303), page
    assert asking.call("GET", f"/api/v1/issues/{issue_id}/mentions?cursor=1000", token=house.token(agent)).status == 200
    house.token(admin)
    lines = len(house.parts.desk.audit.lines())
    for path in paths:
        assert asking.call("GET", path, token=house.token(admin)).status == 200, path
    written = house.parts.desk.audit.lines()[lines:]
    assert [(one.who, one.verb) for one in written] == [(admin, "export")] * len(paths)
    assert before <= lines
