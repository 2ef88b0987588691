"""Nobody gets in or does anything that our own pages did not ask for (RULES S1, S4, S6, S16)."""

from __future__ import annotations

import logging

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from listener.errors import StoreLocked
from moderation.inbox.edge import MOST_FORM_BYTES
from moderation.inbox.page_records import CaseDetail, IssuesNow
from moderation.inbox.rights import OPEN as NO_SESSION
from moderation.inbox.rights import ROUTES
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import Staff, visit

OPEN = {path for (_, path), needed in ROUTES.items() if needed == NO_SESSION}
CANARY = "canary-token-5151"


def routes_of(staff: Staff) -> list[tuple[str, str]]:
    """Return (method, path) of every page and form of the app; calls of the API are asked in tests/moderation/inbox/house."""
    pages = [route for route in staff.app.routes if isinstance(route, APIRoute) and not route.path.startswith("/api/")]
    found = [(method, route.path) for route in pages for method in route.methods or ()]
    assert len(found) >= 15
    return found


def filled(path: str) -> str:
    return path.replace("{issue_id}", "1").replace("{case_id}", "1").replace("{version}", "x").replace("{name}", "app.css")


def test_every_route_but_the_door_asks_for_a_session(visitor: Staff) -> None:
    """A page that somebody adds later is closed too: the route table itself is crawled (S1)."""
    for method, path in routes_of(visitor):
        if path in OPEN:
            continue
        answer = visitor.get(filled(path)) if method == "GET" else visitor.post(filled(path), {"csrf": "x"}, csrf=False)
        expected = {302} if method == "GET" else {401}
        assert answer.status_code in expected, (method, path, answer.status_code)
        if method == "GET":
            assert answer.headers["location"] == "/sign-in"
            assert not answer.content


def test_paths_that_do_not_exist_are_closed_as_well(visitor: Staff) -> None:
    """Otherwise a stranger could map what there is; and there is no page that documents the routes (S16)."""
    for path in ("/nothing", "/docs", "/openapi.json", "/redoc", "/static", "/sign-in/", "/healthz/x", "/HEALTHZ", "//healthz"):
        assert visitor.get(path).status_code in (302, 404), path
        assert "openapi" not in visitor.get(path).text
    assert visitor.get("/static/x/../../app.py").status_code in (302, 404)


def test_health_and_styles_are_open(visitor: Staff) -> None:
    assert visitor.get("/healthz").text == "ok\n"
    for name in ("app.css", "live.js", "mark.svg"):
        assert visitor.get(f"/static/x/{name}").status_code == 200
    assert visitor.get("/static/x/pages.py").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},  # one of the two is wrong
        {"origin": "http://127.0.0.1:9999", "sec-fetch-site": "same-site"},  # another service on this machine
        {"origin": "null", "sec-fetch-site": "cross-site"},  # a sandboxed frame
        {"origin": "null", "sec-fetch-site": "none"},
    ],
)
def test_a_form_from_elsewhere_changes_nothing(staff: Staff, headers: dict[str, str]) -> None:
    """Even with the cookie and the right token: the browser says where a form came from (S4)."""
    answer = staff.post("/cases/1/claim", {"version": "1"}, csrf=True, **headers)
    assert answer.status_code == 403
    assert staff.day.claims == []


def test_a_request_by_a_program_is_refused(staff: Staff) -> None:
    """`curl -X POST` says neither where it comes from nor what site it is on (S4)."""
    bare = TestClient(staff.app, base_url="http://127.0.0.1:8642")
    for path in ("/sign-in", "/sign-out", "/language", "/cases/1/claim", "/cases/1/release"):
        answer = bare.post(
            path, data={"csrf": staff.csrf, "token": staff.link_token()}, headers={"cookie": f"__Host-klankbord={staff.cookie}"}
        )
        assert answer.status_code == 403, path


def test_a_browser_that_names_our_own_address_may_send_forms(staff: Staff) -> None:
    """Browsers that keep the Origin under our referrer policy are as good."""
    answer = staff.post("/cases/1/claim", {"version": "1"}, origin="http://127.0.0.1:8642")
    assert answer.status_code == 303


def test_every_form_needs_this_sessions_token(staff: Staff) -> None:
    """None, a guess, a colleague's and a token given twice are all refused (S4)."""
    theirs = staff.colleague("Bram Vos").csrf
    posts = [path for method, path in routes_of(staff) if method == "POST" and path not in OPEN]
    assert len(posts) >= 4
    for path in posts:
        for token in ("", "guess", theirs, staff.csrf[:-1], staff.csrf + "é"):
            assert staff.post(filled(path), {"csrf": token, "version": "1"}, csrf=False).status_code == 403, (path, token)
    twice = f"csrf=guess&csrf={staff.csrf}&version=1"
    headers = {
        "cookie": f"__Host-klankbord={staff.cookie}",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    assert staff.client.post("/cases/1/claim", content=twice, headers=headers).status_code == 400
    assert staff.day.claims == []
    assert staff.sign_in.session(staff.cookie) is not None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8642",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "0.0.0.0",
        "[::1]",
        "127.0.0.1:port",
        "2130706433",
        "127.1",
        "",
        "x" * 300,
    ],
)
def test_only_this_machines_own_names_are_answered(staff: Staff, host: str) -> None:
    """A page elsewhere can make its own name resolve to 127.0.0.1 (DNS rebinding); it still sends that name."""
    answer = staff.get("/issues", host=host)
    assert answer.status_code == 400
    assert "Storing" not in answer.text


def test_both_names_of_this_machine_work(staff: Staff) -> None:
    assert staff.get("/issues", host="localhost:50123").status_code == 200
    assert staff.get("/issues", host="127.0.0.1").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused(staff: Staff, method: str) -> None:
    answer = staff.client.request(method, "/issues", headers={"cookie": f"__Host-klankbord={staff.cookie}"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_form_too_large_or_of_another_kind_is_refused(staff: Staff) -> None:
    """A form of ours has a few short fields; anything else is somebody trying."""
    headers = {"cookie": f"__Host-klankbord={staff.cookie}", "sec-fetch-site": "same-origin"}
    kinds: list[tuple[str, bytes, int]] = [
        ("application/x-www-form-urlencoded", b"a=" + b"x" * MOST_FORM_BYTES, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000)), 400),
        ("application/x-www-form-urlencoded", b"csrf=%ff%fe", 400),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("application/json", b"{}", 415),
        ("text/plain", b"csrf=x", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
    ]
    for kind, body, expected in kinds:
        answer = staff.client.post("/cases/1/claim", content=body, headers={**headers, "content-type": kind})
        assert answer.status_code == expected, (kind, body[:20])
    assert staff.day.claims == []


def test_no_get_changes_anything(staff: Staff) -> None:
    """A link in a chat must never claim a case or sign anybody out (S4)."""
    token = staff.link_token()
    before = (dict(staff.day.holders), dict(staff.day.versions))
    for method, path in routes_of(staff):
        if method == "GET":
            for query in ("", f"?token={token}", "?lang=en", "?version=1&csrf=x&language=en", "?page=2"):
                assert staff.get(filled(path) + query).status_code < 500
    for path in ("/sign-out", "/language", "/cases/1/claim", "/cases/1/release"):
        assert staff.get(path).status_code in (404, 405)
    session = staff.sign_in.session(staff.cookie)
    assert session is not None
    assert session.language == ""
    assert (staff.day.holders, staff.day.versions, staff.day.claims, staff.day.releases) == (*before, [], [])
    assert staff.sign_in.works(token)


def test_every_answer_carries_the_safe_headers(staff: Staff, visitor: Staff) -> None:
    """Pages, files, redirects, refusals and failures alike (S6)."""
    staff.day.issues = ()
    answers = [
        staff.get("/issues"),
        staff.get("/nothing"),
        staff.get("/static/x/app.css"),
        staff.get("/healthz"),
        staff.get("/report.html"),
        staff.get("/digest.md"),
        staff.get("/issues", host="evil.example"),
        staff.post("/cases/1/claim", {"csrf": "x"}, csrf=False),
        staff.post("/sign-in", {"token": "x"}, csrf=False),
        staff.post("/sign-out"),
        staff.get("/issues"),
        staff.client.put("/issues"),
    ]
    assert {answer.status_code for answer in answers} >= {200, 302, 303, 400, 403, 404, 405}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
            assert part in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        kept = answer.headers["cache-control"]
        assert kept == "no-store" or answer.url.path.startswith("/static/")
        assert len(answer.headers.get_list("content-security-policy")) == 1


def test_reports_leave_as_files(staff: Staff) -> None:
    """The weekly report carries styles of its own; shown as a page it would need a weaker policy."""
    answer = staff.get("/report.html")
    assert answer.headers["content-disposition"] == 'attachment; filename="klankbord-report-2026-W11.html"'
    assert staff.get("/digest.md").text.startswith("# Digest (nl)")


def test_a_failure_shows_a_number_and_no_trace(day: StaffDay, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the same number, where it happened and no word of the error: that may hold a post or a secret (S16, S29)."""

    def broken(case_id: int) -> CaseDetail | None:
        raise RuntimeError(f"select * from {CANARY} at /home/fenna/ledger.db")

    staff = visit(day, case=broken).come_in()
    with caplog.at_level(logging.DEBUG):
        answer = staff.get("/cases/1")
    assert answer.status_code == 500
    for secret in (CANARY, "select", "/home/fenna", "Traceback", "RuntimeError", ".py"):
        assert secret not in answer.text
    failed = next(record for record in caplog.records if record.message == "page failed")
    assert vars(failed)["number"] in answer.text
    assert vars(failed)["error"] == "RuntimeError"
    assert CANARY not in str(vars(failed))
    assert "Er ging bij ons iets mis" in answer.text


def test_wrong_addresses_are_pages_not_traces(staff: Staff) -> None:
    """Fifty ways to ask for what is not there (S16)."""
    wrong = (
        "0",
        "-1",
        "x",
        "1.5",
        "9" * 30,
        "1e3",
        "%00",
        "%F0%9F%98%80",
        "1;drop",
        "%27",
        "..%2f..%2fetc%2fpasswd",
        "{{1009*1013}}",
        "null",
        "99",
    )
    for path in [f"/{room}/{one}" for room in ("issues", "cases") for one in wrong]:
        answer = staff.get(path)
        assert answer.status_code == 404, path
        assert "Traceback" not in answer.text
        assert "1022117" not in answer.text, "no template is made of an address"
    for page in ("0", "-3", "x", "9" * 30, "1.5", "", "２", "9999999"):
        assert staff.get(f"/issues/1?page={page}").status_code == 200
    for query in ("state=nothing", "state=new&state=x", "language=%ff", "brand=" + "x" * 5000, "lang=../en", "lang=en%00"):
        assert staff.get(f"/issues?{query}").status_code == 200


def test_a_store_that_cannot_be_read_says_what_to_do(day: StaffDay) -> None:
    def locked() -> IssuesNow:
        raise StoreLocked("Process 42 works on this home; stop it first.")

    answer = visit(day, issues=locked).come_in().get("/issues")
    assert answer.status_code == 503
    assert "Process 42 works on this home" in answer.text
