"""The page on which people check what would have been posted, one by one, until it may leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.model.outbox import NewDraft
from moderation.model.post import PostKind
from moderation.model.shadow import ShadowKind
from moderation.page_parts.shadow import shadow_parts
from tests.fakes.desk import Desk, loose_target, open_desk, shipped_rules
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of

TEXT = "Klacht, compliment of beoordeling? <b>Alle drie</b> zijn welkom."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def page(desk: Desk, day: StaffDay) -> Staff:
    return visit(day, shadow=shadow_parts(desk)).come_in()  # type: ignore[arg-type]  # the desk of the tests has the same fields


def note_down(desk: Desk, count: int) -> None:
    template = shipped_rules()[0]["nl"].version("invitation_thread")
    for number in range(count):
        draft = NewDraft(
            kind=PostKind.INVITATION, target=loose_target(f"draad-{number}"), text=TEXT, language="nl", author="schedule", template=template
        )
        desk.shadow.record(ShadowKind.INVITATION, draft, why={"event": "gesprek gesloten"})


def test_one_at_a_time_with_where_and_why(desk: Desk, page: Staff) -> None:
    note_down(desk, 3)
    shown = page.get("/shadow").text
    words = words_of(shown)
    assert "Kijk dit na 3" in words
    assert "gesprek draad-0" in words
    assert "draad-1" not in words
    assert "Aanleiding gesprek gesloten" in words
    assert "&lt;b&gt;Alle drie" in shown
    assert "nodig: 50 nagekeken en 95 % goed" in words
    assert "gesprek draad-1" in words_of(page.get("/shadow?after=1").text)
    assert page.get("/shadow?after=x").status_code == 404


def test_a_verdict_is_kept_with_who_gave_it(desk: Desk, page: Staff) -> None:
    note_down(desk, 2)
    assert page.post("/shadow/1/review", {"judged": "wrong", "note": "Te vroeg."}).status_code == 303
    check = desk.shadow.item(1).check
    assert check is not None
    assert (check.judged, check.by, check.note) == ("wrong", page.agent, "Te vroeg.")
    words = words_of(page.get("/shadow").text)
    assert "Kijk dit na 1" in words
    assert "Te vroeg." in words
    refused = page.post("/shadow/2/review", {"judged": "wrong", "note": ""})
    assert refused.status_code == 409
    assert page.post("/shadow/2/review", {"judged": "perhaps"}).status_code == 409
    assert desk.shadow.item(2).check is None


def test_it_graduates_by_a_person_who_signed_in_lately(desk: Desk, page: Staff) -> None:
    note_down(desk, 50)
    assert "Laat dit voortaan" not in page.get("/shadow").text
    for number in range(1, 51):
        page.post(f"/shadow/{number}/review", {"judged": "right"})
    words = page.get("/shadow").text
    assert "Laat dit voortaan de deur uit" in words
    subject = desk.shadow.figures()[0].subject
    page.clock.advance(timedelta(minutes=16))
    page.post("/shadow/graduate", {"kind": "invitation", "subject": subject})
    assert not desk.shadow.graduated(ShadowKind.INVITATION, subject), "signed in too long ago"
    page.come_in().post("/shadow/graduate", {"kind": "invitation", "subject": subject})
    assert desk.shadow.graduated(ShadowKind.INVITATION, subject)
    assert "geslaagd, volgens" in words_of(page.get("/shadow").text)


def test_a_form_without_our_token_changes_nothing(desk: Desk, page: Staff) -> None:
    note_down(desk, 1)
    assert page.post("/shadow/1/review", {"judged": "right"}, csrf=False).status_code == 403
    assert desk.shadow.item(1).check is None


def test_in_english_and_empty(page: Staff) -> None:
    words = words_of(page.get("/shadow?lang=en").text)
    assert "There is nothing to check." in words
    assert "No" in words
