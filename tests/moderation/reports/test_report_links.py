"""Every linked number of the weekly report leads to a list of exactly that many: followed through the staff pages, as a reader would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from listener.clock import ManualClock
from moderation.bootstrap import answering_on
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import COOKIE, SignIn
from moderation.ledger.people import PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.model.account import How
from moderation.model.person import Role
from moderation.page_parts.staff import staff_parts
from moderation.reports.document_links import Links
from moderation.reports.week_html import week_body
from moderation.reports.week_markdown import week_markdown
from moderation.settings import KlankbordSettings
from moderation.week_room import WeekRoom
from moderation.workflows.manage_people import ManagePeople
from tests.fakes.week_home import BRANDS, MENTIONS, NOW, SETTINGS, WEEKS, week_home
from tests.moderation.reports.again.book import Book
from tests.moderation.reports.again.grounds import ground_of
from tests.moderation.reports.again.page import Link, numbers_in, read_markdown, read_page
from tests.moderation.reports.again.whole import counted_again
from tests.moderation.reports.again.written import means, written

ZONE = ZoneInfo("Europe/Amsterdam")
WEEK = WEEKS[-1]
HOUSE, OF_ONE = "Eva", "Bram"
SCOPES = {HOUSE: None, OF_ONE: frozenset({BRANDS[1]})}
BY = re.compile(r'<span class="who"[^>]*>([^<]*)</span>\s*<time datetime="([^"]*)"')
LATER = re.compile(r'rel="next" href="([^"]*)"')
QUOTED = re.compile("“[^”]*”")
TOLD = re.compile(r'<p class="lead">(.*?)</p>', re.DOTALL)


@dataclass
class Reader:
    """Somebody who reads the pages; what a link leads to is read once."""

    client: TestClient
    cookie: str

    def __post_init__(self) -> None:
        self.seen: dict[str, str] = {}

    def get(self, path: str) -> str:
        if path not in self.seen:
            answer = self.client.get(path, headers={"cookie": self.cookie})
            assert answer.status_code == 200, path
            self.seen[path] = answer.text
        return self.seen[path]

    def list(self, path: str) -> str:
        """Return a list whole, all of its pages."""
        text = self.get(path)
        if found := LATER.search(text):
            text += self.list(found[1].replace("&amp;", "&"))
        return text


@dataclass
class House:
    home: Path
    room: WeekRoom
    readers: dict[str, Reader]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The drawn home behind the staff pages, with somebody of the whole house and somebody of one brand."""
    home = tmp_path_factory.mktemp("links") / "home"
    with week_home(home):
        pass
    clock = ManualClock(NOW)
    with answering_on(home, KlankbordSettings.model_validate(SETTINGS), clock) as parts:
        engine = parts.listening.ledger.engine
        sessions = SessionLedger(engine)
        sign_in, people = SignIn(sessions, clock), ManagePeople(PeopleLedger(engine), sessions, clock, brands=BRANDS)
        client = TestClient(build_staff_app(staff_parts(parts, sign_in)), base_url="http://127.0.0.1:8642", follow_redirects=False)
        readers = {}
        for name, brands in SCOPES.items():
            people.add(name, Role.AGENT if brands else Role.ADMIN, by="test", brands=brands)
            secret = sign_in.open(people.named(name), name=name, how=How.LINK)
            assert secret is not None
            readers[name] = Reader(client, f"{COOKIE}={secret}")
        yield House(home, WeekRoom(parts.listening), readers)


def listed(text: str, unit: str) -> int:
    """Count what a list shows: its conversations, or its posts, or what those add up to."""
    by = [(who, datetime.fromisoformat(at).astimezone(ZONE).date()) for who, at in BY.findall(text)]
    if unit == "contacts":
        return len(set(by))
    if unit == "people":
        return len({who for who, _ in by})
    return text.count('class="case-behind"') or text.count('<blockquote class="quote">')


def unit_of(link: Link) -> str:
    """Return what a linked number counts, by its own words, else by the head of its column."""
    said = link.text if re.search(r"[a-z]{5}", link.text) else link.head
    if "/before-" in link.href or ("contact" in said.lower() and "/issue-" in link.href):
        return "contacts"
    return "people" if re.match(r"[\d.]* ?(mens|people)", said, re.IGNORECASE) else "each"


@pytest.mark.parametrize("name", SCOPES)
def test_every_linked_number_leads_to_so_many(house: House, name: str) -> None:
    """Else somebody checks a number, finds another one behind it, and believes none of them any more."""
    reader = house.readers[name]
    page = read_page(reader.get(f"/report/{WEEK}"))
    links = [link for link in page.links if link.href.startswith(f"/report/{WEEK}/")]
    assert len(links) > 60
    if SCOPES[name] is not None:  # one of each kind: the rest is counted by the same code
        links = list({(link.href.split("/")[-1].partition("-")[0], unit_of(link)): link for link in links}.values())
        assert len(links) > 20
    wrong = []
    for link in links:
        text = reader.list(link.href)
        numbers = [*numbers_in(link.text)]
        if 100 not in numbers and numbers and listed(text, unit_of(link)) != numbers[0 if "waits" not in link.href else 1]:
            wrong.append((link, listed(text, unit_of(link))))
        if "waits" in link.href and text.count(">op tijd<") != numbers[0]:
            wrong.append((link, text.count(">op tijd<")))
    assert wrong == []


@pytest.fixture(scope="module")
def book(house: House) -> Book:
    """The same week, to be counted again."""
    ground = ground_of(KlankbordSettings.model_validate(SETTINGS))
    return Book(house.home / "ledger.db", WEEK, ground, up_to=MENTIONS - 1, made_at=NOW)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_number_on_the_page_is_one_that_the_ledger_gives(house: House, book: Book, language: str) -> None:
    """As it is written: rounded, in its sentence, in its place; and no number stands there that nobody counted."""
    document = house.room.document(WEEK, language)
    assert document is not None
    again = counted_again(book)
    texts = read_page(week_body(document, Links(within=True), {})).texts
    plain = {name: [QUOTED.sub("", text) for text in found] for name, found in texts.items()}
    few = plain["feedback"].pop(), plain["feedback"].pop(), plain["feedback"].pop()
    read = {name: [number for text in found for number in numbers_in(text)] for name, found in plain.items()}
    expected = written(book, again)
    assert {name: (read[name], numbers) for name, numbers in expected.items() if read[name] != numbers} == {}
    assert [name for name, numbers in read.items() if numbers and name not in expected] == ["meaning"]
    for line, (begins, ends) in zip(reversed(few), means(again), strict=True):
        numbers = [*numbers_in(line)]
        assert (numbers[: len(begins)], numbers[-1:]) == (begins, ends)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_markdown_has_the_same_numbers_in_the_same_parts(house: House, language: str) -> None:
    document = house.room.document(WEEK, language)
    assert document is not None
    texts = read_page(week_body(document, Links(within=True), {})).texts
    page = {name: [number for text in found for number in numbers_in(QUOTED.sub("", text))] for name, found in texts.items()}
    parts = read_markdown(week_markdown(document, Links("https://here.example")))
    told = [[number for line in part for number in numbers_in(QUOTED.sub("", line))] for part in parts]
    assert [numbers for numbers in told if numbers] == [numbers for numbers in page.values() if numbers]


def test_a_share_leads_to_those_it_counted(house: House, book: Book) -> None:
    """A share in words has no count in it; what it leads to has the one that the ledger gives."""
    again = counted_again(book)
    shares = {"unnecessary": again["unneeded"]["text"], "searched": again["searched"]["text"], "marked": again["unneeded"]["marks"]}
    shares |= {name: again["value"][name] for name in ("better", "worse")}
    for figure, share in shares.items():
        assert listed(house.readers[HOUSE].list(f"/report/{WEEK}/{figure}"), "each") == share["did"] > 0


def test_a_list_tells_how_many_it_holds_and_what_they_add_up_to(house: House) -> None:
    """Seven contacts in ten posts: who finds ten behind "7" has to be told why."""
    text = house.readers[HOUSE].get(f"/report/{WEEK}/issue-1")
    lead = TOLD.search(text)
    assert lead is not None
    assert next(numbers_in(lead[1].split(":", 1)[1])) == listed(text, "each")
    assert f"Samen {listed(text, 'contacts')} contacten van {listed(text, 'people')} mensen" in text


def test_both_languages_and_all_forms_lead_from_the_same_numbers_to_the_same_lists(house: House) -> None:
    document = house.room.document(WEEK, "en")
    assert document is not None
    written = week_markdown(document, Links("https://here.example"))
    found = re.findall(r"\[((?:[^\]\\]|\\.)*)\]\(<https://here\.example(/report/[^>]*)>\)", written)
    page = read_page(house.readers[HOUSE].get(f"/report/{WEEK}"))
    read = [(link.text, link.href) for link in page.links if link.href.startswith(f"/report/{WEEK}/")]
    assert [([*numbers_in(text)], href) for text, href in found] == [([*numbers_in(text)], href) for text, href in read]


def test_links_elsewhere_lead_to_pages_that_are_there(house: House) -> None:
    reader = house.readers[HOUSE]
    page = read_page(reader.get(f"/report/{WEEK}"))
    elsewhere = {link.href for link in page.links if not link.href.startswith("/report/") and link.part not in ("", "keys-title")}
    assert {href.split("/")[1] for href in elsewhere if href.startswith("/")} >= {
        "actions",
        "cases",
        "feedback",
        "issues",
        "sources",
        "status",
    }
    for href in sorted(elsewhere):
        if href.startswith("/"):
            assert "<h1" in reader.get(href), href
