"""The pages about invitations: whom we asked, whom not, why; quiet times; and the standing text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import COOKIE
from moderation.page_parts.invitations import invitation_parts
from tests.fakes.invited import DAYS, Invited, open_invited, said, signal
from tests.fakes.people import sign_in_on
from tests.fakes.staff import StaffDay


class Visitor:
    """Somebody signed in, looking at pages fed by a desk with invitations."""

    def __init__(self, invited: Invited) -> None:
        sign_in = sign_in_on(invited.desk.clock)
        parts = replace(StaffDay().parts(sign_in=sign_in), invitations=invitation_parts(invited.inviting), clock=invited.desk.clock)
        self._client = TestClient(build_staff_app(parts), base_url="http://127.0.0.1:8642")
        link = sign_in.new_link("http://127.0.0.1:8642", agent="anna")
        answer = self._client.post(
            "/sign-in",
            data={"token": link.partition("token=")[2]},
            headers={"origin": "null", "sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        self._cookie = answer.headers["set-cookie"].partition(";")[0]
        assert self._cookie.startswith(COOKIE)

    def page(self, path: str, language: str = "nl", status: int = 200) -> str:
        answer = self._client.get(path, headers={"cookie": self._cookie, "accept-language": language})
        assert answer.status_code == status, answer.text[:400]
        return answer.text


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Invited]:
    """One who is asked, one who waits, and one where no invitation is allowed."""
    with open_invited(tmp_path) as invited:
        here, *_ = invited.talk(said("1"), said("2", realm="other.example"), said("3", platform="x", realm="x.example"), answered=False)
        invited.wait(3 * DAYS)
        signal(invited.desk, [here])
        invited.look()
        yield invited


def test_every_decision_shows_its_numbers_and_reasons(filled: Invited) -> None:
    page = Visitor(filled).page("/invitations")
    assert "motivatie <b>70 %</b>" in page
    assert "In deze gemeenschap speelt nu iets dat nieuw is of groeit (1)" in page
    assert "Op dit platform plaatst Klankbord geen uitnodigingen." in page
    assert "/invitations/1" in page


def test_the_list_can_be_narrowed(filled: Invited) -> None:
    visitor = Visitor(filled)
    waiting = visitor.page("/invitations?state=waiting", "en")
    assert "forum.example" in waiting
    assert "other.example" not in waiting
    assert "other.example" in visitor.page("/invitations?state=asked&kind=conversation_closed", "en")
    assert "no occasion" in visitor.page("/invitations?kind=nth_visit", "en")
    assert "other.example" in visitor.page("/invitations?state=nonsense&kind=<script>", "en")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_one_event_tells_its_whole_story(filled: Invited, language: str) -> None:
    visitor = Visitor(filled)
    for event in (1, 2, 3):
        assert {"nl": "Het gesprek is afgerond", "en": "The conversation ended"}[language] in visitor.page(
            f"/invitations/{event}", language
        )
    visitor.page("/invitations/99", language, status=404)


def test_quiet_times_are_shown_with_what_they_rest_on(filled: Invited) -> None:
    page = Visitor(filled).page("/invitations/quiet")
    assert "forum.example" in page
    assert "Alle kanalen" in page


def test_the_standing_text_can_be_copied_in_each_form(filled: Invited) -> None:
    page = Visitor(filled).page("/invitations/standing")
    assert page.count("Klacht") == page.count("Compliment") == 4
    assert "&lt;a href=" in page, "shown as text, never as a link of ours"
    assert len(filled.links.made) == 2, "one for the thread that was asked, one for the footer"
    Visitor(filled).page("/invitations/standing")
    assert len(filled.links.made) == 2, "looking again makes no other link"
