"""The charts of the weekly report: the one set, drawn for the page, the file and paper, each with a sentence and a table behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import Any, cast

import pytest

from listener.errors import CannotDraw
from listener.settings.resources import shipped_text
from moderation.messages.week_told import week_message
from moderation.model.chart import Chart
from moderation.model.document import Document, Drawing, Grid, Heading, PageBreak, Picture, Pictures
from moderation.model.matrix import Quadrant
from moderation.model.week_report import Growth, Searched, Unknown, Unneeded
from moderation.ports import Draws
from moderation.reports.document_links import Links
from moderation.reports.growth import part
from moderation.reports.style import STYLE
from moderation.reports.week_html import week_body, week_html
from moderation.reports.week_markdown import week_markdown
from moderation.reports.week_paper import paper_of
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.draw_report import drawn_for_message, drawn_for_page, drawn_for_paper
from moderation.workflows.typeset import pictures, typeset
from tests.moderation.delivery.test_forms import speech
from tests.moderation.reports.test_week_document import LANGUAGES, MONDAY, TITLES, Page, document, issue, quote

DAYS = (120, 130, 90, 160, 170, 80, 60, 150, 200, 340, 210, 180, 90, 161)
DRAWN = {"days", "hurts", "issues", "matrix", "grid", "unneeded", "value", "kept", "feedback"}


def shown_pictures(whole: Document) -> list[Picture]:
    return [one for block in whole.blocks if isinstance(block, Pictures) for one in block.shown]


def table(whole: Document, name: str) -> list[tuple[str, ...]]:
    return list(whole.charts[name].wide.table.rows)


# chart, rows of its table as they follow from the figures of the sample week, worked out by hand
NUMBERS: tuple[tuple[str, list[tuple[str, ...]]], ...] = (
    ("hurts", [("Inloggen lukt niet", "156", "3", "growing"), ("Rekening onduidelijk", "40", "0", "new")]),
    ("issues", [("Inloggen lukt niet", "156", "3", "growing")]),
    ("matrix", [("Rekening onduidelijk", "Simplify", "40"), ("Kaart van storingen", "Leverage", "30")]),
    ("grid", [("Idea", "Public", "Answer here", "12", "5", "42%")]),
    ("unneeded", [("Unnecessary contact, by the text", "43%", "38%", "48%", "370", "–")]),
    ("feedback", [("Gave feedback when we asked", "46%", "28%", "65%", "24", "–")]),
    ("kept", [("x, first reply", "80", "0", "16")]),
    ("value", [("First message", "0", "0", "12"), ("Last message", "0", "0", "5")]),
)


@pytest.mark.parametrize(("name", "rows"), NUMBERS, ids=[name for name, _ in NUMBERS])
def test_a_chart_shows_the_figures_of_the_week(name: str, rows: list[tuple[str, ...]]) -> None:
    """A chart that is drawn from other numbers than the sentences beside it would be believed all the same."""
    assert table(document("en", days=DAYS), name)[: len(rows)] == rows


def test_the_days_drawn_are_those_of_the_week_and_of_the_one_before() -> None:
    rows = table(document("en", days=DAYS), "days")
    assert rows[0] == ("Mon 9 Mar 2026 00:00", "150", "120")
    assert rows[-1] == ("Sun 15 Mar 2026 00:00", "161", "60")


def test_too_few_to_go_by_is_no_dot_and_an_unheard_week_is_no_zero() -> None:
    """Four of nine is drawn as nothing; a week before that nobody listened to is not drawn as a week in which nobody wrote."""
    few = Unneeded(text=part(160, 370), marks=part(4, 9), feedback=part(6, 41))
    lone = (issue(1, 12, 0, Growth.UNKNOWN, Quadrant.ELIMINATE),)
    whole = document("en", days=DAYS, unneeded=few, searched=Searched(text=part(3, 370)), issues=lone, unknown=Unknown(known_before=0.0))
    assert table(whole, "unneeded")[1] == ("Unnecessary contact, by colleagues", "–", "–", "–", "9", "–")
    assert table(whole, "issues") == [("Inloggen lukt niet", "12", "–", "–")]
    assert table(whole, "days")[0] == ("Mon 9 Mar 2026 00:00", "150")
    days = next(block for block in whole.blocks if isinstance(block, Grid) and block.head[0] == "Day")
    assert {row[2][0].text for row in days.rows} == {"–"}


@LANGUAGES
def test_behind_every_chart_stands_a_table(language: str) -> None:
    """Right after it, or under the heading that it leads to: whoever cannot see it reads the same numbers, with their links."""
    whole = document(language, days=DAYS)
    assert {one.name for one in shown_pictures(whole)} == DRAWN == set(whole.charts)
    for at, block in enumerate(whole.blocks):
        for one in block.shown if isinstance(block, Pictures) else ():
            if one.table:
                (at,) = [n for n, found in enumerate(whole.blocks) if isinstance(found, Heading) and found.name == one.table]
            assert isinstance(next(found for found in whole.blocks[at + 1 :] if not isinstance(found, Pictures)), Grid), one.name


def test_what_has_nothing_to_show_is_not_drawn() -> None:
    whole = document(days=(0,) * 14, clocks=(), grid=(), issues=())
    assert {one.name for one in shown_pictures(whole)} == {"unneeded", "value", "feedback"}


@LANGUAGES
def test_the_file_holds_its_charts_and_loads_nothing(language: str, draw: DrawCharts) -> None:
    """It is sent by mail and opened on a train: no script, no address, no id twice; each chart says what it shows."""
    whole = document(language, days=DAYS, titles={**TITLES, 1: "</svg><script>alert(1)</script> 'q\""})
    text = week_html(whole, Links("https://k.example"), drawn_for_page(whole, draw))
    page = Page(text)
    assert page.open == []
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "image", "use", "style-src", "foreignObject"}
    assert not re.findall(r"(?:src|xlink:href)=|url\(|https?://(?!k\.example|www\.w3\.org/2000/svg|forum\.example)", text)
    ids = [one["id"] for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    assert {link for tag, one in page.tags if tag == "a" and (link := str(one["href"])).startswith("#")} <= {f"#{one}" for one in ids}
    named = [one for tag, one in page.tags if tag == "svg"]
    assert {one["aria-label"] for one in named} == {both.alt for pair in whole.charts.values() for both in (pair.wide, pair.narrow)}
    assert len(named) == 2 * len(DRAWN) - 2  # two of them stand beside each other, narrow on every page
    assert all(one["role"] == "img" for one in named)


def test_colours_of_a_chart_are_known_to_the_file_and_to_the_page_by_day_and_by_night(draw: DrawCharts) -> None:
    """A colour that nobody sets falls back to that of light ground: black letters on a black page."""
    whole = document(days=DAYS)
    used = set(re.findall(r"var\((--[\w-]+)", week_body(whole, Links(), drawn_for_page(whole, draw))))
    assert {"--ink", "--soft", "--chart-blue", "--chart-vermillion"} <= used
    assert {name for name in used if len(re.findall(rf"{name}: #", STYLE)) != 2} == set()


def test_what_cannot_be_drawn_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """A report without its pictures is a report; one without its numbers is none."""

    class Broken:
        def svg(self, _spec: Any) -> str:
            raise CannotDraw("no")

        def png(self, _svg: str, *, scale: float = 2.0) -> bytes:
            raise CannotDraw("no")

        def pdf(self, _svg: str) -> bytes:
            raise CannotDraw("no")

    whole, broken = document(days=DAYS), DrawCharts(Broken())
    assert drawn_for_page(whole, broken) == {}
    assert drawn_for_paper(whole, broken) == {}
    assert drawn_for_message(whole, broken) == ()
    assert len(caplog.records) == 2 * len(DRAWN) + 2
    page, paper = week_html(whole, Links(), {}), paper_of(whole, Links(), {})
    for pair in whole.charts.values():
        assert escape(pair.wide.alt, quote=False).replace("'", "&#39;") in page
    said = [one["said"] for block in paper["blocks"] if block["kind"] == "pictures" for one in block["shown"]]
    assert len([one for one in said if one]) == len(DRAWN)


def test_markdown_has_no_pictures_and_tells_those_of_page_one() -> None:
    """Its tables are the charts; on page one there is none, so there a sentence stands."""
    whole = document("en", days=DAYS)
    text = week_markdown(whole, Links(within=True))
    first, rest = text.split("\n---\n", 1)
    assert "*Posts per day: this week and the week before.* 1,331 posts, from 9 Mar to 15 Mar. The most, 340, on Wed 11 Mar." in first
    assert "| **Mon** | 150 | 120 |" in rest
    assert "svg" not in text


@LANGUAGES
def test_page_one_with_its_charts_is_one_page_on_paper(language: str, draw: DrawCharts) -> None:
    """Also in the longest week that there is room for: what does not fit is in the appendix."""
    long = dict.fromkeys(TITLES, "Een kwestie met een lange titel die maar doorgaat over van alles " * 2)
    said = quote("Zo lang als het mag zijn, en dan nog wat langer. " * 9)
    whole = document(language, titles=long, said=said, cost_per_contact=7.5, days=DAYS, invented=True)
    until = next(at for at, block in enumerate(whole.blocks) if isinstance(block, PageBreak))
    first = replace(whole, blocks=whole.blocks[:until])
    drawings = drawn_for_paper(first, draw)
    assert {"days", "hurts"} <= set(drawings)
    assert len(pictures(paper_of(first, Links("https://k.example"), drawings), made_at=MONDAY, ppi=20)) == 1


def test_a_chart_on_paper_is_letters_and_lines_and_the_same_each_time(draw: DrawCharts) -> None:
    """Not a photograph of letters: it can be searched, and is sharp at every size."""
    whole = document(days=DAYS)
    bare = typeset(paper_of(whole, Links()), made_at=MONDAY)
    first, again = (typeset(paper_of(whole, Links(), drawn_for_paper(whole, draw)), made_at=MONDAY) for _ in range(2))
    assert first == again
    assert b"Liberation" in first
    assert b"Liberation" not in bare
    assert b"/Subtype/Image" not in first.replace(b" ", b"")
    assert 'format: "svg"' not in shipped_text("report.typ")  # typst would set their letters in another font than they were measured in


def test_the_pictures_of_page_one_go_along_with_the_message(draw: DrawCharts) -> None:
    """Management reads it on a telephone: two pictures, and what they show in words for who sees none."""
    whole = document(days=DAYS)
    pngs = drawn_for_message(whole, draw)
    assert [one.name for one in pngs] == ["hurts.png", "days.png"]
    assert all(one.png.startswith(b"\x89PNG") for one in pngs)
    told = week_message(whole, speech(), key="k", period="2026-W11", file=None)
    lines = [line.text for part_of in told.parts for line in part_of.lines]
    assert {one.alt for one in pngs} <= set(lines)


def test_two_charts_beside_each_other_are_narrow_and_one_alone_has_both_widths() -> None:
    whole = document(days=DAYS)
    drawings = {name: Drawing(wide=f"<svg id='{name}-w'></svg>", narrow=f"<svg id='{name}-n'></svg>") for name in whole.charts}
    text = week_body(whole, Links(), drawings)
    assert "days-w" not in text
    assert text.count("days-n") == 1
    assert text.count("issues-w") == text.count("issues-n") == 1
    asked: list[Chart] = []

    class Noted(DrawCharts):
        def pdf(self, chart: Chart) -> bytes:
            asked.append(chart)
            return b"%PDF"

    assert set(drawn_for_paper(whole, Noted(cast(Draws, None)))) == DRAWN
    assert {name for name, pair in whole.charts.items() if pair.narrow in asked} == {"hurts", "days"}
    assert {name for name, pair in whole.charts.items() if pair.wide in asked} == DRAWN - {"hurts", "days"}
