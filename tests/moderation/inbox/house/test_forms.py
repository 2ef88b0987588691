"""Nothing changes but by a form of our own page, in this session, or by a token; and looking changes nothing (RULES S4, S5, S6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.inbox.app import build_staff_app
from moderation.inbox.rights import FRESH, OPEN, ROUTES
from moderation.inbox.wording import wording_of
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Role
from moderation.page_parts.staff import staff_parts
from tests.fakes.asking import HOST, Asking
from tests.fakes.house import OURS, House
from tests.moderation.inbox.house.conftest import ROLE_NAMES, ledger_hash
from tests.moderation.inbox.house.paths import filled, is_call

EVIL = "https://evil.example"
OWN = ("staff_session",)
"""A session's own line says when it was last seen."""


def ours(house: House) -> dict[ObjectKind, int]:
    return {kind: by_brand[OURS] for kind, by_brand in house.things.items()}


def test_no_form_from_elsewhere_and_none_without_its_token_does_anything(house: House, asking: Asking) -> None:
    """Each route that takes a form: no token, a colleague's token, another site's Origin, and a bare `curl -X POST`: 403, nothing done."""
    cookie, other = house.cookie(ROLE_NAMES[Role.ADMIN]), house.cookie(ROLE_NAMES[Role.APPROVER])
    csrf, theirs = house.csrf(cookie), house.csrf(other)
    posts = [template for method, template in ROUTES if method == "POST" and not is_call(template)]
    assert len(posts) >= 40
    before = ledger_hash(house.home)
    for template in posts:
        path = filled(template, ours(house))
        if ROUTES["POST", template] != OPEN:
            assert asking.page("POST", path, cookie=cookie, form={}).status == 403, template
            assert asking.page("POST", path, cookie=cookie, form={"csrf": theirs}).status == 403, template
        assert asking.page("POST", path, cookie=cookie, form={"csrf": csrf}, origin=EVIL).status == 403, template
        assert asking.page("POST", path, cookie=cookie, form={"csrf": csrf}, sec_fetch_site="cross-site").status == 403, template
        bare = {"cookie": f"__Host-klankbord={cookie}", "content-type": "application/x-www-form-urlencoded"}
        assert asking.ask("POST", path, headers=bare, body=f"csrf={csrf}".encode()).status == 403, template
    assert ledger_hash(house.home) == before


def test_looking_changes_nothing(house: House, asking: Asking) -> None:
    """Every GET of pages and API, with what a link in a chat could carry: the ledger is the same, row for row."""
    cookie, token = house.cookie(ROLE_NAMES[Role.ADMIN]), house.token(ROLE_NAMES[Role.ADMIN])
    asking.call("GET", "/api/v1/me", token=token)
    before = ledger_hash(house.home, leave_out=OWN)
    for method, template in ROUTES:
        if method != "GET":
            continue
        path = filled(template, ours(house))
        for query in ("", "?version=1&csrf=x&text=x&verb=claim&language=en"):
            answer = asking.call("GET", path + query, token=token) if is_call(template) else asking.page("GET", path + query, cookie=cookie)
            assert answer.status < 500, (template, query, answer.status)
    assert ledger_hash(house.home, leave_out=OWN) == before


def test_a_method_that_changes_is_never_reached_by_get(house: House, asking: Asking) -> None:
    cookie, token = house.cookie(ROLE_NAMES[Role.ADMIN]), house.token(ROLE_NAMES[Role.ADMIN])
    gets = {template for method, template in ROUTES if method == "GET"}
    for method, template in ROUTES:
        if method == "POST" and template not in gets:
            path = filled(template, ours(house))
            answer = asking.call("GET", path, token=token) if is_call(template) else asking.page("GET", path, cookie=cookie)
            assert answer.status in (404, 405, 422), (template, answer.status)


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59-14:00", "morgen", "2026-02-30T10:00"])
def test_a_moment_that_is_none_is_refused_in_words(house: House, asking: Asking, typed: str) -> None:
    """Also one that is none in UTC: the edge of the calendar is no error of ours (RULES I22, S16)."""
    cookie, issue_id = house.cookie(ROLE_NAMES[Role.AGENT]), house.things[ObjectKind.ISSUE][OURS]
    for path, form in (("/issues/{}/plans", {"text": "x", "until": typed}), ("/status/{}/draft", {"status": "seen", "next_update": typed})):
        answer = asking.page("POST", path.format(issue_id), cookie=cookie, form={"csrf": house.csrf(cookie), **form})
        assert answer.status == 409, (path, answer.status)


def test_what_posts_in_our_name_asks_again_who_somebody_is(house: House, asking: Asking) -> None:
    """A quarter of an hour after they showed it: nothing happens but the question; whatever else they do goes on (RULES S12)."""
    cookie = house.cookie(ROLE_NAMES[Role.ADMIN])
    assert {path for _, path in FRESH} >= {
        "/outbox/resume",
        "/outbox/drafts/{draft_id}/approve",
        "/approvals/{draft_id}/approve",
        "/status/{issue_id}/publish",
        "/status/plans/{plan_id}/approve",
        "/me/tokens",
        "/people/{person_id}/role",
    }
    house.clock.advance(timedelta(minutes=15, seconds=1))
    asking.page("GET", "/sources", cookie=cookie)
    before = ledger_hash(house.home, leave_out=OWN)
    for method, template in sorted(FRESH):
        answer = asking.page(method, filled(template, ours(house)), cookie=cookie, form={"csrf": house.csrf(cookie)})
        assert answer.status == 403, template
        assert any(wording_of(language).text("people.fresh_title") in answer.text for language in ("nl", "en")), template
    assert ledger_hash(house.home, leave_out=OWN) == before
    assert asking.page("POST", "/outbox/stop", cookie=cookie, form={"csrf": house.csrf(cookie)}).status == 303
    assert house.parts.desk.outbox.stopped()
    house.parts.desk.outbox.resume(ROLE_NAMES[Role.ADMIN])


def test_behind_a_proxy_with_tls_every_answer_says_so_for_a_year(house: House) -> None:
    """HSTS stands on pages, calls, redirects and refusals, and only where TLS is: on plain localhost it would lock people out."""
    parts = replace(staff_parts(house.parts, house.sign_in), base_url="https://inbox.example")
    behind, plain = Asking(build_staff_app(parts)), Asking(house.app)
    cookie = house.cookie(ROLE_NAMES[Role.AGENT])
    for path in ("/queue", "/nothing", "/api/v1/me", "/static/x/app.css", "/healthz"):
        answer = behind.page("GET", path, cookie=cookie, host="inbox.example")
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains", path
        assert "strict-transport-security" not in plain.page("GET", path, cookie=cookie).headers, path
    form = {"csrf": house.csrf(cookie), "language": "en"}
    named = behind.page("POST", "/language", cookie=cookie, form=form, host="inbox.example", origin="https://inbox.example")
    assert named.status == 303
    assert behind.page("POST", "/language", cookie=cookie, form=form, host="inbox.example", origin="http://inbox.example").status == 403
    assert behind.page("GET", "/queue", cookie=cookie, host="evil.example").status == 400
    assert behind.page("GET", "/queue", cookie=cookie, host=HOST).status == 200  # a health check on the machine itself
    behind.close()
    plain.close()
