"""Words of a private message stay with its case: a canary goes through every way out. It counts everywhere, and is read nowhere.

Whoever may answer reads it on its case, in the queue and in the search; whoever only reads finds no trace of it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from listener.model.analysis import Analysis, AnalysisStep, Label, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, BrandHit, Kept
from listener.workflows.measure_issues import quotes_by_issue
from listener.workflows.rebuild_insight import catch_up
from moderation.bot.said import EPHEMERAL, message_of
from moderation.bot.thread_card import ThreadCards
from moderation.inbox.rights import OPEN, ROUTES
from moderation.ledger.answered_cases import AnsweredCases
from moderation.ledger.journeys import JourneyLedger
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Right, Role
from moderation.page_parts.public import public_parts
from moderation.public.app import build_public_app
from moderation.workflows.issue_threads import threads_of
from tests.fakes.asking import Answer, Asking
from tests.fakes.bot_house import ROLES, BotHouse, open_bot_house, text_of
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS, _direction
from tests.moderation.inbox.house.paths import filled, is_call, parameters

CANARY = "goudvink"
NAME = "Quirijn Kanarie"
VIEWER, AGENT, ADMIN = ROLES[Role.VIEWER], ROLES[Role.AGENT], ROLES[Role.ADMIN]
WRITERS = (
    ("mail", "email", "quirijn@kanarie.example"),
    ("whatsapp", "whatsapp", "31612345678"),
    ("discourse", "discourse", "77"),
    ("matrix", "matrix", "@quirijn:kanarie.example"),
)
READ_BY_AGENTS = {
    "/queue",
    "/cases/{case_id}",
    "/cases/{case_id}/timeline",
    "/cases/{case_id}/export.json",
    "/api/v1/cases/{case_id}",
    "/api/v1/mentions/{mention_id}",
    "/outbox",
    "/api/v1/outbox",
    "/api/v1/outbox/{entry_id}",
    "/api/v1/drafts/{draft_id}",
    "/issues/{issue_id}/answer",
    "/api/v1/issues/{issue_id}/affected",
}
"""Where those who answer read a private message, or what they wrote about one: nowhere else is there a word of it."""


class Day:
    """A house in which four people wrote in private about what somebody else says in public, and one of them was answered."""

    def __init__(self, bot: BotHouse) -> None:
        self.bot, self.house = bot, bot.house
        self.things: dict[ObjectKind, int] = {}
        self.asking = Asking(self.house.app)
        self._fill()

    def _fill(self) -> None:
        house, desk, at = self.house, self.house.parts.desk, self.house.clock.now()
        ledger, model = house.parts.listening.ledger, house.parts.listening.model_id
        hit = BrandHit(brand=OURS, directed=True, terms=())
        said = [
            mention(
                f"p{number}",
                f"De {CANARY} is niet gekomen en niemand belt mij terug ({number}).",
                title=f"Waar blijft de {CANARY}?",
                platform=platform,
                channel=channel,
                realm=f"{platform}.example",
                author=Author(platform=platform, realm=f"{platform}.example", native_id=who, name=NAME),
                url=f"https://forum.example/{CANARY}/{number}" if platform in ("discourse", "matrix") else "",
                posted_at=at - timedelta(minutes=number),
            )
            for number, (platform, channel, who) in enumerate(WRITERS)
        ]
        ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in said], source="loket", next_cursor=None, at=at)
        public = mention("openbaar", "De monteur is niet gekomen.", posted_at=at - timedelta(minutes=9))
        ledger.mentions.add_page([Kept(mention=public, hits=(hit,))], source="feed", next_cursor=None, at=at)
        self.ids = [found.mention_id for one in (*said, public) if (found := ledger.mentions.find(one.key)) is not None]
        labels = tuple(Label(name=name, value="yes", probability=0.9, model="m") for name in ("idea", "compliment", "question"))
        step = AnalysisStep(
            at=at,
            analyses=tuple(
                Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}", labels=labels) for one in self.ids
            ),
            embeddings=tuple(NewEmbedding(text_hash=f"h{one}", model=model, vector=_direction(one)) for one in self.ids),
            new_issues=(NewIssue(temporary_id=-1, title="monteur niet gekomen", created_at=at),),
            memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in self.ids),
        )
        self.issue = ledger.analyses.save(step)[-1]
        house.clock.advance(timedelta(minutes=11))
        desk.open_cases()
        catch_up(ledger, house.parts.listening.insight, model_id=model)
        house.parts.listening.search.keep()
        rows = {row.platform: row for row in desk.cases.rows() if row.private}
        assert set(rows) == {platform for platform, _, _ in WRITERS}
        self.cases = {platform: row.case_id for platform, row in rows.items()}
        mail, forum = rows["mail"], rows["discourse"]
        for row in (mail, forum):
            desk.queueing.acts.claim(row.case_id, AUTHOR, row.version)
        draft = desk.inbox.draft_reply(mail.case_id, AUTHOR, f"Dag {NAME}, de {CANARY} komt morgen.")
        entry = desk.inbox.send(desk.inbox.draft_reply(forum.case_id, AUTHOR, f"Beste, de {CANARY} komt vandaag.").draft_id, AUTHOR)
        note = desk.conversation.notes.add(mail.case_id, f"let op de {CANARY}", AUTHOR)
        question = desk.conversation.questions.ask(mail.case_id, "team techniek", f"waar is de {CANARY}?", AUTHOR)
        self.things = {
            ObjectKind.MENTION: self.ids[0],
            ObjectKind.CASE: mail.case_id,
            ObjectKind.DRAFT: draft.draft_id,
            ObjectKind.ENTRY: entry.entry_id,
            ObjectKind.NOTE: note.note_id,
            ObjectKind.QUESTION: question.question_id,
            ObjectKind.ISSUE: self.issue,
        }

    def get(self, path: str, who: str) -> Answer:
        if is_call(path):
            return self.asking.call("GET", path, token=self.house.token(who))
        return self.asking.page("GET", path, cookie=self.house.cookie(who))


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with open_bot_house(tmp_path_factory.mktemp("private") / "home") as bot:
        made = Day(bot)
        yield made
        made.asking.close()


def leaks(text: str) -> list[str]:
    """Return what a text gives away."""
    return [
        one for one in (CANARY, NAME, "quirijn@kanarie.example", "@quirijn:kanarie.example", "31612345678") if one.lower() in text.lower()
    ]


def without_tokens(page: str) -> str:
    """Return a page without its form tokens, which differ between any two."""
    return "".join(one for one in page.splitlines() if "csrf" not in one)


def addresses(day: Day) -> Iterator[tuple[str, str]]:
    """Yield every page and call that only looks, with the numbers of private things where it names one."""
    ours = {kind: by_brand[OURS] for kind, by_brand in day.house.things.items()}
    for (method, template), needed in ROUTES.items():
        if method == "GET" and needed != OPEN and template != "/events":
            yield template, filled(template, {**ours, **day.things})


def test_whoever_only_reads_finds_no_word_and_no_name_anywhere(day: Day) -> None:
    """Every page, every call, every file, and every number of a private thing: which is answered as one that does not exist."""
    private = {f"{kind.value}_id" for kind in day.things if kind is not ObjectKind.ISSUE}
    read = 0
    for template, path in addresses(day):
        answer = day.get(path, VIEWER)
        assert leaks(answer.text) == [], template
        if private & set(parameters(template)) and ROUTES["GET", template] is Right.READ:
            assert answer.status == 404, template
        read += answer.status == 200
    assert read > 40, "else nothing was read"
    queue = day.get("/queue", VIEWER).text
    assert queue.count("Een privébericht: de tekst staat alleen bij het gesprek") + queue.count("A private message: its words are") >= 1


def test_whoever_answers_reads_it_with_its_case_and_nowhere_else(day: Day) -> None:
    found = set()
    for template, path in addresses(day):
        if leaks(day.get(path, ADMIN).text):
            found.add(template)
    assert found <= READ_BY_AGENTS, found - READ_BY_AGENTS
    assert {"/queue", "/cases/{case_id}", "/api/v1/cases/{case_id}"} <= found, "else this could not fail"


def test_a_private_case_says_so_in_words_in_both_languages_and_in_the_api(day: Day) -> None:
    cookie = day.house.cookie(AGENT)
    for language, words in (("nl", "privébericht"), ("en", "private message")):
        day.asking.page("POST", "/language", cookie=cookie, form={"csrf": day.house.csrf(cookie), "language": language, "back": "/queue"})
        page = day.get(f"/cases/{day.cases['whatsapp']}", AGENT).text
        assert words in page
    shown = {one["case_id"]: one["private"] for one in day.get("/api/v1/cases?limit=100", AGENT).json["items"]}
    assert shown[day.cases["whatsapp"]] is True
    assert False in shown.values()
    only = day.get("/api/v1/cases?private=true&limit=100", AGENT).json["items"]
    assert only
    assert all(one["private"] for one in only)


@pytest.mark.parametrize("path", ["/search?q={}", "/queue?q={}", "/api/v1/mentions?q={}", "/api/v1/mentions?q={}&how=both"])
def test_that_a_word_stands_in_a_private_message_is_no_find_for_who_only_reads(day: Day, path: str) -> None:
    """A count would tell as much as the text."""
    nothing, canary = (day.get(path.format(word), VIEWER).text.replace(word, "") for word in ("zzyzx", CANARY))
    assert without_tokens(nothing) == without_tokens(canary)
    assert leaks(day.get(path.format(CANARY), AGENT).text.replace(f'value="{CANARY}"', "")), "those who answer find it"


def test_files_count_it_and_hold_no_word_of_it_with_names_or_without(day: Day) -> None:
    """An export is handed on: not even with a reason for names."""
    cookie = day.house.cookie(ADMIN)
    for kind in ("mentions", "cases", "issues", "feedback", "actions"):
        for reason in ("", "klacht 12"):
            form = {"csrf": day.house.csrf(cookie), "format": "csv", "reason": reason}
            answer = day.asking.page("POST", f"/exports/{kind}", cookie=cookie, form=form)
            assert answer.status == 200, kind
            assert leaks(answer.text) == [], (kind, reason)
            if kind == "mentions":
                rows = list(csv.DictReader(io.StringIO(answer.text)))
                assert [one["text"] for one in rows if one["withheld"] == "private"] == [""] * len(WRITERS)


def test_it_counts_in_its_issue_and_is_not_quoted(day: Day) -> None:
    listening = day.house.parts.listening
    issue = next(one for one in day.get("/api/v1/issues", VIEWER).json["items"] if one["issue_id"] == day.issue)
    assert (issue["mentions"], issue["authors"]) == (5, 5)
    figures = list(listening.figures(listening.clock.now() - timedelta(days=1), listening.clock.now()).new)
    figures += day.bot.bot.staff.issues().issues
    mine = [one for one in figures if one.issue_id == day.issue]
    start = listening.clock.now() - timedelta(days=1)
    for leaving in (False, True):
        quotes = quotes_by_issue(
            listening.ledger, listening.insight, mine, from_at=start, as_of=listening.clock.now(), most=10, key=b"k" * 32, leaving=leaving
        )
        assert [one.text for one in quotes[day.issue]] == ["De monteur is niet gekomen."]
    shown = day.get(f"/api/v1/issues/{day.issue}/mentions", ADMIN).json["items"]
    assert sorted((one["private"], bool(one["text"])) for one in shown) == [(False, True), *[(True, False)] * len(WRITERS)]


def test_digests_and_reports_quote_what_is_public(day: Day) -> None:
    listening = day.house.parts.listening
    figures = listening.figures(listening.clock.now() - timedelta(days=1), listening.clock.now())
    assert figures.idea_count >= 4, "ideas and compliments are counted"
    assert leaks(repr(figures)) == []
    assert "De monteur is niet gekomen." in repr(figures)


def test_nothing_of_it_stands_on_a_public_page(day: Day) -> None:
    with TestClient(build_public_app(public_parts(day.house.parts)), base_url="http://localhost") as public:
        read = 0
        for route in public.app.routes:  # type: ignore[attr-defined]  # a FastAPI app has routes
            path = getattr(route, "path", "")
            if "GET" in getattr(route, "methods", ()) and "{" not in path:
                answer = public.get(path)
                assert leaks(answer.text) == [], path
                read += answer.status_code == 200
    assert read >= 3


def test_threads_that_are_told_something_are_public_ones(day: Day) -> None:
    """Status updates, "you said, we did", and whoever asks in a thread."""
    desk, ledger = day.house.parts.desk, day.house.parts.listening.ledger
    assert {thread.platform for thread in threads_of(ledger, day.ids)} == {"feed"}
    told = JourneyLedger(ledger.engine).threads_of(day.issue, resolved_at=day.house.clock.now())
    assert {one.platform for one in told} == {"feed"}
    assert {one.private for one in desk.cases.rows() if one.issue_id == day.issue} == {True, False}


def test_cards_in_a_channel_of_discord_hold_no_word_of_it(day: Day) -> None:
    listening = day.house.parts.listening
    cards = ThreadCards(day.bot.bot, lambda: listening.pseudonym_key, channel_id="1", language="nl")
    (card,) = [one for one in cards.now([day.issue]) if one.issue_id == day.issue]
    assert leaks(json.dumps(card.body, ensure_ascii=False) + card.name + card.line) == []
    for command, given in (
        ("issue", {"issue": day.issue}),
        ("mentions", {"brand": OURS}),
        ("mentions", {"issue": day.issue}),
        ("digest", {}),
    ):
        assert leaks(text_of(day.bot.command(command, **given))) == [], command


def test_in_discord_only_whoever_answers_reads_it_and_nobody_beside(day: Day) -> None:
    """Every message of the bot's is shown to whoever asked alone (`said.EPHEMERAL`); somebody who only reads gets none."""
    case_id = day.cases["mail"]
    said = day.bot.command("claim", AUTHOR, case=case_id)
    assert leaks(text_of(said))
    assert "privé" in text_of(said)
    assert message_of(said)["flags"] & EPHEMERAL
    assert leaks(text_of(day.bot.command("claim", VIEWER, case=case_id))) == []


def test_what_becomes_knowledge_takes_no_question_from_a_private_message(day: Day) -> None:
    answered = AnsweredCases(day.house.parts.listening.ledger.engine).latest(day.house.parts.listening.model_id, most=100)
    assert all(one.private for one in answered if CANARY in one.question)


def test_what_stands_behind_the_figures_of_dashboard_and_week_is_counted_and_not_shown(day: Day) -> None:
    """Every number leads to its messages: of a private one it says that it is there. Last, for the week has to be over."""
    day.house.clock.advance(timedelta(days=8))
    read = 0
    for start in ("/dashboard", "/report"):
        page = day.get(start, ADMIN)
        assert leaks(page.text) == [], start
        links = sorted({unescape(one) for one in re.findall(rf'href="({start}/[^"#]+)"', page.text)})
        assert links, start
        for link in links:
            answer = day.get(link, ADMIN)
            assert leaks(answer.text) == [], link
            read += "privébericht" in answer.text
    assert read > 2
