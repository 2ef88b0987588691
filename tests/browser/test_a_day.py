"""The whole day of an agent in a real browser, over a real home: alone, beside a colleague, by keys, on a phone, in two languages."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from listener.model.mention import BrandHit, Kept
from moderation.bootstrap import answering_on
from moderation.inbox.app import build_staff_app
from moderation.inbox.rights import ROUTES
from moderation.inbox.sign_in import SignIn
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.ledger.ways_in import TokenLedger
from moderation.model.object_kind import ObjectKind
from moderation.model.outbox import EntryState, SendReport
from moderation.model.person import Role
from moderation.page_parts.staff import staff_parts
from moderation.people_desk import people_desk
from moderation.publishers.simulated import Fault, SimulatedPublisher
from moderation.reports.week import week_before
from moderation.settings import KlankbordSettings
from moderation.workflows.hold_tokens import HoldTokens
from moderation.workflows.manage_people import ManagePeople
from tests.browser.axe import grave_violations
from tests.browser.visiting import chromium, enter, follow, served, typed_in, unhurried
from tests.fakes.desk import MORNING, mention
from tests.fakes.house import AUTHOR, OURS, THEIRS, House, fill
from tests.fakes.people import QUICK, SAID

pytestmark = pytest.mark.browser


class Going(ManualClock):
    """Time that goes on by itself from a morning of the test's choice, and jumps when told."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self._began)

    def monotonic(self) -> float:
        return super().monotonic() + time.monotonic() - self._began


@dataclass
class Day:
    """A served home, a browser, and the colleagues who have a password and a second step."""

    house: House
    base: str
    browser: Browser
    platform: SimulatedPublisher
    secrets: dict[str, str]

    def hear(self, name: str, text: str, *, hours: float = 2.0) -> int:
        """Let a customer write, and return the number of their case."""
        parts, now = self.house.parts, self.house.clock.now()
        one = mention(name, text, posted_at=now - timedelta(hours=hours))
        hit = BrandHit(brand=OURS, directed=True, terms=(OURS.lower(),))
        parts.listening.ledger.mentions.add_page([Kept(mention=one, hits=(hit,))], source="feed", next_cursor=None, at=now)
        parts.desk.follow_cases()
        stored = parts.listening.ledger.mentions.find(one.key)
        assert stored is not None
        return next(row.case_id for row in parts.desk.cases.rows() if stored.mention_id in row.mention_ids)

    def send(self, *faults: Fault) -> None:
        """Let the gateway work once, after the pause that it keeps between two posts; these faults happen on the way."""
        self.platform._platform.expect(*faults)
        self.house.clock.advance(timedelta(minutes=10))
        report = _turn(self.house.parts.sending.send_once)
        assert report.sent, report.held

    def reconcile(self) -> None:
        """Look for what became of posts whose outcome nobody knows."""
        self.house.clock.advance(timedelta(minutes=2))
        _turn(self.house.parts.sending.reconcile_once)

    def page(self, *, width: int = 1280, language: str = "nl") -> Page:
        """Open a browser of its own, as on another machine."""
        screen: Any = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}  # axe must not look amid a change of colour
        context = self.browser.new_context(locale=language, base_url=self.base, **screen)
        unhurried(context)
        return context.new_page()

    def come_in(self, page: Page, name: str, button: str) -> None:
        """Sign in as people do: name, password, and the code that an app shows."""
        page.goto("/sign-in")
        page.get_by_role("textbox", name=re.compile("Naam|Name")).fill(name)
        page.locator("#password").fill(SAID)
        follow(page.get_by_role("button", name=button, exact=True))
        assert page.url.endswith("/sign-in/code")
        self.house.clock.advance(timedelta(seconds=30))  # a code counts once
        page.locator("#code").fill(pyotp.TOTP(self.secrets[name]).at(self.house.clock.now()))
        follow(page.get_by_role("button", name=button, exact=True))
        assert page.url.endswith("/issues")


def _turn(work: Callable[[], Coroutine[Any, Any, SendReport]]) -> SendReport:
    """Do something of the service, in a thread without a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def _settings() -> KlankbordSettings:
    brands = [{"name": OURS, "handles": ["@stroomloket"]}, {"name": THEIRS}]
    return KlankbordSettings.model_validate({"brands": brands, "outbox": {"account": "simulated:stroomloket"}})


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    home = tmp_path_factory.mktemp("day") / "home"
    clock = Going(MORNING)
    with answering_on(home, _settings(), clock, embedder=HashedEmbedder()) as parts, chromium() as browser:
        engine = parts.listening.ledger.engine
        sessions = SessionLedger(engine)
        sign_in = SignIn(sessions, clock)
        house = House(
            home=home,
            parts=parts,
            clock=clock,
            sign_in=sign_in,
            app=build_staff_app(staff_parts(parts, sign_in)),
            people=ManagePeople(PeopleLedger(engine), sessions, clock, brands=(OURS, THEIRS)),
            hold=HoldTokens(TokenLedger(engine), clock),
        )
        house.add(AUTHOR, Role.ADMIN)
        house.things.update({kind: {OURS: number} for kind, number in fill(house, OURS).items()})
        clock.advance(timedelta(minutes=10))
        _turn(parts.sending.send_once)
        (platform,) = parts.sending.connections.publishers.values()
        assert isinstance(platform, SimulatedPublisher)
        with served(house.app) as base:
            yield Day(house, base, browser, platform, _colleagues(home, house))


def _colleagues(home: Path, house: House) -> dict[str, str]:
    """Add two agents with a password and a second step; return the secrets of their apps."""
    desk = people_desk(home, house.parts.listening.ledger, house.clock, brands=(OURS, THEIRS), hasher=QUICK)
    secrets = {}
    for name in ("Bram Vos", "Fenna de Wit"):
        account = desk.manage.add(name, Role.AGENT, by=AUTHOR)
        desk.door.choose_password(account, SAID, brand=OURS)
        offer, address = desk.door.offer_second_step(account)
        secrets[name] = parse_qs(urlsplit(address).query)["secret"][0]
        assert desk.door.set_second_step(account, offer, pyotp.TOTP(secrets[name]).at(house.clock.now()))
    return secrets


@dataclass(frozen=True)
class Words:
    """What a page says in one language, and what customer and agent write in it."""

    language: str
    width: int
    asked: str
    typed: str
    off: str
    sign_in: str
    next: str
    taken: str
    preview: str
    send: str
    looked_up: str
    accepted: str
    answered: str
    end: str
    ended: str
    undo: str
    undone: str


DUTCH = Words(
    "nl", 1280, "De stroom is hier al drie keer uitgevallen, wanneer houdt dat op?", "Geen probleem, ik kijk het vandaag na.",
    "Geen probleem", "Inloggen", "Volgende", "Opgepakt.", "Bekijk", "Verstuur", "Wordt nagekeken", "Geplaatst",
    "Beantwoord", "Afronden", "Afgerond.", "Ongedaan maken", "Ongedaan gemaakt.",
)  # fmt: skip
ENGLISH = Words(
    "en", 375, "The power has failed here three times now, when does this stop?", "No problem, we will look into it for you today.",
    "No problem", "Sign in", "Next", "Taken.", "Preview", "Send", "Being looked up", "Posted",
    "Answered", "End it", "Finished.", "Undo", "Undone.",
)  # fmt: skip


@pytest.mark.parametrize("words", [DUTCH, ENGLISH], ids=["Dutch, at a desk", "English, on a phone"])
def test_from_signing_in_to_taking_the_end_back(day: Day, words: Words) -> None:
    case_id = day.hear(f"klant-{words.language}", words.asked, hours=20)
    page = day.page(width=words.width, language=words.language)
    day.come_in(page, "Bram Vos", words.sign_in)
    page.goto("/queue")
    assert page.get_attribute("html", "lang") == words.language
    _no_wider(page)
    follow(page.get_by_role("button", name=words.next, exact=True))
    assert urlsplit(page.url).path == f"/cases/{case_id}"
    expect(page.get_by_role("status").filter(has_text=words.taken)).to_be_visible()
    expect(page.locator("#thread .said").last).to_have_text(words.asked)
    _no_wider(page)
    _written(page, words)
    follow(page.get_by_role("button", name=words.preview, exact=True))
    expect(page.locator(".shown-text")).to_contain_text(words.typed.removeprefix(words.off)[-30:])
    _no_wider(page)
    follow(page.get_by_role("button", name=words.send, exact=True))
    expect(page).to_have_url(re.compile(rf"/cases/{case_id}(#.*)?$"))
    page.evaluate("window.same = true")
    day.send(Fault.ACCEPT_THEN_ERROR)
    expect(page.locator("#reply-posted .tag").first).to_have_text(words.looked_up)
    day.reconcile()
    expect(page.locator("#reply-posted .tag").first).to_have_text(words.accepted)
    assert page.evaluate("window.same"), "nobody loaded the page again"
    assert [post.text for post in day.platform._platform.posts()].count(_sent(day, case_id)) == 1, "never twice"
    _ended_and_taken_back(page, words)
    page.context.close()


def _written(page: Page, words: Words) -> None:
    """Type a reply in which something can be said better, and put that right by one press."""
    page.locator("#reply-language").select_option(words.language)
    page.locator("#reply-text").click()
    page.keyboard.type(words.typed)
    expect(page.locator("#reply-found mark").first).to_have_text(words.off)
    _no_wider(page)
    page.locator("#reply-found button[name=put]").first.click()
    expect(page.locator("#reply-text")).not_to_have_value(words.typed)
    expect(page.locator("#reply-found mark")).to_have_count(0)
    assert words.off not in page.input_value("#reply-text")


def _sent(day: Day, case_id: int) -> str:
    """Return the words of the reply in a case whose answer was lost, and which was found again."""
    found = OutboxLedger(day.house.parts.listening.ledger.engine).entries([EntryState.FOUND])
    return next(one.post.text for one in found if one.case_id == case_id)


def _ended_and_taken_back(page: Page, words: Words) -> None:
    page.locator("#ending summary").click()
    page.get_by_role("radio", name=words.answered, exact=True).check()
    _no_wider(page)
    follow(page.locator("#ending").get_by_role("button", name=words.end, exact=True))
    done = page.locator("[data-did]")
    expect(done).to_contain_text(words.ended)
    expect(page.locator("#reply-form")).to_have_count(0)
    follow(done.get_by_role("button", name=words.undo, exact=True))
    expect(done).to_contain_text(words.undone)
    expect(page.locator("#reply-form")).to_be_visible()


def _no_wider(page: Page) -> None:
    """Nothing is wider than the screen."""
    inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert whole <= inner, page.url


def test_two_agents_look_at_one_case_and_one_has_it(day: Day) -> None:
    """The second is told who was first, and the open queue of the second shows it without being loaded again."""
    case_id = day.hear("klant-samen", "Kan iemand mij vertellen waarom mijn termijnbedrag omhoog ging?")
    first, second = _at(day, "Bram Vos"), _at(day, "Fenna de Wit")
    queue = second.context.new_page()
    queue.goto("/queue?tab=others")
    queue.evaluate("window.same = true")
    expect(queue.locator(f'[data-row="{case_id}"]')).to_have_count(0)
    for page in (first, second):
        page.goto(f"/cases/{case_id}")
    follow(first.locator("button[data-key=a]"))
    expect(first.locator("#reply-form")).to_be_visible()
    expect(queue.locator(f'[data-row="{case_id}"]')).to_contain_text("Bram Vos")
    assert queue.evaluate("window.same"), "nobody loaded the page again"
    follow(second.locator("button[data-key=a]"))
    expect(second.get_by_role("alert")).to_contain_text("Bram Vos was je net voor")
    expect(second.locator("#reply")).to_contain_text("Bram Vos heeft dit gesprek")
    expect(second.locator("#reply-form")).to_have_count(0)
    row = day.house.parts.desk.cases.get(case_id)
    assert row is not None
    assert row.holder == "Bram Vos"
    first.context.close()
    second.context.close()


def test_the_same_without_a_mouse(day: Day) -> None:
    """From the queue to a reply that left, by keys alone; and "?" tells which keys there are."""
    case_id = day.hear("klant-toets", "Hoe zeg ik mijn contract op?", hours=30)
    page = _at(day, "Fenna de Wit")

    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    def leave(*keys: str) -> None:
        with page.expect_navigation():  # the keys of the next page are heard once it is there whole
            press(*keys)

    leave("g", "q")
    assert page.url.endswith("/queue")
    press("?")
    told = page.get_by_role("dialog")
    expect(told).to_contain_text("Oppakken")
    expect(told).to_contain_text("Volgende gesprek oppakken en openen")
    press("Escape")
    expect(told).to_be_hidden()
    leave("j", "Enter")
    assert page.url.endswith(f"/cases/{case_id}")
    leave("a")
    expect(page.locator("#reply-form")).to_be_visible()
    press("?")
    expect(told).to_contain_text("Jouw antwoord")
    expect(told).to_contain_text("Bekijk")
    press("Escape")
    expect(told).to_be_hidden()
    press("r")
    expect(page.locator("#reply-text")).to_be_focused()
    typed = "Geen probleem, opzeggen kan op je eigen pagina."
    with page.expect_response(lambda answer: answer.url.endswith("/check") and typed_in(answer) == typed):
        page.keyboard.type(typed)  # slowly, half of it is looked at too, and what is found there is taken away again
    expect(page.locator("#reply-found mark").first).to_be_visible()
    for _ in range(20):
        press("Tab")
        if page.evaluate("document.activeElement.name === 'put'"):
            break
    press("Enter")
    expect(page.locator("#reply-found mark")).to_have_count(0)
    expect(page.locator("#reply-text")).to_be_focused()
    leave("Control+Enter")
    expect(page.locator(".shown-text")).to_contain_text("opzeggen kan op je eigen pagina")
    leave("Control+Enter")
    expect(page.locator("#reply-posted .tag").first).to_have_text("Goedgekeurd")
    day.send()
    expect(page.locator("#reply-posted .tag").first).to_have_text("Geplaatst")
    page.context.close()


def _at(day: Day, name: str) -> Page:
    """Return a page of a colleague who came in by a link."""
    page = day.page()
    enter(page, day.house.sign_in.new_link(day.base, agent=name))
    assert page.url.endswith("/issues")
    return page


NOT_PAGES = (
    "/api/",
    "/static/",
    "/events",
    "/healthz",
    "/metrics",
    "/digest.md",
    "/report.html",
    "/report.md",
    "/report.pdf",
    "/grid.yaml",
    "/knowledge.md",
    "/cases/{case_id}/export.json",
)
"""Data, streams and files."""
BEFORE_COMING_IN = ("/sign-in/code", "/sign-in/set-up", "/signed-in", "/sign-in/elsewhere", "/sign-in/elsewhere/back")
"""Opened only by somebody who is half in; tests/browser/test_people_in_browser.py looks at them."""


def test_everybody_can_use_every_page(day: Day) -> None:
    """axe on each page of the table of rights, at a desk by day and on a phone by night; and no page leads nowhere."""
    made = day.house.parts.desk.replies.words.add("nl", "Even bellen", "Dag {{ customer }}, we bellen je vandaag.", AUTHOR)
    page = _at(day, AUTHOR)
    wanted = {path: _filled(day, path, template=made.key) for (method, path), _ in ROUTES.items() if method == "GET"}
    wanted = {path: filled for path, filled in wanted.items() if not path.startswith(NOT_PAGES) and path not in BEFORE_COMING_IN}
    assert len(wanted) >= 40
    wrong: list[str] = []
    leads: set[str] = set()
    for filled in wanted.values():
        wrong += _wrong_on(page, filled)
        leads |= set(page.eval_on_selector_all("a[href^='/']", "all => all.map(one => one.getAttribute('href').split('#')[0])"))
    assert not wrong, "\n".join(wrong)
    asked = page.context.request
    lost = {link: asked.get(link).status for link in sorted(leads)[:150] if not link.startswith(NOT_PAGES)}
    assert {link: status for link, status in lost.items() if status != 200} == {}, "a page leads nowhere"
    page.context.close()


def _wrong_on(page: Page, path: str) -> list[str]:
    """Return what is wrong on a page: at 1280 px in the light, at 375 px in the dark."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    answer = page.goto(path)
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"{path}: status {answer.status}"]
    for width, scheme in ((1280, "light"), (375, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        wrong += [f"{path} at {width}: {one}" for one in grave_violations(page)]
        inner, whole = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        wrong += [f"{path} at {width}: {whole} px wide"] if whole > inner else []
    return wrong


def _filled(day: Day, path: str, *, template: str) -> str:
    """Put numbers of the house into a path."""
    things = day.house.things
    kinds = {"event_id": ObjectKind.EVENT, "article_id": ObjectKind.ARTICLE, "plan_id": ObjectKind.PLAN, "draft_id": ObjectKind.DRAFT}
    kinds |= {"issue_id": ObjectKind.ISSUE, "case_id": ObjectKind.CASE}
    if "{entry_id}" in path:  # a post belongs to the other case, whose number is one up
        posted = OutboxLedger(day.house.parts.listening.ledger.engine).entries([EntryState.SENT])[0]
        path = path.replace("{entry_id}", str(posted.entry_id)).replace("{case_id}", str(posted.case_id))
    week = week_before(day.house.parts.listening.clock.now(), day.house.parts.listening.settings.zone)
    path = path.replace("/dashboard/{figure}", "/dashboard/mentions").replace("{period}", week.name).replace("{figure}", "all")
    for name, kind in kinds.items():
        path = path.replace(f"{{{name}}}", str(things[kind][OURS]))
    asked = {"/queue/bulk": "?act=spam&case=1.1%202.1", "/templates/versions": f"?own={template}"}
    return path.replace("{person_id}", "1").replace("{name}", "personal_data") + asked.get(path, "")
