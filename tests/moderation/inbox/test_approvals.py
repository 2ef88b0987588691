"""A second person: asked where the house, the brand or the team wants it, sees exactly what leaves, and is never the author."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from moderation.inbox.sign_in import FRESH
from moderation.ledger.endings import EndingLedger
from moderation.ledger.people import PeopleLedger
from moderation.model.outbox import DraftState
from moderation.model.person import Person, Role
from moderation.model.reply import Words
from moderation.page_parts.outbox import outbox_parts
from moderation.page_parts.reply import reply_parts
from moderation.reply_desk import second_person_for
from moderation.settings import KlankbordSettings
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import AGENT, StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_reply_panel import TEXT, form, hidden, hold, press_send, preview

BRAM = Person(name="Bram Vos", role=Role.APPROVER)
FENNA = Person(name=AGENT, role=Role.AGENT)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, four_eyes=True) as opened:
        opened.hear(mention("1", "Hallo, ik zit al twee uur zonder stroom."))
        hold(opened, AGENT)
        yield opened


@pytest.fixture
def fenna(desk: Desk) -> Staff:
    """The author."""
    parts = {"outbox": outbox_parts(desk, desk.home), "reply": reply_parts(desk.replies)}  # type: ignore[arg-type]  # the parts it uses
    return visit(StaffDay(holders={1: AGENT}), **parts).come_in()


def ask(staff: Staff) -> str:
    """Put a text before somebody else and return its preview's address."""
    where = preview(staff)
    fields = hidden(staff.get(where).text)
    assert staff.post(f"{where}/ask", {"shown": fields["shown"]}).status_code == 303
    return where


def test_a_colleague_approves_exactly_what_was_asked(fenna: Staff, desk: Desk) -> None:
    assert press_send(fenna, preview(fenna)).status_code == 409, "the author's own press is not enough"
    where = ask(fenna)
    assert "Wacht op goedkeuring" in words_of(fenna.get("/cases/1").text)
    bram = fenna.colleague("Bram Vos")
    page = bram.get("/approvals")
    assert TEXT in words_of(page.text)
    draft_id = where.rpartition("/")[2]
    shown = hidden(page.text)["shown"]
    assert bram.post(f"/approvals/{draft_id}/approve", {"shown": "0" * 64}).status_code == 409
    assert desk.entries.entries() == []
    with ThreadPoolExecutor(5) as pool:
        done = list(pool.map(lambda _: bram.post(f"/approvals/{draft_id}/approve", {"shown": shown}).status_code, range(20)))
    assert set(done) <= {303, 409}
    assert 303 in done
    asyncio.run(desk.settle())
    (post,) = desk.platform.posts()
    assert post.text == TEXT
    (entry,) = desk.entries.entries()
    assert entry.approved_by == "Bram Vos"
    assert desk.replies.write.mine(1, AGENT) is None


@pytest.mark.parametrize("name", [AGENT, f" {AGENT.upper()} ", AGENT.replace("e", "é")])
def test_nobody_approves_their_own_words_however_their_name_is_typed(fenna: Staff, desk: Desk, name: str) -> None:
    where = ask(fenna)
    draft_id = int(where.rpartition("/")[2])
    shown = hidden(fenna.get(where).text)["shown"]
    approver = Person(name=name, role=Role.APPROVER)
    with pytest.raises(NotAllowed, match="you wrote it"):
        desk.replies.send.approve(draft_id, approver, shown=shown)
    assert fenna.post(f"/approvals/{draft_id}/approve", {"shown": shown}).status_code == 409
    assert fenna.post(f"/outbox/drafts/{draft_id}/approve", {"shown": shown}).status_code == 409
    assert desk.entries.entries() == []


def test_whoever_may_not_approve_cannot_and_a_fresh_sign_in_is_asked(fenna: Staff, desk: Desk) -> None:
    where = ask(fenna)
    draft_id = int(where.rpartition("/")[2])
    shown = hidden(fenna.get(where).text)["shown"]
    for role in (Role.AGENT, Role.MODERATOR, Role.VIEWER):
        with pytest.raises(NotAllowed, match="role"):
            desk.replies.send.approve(draft_id, Person(name="Cor", role=role), shown=shown)
    bram = fenna.colleague("Bram Vos")
    bram.clock.advance(FRESH + timedelta(seconds=1))
    assert bram.post(f"/approvals/{draft_id}/approve", {"shown": shown}).status_code == 403
    assert desk.entries.entries() == []


def test_what_is_given_back_comes_with_its_note_and_can_be_written_on(fenna: Staff, desk: Desk) -> None:
    where = ask(fenna)
    draft_id = where.rpartition("/")[2]
    bram = fenna.colleague("Bram Vos")
    assert bram.post(f"/approvals/{draft_id}/give-back", {"note": " "}).status_code == 409
    assert bram.post(f"/approvals/{draft_id}/give-back", {"note": "Noem <b>wanneer</b>."}).status_code == 303
    page = fenna.get("/cases/1").text
    assert "Bram Vos gaf je tekst terug" in words_of(page)
    assert "<b>wanneer" not in page
    assert TEXT in words_of(page), "the text is still there to write on"
    assert bram.post(f"/approvals/{draft_id}/approve", {"shown": "x"}).status_code == 409
    assert "Er wacht niets op goedkeuring" in words_of(bram.get("/approvals").text)
    kept = desk.replies.write.mine(1, AGENT)
    assert kept is not None
    assert preview(fenna, "Je hoort om drie uur van ons.", kept.version)


def test_a_text_that_waits_is_not_changed_under_whoever_reads_it(fenna: Staff, desk: Desk) -> None:
    where = ask(fenna)
    answer = fenna.post("/cases/1/reply", form("Toch iets anders.", 1), x_klankbord_part="1")
    assert answer.status_code == 409
    assert fenna.post("/cases/1/reply/withdraw").status_code == 303
    draft = desk.drafts.get(int(where.rpartition("/")[2]))
    assert draft is not None
    assert draft.state is DraftState.DISCARDED
    assert fenna.post("/cases/1/reply", form("Toch iets anders.", 1)).status_code == 303


def test_brands_are_told_apart_on_the_page_of_approvals(fenna: Staff, desk: Desk) -> None:
    ask(fenna)
    there = Person(name="Cor", role=Role.APPROVER, brands=frozenset({"Elders"}))
    assert desk.replies.send.waiting(there, language="nl") == ()
    assert len(desk.replies.send.waiting(BRAM, language="nl")) == 1


@pytest.mark.parametrize(
    ("setting", "asked"),
    [
        ({"four_eyes_brands": ["Stroomwerk"]}, True),
        ({"four_eyes_brands": ["Elders"]}, False),
        ({"four_eyes_teams": ["Nieuwkomers"]}, False),  # nobody of that name is in a team here
        ({}, False),
    ],
)
def test_a_brand_or_a_team_may_ask_for_a_second_person(tmp_path: Path, setting: dict[str, list[str]], asked: bool) -> None:
    with open_desk(tmp_path) as desk:
        desk.hear(mention("1"))
        hold(desk, AGENT)
        settings = KlankbordSettings.model_validate({"outbox": setting})
        asks = second_person_for(settings, desk.cases, PeopleLedger(desk.ledger.engine), EndingLedger(desk.ledger.engine))
        draft = desk.replies.send.preview(1, FENNA, Words(text=TEXT, language="nl", signature="none"), version=0)
        assert asks(draft) is asked
