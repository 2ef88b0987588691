"""A report as Markdown, tables as GitHub writes them; no text of others is markup in it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from listener.digest.inert import inert
from moderation.model.document import (
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Line,
    PageBreak,
    Para,
    Pictures,
    Piece,
    Quoted,
    Tone,
    Words,
)
from moderation.reports.document_links import Links

_NOTHING = "\u200b"


def week_markdown(document: Document, links: Links) -> str:
    """Return the report. Links to our own pages are addresses, or numbers of the list at its end.

    There are no pictures in it: a chart's numbers are the table after it, or stand in the appendix, and then it is told in a sentence here.
    """
    parts = [
        part for block in document.blocks for part in (_told(block, document) if isinstance(block, Pictures) else _block(block, links))
    ]
    if links.listed:
        parts += [f"## {inert(document.links_heading)}", inert(document.links_lead)]
        parts.append("\n".join(f"{at}. `{link}`" for at, link in enumerate(links.listed, 1)))
    return "\n\n".join(parts) + "\n"


def _told(block: Pictures, document: Document) -> Iterator[str]:
    for one in block.shown:
        if one.table:
            yield f"*{inert(one.caption)}.* {inert(document.charts[one.name].wide.alt)}"


def _block(block: Words, links: Links) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {inert(block.text)}"
        case Para():
            line = _line(block.line, links)
            yield f"**{line}**" if block.tone is Tone.WARNING else line
        case Bullets():
            yield "\n".join(f"{f'{at}.' if block.numbered else '-'} {_line(line, links)}" for at, line in enumerate(block.lines, 1))
        case Grid():
            yield f"*{inert(block.caption)}*"
            yield _table([inert(name) for name in block.head], [[_line(line, links) for line in row] for row in block.rows], block.numeric)
        case Quoted():
            said = [f"> {inert(block.text)}", ">"] if block.text else []
            yield "\n".join([*said, f"> — {_line(block.by, links)}"])
        case Facts():
            yield "\n".join(
                f"- {inert(fact.name)}: {_line(fact.line, links)}.{f' {inert(fact.note)}' if fact.note else ''}" for fact in block.facts
            )
        case PageBreak():
            yield "---"


def _table(head: list[str], rows: list[list[str]], numeric: frozenset[int]) -> str:
    rule = ["--:" if at in numeric else "---" for at in range(len(head))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _line(line: Line, links: Links) -> str:
    return "".join(_piece(piece, links, begins=at == 0) for at, piece in enumerate(line))


def _piece(piece: Piece, links: Links, *, begins: bool = True) -> str:
    """Return a piece in which nothing is markup. What would be a list at the beginning of a line is none in its middle."""
    shown = inert(piece.text)
    if not begins and not piece.text.startswith(_NOTHING):
        shown = shown.removeprefix(_NOTHING)
    if piece.strong and shown.strip():
        shown = f"**{shown}**"
    address, number = links.address(piece), links.number(piece)
    if number:
        return f"{shown} \\[{number}\\]"
    return f"[{shown}](<{address}>)" if address else shown
