"""Feedback and improvement actions for staff: figures that admit too little, texts that stay texts, actions from opening to undo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from moderation.inbox.feedback_parts import FeedbackPageParts
from moderation.ledger.actions import ActionLedger
from moderation.ledger.feedback import FeedbackLedger
from moderation.ledger.tap import TapLedger
from moderation.model.action import ActionState
from moderation.model.feedback import ImportedResponse
from moderation.page_parts.feedback import feedback_page_parts
from moderation.settings import KlankbordSettings
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import FeedbackForms
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import StaffDay
from tests.moderation.feedback.conftest import BASE, KEY
from tests.moderation.feedback.test_actions import DID, agree, an_action, improving, people
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_hostile_text import HOSTILE
from tests.moderation.status.said import issue_of


def pages_on(desk: Desk) -> FeedbackPageParts:
    """Return what the pages are fed with, over a desk of the tests."""
    engine = desk.ledger.engine
    feedback = SimpleNamespace(
        answers=FeedbackLedger(engine), actions=ActionLedger(engine), improve=improving(desk), taps=TapLedger(engine)
    )
    settings = KlankbordSettings.model_validate({"report": {"cost_per_contact": 7.5}})
    told = SimpleNamespace(feedback=feedback, clock=desk.clock, cases=desk.cases, ledger=desk.ledger, settings=settings)
    return feedback_page_parts(told)  # type: ignore[arg-type]  # the parts of a desk that these pages use


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home") as desk:
        yield desk


def staff_on(desk: Desk) -> Staff:
    return visit(StaffDay(), feedback=pages_on(desk)).come_in()


def import_scores(desk: Desk, count: int, *, text: str = "prima") -> None:
    rows = [
        ImportedResponse(
            external_id=str(n),
            channel="telephone",
            at=desk.clock.now(),
            answers={"satisfaction": str(n % 5 + 1), "recommend": "9", "text": text},
        )
        for n in range(count)
    ]
    FeedbackLedger(desk.ledger.engine).add_imported(rows)


def test_without_their_part_there_are_no_such_pages(staff: Staff) -> None:
    assert staff.get("/feedback").status_code == 404
    assert "/actions" not in staff.get("/issues").text


def test_few_answers_are_shown_as_too_few_and_many_with_their_range(opened: Desk) -> None:
    import_scores(opened, 3)
    assert "te weinig (3)" in words_of(staff_on(opened).get("/feedback").text)
    import_scores(opened, 40)
    page = words_of(staff_on(opened).get("/feedback").text)
    assert "40 antwoorden" in page
    assert "100 100 tot 100" in page, "everybody recommends: NPS 100"
    assert "Elders: 3 tot 5 %" in page
    assert "Elders: ongeveer 25 %" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_answers_stay_text(opened: Desk, text: str) -> None:
    """Free text comes from anybody who has a link."""
    import_scores(opened, 1, text=text.encode("utf-8", "replace").decode()[:4_000])
    page = staff_on(opened).get("/feedback").text
    assert page.count("<script") == page.count('<script src="/static/'), "no script but ours"
    assert "<img" not in page
    assert "onerror=" not in page.replace("&#34;", "").replace("&lt;", "") or "<img" not in page


def test_feedback_stands_beside_its_conversation_and_issue(opened: Desk) -> None:
    issue, (conversation, *_) = people(opened, 2)
    ledger = FeedbackLedger(opened.ledger.engine)
    links = FeedbackLinks(ledger, opened.clock, key=KEY, base_url=BASE)
    token = links.personal(conversation, issue_id=issue, channel="feed", language="nl").rpartition("/")[2]
    FeedbackForms(links, ledger, opened.clock).answer(token, 0, {"satisfaction": "1"})
    staff = staff_on(opened)
    assert "1 van 5" in words_of(staff.get("/cases/1").text)
    assert "1 van 5" in words_of(staff.get(f"/feedback?issue={issue}").text)
    assert "Nog niemand antwoordde" in words_of(staff.get("/feedback?issue=99").text)
    assert staff.get("/feedback?issue=x").status_code == 404


def test_an_action_from_opening_to_undo(opened: Desk) -> None:
    issue, conversations = people(opened, 2)
    agree(opened, conversations)
    staff, ledger = staff_on(opened), ActionLedger(opened.ledger.engine)
    made = staff.post(
        "/actions", {"issue": str(issue), "owner": "bea", "due": "2026-03-20", "change": "kaart vernieuwen", "done_when": "kaart loopt"}
    )
    assert made.headers["location"] == f"/actions?issue={issue}"
    assert "kaart vernieuwen" in staff.get("/actions").text
    assert "kaart vernieuwen" in staff.get("/issues/1").text
    staff.post("/actions/1/done", {"nl.did": "De kaart is vernieuwd."})
    (action,) = ledger.all()
    assert (action.state, action.did) == (ActionState.DONE, {"nl": "De kaart is vernieuwd."})
    page = words_of(staff.get("/actions").text)
    assert "2 berichten aan wie het wilde horen" in page
    assert "er gaat niets weg" in page
    staff.post("/actions/1/undo")
    staff.post("/actions/1/drop", {"why": "te duur"})
    assert [one.state for one in ledger.all()] == [ActionState.DROPPED]
    assert ledger.acts(1)[-1].made_by == staff.agent


def test_whom_a_rule_leaves_out_is_told_in_the_language_of_the_page(opened: Desk) -> None:
    ids = opened.hear(mention("x1", "De kaart klopt niet", platform="x", realm="x.example"))
    agree(opened, [row.conversation_id for row in opened.cases.rows()])
    improving(opened).done(an_action(opened, issue_of(opened, ids)).action_id, DID, by="anna")
    rule = opened.precheck.policy.rules["invitation_place"]
    for language in ("nl", "en"):
        assert rule.says[language] in words_of(staff_on(opened).get(f"/actions?lang={language}").text)


def test_closing_an_action_asks_for_a_fresh_sign_in(opened: Desk) -> None:
    """It prepares messages to many (RULES S12)."""
    issue, _ = people(opened, 1)
    staff = staff_on(opened)
    staff.post("/actions", {"issue": str(issue), "owner": "bea", "due": "2026-03-20", "change": "x", "done_when": "y"})
    staff.clock.advance(timedelta(minutes=16))
    assert staff.post("/actions/1/done", {"nl.did": "Gedaan."}).status_code == 403
    assert [one.state for one in ActionLedger(opened.ledger.engine).all()] == [ActionState.OPEN]


@pytest.mark.parametrize("wrong", [{"due": "morgen"}, {"issue": "99"}, {"issue": "x"}, {"owner": " "}])
def test_an_action_that_says_too_little_is_refused_with_why(opened: Desk, wrong: dict[str, str]) -> None:
    issue, _ = people(opened, 1)
    form = {"issue": str(issue), "owner": "bea", "due": "2026-03-20", "change": "x", "done_when": "y"}
    assert staff_on(opened).post("/actions", {**form, **wrong}).status_code == 409
    assert ActionLedger(opened.ledger.engine).all() == []
