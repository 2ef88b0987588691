"""The queue narrowed to words that somebody wrote: found by the real search, kept in a saved view, and honest where it does not see all."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from listener.search.store import open_search
from listener.workflows.search_mentions import SearchMentions
from moderation.inbox.queue_choice import from_query, query_of
from moderation.ledger.case_search import CaseSearchLedger
from moderation.model.person import Person, Role
from moderation.model.queue import QueueChoice, Tab
from moderation.page_parts import queue as room
from moderation.page_parts.queue import queue_parts
from moderation.workflows.search_everything import SearchEverything
from tests.fakes.desk import Desk
from tests.fakes.staff import AGENT, StaffDay
from tests.moderation.inbox.conftest import Staff, visit, words_of
from tests.moderation.queue.test_queue_on_ledger import rows_of
from tests.moderation.workflows.test_search_everything import hear

ME = Person(name=AGENT, role=Role.AGENT)
SAID = ("Al twee uur geen stroom in de Vogelbuurt", "Mijn factuur klopt niet", "De stroom viel net weer uit", "The power is out again")


@pytest.fixture
def staff(desk: Desk) -> Iterator[Staff]:
    """Somebody on the pages of a queue whose messages can be searched; cases 1 to 4 are those of `SAID`."""
    for number, text in enumerate(SAID, start=1):
        hear(desk, str(number), text)
    desk.queueing.follow.once()
    with open_search(desk.home / "search") as store:
        search = SearchMentions(desk.ledger, store, soon=lambda _text, _wait: None, asked_model=lambda: "m", serving_model=lambda: "m")
        search.keep()
        found = SearchEverything(search, desk.ledger, CaseSearchLedger(desk.ledger.engine), key=b"k" * 32, zone=ZoneInfo("UTC"))

        def words(typed: str, most: int, person: Person) -> tuple[int, ...]:
            return found.case_ids_for(typed, most, brands=person.brands)

        parts = queue_parts(desk.queueing, desk.ledger, desk.clock, case_ids_for=words)
        yield visit(StaffDay(), queue=parts, clock=desk.clock).come_in()


def test_the_queue_is_narrowed_to_words_and_so_is_what_comes_next(staff: Staff, desk: Desk) -> None:
    page = staff.get("/queue?q=Stroom").text
    assert sorted(rows_of(page)) == [1, 3]
    assert "Wacht 2" in words_of(page), "the counts are of what is shown"
    assert "Woorden: Stroom" in words_of(page)
    assert rows_of(staff.get("/queue?q=power+out&lang=en").text) == [4]
    assert rows_of(staff.get("/queue?q=zonnepaneel").text) == []
    taken = staff.post("/queue/next", {"query": "q=factuur"})
    assert taken.headers["location"].startswith("/cases/2?")
    assert staff.post("/queue/next", {"query": "q=factuur"}).headers["location"] == "/queue?q=factuur&none=1"


def test_words_are_kept_in_a_saved_view_and_lead_to_the_bulk_of_what_is_shown(staff: Staff, desk: Desk) -> None:
    choice = QueueChoice(tab=Tab.SPAM, words="geen stroom")
    assert from_query(query_of(choice)) == choice
    assert staff.post("/me/views", {"name": "Storing", "query": "q=stroom"}).status_code == 303
    assert '/queue?q=stroom"' in staff.get("/queue").text
    bulk = staff.get("/queue/bulk?query=q%3Dstroom&act=spam&every=1").text
    assert "Vogelbuurt" in bulk
    assert "factuur" not in bulk


def test_words_find_nothing_of_a_brand_that_somebody_does_not_see(staff: Staff, desk: Desk) -> None:
    parts = staff.app.state.parts.queue
    stranger = Person(name="eve", role=Role.AGENT, brands=frozenset({"Anders"}))
    assert parts.page(QueueChoice(words="stroom"), ME, 1).total == 2
    assert parts.page(QueueChoice(words="stroom"), stranger, 1).total == 0


def test_words_that_too_many_wrote_are_said_to_be_too_many(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thousand in a real queue; a limit that is not told of would read as "this is all"."""
    assert "in meer dan" not in words_of(staff.get("/queue?q=stroom").text)
    monkeypatch.setattr(room, "MOST_WITH_WORDS", 1)
    page = staff.get("/queue?q=stroom").text
    assert "Deze woorden staan in meer dan 1 gesprekken" in words_of(page)
    assert len(rows_of(page)) == 1


HOSTILE = ('"', "'; drop table case_fact; --", "NEAR(a b)", "*", "﷽ \u202e", "a" * 500, "-", "OR")


def test_whatever_is_typed_is_looked_for_and_nothing_else(staff: Staff) -> None:
    for typed in HOSTILE:
        assert staff.get(f"/queue?{urlencode({'q': typed})}").status_code == 200, typed
