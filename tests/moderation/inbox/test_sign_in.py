"""One link, one sign-in; one session, one person (RULES S5, S11, S29)."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from listener.clock import ManualClock
from moderation.inbox.sign_in import IDLE_LIMIT, LINK_LASTS, LONGEST
from tests.fakes.people import ledger_files, sign_in_on
from tests.fakes.staff import AGENT
from tests.fakes.staff_figures import NOW
from tests.moderation.inbox.conftest import BASE, Staff, words_of


def test_opening_a_link_does_not_use_it_up(visitor: Staff) -> None:
    """Chat programs and virus scanners open links before people do."""
    token = visitor.link_token()
    for _ in range(3):
        page = visitor.get(f"/sign-in?token={token}")
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
    assert visitor.post("/sign-in", {"token": token}, csrf=False).status_code == 303


def test_a_link_works_once(visitor: Staff) -> None:
    token = visitor.link_token()
    assert visitor.post("/sign-in", {"token": token}, csrf=False).status_code == 303
    again = visitor.post("/sign-in", {"token": token}, csrf=False)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    assert "Deze link werkt niet meer" in words_of(again.text)


def test_a_link_works_for_a_quarter_of_an_hour(visitor: Staff) -> None:
    token = visitor.link_token()
    visitor.clock.advance(LINK_LASTS - timedelta(seconds=1))
    assert visitor.sign_in.works(token)
    visitor.clock.advance(timedelta(seconds=1))
    assert not visitor.sign_in.works(token)
    assert visitor.post("/sign-in", {"token": token}, csrf=False).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "a" * 10_000, "é\ud83d", "' or 1=1", "\x00"])
def test_a_guess_does_not_work(visitor: Staff, token: str) -> None:
    assert not visitor.sign_in.works(token)
    assert visitor.sign_in.enter(token) is None


def test_secrets_are_long_and_kept_only_as_hashes(visitor: Staff) -> None:
    """Somebody who reads the process's memory dump finds nothing to sign in with (S11: at least 128 bits; these are 256)."""
    token = visitor.link_token()
    secret = visitor.sign_in.enter(visitor.link_token())
    assert secret is not None
    assert min(len(token), len(secret)) >= 43
    kept = b"".join(file.read_bytes() for file in ledger_files(visitor.sign_in))
    assert b"make_link" in kept
    assert token.encode() not in kept
    assert secret.encode() not in kept
    assert len({visitor.link_token() for _ in range(50)}) == 50


def test_the_cookie_is_locked_to_this_site(visitor: Staff) -> None:
    """S5, as `curl -si` shows it."""
    answer = visitor.post("/sign-in", {"token": visitor.link_token()}, csrf=False)
    name, *flags = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    assert name.startswith("__Host-klankbord=")
    assert {flag.lower() for flag in flags} == {"secure", "httponly", "samesite=strict", "path=/"}
    assert answer.headers["location"] == "/signed-in"


def test_a_browser_that_keeps_no_cookie_is_told_so(visitor: Staff) -> None:
    """Otherwise sign-in would just send people round in a circle (Safari on plain http)."""
    visitor.post("/sign-in", {"token": visitor.link_token()}, csrf=False)
    page = visitor.get("/signed-in")
    assert page.status_code == 403
    assert "beveiligde cookie" in page.text


def test_signing_in_gives_a_new_session_and_ends_the_old_one(staff: Staff) -> None:
    """A session planted beforehand is worth nothing."""
    planted = staff.cookie
    staff.come_in()
    assert staff.cookie != planted
    assert staff.sign_in.session(planted) is None


def test_signing_out_ends_the_session_on_our_side(staff: Staff) -> None:
    answer = staff.post("/sign-out")
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert staff.get("/issues").status_code == 302
    assert staff.sign_in.session(staff.cookie) is None


def test_a_session_ends_after_eight_idle_hours(staff: Staff) -> None:
    staff.clock.advance(IDLE_LIMIT - timedelta(seconds=1))
    assert staff.get("/issues").status_code == 200
    staff.clock.advance(IDLE_LIMIT - timedelta(seconds=1))
    assert staff.get("/issues").status_code == 200
    staff.clock.advance(IDLE_LIMIT)
    assert staff.get("/issues").status_code == 302


def test_a_page_that_refreshes_itself_is_not_activity(staff: Staff) -> None:
    """An open tab would otherwise stay signed in for a week with nobody there."""
    for _ in range(16):
        staff.clock.advance(IDLE_LIMIT / 16)
        answer = staff.get("/issues", x_klankbord_live="1")
    assert answer.status_code == 401


def test_a_session_ends_after_seven_days_whatever_happens(staff: Staff) -> None:
    for _ in range(int(LONGEST / timedelta(hours=7)) - 1):
        staff.clock.advance(timedelta(hours=7))
        assert staff.get("/issues").status_code == 200
    staff.clock.advance(timedelta(hours=7))
    assert staff.get("/issues").status_code == 302


def test_all_sessions_can_be_ended_at_once(staff: Staff) -> None:
    colleague = staff.colleague("Bram Vos")
    unused = staff.link_token()
    assert staff.sign_in.end_all() == 2
    assert colleague.get("/issues").status_code == 302
    assert staff.get("/issues").status_code == 302
    assert not staff.sign_in.works(unused)


@pytest.mark.parametrize("cookie", ["", "x", "a; __Host-klankbord=b", "\x7f", "%00", "x" * 5000])
def test_a_made_up_cookie_is_nobody(visitor: Staff, cookie: str) -> None:
    assert visitor.get("/issues", cookie=f"__Host-klankbord={cookie}").status_code == 302


def test_a_cookie_given_twice_is_nobody(staff: Staff) -> None:
    """Which of two is meant is a question attackers like to answer for us."""
    assert staff.get("/issues", cookie=f"__Host-klankbord={staff.cookie}; __Host-klankbord=other").status_code == 302


def test_no_secret_reaches_a_log_line(visitor: Staff, caplog: pytest.LogCaptureFixture) -> None:
    """Addresses end up in logs; a sign-in address must not (S29)."""
    with caplog.at_level(logging.DEBUG):
        token = visitor.link_token()
        visitor.get(f"/sign-in?token={token}")
        visitor.come_in()
        visitor.get("/issues")
        visitor.get("/cases/999")
    ours = [
        str(vars(record)) for record in caplog.records if not record.name.startswith("httpx")
    ]  # the test's own browser logs its requests
    for secret in (token, visitor.cookie, visitor.csrf):
        assert secret
        assert not any(secret in line for line in ours)


def test_the_language_stays_with_the_session(staff: Staff) -> None:
    """Dutch unless the browser or the person asks otherwise; a choice lasts, a link's `lang` counts once."""
    assert 'lang="nl"' in staff.get("/issues").text
    assert 'lang="en"' in staff.get("/issues?lang=en").text
    assert 'lang="en"' in staff.get("/issues", accept_language="en-GB,en;q=0.8").text
    assert 'lang="nl"' in staff.get("/issues", accept_language="de").text
    answer = staff.post("/language", {"language": "en", "back": "/queue"})
    assert answer.headers["location"] == "/queue"
    assert 'lang="en"' in staff.get("/issues").text
    staff.post("/language", {"language": "../../etc", "back": "/"})
    assert 'lang="en"' in staff.get("/issues").text


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aset-cookie:x\r\ny", ""]
)
def test_a_form_cannot_send_anybody_elsewhere(staff: Staff, back: str) -> None:
    assert staff.post("/language", {"language": "nl", "back": back}).headers["location"] == "/"


def test_links_of_two_people_are_theirs() -> None:
    clock = ManualClock(NOW)
    sign_in = sign_in_on(clock)
    first = sign_in.enter(sign_in.new_link(BASE, agent="Bram").partition("token=")[2])
    second = sign_in.enter(sign_in.new_link(BASE, agent=AGENT).partition("token=")[2])
    sessions = [sign_in.session(secret or "") for secret in (first, second)]
    assert [session.agent for session in sessions if session] == ["Bram", AGENT]
    assert len({session.csrf for session in sessions if session}) == 2
