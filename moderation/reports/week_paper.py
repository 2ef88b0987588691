"""A report as the data that config/report.typ sets on paper: plain values only, so that no text can be markup. Pure."""

from __future__ import annotations

import re
from typing import Any

from listener.text.language import LANGUAGES
from moderation.model.document import (
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Line,
    PageBreak,
    PaperDrawings,
    Para,
    Pictures,
    Piece,
    Quoted,
    Words,
    plain_text,
)
from moderation.reports.document_links import Links

NOTHING_DRAWN: PaperDrawings = {}

_PICTURES = re.compile("[\U0001f000-\U0001fbff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U000e0020-\U000e007f]+")
NO_PICTURE = "[emoji]"
"""The fonts that come with typst have no emoji: on paper a word stands for them."""
MOST_WIDE = 40
LEAST_WIDE = 9
"""A column is as wide as its longest cell, between these many characters."""


def paper_of(document: Document, links: Links, drawings: PaperDrawings = NOTHING_DRAWN) -> dict[str, Any]:
    """Return the report's data. `drawings` are its charts, each a page of PDF; of one that is not there stands what it shows."""
    blocks = [_pictures(block, document, drawings) if isinstance(block, Pictures) else _block(block, links) for block in document.blocks]
    return {
        "title": document.title,
        "language": document.language,
        "foot": document.foot,
        "blocks": blocks,
        "boxes": dict(zip(("one", "many"), document.boxes, strict=True)),
        "links": list(links.listed),
        "links_heading": document.links_heading,
        "links_lead": document.links_lead,
    }


def _block(block: Words, links: Links) -> dict[str, Any]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": block.text}
        case Para():
            return {"kind": "para", "tone": block.tone.value, "line": _line(block.line, links)}
        case Bullets():
            return {"kind": "bullets", "numbered": block.numbered, "lines": [_line(line, links) for line in block.lines]}
        case Grid():
            return _table(block, links)
        case Quoted():
            language = block.language if block.language in LANGUAGES else "en"
            return {"kind": "quote", "text": _text(block.text), "by": _line(block.by, links), "language": language}
        case Facts():
            facts = [{"name": one.name, "line": _line(one.line, links), "note": one.note} for one in block.facts]
            return {"kind": "facts", "facts": facts}
        case PageBreak():
            return {"kind": "break"}


def _table(grid: Grid, links: Links) -> dict[str, Any]:
    columns = range(len(grid.head))
    longest = [max(len(grid.head[at]) + 2, *(len(plain_text(row[at])) for row in grid.rows), 0) for at in columns]
    return {
        "kind": "table",
        "caption": grid.caption,
        "head": list(grid.head),
        "widths": [min(MOST_WIDE, max(LEAST_WIDE, wide)) for wide in longest],
        "numeric": sorted(grid.numeric),
        "cells": [_line(line, links) for row in grid.rows for line in row],
    }


def _pictures(block: Pictures, document: Document, drawings: PaperDrawings) -> dict[str, Any]:
    shown = []
    for one in block.shown:
        chart, drawn = document.charts[one.name], drawings.get(one.name, b"")
        said = _text(chart.wide.alt)
        shown.append({"caption": one.caption, "alt": said, "drawn": list(drawn), "said": "" if drawn else said})
    return {"kind": "pictures", "shown": shown}


def _line(line: Line, links: Links) -> list[dict[str, Any]]:
    return [_piece(piece, links) for piece in line]


def _piece(piece: Piece, links: Links) -> dict[str, Any]:
    return {"text": _text(piece.text), "strong": piece.strong, "address": links.address(piece), "number": links.number(piece)}


def _text(words: str) -> str:
    """Return a text as the fonts on paper can show it."""
    return _PICTURES.sub(NO_PICTURE, words)
