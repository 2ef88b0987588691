"""The search page: one box, two ways of finding, and honest words about what was not looked at."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest

from listener.model.search import Meaning
from moderation.model.finding import CaseFilter, How
from tests.fakes.staff import StaffDay
from tests.fakes.staff_search import SearchDay, said_of
from tests.hostile.corpus import CORPUS
from tests.moderation.inbox.conftest import Staff, visit, words_of


@pytest.fixture
def said() -> SearchDay:
    return SearchDay()


@pytest.fixture
def agent(day: StaffDay, said: SearchDay) -> Staff:
    return visit(day, search=said.parts()).come_in()


def test_words_and_meaning_stand_apart_and_say_why(agent: Staff) -> None:
    page = agent.get("/search?q=stroom").text
    shown = words_of(page)
    assert shown.index("Met deze woorden") < shown.index("Met dezelfde betekenis")
    assert "<mark>stroom</mark>" in page
    assert "betekenis 71 %" in shown
    assert '<a href="/cases/1">' in page
    assert '<a href="/issues/1"' in page
    assert "Gesprek (wacht)" in shown


def test_nothing_typed_asks_nobody(agent: Staff, said: SearchDay) -> None:
    assert "Waar zoek je naar?" in words_of(agent.get("/search").text)
    assert "Waar zoek je naar?" in words_of(agent.get("/search?q=%20%20").text)
    assert said.asked == []


def test_punctuation_alone_is_answered_in_words(agent: Staff) -> None:
    assert "geen woord in om naar te zoeken" in words_of(agent.get('/search?q="').text)


@pytest.mark.parametrize(
    ("state", "words"),
    [(Meaning.BUSY, "Het taalmodel is even bezig"), (Meaning.BUILDING, "Zoeken op betekenis wordt nog klaargezet")],
)
def test_a_model_that_does_not_answer_is_said_and_words_are_shown(agent: Staff, said: SearchDay, state: Meaning, words: str) -> None:
    said.state = state
    shown = words_of(agent.get("/search?q=stroom").text)
    assert words in shown
    assert "Met deze woorden" in shown
    assert "Met dezelfde betekenis" not in shown


def test_counts_are_honest(agent: Staff, said: SearchDay) -> None:
    said.more, said.held = True, 3
    shown = words_of(agent.get("/search?q=stroom").text)
    assert "eerste 3" in shown
    assert "3 van 5 berichten" in shown


def test_what_an_address_says_is_what_is_asked(agent: Staff, said: SearchDay) -> None:
    agent.get("/search?q=stroom&how=words&brand=Zoemvolt&platform=x&language=nl&from=2026-03-01&to=2026-03-02&case=waits&issue=no&page=2")
    asked, brands, page = said.asked[0]
    assert (asked.typed, asked.how, asked.brand, asked.platform, asked.language) == ("stroom", How.WORDS, "Zoemvolt", "x", "nl")
    assert (asked.from_day, asked.to_day) == (date(2026, 3, 1), date(2026, 3, 2))
    assert (asked.case, asked.in_issue, brands, page) == (CaseFilter.WAITS, False, None, 2)


@pytest.mark.parametrize(
    "address",
    [
        "how=x&from=gisteren&to=9999-99-99&case=zz&issue=misschien&page=0",
        "page=999999999999999999999999",
        "from=0001-01-01&to=9999-12-31&page=-1",
        "brand=%00&platform=%ff&language=" + "a" * 5000,
    ],
)
def test_what_cannot_be_read_narrows_nothing(agent: Staff, said: SearchDay, address: str) -> None:
    assert agent.get(f"/search?q=stroom&{address}").status_code == 200
    asked, _, page = said.asked[0]
    assert (asked.how, asked.case, asked.in_issue) == (How.BOTH, CaseFilter.ANY, None)
    assert 1 <= page <= 400


def test_a_post_on_x_is_read_on_x(agent: Staff) -> None:
    page = agent.get("/search?q=noord").text
    assert "Stroom weg in Noord" not in page
    assert "Dit bericht lees je op X zelf." in words_of(page)


def test_paging_keeps_what_was_asked(agent: Staff, said: SearchDay) -> None:
    said.said = [said_of(n, f"geen stroom {n}") for n in range(1, 61)]
    page = agent.get("/search?q=stroom&how=words&platform=mastodon&page=2").text
    assert "2 van 3" in words_of(page)
    assert 'href="/search?q=stroom&amp;how=words&amp;platform=mastodon&amp;page=3"' in page


def test_without_a_search_there_is_no_page(day: StaffDay) -> None:
    assert visit(day).come_in().get("/search?q=stroom").status_code == 404


def test_who_is_not_signed_in_searches_nothing(day: StaffDay, said: SearchDay) -> None:
    visit(day, search=said.parts()).get("/search?q=stroom")
    assert said.asked == []


def test_whatever_is_typed_or_found_stays_text(agent: Staff, said: SearchDay) -> None:
    """RULES I1 to I24 in the box and in what was found: 200, and no markup of anybody else."""
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)> "; drop table words; --'
    said.said = [said_of(1, f"stroom {evil}", title=evil, url="javascript:alert(1)")]
    page = agent.get("/search?q=stroom").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "javascript:" not in page
    answer = agent.get(f"/search?q={quote(evil)}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert '"&gt;' not in answer.text.split('id="search-q"')[1].split(">")[0].replace("&#34;", "")


@pytest.mark.parametrize("row", sorted(CORPUS))
def test_one_of_each_row_of_bad_input_is_answered(agent: Staff, said: SearchDay, row: str) -> None:
    text = CORPUS[row][0]
    said.said = [said_of(1, text, title=text[:500], url=text[:500])]
    typed = quote(text[:150].encode("utf-8", "surrogatepass"))
    for address in (f"/search?q={typed}", f"/search?q=a&brand={typed}&platform={typed}&language={typed}&from={typed}&case={typed}"):
        answer = agent.get(address)
        assert answer.status_code == 200
        assert "<script>window.reached" not in answer.text
