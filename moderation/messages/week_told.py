"""The weekly report as a message: its first page, which management reads, with the whole of it beside. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from listener.digest.inert import one_line
from moderation.messages.told import Speech
from moderation.model.delivery import Attached, Line, Message, Part, What
from moderation.model.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    PageBreak,
    Para,
    Pictures,
    Piece,
    Quoted,
    Tone,
    plain_text,
)
from moderation.model.document import Line as Pieces

MOST_LINE = 1_000


def week_message(document: Document, speech: Speech, *, key: str, period: str, file: Attached | None) -> Message:
    """Return page one of a report as a message; `file` is the whole report, which is said."""
    page = list(takewhile(lambda block: not isinstance(block, PageBreak), document.blocks))
    lead = [block for block in page if isinstance(block, Para) and block.tone in (Tone.LEAD, Tone.WARNING)]
    opening = [_said(block.line) for block in lead[1 if speech.invented else 0 :]]  # that it is invented stands above it all anyway
    attached = [speech.text("weekly.attached")] if file is not None else []
    return Message(
        key=key,
        what=What.WEEKLY,
        language=document.language,
        title=one_line(document.title, 200),
        opening=(*opening, *attached),
        parts=tuple(_parts([block for block in page if block not in lead], document, speech)),
        marked=speech.marked,
        link=speech.url(f"/report/{period}"),
        link_text=speech.text("read_on"),
        attached=(file,) if file is not None else (),
    )


def _parts(page: list[Block], document: Document, speech: Speech) -> Iterator[Part]:
    """Yield the parts of a page: a heading with the lines up to the next one. What stands before the first goes without a heading."""
    heading, lines = "", list[Line]()
    for block in page:
        if isinstance(block, Heading):
            if lines:
                yield Part(heading=heading, lines=tuple(lines))
            heading, lines = (one_line(block.text, 200) if block.level > 1 else "", [])
        else:
            lines += _lines(block, document, speech)
    if lines:
        yield Part(heading=heading, lines=tuple(lines))


def _lines(block: Block, document: Document, speech: Speech) -> Iterator[Line]:
    match block:
        case Para():
            yield Line(text=_said(block.line), url=_url(block.line, speech), named=_named(block.line))
        case Bullets():
            for at, line in enumerate(block.lines, start=1):
                text = f"{at}. {_said(line)}" if block.numbered else _said(line)
                yield Line(text=text, url=_url(line, speech), named=_named(line))
        case Facts():
            for fact in block.facts:
                yield Line(
                    bold=one_line(fact.name, 200), text=_said(fact.line), small=one_line(fact.note, 300), url=_url(fact.line, speech)
                )
        case Grid():
            yield from _rows(block, speech)
        case Pictures():
            for one in block.shown:
                yield Line(bold=one_line(one.caption, 200), text=one_line(document.charts[one.name].wide.alt, MOST_LINE))
        case Quoted():
            text = f"“{one_line(block.text, 400)}”" if block.text else ""
            yield Line(text=text, small=_said(block.by), url=_url(block.by, speech), quoted=True)
        case _:
            return


def _rows(grid: Grid, speech: Speech) -> Iterator[Line]:
    """Yield a table as lines: a telephone shows no six columns, so every cell says what it is."""
    for first, *others in grid.rows:
        cells = (f"{head}: {_said(cell)}" for head, cell in zip(grid.head[1:], others, strict=True) if plain_text(cell).strip())
        yield Line(bold=_said(first), text=one_line(" · ".join(cells), MOST_LINE), url=_url(first, speech))


def _said(line: Pieces) -> str:
    return one_line(plain_text(line), MOST_LINE)


def _url(line: Pieces, speech: Speech) -> str:
    """Return where the first link of a line leads, on our own pages only where these have an address."""
    found = _linked(line)
    if found is None:
        return ""
    return speech.url(found.link) if found.link.startswith("/") else found.link


def _named(line: Pieces) -> str:
    found = _linked(line)
    return one_line(found.text, MOST_LINE) if found is not None else ""


def _linked(line: Pieces) -> Piece | None:
    return next((piece for piece in line if piece.link), None)
