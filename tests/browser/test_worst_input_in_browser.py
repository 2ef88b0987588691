"""The worst that anybody wrote, on every page, in a real browser: no dialog, no script, no request elsewhere (RULES S7, I1 to I24)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

from moderation.inbox.app import build_staff_app
from moderation.inbox.rights import ROUTES
from moderation.inbox.sign_in import SignIn
from moderation.ledger.knowledge import KnowledgeLedger
from moderation.ledger.sessions import SessionLedger
from moderation.model.card import CardWords
from moderation.model.knowledge import NewArticle
from moderation.model.person import Person, Role
from moderation.model.reply import Words
from moderation.model.status import IssueStatus
from moderation.page_parts.public import public_parts
from moderation.page_parts.staff import staff_parts
from moderation.parts import Answering
from moderation.people_desk import people_desk
from moderation.public.app import build_public_app
from tests.browser.hostile_home import BRAND, hostile_home
from tests.browser.visiting import chromium, enter, served
from tests.fakes.people import QUICK
from tests.hostile.corpus import CORPUS, NAUGHTY, naughty

US = "team"
pytestmark = [pytest.mark.browser, pytest.mark.slow]

WRITTEN_BY_US = ("<img src=x onerror=window.reached=1>", "'\"><script>window.reached=1</script>", "{{7*7}}", "@everyone <!-- \u202e")
"""What colleagues might paste into notes, names and titles."""
REACHED = (
    "() => [window.reached, document.querySelectorAll('main script, main iframe, main object, main embed, main base, main meta').length]"
)


@dataclass
class Trap:
    """Listens to a page for everything that must not happen."""

    base: str
    sprung: list[str] = field(default_factory=list)

    def set_on(self, page: Page) -> None:
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.sprung.append(f"error {error}"))

    def _dialog(self, dialog: Dialog) -> None:
        self.sprung.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:image/svg+xml")):
            self.sprung.append(f"request {request.url[:200]}")

    def _said(self, said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text or "Refused to" in said.text:
            self.sprung.append(f"console {said.text[:300]}")


@dataclass(frozen=True)
class House:
    """A served home full of the worst, and somebody who came in."""

    parts: Answering
    page: Page
    trap: Trap


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    texts = [text for strings in CORPUS.values() for text in strings] + list(naughty() if NAUGHTY.exists() else ())
    with hostile_home(tmp_path_factory.mktemp("worst") / "home", texts) as parts, chromium() as browser:
        _written_by_us(parts)
        ledger, clock = parts.listening.ledger, parts.listening.clock
        people_desk(parts.listening.home, ledger, clock, brands=(BRAND,), hasher=QUICK).manage.add(US, Role.ADMIN, by="machine")
        sign_in = SignIn(SessionLedger(ledger.engine), clock)
        with served(build_staff_app(staff_parts(parts, sign_in))) as base:
            yield House(parts, *_come_in(browser, base, sign_in))


def _come_in(browser: Browser, base: str, sign_in: SignIn) -> tuple[Page, Trap]:
    page = browser.new_context(locale="nl", base_url=base).new_page()
    enter(page, sign_in.new_link(base, agent=US))
    trap = Trap(base)
    trap.set_on(page)
    return page, trap


def _written_by_us(parts: Answering) -> None:
    """Let colleagues write the worst too, through the workflows that their forms call."""
    desk, now = parts.desk, parts.listening.clock.now()
    issues = parts.listening.ledger.issues.all()
    for number, issue in enumerate(issues[:8]):
        parts.listening.ledger.issues.rename(issue.issue_id, WRITTEN_BY_US[number % len(WRITTEN_BY_US)], by="anna", at=now)
    talk, team = desk.conversation, Person(name=US, role=Role.ADMIN)
    for case, words in zip(desk.inbox.list()[:4], WRITTEN_BY_US, strict=True):
        desk.inbox.claim(case.case_id, US, case.version)
        talk.notes.add(case.case_id, words, US)
        talk.questions.ask(case.case_id, f"team {words}", words, US)
        talk.cards.keep(case.case_id, CardWords(summary=words), US)
        desk.replies.write.save(case.case_id, US, Words(text=words, language="nl"), version=0)
        desk.queueing.views.keep(team, words, "tab=mine")
    for words in WRITTEN_BY_US:
        desk.replies.words.add("nl", words, words.replace("{{7*7}}", "{7*7}"), US)  # a name that nobody knows is refused
        new = NewArticle(language="nl", brands=frozenset({BRAND}), question=words, answer=words, evidence=(), made_by=US)
        article = KnowledgeLedger(parts.listening.ledger.engine).add(new, at=now)
        desk.knowledge.keep.approve(article.article_id, article.turn, by=US)
    said = {"known": WRITTEN_BY_US[0], "doing": WRITTEN_BY_US[1]}
    subjects = dict.fromkeys(("nl", "en"), WRITTEN_BY_US[0])
    for issue in issues[:2]:
        update = desk.status.publish.draft(
            issue.issue_id,
            IssueStatus.INVESTIGATING,
            {"nl": said, "en": said},
            US,
            subjects=subjects,
            next_update_at=now + timedelta(hours=2),
        )
    desk.status.publish.publish(update.update_id, US)


def opened(house: House, path: str) -> float:
    """Open a page; return how many seconds it took. Nothing of what is on it may do anything."""
    began = time.monotonic()
    answer = house.page.goto(path)
    assert answer is not None
    assert answer.status in (200, 204), (path, answer.status)
    assert house.page.evaluate(REACHED) == [None, 0], path
    assert house.trap.sprung == [], path
    return time.monotonic() - began


def test_conversations_show_it_as_text(house: House) -> None:
    """Every string of the corpus in a message, a title, an author's name and an address."""
    cases = house.parts.desk.inbox.list()
    assert sum(len(case.mention_ids) for case in cases) > 900, "two of 2,400 strings stand in most messages"
    for case in cases:
        opened(house, f"/cases/{case.case_id}?all=1")
    for case in cases[:6]:
        opened(house, f"/cases/{case.case_id}/timeline?lang=en")


def test_issues_show_it_as_text(house: House) -> None:
    opened(house, "/issues")
    links = house.page.eval_on_selector_all("main a[href^='/issues/']", "all => all.map(one => one.getAttribute('href').split('?')[0])")
    issues = sorted({link for link in links if link.count("/") == 2})
    assert len(issues) >= 10
    for issue in issues[:25]:
        opened(house, issue)
    for issue in issues[:4]:
        for page in ("merge", "split", "answer"):
            opened(house, f"{issue}/{page}")


def test_every_page_without_a_number_shows_it_as_text(house: House) -> None:
    """Lists, files, search: whatever route there is, also those added later."""
    files = {
        "/digest.md",
        "/report.html",
        "/report.md",
        "/report.pdf",
        "/knowledge.md",
        "/grid.yaml",
        "/metrics",
        "/queue/bulk",
        "/templates/versions",
    }  # the last two show what was chosen; nothing is
    house.parts.listening.clock.advance(timedelta(minutes=2))  # type: ignore[attr-defined]  # searching may go on
    paths = [path for (method, path), _ in ROUTES.items() if method == "GET" and "{" not in path]
    pages = [
        path
        for path in paths
        if not path.startswith(("/api/", "/sign-in", "/signed-in", "/events", "/fresh", "/healthz")) and path not in files
    ]
    assert len(pages) > 20
    for path in pages:
        opened(house, path)


def test_what_is_typed_into_search_and_filters_is_text(house: House) -> None:
    typed_in = (*CORPUS["I15"][:20], *CORPUS["I9"][::40], *CORPUS["I13"][:6], *CORPUS["I4"][::30])
    for typed in typed_in:
        house.parts.listening.clock.advance(timedelta(seconds=2))  # type: ignore[attr-defined]  # as slow as a person: nobody may ask all the time
        house.page.goto("/search")
        house.page.fill("main input[name=q]", typed)
        with house.page.expect_navigation():
            house.page.press("main input[name=q]", "Enter")
        assert house.page.evaluate(REACHED) == [None, 0], typed
        assert house.trap.sprung == [], typed


FILES = {"/digest.md": "text/markdown", "/report.html": "text/html", "/report.md": "text/markdown", "/knowledge.md": "text/markdown"}
"""What somebody takes along and opens elsewhere, and as what it comes."""
A_TAG = re.compile(r"(?<!\\)<(script|img|svg|iframe|style|base|meta http|link|object|embed|form)[\s>/]", re.IGNORECASE)


def test_files_do_nothing_when_they_are_opened(house: House, tmp_path: Path) -> None:
    """The digest, the week, what is known and all of a conversation: as data never a page, as a page opened from a disk."""
    asked = house.page.context.request
    for path, kind in FILES.items():
        answer = asked.get(path)
        assert answer.status == 200, path
        assert answer.headers["content-type"].startswith(kind), path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        if kind == "text/markdown":
            assert A_TAG.findall(answer.text()) == [], path
            continue
        file = tmp_path / "week.html"
        file.write_bytes(answer.body())
        page = house.page.context.new_page()
        trap = Trap(file.as_uri())
        trap.set_on(page)
        page.goto(file.as_uri())
        assert page.evaluate("() => window.reached") is None
        assert trap.sprung == []
        page.close()
    for case in house.parts.desk.inbox.list()[:5]:
        answer = asked.get(f"/cases/{case.case_id}/export.json")
        assert answer.headers["content-type"].startswith("application/json")
        assert answer.json(), case.case_id


def test_what_customers_see_shows_it_as_text(house: House) -> None:
    """The public pages and the feed, in both languages, with what colleagues wrote."""
    with served(build_public_app(public_parts(house.parts))) as base:
        browser = house.page.context.browser
        assert browser is not None
        page = browser.new_page()
        trap = Trap(base)
        trap.set_on(page)
        page.goto(base)
        links = page.eval_on_selector_all("a[href^='/status/']", "all => all.map(one => one.getAttribute('href'))")
        assert links, "the update stands there"
        for path in ("/", "/?lang=en", *links, "/privacy"):
            answer = page.goto(base + path)
            assert answer is not None
            assert answer.status == 200, path
            assert page.evaluate("() => window.reached") is None
        answer = page.goto(base + links[0])
        assert answer is not None
        assert "<img src=x" in answer.text() or "onerror" in page.inner_text("body")
        feed = page.request.get(base + "/status.atom")
        assert feed.status == 200
        assert [tag for tag in A_TAG.findall(feed.text()) if tag != "link"] == [], "a feed has links of its own"
        ElementTree.fromstring(feed.body())
        assert trap.sprung == []
        page.close()
