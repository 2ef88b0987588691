"""Advice that comes with a look at a reply, and how a reply is signed by whoever chose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from listener.model.analysis import Analysis, AnalysisStep, Label
from moderation.desk import desk_over
from moderation.knowledge_desk import knowledge_desk
from moderation.ledger.cards import CardLedger
from moderation.ledger.people import Act, PeopleLedger
from moderation.model.account import Theme
from moderation.model.card import CardWords
from moderation.model.case import Ending
from moderation.model.person import Person, Role
from moderation.model.reply import Look, Words
from moderation.page_parts.reply import reply_parts
from moderation.settings import KlankbordSettings
from tests.fakes.desk import Desk, mention, open_desk
from tests.fakes.staff import AGENT, StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_reply_panel import form, hold

CHEER = "Wat leuk dat je ons schrijft, we zoeken het uit!"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, signature="– Team Stroomwerk") as opened:
        (mention_id,) = opened.hear(mention("1", "Mijn telefoon is 06-12345678, kunnen jullie mij bellen over de storing?"))
        label(opened, mention_id, "service_failed")
        hold(opened, AGENT)
        yield opened


def label(desk: Desk, mention_id: int, cause: str) -> None:
    said = Label(name="cause", value=cause, probability=1.0, model="test")
    found = Analysis(mention_id=mention_id, revision=0, language="nl", card_id=mention_id, text_hash=f"h{mention_id}", labels=(said,))
    desk.ledger.analyses.save(AnalysisStep(at=desk.clock.now(), analyses=(found,), new_issues=(), memberships=()))


def look(desk: Desk, text: str, case_id: int = 1) -> Look:
    words = Words(text=text, language="nl", signature="none")
    return desk.replies.write.look(case_id, words, Person(name=AGENT, role=Role.AGENT), language="nl")


def with_signature(desk: Desk, signature: str) -> None:
    people = PeopleLedger(desk.ledger.engine)
    account = people.add(AGENT, Role.AGENT, Act(by="machine", at=desk.clock.now()))
    people.set_profile(
        account.person_id,
        Act(by=AGENT, at=desk.clock.now()),
        shown=AGENT,
        email="",
        language="nl",
        theme=Theme.SYSTEM,
        signature=signature,
    )


def staff_on(desk: Desk) -> Staff:
    return visit(StaffDay(holders={1: AGENT}), reply=reply_parts(desk.replies)).come_in()


def test_a_look_asks_on_and_says_where_it_is_best_answered(desk: Desk) -> None:
    """While somebody types: the next question, and that a message with a telephone number is better answered out of sight."""
    found = look(desk, "Dat is vervelend.")
    assert found.coach is not None
    assert found.hint is not None
    assert found.coach.offered
    assert look(desk, " ").coach is None, "of nothing written nothing is said"
    part = staff_on(desk).post("/cases/1/reply/check", form("Dat is vervelend."), x_klankbord_part="1").text
    assert found.coach.offered in words_of(part)
    assert found.hint.way.value == "go_private"
    assert "Ga privé verder" in words_of(part)


def test_cheer_is_only_wrong_under_a_complaint(desk: Desk) -> None:
    assert [hit.found for hit in look(desk, CHEER).hits], "somebody whose power is out reads this"
    (mention_id,) = desk.hear(mention("2", "Wat zijn jullie toch fijn en snel, dank!"))
    label(desk, mention_id, "compliment")
    assert look(desk, CHEER, 2).hits == ()


def test_whoever_has_a_signature_signs_with_it_and_may_choose_another(desk: Desk) -> None:
    staff = staff_on(desk)
    person = Person(name=AGENT, role=Role.AGENT, teams=frozenset({"webcare"}))
    assert desk.replies.words.usual(person) == "house"
    desk.replies.words.sign_as(person, "team:webcare", "– Webcare")
    assert desk.replies.words.usual(person) == "team:webcare", "a team's comes before the house's"
    with_signature(desk, "– Fenna")
    assert desk.replies.words.usual(person) == "person"
    assert '<option value="person" selected>' in staff.get("/cases/1").text
    assert desk.inbox.draft_reply(1, AGENT, "We zoeken het uit.").text.endswith("\n\n– Fenna")
    assert desk.inbox.draft_from_template(1, AGENT, "reply_thanks", {"subject": "de storing"}).text.endswith("– Fenna")
    unsigned = replace(person, teams=frozenset(), name="bram")
    assert desk.replies.words.usual(unsigned) == "house"


def test_a_neighbour_who_helped_is_thanked_in_ones_own_name(desk: Desk) -> None:
    """On the desk that the service opens, where the wires between its rooms are drawn."""
    opened = desk_over(desk.home, KlankbordSettings.model_validate({}), desk.ledger, desk.clock, desk.precheck.accounts)
    endings = opened.conversation.endings
    desk.hear(mention("2", "Wie weet wanneer de stroom terug is?"))
    (helper,) = desk.hear(mention("3", "Bij mij hielp de hoofdschakelaar omzetten", root_id="2"), directed=False)
    hold(desk, AGENT, 2)
    row = desk.cases.get(2)
    assert row is not None
    endings.end(2, AGENT, row.version, Ending.ANSWERED_BY_COMMUNITY, helper=helper)
    assert "Fenna" not in endings.offered_thanks(2, "nl", AGENT)
    with_signature(desk, "– Fenna")
    assert endings.offered_thanks(2, "nl", AGENT).endswith("– Fenna")
    assert opened.replies.write.look(1, Words(text="Dag", language="nl"), Person(name=AGENT, role=Role.AGENT), language="nl").coach


def test_the_language_that_somebody_put_right_is_the_one_to_reply_in(desk: Desk) -> None:
    """The message was read as Dutch; whoever took the case heard that its writer speaks English."""
    staff = staff_on(desk)
    row = desk.replies.write.case(1)
    assert '<option value="nl" selected>' in staff.get("/cases/1").text
    CardLedger(desk.ledger.engine).keep(1, CardWords(language="en"), who=AGENT, at=desk.clock.now())
    assert '<option value="en" selected>' in staff.get("/cases/1").text
    assert desk.replies.write.language(row) == "en"
    advice = knowledge_desk(desk.home, KlankbordSettings.model_validate({}), desk.ledger, desk.clock).advise.to(1, "nl")
    assert advice is not None
    assert advice.language == "en"
    CardLedger(desk.ledger.engine).keep(1, CardWords(language="de"), who=AGENT, at=desk.clock.now())
    assert desk.replies.write.language(row) == "nl", "nobody replies in German here: the customer's own language stands"
