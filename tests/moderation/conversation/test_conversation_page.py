"""The page of a conversation: what stands on it, what its forms do, and that no text of anybody's becomes markup."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any

import pytest

from listener.model.mention import PROVEN_SENDER, Author, Removal
from moderation.ledger.people import Act, PeopleLedger
from moderation.model.case import CaseState
from moderation.model.leave import UNPROVEN, OptOut
from moderation.model.person import Person, Role
from moderation.model.reply import Words
from moderation.model.talk import Talk
from moderation.page_parts.reply import reply_parts
from tests.fakes.people import sign_in_on
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_conversation import HELPER, MEREL, SAID, TalkDay, post
from tests.fakes.staff_figures import NOW
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.inbox.test_hostile_text import HOSTILE, shape_of


@pytest.fixture
def case_id(talk_day: TalkDay) -> int:
    return talk_day.first()


@pytest.fixture
def staff(talk_day: TalkDay) -> Staff:
    return visit(StaffDay(), **talk_day.rooms()).come_in()


def test_everything_stands_beside_the_conversation(staff: Staff, case_id: int) -> None:
    words = words_of(staff.get(f"/cases/{case_id}").text)
    assert words.index(SAID) < words.index("mag ik vragen of de buren") < words.index("Het is nu kwart voor drie")
    for said in (
        "Goedgekeurd; wordt zo verstuurd.",  # our post, with its state
        "1 ander schreef ook in deze draad",
        "Monteur is om half vier ter plaatse.",  # what is planned about the issue
        "Terugbellen na vier uur, ze heeft een baby.",
        "vraagt team netbeheer",
        "Misschien: Storing in Velmerdam (dienst werkt niet)",  # the card, filling itself
        "negatief → negatief",
        "past goed : zelfde bestel- of klantnummer",  # other contact moments, with why
        "telefoon: Merel Visser",
        "Geen toestemming vastgelegd.",
        "Antwoord opgesteld",  # what happened
    ):
        assert said in words, said


@pytest.mark.parametrize("proven", [True, False])
def test_a_sender_whom_nobody_proved_is_said_to_be_so(talk_day: TalkDay, staff: Staff, proven: bool) -> None:
    """Whoever reads it decides whom they answer and what they believe."""
    kim = Author(platform="mail", realm="zoemvolt.example", native_id="kim@klant.example", name="Kim")
    flags = frozenset({PROVEN_SENDER}) if proven else frozenset[str]()
    sent = post("<1@klant.example>", "Niet meer benaderen", kim)
    talk_day.hear(replace(sent, flags=flags))
    case = next(row.case_id for row in talk_day.desk.cases.rows() if row.platform == kim.platform)
    noted = OptOut(person_key=kim.key, at=NOW, how="words", noted_by="schedule", note="" if proven else UNPROVEN)
    talk_day.desk.leave.add_opt_out(noted)
    words = words_of(staff.get(f"/cases/{case}").text)
    assert ("afzender niet bewezen" in words) is not proven
    assert "Wil met rust gelaten worden, sinds" in words
    assert ("De mail die dat zegt, bewijst niet wie hem stuurde." in words) is not proven
    assert ("sender not proven" in words_of(staff.get(f"/cases/{case}?lang=en").text)) is not proven


def test_the_page_is_said_in_english_too(staff: Staff, case_id: int) -> None:
    words = words_of(staff.get(f"/cases/{case_id}?lang=en").text)
    assert "fits well : same order or customer number" in words
    assert "The customer never sees this." in words
    assert not re.search(r"\b(talk|event|label|evidence|ending)\.[a-z_.]+", words), "a key without words"


def test_the_newest_waiting_message_stands_above_a_long_thread(talk_day: TalkDay, staff: Staff, case_id: int) -> None:
    talk_day.hear(*(post(f"n{n}", f"En bericht {n}", MEREL, minutes=8 - n) for n in range(6)))
    page = staff.get(f"/cases/{case_id}").text
    assert page.index('class="waiting-now"') < page.index('<ol class="thread">')
    assert words_of(page).count("En bericht 5") == 2


def test_a_folded_thread_can_be_opened_whole(talk_day: TalkDay, staff: Staff, case_id: int) -> None:
    talk_day.hear(*(post(f"n{n}", f"En bericht {n}.", MEREL, minutes=8) for n in range(40)))
    folded, whole = staff.get(f"/cases/{case_id}").text, staff.get(f"/cases/{case_id}?all=1").text
    assert "En bericht 3." not in folded
    assert "Toon 30 eerdere berichten" in words_of(folded)
    assert "En bericht 3." in whole


def test_notes_and_questions_come_and_go_by_their_forms(staff: Staff, case_id: int) -> None:
    answer = staff.post(f"/cases/{case_id}/notes", {"text": "Nog een notitie"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}#inside")
    assert staff.post(f"/cases/{case_id}/questions", {"asked": "Bram Vos", "text": "Weet jij dit?"}).status_code == 303
    colleague = staff.colleague("Bram Vos")
    words = words_of(colleague.get("/questions").text)
    assert "Wacht op jouw antwoord 1" in words
    assert "Weet jij dit?" in words
    assert colleague.post("/questions/answer", {"question": "2", "text": "Ja hoor."}).headers["location"] == "/questions"
    words = words_of(staff.get(f"/cases/{case_id}").text)
    assert "Nog een notitie" in words
    assert "Ja hoor." in words


def test_a_refusal_is_worded_in_the_readers_language(staff: Staff, case_id: int) -> None:
    answer = staff.post(f"/cases/{case_id}/notes", {"text": "  "})
    assert answer.status_code == 409
    assert "Er staat nog niets in." in answer.text
    assert "There is nothing in it yet." in staff.post(f"/cases/{case_id}/notes?lang=en", {"text": ""}).text


def test_joining_and_taking_apart_by_the_buttons_that_are_shown(staff: Staff, case_id: int, talk_day: TalkDay) -> None:
    page = staff.get(f"/cases/{case_id}").text
    (key, *_) = re.findall(r'name="contact" value="(case-\d+)"', page)
    assert staff.post(f"/cases/{case_id}/join", {"contact": key}).status_code == 303
    page = staff.get(f"/cases/{case_id}").text
    assert "uit een gesprek op Mastodon" in words_of(page)
    (join_id,) = re.findall(r'name="join" value="(\d+)"', page)
    assert staff.post(f"/cases/{case_id}/unjoin", {"join": join_id}).status_code == 303
    assert "uit een gesprek op Mastodon" not in words_of(staff.get(f"/cases/{case_id}").text)
    assert staff.post(f"/cases/{case_id}/join", {"contact": "case-999"}).status_code == 409
    assert {line.verb for line in talk_day.desk.audit.lines(subject=f"case:{case_id}")} >= {"join", "unjoin"}


def test_labels_are_corrected_where_they_are_read(staff: Staff, case_id: int) -> None:
    page = staff.get(f"/cases/{case_id}?label=2").text
    assert '<option value="sentiment:neutral"' in page
    assert staff.post(f"/cases/{case_id}/labels", {"mention": "2", "answer": "sentiment:neutral"}).headers["location"].endswith("#m-2")
    assert "neutraal (door een mens)" in words_of(staff.get(f"/cases/{case_id}").text)
    for wrong in ({"mention": "2", "answer": "sentiment:furious"}, {"mention": "3", "answer": "sentiment:neutral"}, {"answer": "x"}):
        assert staff.post(f"/cases/{case_id}/labels", wrong).status_code == 409


def test_the_card_is_filled_in_with_what_was_suggested(staff: Staff, case_id: int) -> None:
    page = staff.get(f"/cases/{case_id}").text
    assert 'value="Storing in Velmerdam (dienst werkt niet)"' in page
    given = {"summary": "Wil weten wanneer de stroom terug is", "need_asked": "yes", "sentiment_last": "neutral"}
    assert staff.post(f"/cases/{case_id}/card", given).status_code == 303
    words = words_of(staff.get(f"/cases/{case_id}").text)
    assert "Behoefte gehoord en samengevat (ingevuld) Wil weten wanneer de stroom terug is" in words
    assert "negatief → neutraal" in words
    assert staff.post(f"/cases/{case_id}/mark", {"unnecessary": "yes", "avoidable_by": "kept_promise"}).status_code == 303
    assert "Vermijdbaar: ja · een belofte die we nakomen" in words_of(staff.get(f"/cases/{case_id}").text)


def ended(staff: Staff, case_id: int, talk_day: TalkDay, **fields: str) -> Any:
    row = talk_day.desk.cases.get(case_id)
    assert row is not None
    return staff.post(f"/cases/{case_id}/end", {"version": str(row.version), **fields})


def test_ending_a_conversation_offers_to_take_it_back(staff: Staff, case_id: int, talk_day: TalkDay) -> None:
    assert "Nog open op de kaart" in words_of(staff.get(f"/cases/{case_id}").text), "asked for, and never forced"
    answer = ended(staff, case_id, talk_day, ending="no_answer_needed")
    assert re.fullmatch(rf"/cases/{case_id}\?did=\d+", answer.headers["location"])
    page = staff.get(answer.headers["location"]).text
    assert "Geen antwoord nodig" in page
    act_id = answer.headers["location"].rpartition("=")[2]
    assert staff.post(f"/acts/{act_id}/undo").status_code == 303
    row = talk_day.desk.cases.get(case_id)
    assert row is not None
    assert row.state is CaseState.CLAIMED


def test_an_ending_decided_on_an_older_page_is_not_done(staff: Staff, case_id: int, talk_day: TalkDay) -> None:
    """Two agents at once: the second sees how it stands now."""
    row = talk_day.desk.cases.get(case_id)
    assert row is not None
    stale = staff.post(f"/cases/{case_id}/end", {"version": str(row.version - 1), "ending": "answered"})
    assert (stale.status_code, "intussen veranderd" in stale.text) == (409, True)
    other = staff.colleague("Bram Vos")
    assert other.post(f"/cases/{case_id}/end", {"version": str(row.version), "ending": "answered"}).status_code == 409
    assert "Pak het gesprek op om het af te ronden." in words_of(other.get(f"/cases/{case_id}").text)
    for wrong in ({"ending": "burned"}, {"ending": "spam"}, {"ending": "answered_by_community"}, {"ending": "resolved_by_fix"}, {}):
        assert ended(staff, case_id, talk_day, **wrong).status_code == 409


def test_the_helper_is_thanked_from_the_page_and_it_leaves_by_send(staff: Staff, case_id: int, talk_day: TalkDay) -> None:
    page = staff.get(f"/cases/{case_id}").text
    helper = re.findall(r'<option value="(\d+)">Joost: ', page)[0]
    assert ended(staff, case_id, talk_day, ending="answered_by_community", mention=helper).status_code == 303
    page = staff.get(f"/cases/{case_id}").text
    assert "Wat fijn dat je meedacht, Joost." in page
    before = len(talk_day.desk.entries.entries())
    assert staff.post(f"/cases/{case_id}/thanks", {"text": "Dank je wel, Joost!"}).status_code == 303
    assert len(talk_day.desk.entries.entries()) == before, "prepared is not sent"
    (draft,) = re.findall(r'name="draft" value="(\d+)"', staff.get(f"/cases/{case_id}").text)
    assert staff.post(f"/cases/{case_id}/thanks/send", {"draft": draft}).status_code == 303
    assert "Dank je wel, Joost!" in [one.post.text for one in talk_day.desk.entries.entries()]
    assert staff.post(f"/cases/{case_id}/thanks", {"text": "https://nl.trustpilot.com/x"}).status_code == 409


def test_consent_and_opt_out_are_recorded_from_the_page(staff: Staff, case_id: int, talk_day: TalkDay) -> None:
    assert staff.post(f"/cases/{case_id}/consent", {"channel": "join", "source": "belde"}).status_code == 303
    assert "herkend worden over kanalen heen, sinds" in words_of(staff.get(f"/cases/{case_id}").text)
    assert staff.post(f"/cases/{case_id}/consent", {"channel": "join", "act": "withdraw"}).status_code == 303
    assert staff.post(f"/cases/{case_id}/opt-out", {"why": "wil niets meer horen"}).status_code == 303
    assert talk_day.desk.leave.opted_out(MEREL.key)
    assert "Wil met rust gelaten worden, sinds" in words_of(staff.get(f"/cases/{case_id}").text)
    assert staff.post(f"/cases/{case_id}/opt-out/end", {"why": ""}).status_code == 409
    assert staff.post(f"/cases/{case_id}/opt-out/end", {"why": "belde zelf"}).status_code == 303


def test_the_timeline_narrows_and_turns_round(staff: Staff, case_id: int) -> None:
    page = staff.get(f"/cases/{case_id}/timeline").text
    assert "Notitie geschreven" in page
    inside = staff.get(f"/cases/{case_id}/timeline?group=inside&order=old").text
    assert words_of(inside).index("Notitie geschreven") < words_of(inside).index("Vraag aan een collega")
    assert "Klant schreef" not in inside
    assert staff.get(f"/cases/{case_id}/timeline?group=%3Cx%3E").status_code == 200
    assert staff.get("/cases/99/timeline").status_code == 404


def test_what_is_removed_leaves_no_words_on_the_page(staff: Staff, case_id: int, talk_day: TalkDay) -> None:
    gone = Removal(platform=MEREL.platform, realm=MEREL.realm, native_id="d1")
    talk_day.desk.ledger.mentions.remove([gone], source="feed", at=talk_day.desk.clock.now())
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/timeline", f"/cases/{case_id}/export.json"):
        assert SAID[:30] not in staff.get(path).text
    assert "Weggehaald door de schrijver of het platform." in words_of(staff.get(f"/cases/{case_id}").text)


def test_whoever_may_only_read_sees_no_form(talk_day: TalkDay, case_id: int) -> None:
    """Somebody who held the case, wrote a reply and may only read since: all is there to read, and nothing to press."""
    desk = talk_day.desk
    row = desk.cases.get(case_id)
    assert row is not None
    if row.holder != AGENT:
        desk.queueing.acts.assign(case_id, row.holder or AGENT, row.version, whom=AGENT)
    desk.replies.write.save(case_id, AGENT, Words(text="We zoeken het uit.", language="nl", signature="none"), version=0)
    rooms = talk_day.rooms(reply=reply_parts(desk.replies))
    agent = visit(StaffDay(), **rooms).come_in().get(f"/cases/{case_id}").text
    forms = set(re.findall(r'(?:form)?action="([^"]+)"', agent))
    assert {f"/cases/{case_id}/reply", f"/cases/{case_id}/notes", f"/cases/{case_id}/release"} <= forms, "whoever may answer has them"
    PeopleLedger(desk.ledger.engine).add(AGENT, Role.VIEWER, Act(by="machine", at=desk.clock.now()))
    sign_in = sign_in_on(desk.clock, desk.ledger.engine)
    viewer = replace(visit(StaffDay(), **{**rooms, "sign_in": sign_in}), sign_in=sign_in).come_in()
    for path in (f"/cases/{case_id}", f"/cases/{case_id}?all=1&label={row.mention_ids[-1]}&did=1", f"/cases/{case_id}/timeline"):
        page = viewer.get(path)
        assert page.status_code == 200
        shown = set(re.findall(r'(?:form)?action="([^"]+)"', page.text))
        assert shown == {"/language", "/sign-out"}, path


class Fixed:
    """Shows one conversation, whatever is asked."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk

    def show(self, case_id: int, suggest: Any, *, whole: bool = False) -> Talk:
        return self.talk

    def events(self, case_id: int) -> Any:
        return self.talk.events


KEPT = frozenset({"contact", "state", "kind", "verb", "group", "unnecessary", "content_hash", "channel"})


def written(value: Any, text: str, name: str = "") -> Any:
    """Return a record with `text` wherever somebody else chose the words."""
    if isinstance(value, Enum) or value is None or isinstance(value, bool | int | float | datetime):
        return value
    if isinstance(value, str):
        return value if name in KEPT or not value else text
    if isinstance(value, tuple):
        return tuple(written(one, text, name) for one in value)
    if isinstance(value, frozenset):
        return value
    if isinstance(value, dict):
        return {key: written(one, text, name) for key, one in value.items()} if name == "detail" else value
    return replace(value, **{one.name: written(getattr(value, one.name), text, one.name) for one in dataclasses.fields(value)})


def everything_on_it(day: TalkDay) -> int:
    """Let what is missing happen too: a join, an answered question, a mark, a consent, an opt-out; return the case."""
    case_id = day.first()
    place = day.talks.show.customer(case_id)
    for one in day.talks.joins.suggestions(place)[:1]:
        day.talks.joins.join(case_id, place.conversation_id, one.contact.key, AGENT)
    asked = day.talks.questions.ask(case_id, "Bram Vos", "En dit?", AGENT)
    day.talks.questions.answer(asked.question_id, "Ja.", Person(name="Bram Vos", role=Role.AGENT))
    day.talks.cards.mark(case_id, "yes", AGENT, why="belofte")
    day.talks.leave.consent(MEREL.key, "email", AGENT)
    day.talks.leave.opt_out(MEREL.key, AGENT)
    return case_id


def test_no_text_changes_what_the_page_is_made_of(talk_day: TalkDay) -> None:
    """I1, I4, I6, I9: same tags, attributes and links as with a harmless word, wherever somebody else chose the words."""
    case_id = everything_on_it(talk_day)
    talk = talk_day.talks.show.show(case_id, lambda cause, title: title)
    assert talk is not None
    shown, rooms, said = Fixed(talk), talk_day.rooms(), ["stroom"]
    room = rooms["conversation"]
    rooms["conversation"] = replace(room, talks=replace(room.talks, show=shown), said=lambda entry, language: said[0])
    staff = visit(StaffDay(), **rooms).come_in()

    def shapes_about(text: str) -> list[Any]:
        shown.talk, said[0] = written(talk, text), text
        answers = [staff.get(path) for path in (f"/cases/{case_id}", f"/cases/{case_id}/timeline")]
        assert {answer.status_code for answer in answers} == {200}
        return [shape_of(answer.text) for answer in answers]

    plain = shapes_about("stroom")
    for text in (one[:1_000] for one in HOSTILE if one.strip()):
        for calm, shape in zip(plain, shapes_about(text), strict=True):
            assert shape.found == calm.found, text[:60]
            for link in shape.links:
                assert link.startswith(("/", "?", "#")) or not link or link.split(":")[0] in ("http", "https"), link


def test_a_helper_named_like_a_template_is_thanked_without_the_name(talk_day: TalkDay) -> None:
    """I13: a name is a value, never a pattern; what cannot be filled in is left out."""
    case_id = talk_day.first()
    (evil,) = talk_day.hear(post("h2", "Zet hem uit en aan", replace(HELPER, native_id="evil", name="{{7*7}}")), directed=False)
    staff = visit(StaffDay(), **talk_day.rooms()).come_in()
    assert ended(staff, case_id, talk_day, ending="answered_by_community", mention=str(evil)).status_code == 303
    page = staff.get(f"/cases/{case_id}").text
    assert "Wat fijn dat je meedacht" in page
    assert "49" not in words_of(page).partition("Bedankje")[2][:80]
