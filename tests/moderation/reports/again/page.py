"""A report's page read as a reader sees it: its tables, its sentences, and where each number leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+")


@dataclass
class Link:
    """A linked stretch of text; `head` is the head of its column, "" outside a table."""

    part: str
    href: str
    text: str = ""
    head: str = ""


@dataclass
class Page:
    """Parts by the name of their heading: the texts of each in order, and its links. Titles, quotes and pictures are left out of texts."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)


class _Reader(HTMLParser):
    """Reads the article of a report."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._part = ""
        self._heads: list[str] = []
        self._column = -1
        self._skipped: list[str] = []
        self._link: Link | None = None
        self._inside = False
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "article":
            self._inside = True
        if tag in ("h1", "h2", "h3") and given.get("id"):
            self._part = str(given["id"]).removeprefix("report-")
        if tag in ("blockquote", "figure", "svg", "strong", "caption", "style", "h1", "h2", "h3"):
            self._skipped.append(tag)
        if tag == "table":
            self._heads = []
        if tag == "tr":
            self._column = -1
        if tag in ("td", "th"):
            self._column += 1
            self._in_head = given.get("scope") == "col"
            if self._in_head:
                self._heads.append("")
        if tag == "a":
            head = self._heads[self._column] if 0 <= self._column < len(self._heads) else ""
            self._link = Link(self._part, str(given.get("href")), head=head)
            self.page.links.append(self._link)
        if tag in ("p", "li", "td", "dd", "small", "dt"):
            self.page.texts.setdefault(self._part, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()
        if tag == "a":
            self._link = None
        if tag == "table":
            self._heads, self._column = [], -1
        if tag == "article":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if not self._inside:
            return
        if self._link is not None:
            self._link.text += data
        if self._in_head and self._heads and self._column < len(self._heads):
            self._heads[-1] += data.strip()
            return
        texts = self.page.texts.get(self._part)
        if texts and not self._skipped:
            texts[-1] += data


def read_page(html: str) -> Page:
    """Return a report's page."""
    reader = _Reader()
    reader.feed(str(html))  # what is marked as HTML escapes what is put beside it
    return reader.page


def numbers_in(text: str) -> Iterator[int]:
    """Yield the whole numbers that a text holds."""
    for found in NUMBER.finditer(text):
        yield int(re.sub(r"[.,]", "", found[0]))


def read_markdown(text: str) -> list[list[str]]:
    """Return the lines of each part of a report as Markdown, in order, without what `read_page` leaves out and where links lead."""
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.startswith("#"):
            parts.append([])
        elif not line.startswith((">", "*", "**")):
            bare = re.sub(r"\]\(<[^>]*>\)|\*\*.*?\*\*|^\d+\. ", "", line.replace("\\", ""))
            parts[-1].append(bare)
    return parts[1:]
