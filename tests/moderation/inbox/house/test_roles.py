"""Every role asks for every route, with real requests: the table of rights is what happens (RULES S1, S2)."""

from __future__ import annotations

import pytest

from moderation.inbox.rights import OPEN, ROUTES
from moderation.model.person import RIGHTS, Right, Role
from tests.fakes.asking import Answer, Asking
from tests.fakes.house import House
from tests.moderation.inbox.house.conftest import ROLE_NAMES
from tests.moderation.inbox.house.paths import filled, is_call

NOBODY = 10**9
"""A number that nothing has: what is allowed gets as far as "there is no such thing", and changes nothing."""


def asked(house: House, asking: Asking, method: str, template: str, name: str) -> Answer:
    """Ask for a route as somebody, with a session or token of their own."""
    path = filled(template, NOBODY)
    if is_call(template):
        return asking.call(method, path, token=house.token(name), body={} if method == "POST" else None)
    cookie = house.cookie(name)
    return asking.page(method, path, cookie=cookie, form={"csrf": house.csrf(cookie)})


def refused_for_the_role(answer: Answer) -> bool:
    """Tell whether the gate said that the role does not hold the right."""
    return answer.status == 403 and (
        "Dit hoort niet bij jouw rol" in answer.text or "not part of your role" in answer.text or "urn:klankbord:right" in answer.text
    )


@pytest.mark.parametrize("role", list(Role))
def test_a_role_gets_exactly_what_the_table_gives_it(house: House, asking: Asking, role: Role) -> None:
    """100 % of routes and methods: allowed when the role holds the right, refused in plain words when not."""
    wrong = []
    for (method, template), needed in ROUTES.items():
        if needed == OPEN:
            continue
        answer = asked(house, asking, method, template, ROLE_NAMES[role])
        may = needed in RIGHTS[role]
        at_the_door = answer.headers.get("location") == "/sign-in" and template != "/sign-out"
        if refused_for_the_role(answer) is may or answer.status in (401, 500) or at_the_door:
            wrong.append((method, template, answer.status, may))
    assert wrong == []


def test_nobody_gets_in_without_a_session_or_token(asking: Asking) -> None:
    """The whole table is crawled: a page leads to the door, a form and a call say 401 (S1)."""
    for (method, template), needed in ROUTES.items():
        if needed == OPEN:
            continue
        path = filled(template, 1)
        answer = asking.call(method, path) if is_call(template) else asking.page(method, path, form={"csrf": "x"})
        expected = 302 if method == "GET" and not is_call(template) else 401
        assert answer.status == expected, (method, template, answer.status)
        assert not answer.body or answer.status == 401


def test_a_session_cookie_opens_no_call(house: House, asking: Asking) -> None:
    """Else a page elsewhere could call the API through somebody's browser."""
    cookie = house.cookie(ROLE_NAMES[Role.ADMIN])
    for method, template in ROUTES:
        if is_call(template):
            answer = asking.page(method, filled(template, 1), cookie=cookie, form={"csrf": house.csrf(cookie)})
            assert answer.status == 401, template


def test_a_token_opens_no_page(house: House, asking: Asking) -> None:
    answer = asking.call("GET", "/queue", token=house.token(ROLE_NAMES[Role.ADMIN]))
    assert answer.status == 302


def test_a_token_holds_no_more_than_its_scopes(house: House, asking: Asking) -> None:
    """A program that only reads gets a token that only reads, even of an administrator."""
    account = house.people.named(ROLE_NAMES[Role.ADMIN])
    token, kept = house.hold.make(account, "lezen", frozenset({Right.READ}), by="test")
    for (method, template), needed in ROUTES.items():
        if is_call(template):
            answer = asking.call(method, filled(template, NOBODY), token=token, body={} if method == "POST" else None)
            assert refused_for_the_role(answer) is (needed is not Right.READ), (method, template, answer.status)
    assert house.hold.revoke(kept.token_id, by="test")
    assert asking.call("GET", "/api/v1/me", token=token).status == 401


def test_a_disabled_person_is_out_at_the_next_request(house: House, asking: Asking) -> None:
    name = "tijdelijk"
    cookie = house.add(name, Role.AGENT)
    token = house.token(name)
    assert asking.page("GET", "/queue", cookie=cookie).status == 200
    assert asking.call("GET", "/api/v1/me", token=token).status == 200
    house.people.disable(house.people.named(name).person_id, by="test")
    assert asking.page("GET", "/queue", cookie=cookie).status == 302
    assert asking.call("GET", "/api/v1/me", token=token).status == 401
