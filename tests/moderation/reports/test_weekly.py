"""The weekly report: one set of figures, three forms, nothing obeyed, nothing loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from listener.model.figures import DigestFigures
from moderation.reports.weekly import report_body, report_html, report_markdown

ZONE = ZoneInfo("Europe/Amsterdam")
Figures = Callable[..., DigestFigures]
Templates = Callable[[str], dict[str, str]]
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])


class Page(HTMLParser):
    """Reads a page: its tags, its words, and its tables as rows of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "rect"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"<{tag}> is closed where another element is open"

    def handle_data(self, text: str) -> None:
        if "style" not in self.open:
            self.words.append(text)
        if self.rows and self.rows[-1] and ("td" in self.open or "th" in self.open):
            self.rows[-1][-1] += text.strip()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def given(templates: Templates, language: str) -> dict[str, Any]:
    return {"language": language, "zone": ZONE, "templates": templates(language)}


def markdown_rows(text: str) -> list[list[str]]:
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows]


@LANGUAGES
def test_markdown_and_html_hold_the_same_figures(figures: Figures, templates: Templates, language: str) -> None:
    """Management reads one, the agency pastes the other; two truths would be one too many."""
    week = figures(nameless=41, learning_day=3, left_out=2, invented=True)
    markdown = report_markdown(week, **given(templates, language))
    page = Page(report_html(week, **given(templates, language)))
    in_markdown = [row[:7] if set(row[-1]) <= set("▁▂▃▄▅▆▇█") else row for row in markdown_rows(markdown)]
    in_html = [row[:7] if len(row) == 8 and row[-1] == "" else row for row in page.rows]
    assert in_markdown == in_html
    digits = re.compile(r"\d[\d.,]*")
    bare = re.sub(r"\]\(<[^>]*>\)", "]", re.sub(r"[▁▂▃▄▅▆▇█]", "", markdown))
    assert sorted(digits.findall(bare)) == sorted(digits.findall(page.text))


@LANGUAGES
def test_both_languages_have_the_same_rows_and_figures(figures: Figures, templates: Templates, language: str) -> None:
    rows = markdown_rows(report_markdown(figures(), **given(templates, language)))
    mark = "." if language == "nl" else ","
    assert [row[2:7] for row in rows[1:5]] == [
        [f"1{mark}234", "0", f"+1{mark}234", f"1{mark}233", f"1{mark}234"],
        ["341", "86", "+255", "340", "341"],
        ["52", "49", "+3", "51", "52"],
        ["0", "23", "−23", "0", "0"],
    ]
    assert [row[0] for row in rows[6:]] == ["tweakers", "reddit"]


def test_dutch_reads_as_dutch(figures: Figures, templates: Templates) -> None:
    text = report_markdown(figures(), **given(templates, "nl"))
    for words in (
        "# Weekrapport van Stroomwerk",
        "Van ma 9 mrt 2026 01:00 tot ma 16 mrt 2026 01:00. 12.831 berichten van 5.204 mensen. 1.310 daarvan horen bij geen kwestie.",
        "Geen nieuwe berichten (daarvoor 23).",
        "Hierover wordt meer geschreven dan ervoor, en meer dan toeval verklaart.",
        "## Ideeën (1.017)",
        "## Complimenten (1)",
        "| reddit | feed | blind | 4.312 | 3 | 0 | nog nooit | zo 15 mrt 20:00 | – |",
        "> Bericht op X over “Inloggen lukt niet”, za 14 mrt 01:00, [x.example](<https://x.example/7>)",
    ):
        assert words in text
    assert "Secret words" not in text


@LANGUAGES
def test_the_page_stands_alone_and_runs_nothing(figures: Figures, templates: Templates, language: str) -> None:
    """It is mailed and opened from disk: whatever it loaded would tell somebody who reads it."""
    page = Page(report_html(figures(invented=True), **given(templates, language)))
    names = {tag for tag, _ in page.tags}
    assert page.open == []
    assert not names & {"script", "link", "img", "iframe", "form", "object", "base"}
    assert not any(name == "style" or name.startswith("on") or name == "src" for _, attributes in page.tags for name in attributes)
    links = [attributes for tag, attributes in page.tags if tag == "a"]
    assert {one["href"] for one in links} == {"https://forum.example/t/7", "https://x.example/7"}
    assert all(one["rel"] == "noopener noreferrer nofollow" for one in links)
    policy = next(one["content"] for tag, one in page.tags if tag == "meta" and "http-equiv" in one)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert ("html", {"lang": language}) in page.tags


@LANGUAGES
def test_sentences_are_set_like_sentences(figures: Figures, templates: Templates, language: str) -> None:
    """A space before a full stop is what a template leaves when nobody reads its page."""
    body = report_body(figures(nameless=2, learning_day=3), **given(templates, language))
    assert not re.search(r"\s[.;,)]", re.sub(r"<[^>]+>", "", body))
    assert "&lt;" not in body


@LANGUAGES
def test_tables_and_pictures_can_be_read_aloud(figures: Figures, templates: Templates, language: str) -> None:
    body = report_body(figures(), **given(templates, language))
    page = Page(body)
    tables = [tag for tag, _ in page.tags if tag == "table"]
    assert len(tables) == len([tag for tag, _ in page.tags if tag == "caption"]) == 2
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.tags if tag == "th")
    pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert len(pictures) == 4
    assert all(one["role"] == "img" and one["aria-label"] for one in pictures)
    ids = [str(one["id"]) for _, one in page.tags if "id" in one]
    assert len(ids) == len(set(ids))
    named = {one["aria-labelledby"] for _, one in page.tags if "aria-labelledby" in one}
    assert named <= set(ids)
    assert {one.get("lang") for tag, one in page.tags if tag == "blockquote"} == {"en", None}
    assert "<style" not in body


@LANGUAGES
def test_words_of_others_stay_words(figures: Figures, templates: Templates, language: str) -> None:
    """Titles are made of what people wrote; the report goes to the board (I9, I12, I13)."""
    bad = "<img src=x onerror=alert(1)> | [x](javascript:alert(1)) {{7*7}} </table><script>1</script> & \"q'"
    week = figures()
    hostile = replace(
        week,
        brand=bad,
        new=tuple(replace(one, title=bad, quotes=tuple(replace(q, text=bad, author=bad) for q in one.quotes)) for one in week.new),
        coverage=tuple(replace(line, source=bad, kind=bad, note=bad) for line in week.coverage),
    )
    page = Page(report_html(hostile, **given(templates, language)))
    assert not {tag for tag, _ in page.tags} & {"img", "script"}
    assert page.open == []
    assert "{{7*7}}" in page.text
    markdown = report_markdown(hostile, **given(templates, language))
    assert not re.search(r"(?<!\\)[<]img|(?<!\\)\]\(javascript", markdown)
    assert {len(re.split(r"(?<!\\)\|", row)) for row in markdown.splitlines() if row.startswith("| ")} == {10, 11}


@LANGUAGES
def test_an_empty_week_is_a_report_too(figures: Figures, templates: Templates, language: str) -> None:
    nothing: dict[str, Any] = dict.fromkeys(("new", "growing", "steady", "fading", "ideas", "compliments", "coverage"), ())
    week = figures(mentions=0, authors=0, loose=0, idea_count=0, compliment_count=0, **nothing)
    page = Page(report_html(week, **given(templates, language)))
    said = {
        "nl": ("Geen berichten in deze periode.", "Geen kwesties", "nog geen bron"),
        "en": ("No mentions", "No issues", "no source yet"),
    }
    assert all(words in page.text for words in said[language])
    assert page.rows == []


@LANGUAGES
def test_invented_data_are_marked(figures: Figures, templates: Templates, language: str) -> None:
    mark = {"nl": "VERZONNEN GEGEVENS", "en": "INVENTED DATA"}[language]
    for form in (report_markdown, report_body, report_html):
        assert mark in form(figures(invented=True), **given(templates, language))
        assert mark not in form(figures(), **given(templates, language))
