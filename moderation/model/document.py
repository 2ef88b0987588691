"""A report as blocks of plain text, before it is a page, a file to print or Markdown: written once, drawn three times.

Every text is only text: whoever draws it escapes it. A link that begins with "/" leads to a page of ours; any other is an https address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from moderation.model.chart import Widths


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text in a line. `link` leads to what it counted; empty: nowhere. `strong`: it is what the line is about."""

    text: str
    link: str = ""
    strong: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading: level 1 stands once, level 2 opens a part, level 3 a piece of it. `name` is where links within the report lead."""

    text: str
    level: int = 2
    name: str = ""


class Tone(StrEnum):
    """What a paragraph is: plain; a lead that is read first; a note about how to read; a warning that nobody may miss."""

    PLAIN = "plain"
    LEAD = "lead"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Para:
    line: Line
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list; `numbered` where the order is the message."""

    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table. The first cell of a row names it; `numeric` columns (counted from 0) are set right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words of a customer under a pseudonym, and where they stand. `text` is empty where only the link may be shown."""

    text: str
    by: Line
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One chart, by its name in `Document.charts`. `table` names the heading under which its numbers stand; empty: right after it."""

    name: str
    caption: str
    table: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """One chart, or two beside each other. Where nothing can be drawn stands what they show, in a sentence."""

    shown: tuple[Picture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A figure to be seen at a glance: a few words, what it is of, and in small how sure it is."""

    name: str
    line: Line
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts beside each other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBreak:
    """What comes after stands on a page of its own, where there are pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart as SVG for a page, made for a wide and for a narrow one."""

    wide: str
    narrow: str


Drawings = Mapping[str, Drawing]
"""Charts of a document for a page, by name; one that could not be drawn is not there."""
PaperDrawings = Mapping[str, bytes]
"""The same for paper: each one page of PDF."""

Words = Heading | Para | Bullets | Grid | Quoted | Facts | PageBreak
Block = Words | Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in one language, with what was known at `made_at`.

    `foot` stands at the bottom of every page; the links' words where a file has to list them. `charts` are those that `Pictures` name;
    `to_table` leads from a chart to its numbers elsewhere. `boxes` (for one, for {n}) says of texts that no font has their letters.
    """

    title: str
    language: str
    blocks: tuple[Block, ...]
    made_at: datetime
    links_heading: str
    links_lead: str
    foot: str = ""
    charts: Mapping[str, Widths] = field(default_factory=dict)
    to_table: str = ""
    boxes: tuple[str, str] = ("", "")


def text(words: str, link: str = "", *, strong: bool = False) -> Line:
    """Return a line of one piece."""
    return (Piece(text=words, link=link, strong=strong),)


def plain_text(line: Line) -> str:
    """Return what a line says."""
    return "".join(piece.text for piece in line)
