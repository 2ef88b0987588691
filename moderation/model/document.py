"""A report as blocks of plain text, before it is a page, a file to print or Markdown: written once, drawn three times.

Every text is only text: whoever draws it escapes it. A link that begins with "/" leads to a page of ours; any other is an https address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
class Bar:
    """One bar of a `Bars`: its name, what it leads to, and one length per series."""

    name: str
    values: tuple[float, ...]
    shown: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Lying bars, one or two series: a picture that is its own table, for every value stands beside its bar."""

    caption: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One of the four fields of a matrix: its name, what to do there, and what sits in it."""

    name: str
    advice: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Four fields: the first row is what customers value, the first column what we do; `rows` and `columns` name them, high first."""

    caption: str
    fields: tuple[Field, Field, Field, Field]
    rows: tuple[str, str]
    columns: tuple[str, str]


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


Block = Heading | Para | Bullets | Grid | Quoted | Bars | Matrix | Facts | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report in one language, with what was known at `made_at`.

    `foot` stands at the bottom of every page; the links' words where a file has to list them.
    """

    title: str
    language: str
    blocks: tuple[Block, ...]
    made_at: datetime
    links_heading: str
    links_lead: str
    foot: str = ""


def text(words: str, link: str = "", *, strong: bool = False) -> Line:
    """Return a line of one piece."""
    return (Piece(text=words, link=link, strong=strong),)


def plain_text(line: Line) -> str:
    """Return what a line says."""
    return "".join(piece.text for piece in line)
