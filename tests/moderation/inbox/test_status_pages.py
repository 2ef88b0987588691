"""The pages about public status: words before publishing, a fresh sign-in before anything leaves, threads chosen one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.inbox.sign_in import FRESH
from moderation.model.status import IssueStatus
from moderation.page_parts.status import status_parts
from tests.fakes.desk import Desk, open_desk
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_reply_panel import hidden
from tests.moderation.status.said import SUBJECTS, drafted, heard, issue_of, published


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home", native_key=False) as opened:
        yield opened


@pytest.fixture
def at_status(desk: Desk, day: StaffDay) -> Staff:
    """Somebody who is signed in, on pages over a real desk."""
    return visit(day, status=status_parts(desk.status)).come_in()


FILLED = {
    "status": "investigating",
    "nl.subject": SUBJECTS["nl"],
    "en.subject": SUBJECTS["en"],
    "nl.known": "Sinds vanochtend valt de stroom weg.",
    "en.known": "Power has been failing since this morning.",
    "nl.doing": "Monteurs zoeken de oorzaak.",
    "en.doing": "Engineers are looking for the cause.",
    "nl.apology": "Sorry voor de overlast.",
    "en.apology": "",
    "next_update": "2026-03-02T15:00",
}


def test_the_list_says_what_is_promised_and_what_is_ready(desk: Desk, at_status: Staff) -> None:
    issue = issue_of(desk, heard(desk, 2))
    published(desk, issue)
    desk.clock.advance(timedelta(minutes=100))
    desk.status.promises.once()
    page = at_status.get("/status").text
    assert "due-orange" in page
    assert "“Nog geen nieuws” ligt klaar" in words_of(page)
    assert "stroom weg zuid" in page


def test_an_update_is_worded_kept_and_published_by_whoever_presses(desk: Desk, at_status: Staff) -> None:
    issue = issue_of(desk, heard(desk, 2))
    answer = at_status.post(f"/status/{issue}/draft", FILLED)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/status/{issue}")
    page = at_status.get(f"/status/{issue}").text
    assert "Uiterlijk maandag 2 maart om 15:00" in page
    assert "By 15:00 on Monday 2 March" in page
    assert desk.status.status.public() == []
    (draft,) = desk.status.status.updates()
    assert at_status.post(f"/status/{issue}/publish", {"update": str(draft.update_id)}).status_code == 303
    (update,) = desk.status.status.updates()
    assert update.published_by == at_status.agent


@pytest.mark.parametrize("status", ["seen", "investigating", "cause_known", "fixing", "resolved", "learned"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_status_has_a_form_with_its_own_fields(desk: Desk, at_status: Staff, status: str, language: str) -> None:
    issue = issue_of(desk, heard(desk, 1))
    page = at_status.get(f"/status/{issue}?status={status}&lang={language}")
    assert page.status_code == 200
    asked = set(re.findall(r'name="nl\.(\w+)"', page.text))
    needed, optional = desk.status.publish.needs(next(one for one in _statuses() if one.value == status))
    assert asked == needed | optional | {"subject"}


def test_what_is_wrong_with_the_words_is_said(desk: Desk, at_status: Staff) -> None:
    issue = issue_of(desk, heard(desk, 1))
    answer = at_status.post(f"/status/{issue}/draft", {**FILLED, "nl.known": "Dit is jullie eigen schuld."})
    assert answer.status_code == 409
    assert "blames nobody" in answer.text
    for change in ({"next_update": "morgen"}, {"status": "shrug"}, {"next_update": ""}):
        assert at_status.post(f"/status/{issue}/draft", {**FILLED, **change}).status_code == 409
    assert desk.status.status.updates() == []


@pytest.mark.parametrize("what", ["publish", "approve"])
def test_what_goes_out_asks_for_a_fresh_sign_in(desk: Desk, at_status: Staff, what: str) -> None:
    """RULES S12."""
    issue = issue_of(desk, heard(desk, 2))
    update = published(desk, issue) if what == "approve" else drafted(desk, issue)
    path, fields = f"/status/{issue}/publish", {"update": str(update.update_id)}
    if what == "approve":
        plan = desk.status.planning.plan(update.update_id, "carla")
        path, fields = f"/status/plans/{plan.plan_id}/approve", {}
    at_status.clock.advance(FRESH + timedelta(seconds=1))
    answer = at_status.post(path, fields)
    assert answer.status_code == 403
    assert "kwartier" in words_of(answer.text)
    assert [one.state.value for one in desk.status.broadcasts.plans()] in ([], ["open"])
    assert [one.state.value for one in desk.status.status.updates()] == ["published" if what == "approve" else "draft"]


async def test_a_plan_is_read_chosen_thread_by_thread_and_approved_by_somebody_else(desk: Desk, at_status: Staff) -> None:
    issue = issue_of(desk, heard(desk, 7))
    update = published(desk, issue)
    answer = at_status.post(f"/status/{issue}/plan", {"update": str(update.update_id)})
    path = answer.headers["location"]
    (plan,) = desk.status.broadcasts.plans()
    page = at_status.get(path).text
    assert page.count("Dit gesprek kiezen") == 7
    assert "iemand anders dan" in page
    assert f"{path}/approve" not in page, "whoever planned it is not offered what they may not do"
    assert at_status.post(f"{path}/approve").status_code == 409
    for item in plan.to_post[:2]:
        assert at_status.post(f"{path}/tick", {"item": str(item.item_id)}).status_code == 303
    assert "2 van 7 zijn één voor één gekozen" in words_of(at_status.get(path).text)
    bram = at_status.colleague("Bram Vos")
    seen = {"shown": hidden(bram.get(path).text)["shown"]}
    assert at_status.post(f"{path}/tick", {"item": str(plan.to_post[2].item_id)}).status_code == 303
    assert bram.post(f"{path}/approve", seen).status_code == 409, "one more was chosen after he looked"
    assert bram.post(f"{path}/approve").status_code == 409
    assert [one.state.value for one in desk.status.broadcasts.plans()] == ["open"]
    seen = {"shown": hidden(bram.get(path).text)["shown"]}
    assert bram.post(f"{path}/approve", seen).status_code == 303
    desk.status.sending.once()
    await desk.settle()
    assert len(desk.platform.posts()) == 3
    shown = words_of(at_status.get(path).text)
    assert shown.count("alleen in de schaduw genoteerd, niet geplaatst") == 4


def test_skipped_threads_say_why_in_the_readers_language(desk: Desk, at_status: Staff) -> None:
    ids = heard(desk, 2, platforms=("feed", "reddit"))
    plan = desk.status.planning.plan(published(desk, issue_of(desk, ids)).update_id, "carla")
    dutch, english = (words_of(at_status.get(f"/status/plans/{plan.plan_id}?lang={one}").text) for one in ("nl", "en"))
    assert "Een regel staat het niet toe." in dutch
    assert "A rule does not allow it." in english
    assert "[reddit_not_listed" in dutch


def test_the_issue_page_leads_to_its_status(desk: Desk, day: StaffDay) -> None:
    issue = issue_of(desk, heard(desk, 1))
    published(desk, issue)
    staff = visit(day, status=status_parts(desk.status)).come_in()
    assert f'href="/status/{issue}"' in staff.get(f"/issues/{issue}").text


def test_without_its_part_there_are_no_pages_about_status(staff: Staff) -> None:
    assert staff.get("/status").status_code == 404
    assert 'href="/status"' not in staff.get("/issues").text


def test_what_is_not_there_is_not_there(at_status: Staff) -> None:
    assert at_status.get("/status/99").status_code == 404
    assert at_status.get("/status/plans/99").status_code == 409
    assert at_status.post("/status/plans/99/tick", {"item": "x"}).status_code == 409


def _statuses() -> list[IssueStatus]:
    return list(IssueStatus)
