"""The queue and its cases: who comes next and why, and that one person has one case."""

from __future__ import annotations

from dataclasses import replace

from listener.errors import NotAllowed
from moderation.inbox.page_records import QueueEntry
from moderation.inbox.queue_parts import QueueParts
from moderation.model.case import Reason
from moderation.model.case_act import CaseAct, NewAct
from moderation.model.person import Person
from moderation.model.queue import Tab
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_queue import QueueDay
from tests.moderation.inbox.conftest import Staff, visit, words_of


def waiting(day: StaffDay, *entries: QueueEntry) -> QueueParts:
    """Return the queue of a day, but for who waits."""

    class Told(QueueDay):
        def _of(self, tab: Tab, person: Person) -> list[QueueEntry]:
            return list(entries) if tab is Tab.WAITING else []

    return Told(day).parts()


def test_the_queue_says_who_comes_next_and_why(staff: Staff) -> None:
    words = words_of(staff.get("/queue").text)
    assert words.index("Merel") < words.index("@jorrit_v") < words.index("u/slowkettle")
    assert "dringend noemt iets dringends stelt een vraag hoort bij een nieuwe kwestie Storing in Velmerdam" in words
    assert "wacht 1 u 36 min" in words
    assert "Bij jou 0 Wacht 3 Opzij gelegd 0 Bij collega's 1" in words
    assert "bij Bram Vos" in words_of(staff.get("/queue?tab=others").text)


def test_a_reason_that_has_no_word_yet_is_shown_as_it_is(day: StaffDay) -> None:
    queue = [replace(entry, why=("promise due at 15:00",)) for entry in day.queue(AGENT)]
    assert "promise due at 15:00" in visit(day, queue=waiting(day, *queue)).come_in().get("/queue").text


def test_a_reason_with_a_number_is_worded_in_the_pages_language(day: StaffDay) -> None:
    """Triage has words of its own, with the number in them."""
    queue = [replace(entry, why=(Reason(key="unanswered", number=3),)) for entry in day.queue(AGENT)]
    staff = visit(day, queue=waiting(day, *queue), why=lambda reason, language: f"{language}: {reason.number:.0f} keer").come_in()
    assert "nl: 3 keer" in staff.get("/queue").text
    assert "en: 3 keer" in staff.get("/queue?lang=en").text


def test_an_empty_queue_says_so(day: StaffDay) -> None:
    words = words_of(visit(day, queue=waiting(day)).come_in().get("/queue").text)
    assert "Niemand wacht." in words
    assert "rechtstreeks aanspreekt" in words


def test_claiming_takes_the_case_as_it_was_shown(staff: Staff) -> None:
    answer = staff.post("/cases/1/claim", {"version": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/1?did=1")
    assert staff.day.claims == [(1, AGENT, 1)]
    words = words_of(staff.get("/cases/1").text)
    assert "Bij jou Stand opgepakt" in words
    assert "Teruggeven" in words
    assert "Bij jou 1 Wacht 2" in words_of(staff.get("/queue").text)


def test_two_people_cannot_share_a_case(staff: Staff) -> None:
    """Both saw it free; the second is told who has it and sees it as it stands."""
    colleague = staff.colleague("Bram Vos")
    assert colleague.post("/cases/1/claim", {"version": "1"}).status_code == 303
    answer = staff.post("/cases/1/claim", {"version": "1"})
    assert answer.status_code == 409
    words = words_of(answer.text)
    assert "Bram Vos was je net voor." in words
    assert "Oppakken" not in words
    assert "data-live" not in answer.text.partition("<main")[2].partition(">")[0]  # that address cannot be asked for again
    assert staff.day.holders[1] == "Bram Vos"


def test_the_agent_is_who_signed_in_and_not_a_field(staff: Staff) -> None:
    staff.post("/cases/1/claim", {"version": "1", "agent": "Bram Vos", "holder": "Bram Vos"})
    assert staff.day.holders[1] == AGENT


def test_giving_back_frees_the_case(staff: Staff) -> None:
    staff.post("/cases/1/claim", {"version": "1"})
    answer = staff.post("/cases/1/release", {"version": "2"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?did=2")
    assert 1 not in staff.day.holders


def test_giving_back_what_another_holds_is_refused(staff: Staff) -> None:
    answer = staff.post("/cases/4/release", {"version": "1"})
    assert answer.status_code == 409
    assert staff.day.holders[4] == "Bram Vos"
    assert "intussen veranderd" in answer.text


def test_a_form_without_a_usable_version_is_refused(staff: Staff) -> None:
    for version in ("", "x", "-1", "1.0", "9" * 40, "２"):
        assert staff.post("/cases/1/claim", {"version": version}).status_code == 409
    assert staff.post("/cases/1/claim").status_code == 409
    assert staff.day.claims == []


def test_a_refusal_is_shown_in_its_own_words(day: StaffDay) -> None:
    def forbidden(new: NewAct, case_id: int, version: int, by: str) -> CaseAct:
        raise NotAllowed("The role viewer may not claim cases; ask an admin for the role agent.")

    answer = visit(day, queue=replace(QueueDay(day).parts(), act=forbidden)).come_in().post("/cases/1/claim", {"version": "1"})
    assert answer.status_code == 409
    assert "ask an admin for the role agent" in answer.text


def test_a_case_shows_the_thread_in_order_with_its_issue(staff: Staff) -> None:
    page = staff.get("/cases/1").text
    words = words_of(page)
    assert words.index("Hier ook. Buurman") < words.index("We zoeken het uit") < words.index("Hebben jullie al iets?")
    assert "De kwestie erachter nieuw Storing in Velmerdam" in words
    assert "30 mensen in 12 uur, gewoonlijk 1." in words
    assert '<li class="message message-ours">' in page
    assert "Het is nu kwart voor drie.\n\nHebben jullie al iets?" in page


def test_a_case_on_x_is_shown_whole_with_its_writer_and_link(staff: Staff) -> None:
    """Here an agent answers: the post stands unaltered, with attribution."""
    page = staff.get("/cases/2").text
    assert "Twee keer € 184 afgeschreven @zoemvolt" in page
    assert "@jorrit_v" in page
    assert 'href="https://x.example/p/2"' in page


def test_a_case_without_an_issue_is_shown(staff: Staff) -> None:
    assert "Dit hoort (nog) niet bij een kwestie." in staff.get("/cases/4").text


def test_a_case_that_is_gone_is_not_there(staff: Staff) -> None:
    assert staff.get("/cases/77").status_code == 404
