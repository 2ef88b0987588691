"""What the weekly report says, and that it says it harmlessly: one page for management, three forms of the same, nothing obeyed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listener.model.figures import Quote
from listener.model.plain import plain
from listener.settings.resources import shipped_text
from moderation.model.advice import Way
from moderation.model.clock import ClockKind
from moderation.model.document import Document, Grid, PageBreak
from moderation.model.matrix import Quadrant
from moderation.model.shares import Mean
from moderation.model.tap import Span, TapReason, TapVerdict
from moderation.model.week_report import (
    CellWeek,
    Growth,
    IssueWeek,
    Remarks,
    Searched,
    SourceWeek,
    Unknown,
    Unneeded,
    ValueWeek,
    WeekFigures,
)
from moderation.model.week_work import ActionWeek, ClockWeek, FeedbackWeek, FollowedUp, Ignored, PromiseWeek, SilenceWeek, TapSaid
from moderation.reports.document_links import Links
from moderation.reports.growth import part
from moderation.reports.kept import figures_of
from moderation.reports.shown import Shown, harmless
from moderation.reports.teams import named_teams, team_words
from moderation.reports.week_document import week_document
from moderation.reports.week_html import week_body, week_html
from moderation.reports.week_markdown import week_markdown
from moderation.reports.week_paper import paper_of
from moderation.workflows.load_wording import load_words
from moderation.workflows.typeset import pictures, typeset

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 3, 8, 23, tzinfo=UTC)
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])
NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "naughty-strings" / "blns.json"
INJECTIONS = (
    '#panic("typst")',
    '#read("/etc/passwd")',
    "#import \"@preview/cetz:0.3.0\": *",
    "$ integral $ *bold* _under_ `raw` @label <label> = heading",
    '"#let x = 1" \\ \\u{202e} ${7*7} {{7*7}} %(x)s',
    "<img src=x onerror=alert(1)> | [x](javascript:alert(1)) </table><script>1</script> & \"q'",
    "@everyone <@123> https://evil.example/x www.evil.example u/somebody #12",
)  # fmt: skip


def quote(text: str = "Ik kan niet inloggen", **changed: Any) -> Quote:
    facts: dict[str, Any] = {"author": "Vink 4f2a9c", "platform": "reddit", "url": "https://forum.example/7", "posted_at": MONDAY}
    return Quote(mention_id=7, text=text, language="nl", **{**facts, **changed})


def issue(issue_id: int, contacts: int, before: int, growth: Growth, quadrant: Quadrant, **changed: Any) -> IssueWeek:
    return IssueWeek(
        issue_id=issue_id, contacts=contacts, before=before, people=contacts, mentions=contacts, growth=growth, quadrant=quadrant, **changed
    )


def figures(**changed: Any) -> WeekFigures:
    """Return a week in which everything happened once."""
    facts: dict[str, Any] = {
        "period": "2026-W11", "from_at": MONDAY, "to_at": MONDAY + timedelta(days=7), "made_at": MONDAY + timedelta(days=7, hours=8),
        "up_to": 900, "seq": 900, "brand": "Stroomwerk", "mentions": 1331, "before_mentions": 1200, "people": 1186, "spam": 27,
        "directed": 370, "days": (1,) * 14, "sentiments": {"negative": 50, "neutral": 900, "positive": 204}, "contacts": 1312,
        "before_contacts": 1100, "late": {"2026-W10": 4},
        "issues": (
            issue(1, 156, 3, Growth.GREW, Quadrant.ELIMINATE, cause="service_failed", negative=part(90, 144)),
            issue(2, 40, 0, Growth.NEW, Quadrant.SIMPLIFY, cause="unclear_information"),
            issue(3, 39, 41, Growth.STEADY, Quadrant.AUTOMATE, by_hand=True),
            issue(4, 30, 80, Growth.SHRANK, Quadrant.LEVERAGE, cause="idea"),
            issue(5, 900, 1, Growth.GREW, Quadrant.ELIMINATE, hidden=True),
        ),
        "voices": {1: 7},
        "last_week": (
            FollowedUp(issue_id=1, then=80, now=156, actions_done=1, said_in_public=2, answered=6),
            FollowedUp(issue_id=3, then=41, now=39),
        ),
        "grid": (
            CellWeek(
                contact_type="idea", shown={"nl": "Idee", "en": "Idea"}, channel="public", way=Way.ANSWER, contacts=12,
                followed=part(5, 12), went={"answer": 5, "stay_silent": 7}, preferred=False, supporting=True,
            ),
        ),
        "unneeded": Unneeded(text=part(160, 370), marks=part(4, 9), unsure=2, feedback=part(6, 41), avoidable_by={"kept_promise": 3}),
        "searched": Searched(text=part(30, 370), feedback=part(20, 41)),
        "value": ValueWeek(
            conversations=22, needs=part(5, 22), feedback=part(9, 22), knowledge=part(1, 22), better=part(6, 20), worse=part(1, 20),
            first={"negative": 12}, last={"negative": 5},
        ),
        "clocks": (ClockWeek(platform="x", kind=ClockKind.FIRST_REPLY, kept=part(80, 96)),),
        "promises": (
            PromiseWeek(issue_id=1, due_at=MONDAY + timedelta(days=2), kept=True),
            PromiseWeek(issue_id=2, due_at=MONDAY + timedelta(days=3), kept=False),
        ),
        "silences": (SilenceWeek(issue_id=3, hours=30, written=12),),
        "ignored": Ignored(unanswered=part(7, 370), no_case=2, case_ids=(3, 9), longest_hours=50),
        "feedback": FeedbackWeek(
            answered=part(11, 24), within=part(5, 24), bare=part(1, 40), satisfaction=Mean(n=11, value=3.5, low=2.8, high=4.2),
            nps=Mean(n=11, value=-10.0, low=-60.0, high=40.0),
        ),
        "actions": (
            ActionWeek(
                action_id=1, issue_id=1, change="De app legt uit waarom", owner="Sanne", due_on=date(2026, 3, 12), state="done",
                closed_at=MONDAY + timedelta(days=3), this_week=True, before=165.0, before_weeks=4, after=60.0, after_weeks=2,
                look=TapSaid(
                    verdict=TapVerdict.CLOSED, reason=TapReason.FEWER, left=Span(best=0.3, low=0.2, high=0.45),
                    avoided=Span(best=100, low=70, high=130),
                ),
            ),
            ActionWeek(action_id=2, issue_id=2, change="Uitleg", owner="Joris", due_on=date(2026, 3, 1), state="open", late=True),
        ),
        "ideas": Remarks(count=8, issues={4: 7}, loose=1, mention_ids=(7,)),
        "compliments": Remarks(count=9, mention_ids=(7,), teams={"engineers": 4, "Team Rood": 1}, no_team=4),
        "coverage": (
            SourceWeek(source="tweakers", kind="feed", state="ok", mentions=400, gaps=0, skips=1, last_ok_at=MONDAY),
            SourceWeek(source="reddit", kind="reddit", state="blind", mentions=931, gaps=2, skips=0),
        ),
        "unknown": Unknown(loose=2, nameless=1, other_language=5, first_at=MONDAY - timedelta(days=300)),
    }  # fmt: skip
    return WeekFigures(**{**facts, **changed})


TITLES = {1: "Inloggen lukt niet", 2: "Rekening onduidelijk", 3: "Meter loopt door", 4: "Kaart van storingen", 5: "Gedempt"}


def document(language: str = "nl", *, titles: dict[int, str] | None = None, said: Quote | None = None, **changed: Any) -> Document:
    shown = harmless(figures(**changed), TITLES if titles is None else titles, {7: said or quote()})
    return written(shown, language)


def written(shown: Shown, language: str) -> Document:
    words, chart_words = load_words(language, "report"), load_words(language, "charts")
    return week_document(shown, words, chart_words=chart_words, language=language, zone=ZONE)


def page_one(language: str = "nl", **changed: Any) -> str:
    """Return the first page alone, as Markdown."""
    whole = document(language, **changed)
    until = next(at for at, block in enumerate(whole.blocks) if isinstance(block, PageBreak))
    return week_markdown(replace(whole, blocks=whole.blocks[:until]), Links(within=True))


class Page(HTMLParser):
    """Reads a page: its tags with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "hr", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"<{tag}> is closed where another element is open"

    def handle_data(self, text: str) -> None:
        if "style" not in self.open:
            self.words.append(text)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def test_page_one_alone_answers_the_three_questions() -> None:
    """Management reads one page: what hurts most, what we did about last week's, what we do not know."""
    text = page_one("en", cost_per_contact=7.5)
    hurts, done, unknown = (text.index(f"## {heading}") for heading in ("What hurts most?", "What did we do", "What do we not know?"))
    assert hurts < done < unknown
    assert (
        "1. [**Inloggen lukt niet**](</issues/1>): [156 contacts](</report/2026-W11/issue-1>), €\u00a01,170 together; grown, from 3."
        in text
    )
    assert "Something fails: take the cause away. Somebody wrote: “Ik kan niet inloggen”" in text
    assert "from [80](</report/2026-W11/before-1>) to [156 contacts]" in text[done:unknown]
    assert "[1 improvement action done](</actions>), [2 public words on how it stands](</status/1>)" in text[done:unknown]
    assert "Nothing was done about it that Klankbord knows of." in text[done:unknown]
    assert "[reddit](</sources>) cannot be read now; what stands there is missing." in text[unknown:]


def test_what_is_muted_or_gladdens_both_is_not_what_hurts() -> None:
    text = page_one()
    assert "Gedempt" not in text
    assert "Kaart van storingen" not in text


@LANGUAGES
def test_no_share_stands_without_its_number(language: str) -> None:
    """Forty percent of five is two people: a share is told with its ends and with what it was learned of, or not at all."""
    whole = week_markdown(document(language), Links(within=True))
    assert "%" not in whole
    hundred = {"nl": r"(?:tussen|ongeveer) [^|.;\n]*? van de 100", "en": r"(?:between|about) [^|.;\n]*? in 100"}[language]
    told = list(re.finditer(hundred, whole))
    assert len(told) > 8
    for found in told:
        rest = whole[found.end() : found.end() + 90]
        learned = {"nl": r"geschat uit \S*\d+", "en": r"stimated from \S*\d+"}[language]
        meaning = whole[found.start() - 2 : found.end()].count("…")  # the line that says what such words mean
        assert meaning or re.search(learned, rest, re.IGNORECASE), found[0] + rest


def test_few_is_said_to_be_few() -> None:
    text = week_markdown(document("en"), Links(within=True))
    assert "4 of 9 conversations that a colleague judged; too few to go by" in text
    assert "between 27 and 65 in 100](</feedback>), estimated from 24 people we asked" in text


def test_without_a_cost_nothing_is_priced_and_that_is_said() -> None:
    text = page_one("en")
    assert "€" not in text
    assert "What a contact costs is not set" in text


def test_a_week_before_that_was_heard_in_part_is_not_compared_as_if_whole() -> None:
    text = page_one("en", unknown=Unknown(known_before=3 / 7))
    assert "of the week before we heard only 3 days, and there were [1,200](</report/2026-W11/before>) then" in text
    assert "grown, from 3 in 3 days." in text


def test_a_day_that_nobody_listened_to_or_that_has_not_begun_is_no_zero() -> None:
    """Listening began on Friday of the week before, and this week is read on its Tuesday."""
    begun = Unknown(known_before=3 / 7, first_at=MONDAY - timedelta(days=3))
    whole = document("nl", made_at=MONDAY + timedelta(days=1, hours=9), days=(0, 0, 0, 0, 5, 0, 2, 4, 3, 0, 0, 0, 0, 0), unknown=begun)
    days = next(block for block in whole.blocks if isinstance(block, Grid) and block.head[0] == "Dag")
    now, before = (["".join(piece.text for piece in row[column]) for row in days.rows] for column in (1, 2))
    assert now == ["4", "3", "–", "–", "–", "–", "–"]
    assert before == ["–", "–", "–", "–", "5", "0", "2"]


def test_a_count_of_one_is_said_as_one() -> None:
    """ "1 dagen" and "1 kwesties" read like a machine that does not know what it says."""
    text = week_markdown(
        document("nl", unknown=Unknown(learning_day=1), issues=tuple(issue(n, 9, 9, Growth.STEADY, Quadrant.ELIMINATE) for n in range(26))),
        Links(within=True),
    )
    assert "Klankbord luistert pas 1 dag: " in text
    assert "Nog [1](</issues>) kwestie met minder contacten staat op" in text
    assert "Nog [20](</issues>) andere staan op" in text


def test_a_running_week_is_compared_with_a_whole_one_in_so_many_words() -> None:
    """64 "about as in the week before (116)" is right for four days, and reads like a mistake."""
    early = page_one("nl", made_at=MONDAY + timedelta(days=4))
    assert "gegroeid, van 3 in de hele week." in early
    assert "ongeveer als de week ervoor (41 in de hele week)." in early


def test_a_week_before_that_nobody_heard_is_not_a_day() -> None:
    silent = page_one("nl", unknown=Unknown(known_before=0.0), issues=(), before_mentions=0, last_week=(), mentions=0)
    assert "hoorden we minder dan een kwart" in silent
    assert "maar 1 dag" not in silent


def test_a_tap_that_closed_says_how_much_is_left_and_what_it_saved() -> None:
    text = week_markdown(document("en", cost_per_contact=10), Links(within=True))
    assert "closed; 20 to 45 in 100 still come of what would have come; 70 to 130 contacts fewer (€\u00a0700 – €\u00a01,300)" in text


def test_a_running_week_and_a_recount_say_so() -> None:
    early = document("en", made_at=MONDAY + timedelta(days=2))
    assert "This week is not over" in week_markdown(early, Links(within=True))
    mine = written(harmless(figures(coverage=None), {}, {}, recounted=True), "en")
    text = week_markdown(mine, Links(within=True))
    assert "Counted anew just now, for your brands" in text
    assert "Sources are the whole house's" in text


@LANGUAGES
def test_an_empty_week_is_a_report_too(language: str) -> None:
    facts = figures()
    nothing = WeekFigures(**{name: getattr(facts, name) for name in ("period", "from_at", "to_at", "made_at", "up_to", "seq", "brand")})
    whole = written(harmless(nothing, {}, {}), language)
    assert "Stroomwerk" in week_markdown(whole, Links())
    assert Page(week_html(whole, Links())).open == []
    assert typeset(paper_of(whole, Links()), made_at=MONDAY).startswith(b"%PDF")


@LANGUAGES
def test_the_three_forms_say_the_same(language: str) -> None:
    """Management reads one, the agency pastes the other; two truths would be one too many."""
    whole = document(language)
    page = Page(week_html(whole, Links("https://klankbord.example"))).text
    markdown = week_markdown(whole, Links("https://klankbord.example")).replace("\\", "").replace("\u200b", "")
    paper = json.dumps(paper_of(whole, Links("https://klankbord.example")), ensure_ascii=False)
    texts = set(re.findall(r'"text": "((?:[^"\\]|\\.)+)"', paper))
    assert len(texts) > 150
    for one in {json.loads(f'"{text}"') for text in texts}:
        words = " ".join(one.split())
        assert words in page
        assert words in " ".join(markdown.split())


@LANGUAGES
def test_invented_data_are_marked_on_every_page(language: str) -> None:
    mark = {"nl": "erzonnen gegevens", "en": "nvented data"}[language]
    assert paper_of(document(language, invented=True), Links())["foot"].endswith(mark[1:])
    assert mark in week_html(document(language, invented=True), Links())
    assert mark not in week_html(document(language), Links())


def test_every_figure_leads_to_its_mentions() -> None:
    """On the pages, at an address that is known, or in a list at the end of a file that knows none."""
    whole = document()
    links = {str(one["href"]) for tag, one in Page(week_body(whole, Links(within=True))).tags if tag == "a"}
    wanted = (
        "all",
        "negative",
        "directed",
        "unnecessary",
        "searched",
        "issue-1",
        "ignored",
        "idea",
        "compliment",
        "closed",
        "spam",
        "loose",
    )
    assert {f"/report/2026-W11/{figure}" for figure in wanted} <= links
    assert {"/issues/1", "/cases/3", "/actions", "/feedback", "/sources"} <= links
    away = {str(one["href"]) for tag, one in Page(week_html(whole, Links("https://k.example"))).tags if tag == "a"}
    assert "https://k.example/report/2026-W11/unnecessary" in away
    assert not [link for link in away if link.startswith("/")]
    alone = week_html(whole, Links())
    assert "<code>/report/2026-W11/unnecessary</code>" in alone
    hrefs = {str(one["href"]) for tag, one in Page(alone).tags if tag == "a"}
    ids = {f"#{one['id']}" for _, one in Page(alone).tags if "id" in one}
    assert {link for link in hrefs if link.startswith("#")} <= ids


def test_the_file_loads_nothing_and_can_be_read_with_a_screen_reader() -> None:
    page = Page(week_html(document(), Links()))
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "form", "object"}
    (policy,) = [one["content"] for _, one in page.tags if one.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert not [one for _, one in page.tags if "style" in one]
    tables = [tag for tag, _ in page.tags if tag == "table"]
    assert len(tables) == len([tag for tag, _ in page.tags if tag == "caption"]) > 6
    assert all(one.get("scope") in ("col", "row") for tag, one in page.tags if tag == "th")
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))


def hostile(text: str) -> Document:
    facts = figures()
    bad: dict[str, Any] = {
        "brand": text,
        "actions": tuple(replace(one, change=text, owner=text) for one in facts.actions),
        "coverage": tuple(replace(one, source=text, kind=text) for one in facts.coverage or ()),
        "compliments": replace(facts.compliments, teams={text: 3}),
    }
    said = quote(text, author=text, platform=text, url=f"javascript:{text}")
    return document("en", titles=dict.fromkeys(TITLES, text), said=said, **bad)


@pytest.mark.parametrize("text", INJECTIONS)
def test_words_of_others_stay_words(text: str) -> None:
    """Titles are made of what people wrote; the report goes to the board (I9, I12, I13), and typst has a language of its own."""
    whole = hostile(text)
    page = Page(week_html(whole, Links()))
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"img", "script"}
    assert not [one for tag, one in page.tags if tag == "a" and not str(one["href"]).startswith(("#", "https://"))]
    markdown = week_markdown(whole, Links())
    assert not re.search(r"(?<!\\)[<]img|(?<!\\)\]\(javascript|@everyone|(?<!\u200b)//evil", markdown)
    paper = paper_of(whole, Links())
    assert not [one for one in re.findall(r'"address": "([^"]+)"', json.dumps(paper)) if not one.startswith("https://")]
    assert typeset(paper, made_at=MONDAY).startswith(b"%PDF")


def test_what_looks_like_typst_is_set_as_it_is_written() -> None:
    """A page with the words looks as one with the same words that mean nothing to typst: the same number of pages, and no error."""
    assert len(pictures(paper_of(hostile("#pagebreak() #pagebreak()"), Links()), made_at=MONDAY, ppi=20)) == len(
        pictures(paper_of(hostile("Hpagebreak() Hpagebreak()"), Links()), made_at=MONDAY, ppi=20)
    )
    template = shipped_text("report.typ")
    assert not re.findall(r"\beval\b|\bread\(|#import|#include|plugin\(", template)
    assert template.count("sys.inputs") == 2  # the line that says so, and the one that reads it


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the list of naughty strings is not here")
def test_all_naughty_strings_go_through_every_form() -> None:
    """As titles in one long table: no tag, no row and no page more than there are strings (I1)."""
    strings = json.loads(NAUGHTY.read_text(encoding="utf-8"))
    shown = harmless(figures(), dict(enumerate(strings)), {})
    rows = tuple((shown.title(number),) for number in range(len(strings)))
    whole = replace(document("en"), blocks=(Grid(caption="Naughty", head=("Title",), rows=rows),))
    page = Page(week_html(whole, Links("https://k.example")))
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"img", "script", "iframe"}
    assert sum(tag == "tr" for tag, _ in page.tags) == len(strings) + 1
    assert len([line for line in week_markdown(whole, Links()).splitlines() if line.startswith("| ")]) == len(strings) + 2
    assert typeset(paper_of(whole, Links()), made_at=MONDAY).startswith(b"%PDF")


def test_posts_that_may_only_be_linked_are_not_quoted() -> None:
    """X posts stand as a link with our own words (RULES, settled first)."""
    for form in (
        week_html(document(said=quote("Secret words", platform="x")), Links()),
        page_one(said=quote("Secret words", platform="x")),
    ):
        assert "Secret words" not in form
    assert "Een bericht op" in week_markdown(document(said=quote("Secret words", platform="x")), Links())
    assert "— Vink 4f2a9c, [reddit](<https://forum.example/7>)" in week_markdown(document(), Links())


def test_personal_data_in_quotes_are_masked() -> None:
    text = week_html(document(said=quote("Bel me op 06-12345678 of mail jan@voorbeeld.nl")), Links())
    assert "12345678" not in text
    assert "jan@voorbeeld.nl" not in text


def test_the_same_report_is_the_same_file() -> None:
    paper = paper_of(document(), Links())
    assert typeset(paper, made_at=MONDAY) == typeset(paper, made_at=MONDAY)


@LANGUAGES
def test_page_one_is_one_page_on_paper(language: str) -> None:
    """Also in the longest week that there is room for: what does not fit is in the appendix."""
    long = dict.fromkeys(TITLES, "Een kwestie met een lange titel die maar doorgaat over van alles " * 2)
    whole = document(language, titles=long, said=quote("Zo lang als het mag zijn, en dan nog wat langer. " * 9), cost_per_contact=7.5)
    until = next(at for at, block in enumerate(whole.blocks) if isinstance(block, PageBreak))
    first = replace(whole, blocks=whole.blocks[:until])
    assert len(pictures(paper_of(first, Links("https://k.example")), made_at=MONDAY, ppi=20)) == 1


@pytest.mark.parametrize(
    ("text", "teams"),
    [
        ("Wat een topmonteur!", ()),
        ("De MONTEURS waren geweldig", ("engineers",)),
        ("Thanks to the engineer and to customer service", ("engineers", "service")),
        ("Team Rood bedankt", ("Team Rood",)),
        ("via webcare snel geholpen", ("webcare",)),  # our own team of that name is the same one
        ("", ()),
    ],
)
def test_a_compliment_shows_which_team_it_is_for(text: str, teams: tuple[str, ...]) -> None:
    terms = team_words([load_words(language, "report_teams") for language in ("nl", "en")], ("Team Rood", "Webcare"))
    assert named_teams(text, terms) == teams


def test_both_languages_fill_in_the_same() -> None:
    dutch, english = (load_words(language, "report") for language in ("nl", "en"))
    slots = {key: (sorted(re.findall(r"{\w+}", text)), sorted(re.findall(r"{\w+}", english[key]))) for key, text in dutch.items()}
    assert {key: both for key, both in slots.items() if both[0] != both[1]} == {}


def test_what_weighs_most_of_what_is_not_known_is_on_page_one() -> None:
    """Where nobody is named the number of people means nothing; and no week before is said once, not with every issue."""
    lone = (issue(1, 12, 0, Growth.UNKNOWN, Quadrant.ELIMINATE, cause="service_failed"),)
    text = page_one("en", unknown=Unknown(nameless=1300, known_before=0.0), issues=lone, before_mentions=0, last_week=())
    assert "1,300 posts had no author; each counts as a person." in text
    assert "12 contacts](</report/2026-W11/issue-1>). Something fails: take the cause away." in text
    assert "nothing is known of the week before" in text
    assert "No issue that hurt is known of the week before." in text


def test_every_word_is_used() -> None:
    """A sentence that no report can say is a sentence that nobody mends."""
    rooms = Path(__file__).parents[3] / "moderation"
    code = "\n".join(file.read_text(encoding="utf-8") for room in ("reports", "inbox") for file in sorted((rooms / room).glob("*.py")))
    keys = {key.removesuffix(".one").removesuffix(".many") for key in load_words("nl", "report")}
    built = tuple(re.findall(r'f"((?:[a-z_]+\.)+)\{', code))
    named = {"done", "unknown"} | {one.rstrip(".") for one in built}
    unused = {
        key
        for key in keys
        if not re.search(rf"['\"]{re.escape(key)}['\"]", code) and not key.startswith(built) and key.rpartition(".")[0] not in named
    }
    assert unused == set()


def test_kept_figures_come_back_as_they_were_also_those_of_another_version() -> None:
    """A report of last year is read by this year's Klankbord: what it did not know has its default, what is gone is left out."""
    kept = json.loads(json.dumps(plain(figures())))
    assert figures_of(kept) == figures()
    older = {name: value for name, value in kept.items() if name not in ("voices", "days", "searched")}
    older["issues"] = [{**one, "weather": "rain"} for one in older["issues"]]
    read = figures_of({**older, "mood_of_the_board": 3})
    assert read == figures(voices={}, days=(), searched=Searched())
