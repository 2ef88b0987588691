"""A report as HTML: part of a staff page, and one file that loads nothing. Every text is escaped. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from markupsafe import Markup, escape

from listener.text.language import LANGUAGES
from moderation.model.document import (
    Bullets,
    Document,
    Drawings,
    Facts,
    Grid,
    Heading,
    Line,
    PageBreak,
    Para,
    Picture,
    Pictures,
    Piece,
    Quoted,
    Words,
)
from moderation.reports.document_links import Links
from moderation.reports.style import STYLE

NOTHING_DRAWN: Drawings = {}


def week_body(document: Document, links: Links, drawings: Drawings = NOTHING_DRAWN) -> str:
    """Return the report as one `<article class="report">` without style or script, for a page that brings its own.

    `drawings` are the charts as they were drawn for a page; of one that is not there stands what it shows, in a sentence.
    """
    parts = [
        part
        for block in document.blocks
        for part in (_pictures(block, document, drawings) if isinstance(block, Pictures) else _block(block, links))
    ]
    listed = _listed(document, links)
    return Markup("\n").join((Markup('<article class="report">'), *parts, *listed, Markup("</article>\n")))


def week_html(document: Document, links: Links, drawings: Drawings = NOTHING_DRAWN) -> str:
    """Return the report as one HTML file that loads nothing: its policy allows its own style and not a thing more."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return Markup(
        '<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    ).format(
        language=document.language,
        policy=policy,
        title=document.title,
        style=Markup(STYLE),  # noqa: S704 - our own
        body=Markup(week_body(document, links, drawings)),  # noqa: S704 - escaped where it was made
    )


def _block(block: Words, links: Links) -> Iterator[Markup]:
    match block:
        case Heading():
            tag = Markup(f"h{min(max(block.level, 1), 3)}")  # noqa: S704 - a digit
            name = Markup(' id="report-{}"').format(block.name) if block.name else Markup()
            yield Markup("<{tag}{name}>{text}</{tag}>").format(tag=tag, name=name, text=block.text)
        case Para():
            yield Markup('<p class="{}">{}</p>').format(block.tone.value, _line(block.line, links))
        case Bullets():
            tag = Markup("ol") if block.numbered else Markup("ul")
            items = Markup().join(Markup("<li>{}</li>").format(_line(line, links)) for line in block.lines)
            yield Markup("<{tag}>{items}</{tag}>").format(tag=tag, items=items)
        case Grid():
            yield _table(block, links)
        case Quoted():
            yield _quoted(block, links)
        case Facts():
            yield _facts(block, links)
        case PageBreak():
            yield Markup("<hr>")


def _line(line: Line, links: Links) -> Markup:
    return Markup().join(_piece(piece, links) for piece in line)


def _piece(piece: Piece, links: Links) -> Markup:
    shown = Markup("<strong>{}</strong>").format(piece.text) if piece.strong else escape(piece.text)
    address, number = links.address(piece), links.number(piece)
    if number:
        return Markup('{}<sup><a href="#report-link-{}">{}</a></sup>').format(shown, number, number)
    if not address:
        return shown
    away = Markup() if piece.link.startswith("/") else Markup(' rel="noopener noreferrer nofollow"')
    return Markup('<a href="{}"{}>{}</a>').format(address, away, shown)


def _table(grid: Grid, links: Links) -> Markup:
    def cell(at: int, line: Line) -> Markup:
        if at == 0:
            return Markup('<th scope="row">{}</th>').format(_line(line, links))
        number = Markup(' class="n"') if at in grid.numeric else Markup()
        return Markup("<td{}>{}</td>").format(number, _line(line, links))

    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="n"') if at in grid.numeric else Markup(), name)
        for at, name in enumerate(grid.head)
    )
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup().join(cell(at, line) for at, line in enumerate(row))) for row in grid.rows
    )
    return Markup(
        '<div class="wide" role="region" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption>'
        "<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    ).format(caption=grid.caption, head=head, rows=rows)


def _quoted(quoted: Quoted, links: Links) -> Markup:
    language = Markup(' lang="{}"').format(quoted.language) if quoted.language in LANGUAGES and quoted.text else Markup()
    said = Markup("<p{}>“{}”</p>").format(language, quoted.text) if quoted.text else Markup()
    return Markup("<blockquote>{}<footer>{}</footer></blockquote>").format(said, _line(quoted.by, links))


def _pictures(block: Pictures, document: Document, drawings: Drawings) -> Iterator[Markup]:
    """Yield the charts of a block: two beside each other are as narrow as on a telephone."""
    several = len(block.shown) > 1
    figures = [_figure(one, document, drawings, narrow_only=several) for one in block.shown]
    yield Markup('<div class="beside">{}</div>').format(Markup("\n").join(figures)) if several else figures[0]


def _figure(one: Picture, document: Document, drawings: Drawings, *, narrow_only: bool) -> Markup:
    drawing = drawings.get(one.name)
    if drawing is None:
        inside = Markup('<p class="note">{}</p>').format(document.charts[one.name].wide.alt)
    else:
        wide, narrow = Markup(drawing.wide), Markup(drawing.narrow)  # noqa: S704 - our own drawing, of known elements only
        both = Markup('<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>')
        inside = narrow if narrow_only else both.format(wide, narrow)
    to_table = Markup(' <a href="#report-{}">{}</a>').format(one.table, document.to_table) if one.table else Markup()
    return Markup('<figure class="drawn"><figcaption>{}.{}</figcaption>{}</figure>').format(one.caption, to_table, inside)


def _facts(facts: Facts, links: Links) -> Markup:
    shown = Markup().join(
        Markup("<div><dt>{}</dt><dd>{}{}</dd></div>").format(
            fact.name, _line(fact.line, links), Markup("<small>{}</small>").format(fact.note) if fact.note else Markup()
        )
        for fact in facts.facts
    )
    return Markup('<dl class="facts">{}</dl>').format(shown)


def _listed(document: Document, links: Links) -> tuple[Markup, ...]:
    """Return the list of links of a file that knows no address of its pages."""
    if not links.listed:
        return ()
    items = Markup().join(
        Markup('<li id="report-link-{}"><code>{}</code></li>').format(at, link) for at, link in enumerate(links.listed, 1)
    )
    return (
        Markup('<h2 id="report-links">{}</h2>').format(document.links_heading),
        Markup('<p class="note">{}</p>').format(document.links_lead),
        Markup('<ol class="links">{}</ol>').format(items),
    )
