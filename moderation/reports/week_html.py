"""A report as HTML: part of a staff page, and one file that loads nothing. Every text is escaped. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from markupsafe import Markup, escape

from listener.text.language import LANGUAGES
from moderation.model.document import (
    Bars,
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Line,
    Matrix,
    PageBreak,
    Para,
    Piece,
    Quoted,
)
from moderation.reports.document_links import Links
from moderation.reports.style import STYLE


def week_body(document: Document, links: Links) -> str:
    """Return the report as one `<article class="report">` without style or script, for a page that brings its own."""
    parts = [part for block in document.blocks for part in _block(block, links)]
    listed = _listed(document, links)
    return Markup("\n").join((Markup('<article class="report">'), *parts, *listed, Markup("</article>\n")))


def week_html(document: Document, links: Links) -> str:
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
        body=Markup(week_body(document, links)),  # noqa: S704 - escaped where it was made
    )


def _block(block: Block, links: Links) -> Iterator[Markup]:
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
        case Bars():
            yield _bars(block, links)
        case Matrix():
            yield _matrix(block, links)
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


def _bars(bars: Bars, links: Links) -> Markup:
    """Return the bars as a picture of ours (SVG), each with its name and its values in words beside it."""
    top = max((value for bar in bars.bars for value in bar.values), default=1.0) or 1.0
    rows = Markup("\n").join(
        Markup('<tr><th scope="row">{name}</th><td class="bars">{picture}</td>{values}</tr>').format(
            name=_piece(Piece(text=bar.name, link=bar.link), links),
            picture=_bar(bar.values, top),
            values=Markup().join(Markup('<td class="n">{}</td>').format(shown) for shown in bar.shown),
        )
        for bar in bars.bars
    )
    head = Markup().join(
        Markup('<th scope="col" class="n"><span class="series-{}">{}</span></th>').format(at, name) for at, name in enumerate(bars.series)
    )
    return Markup(
        '<div class="wide" role="region" aria-label="{caption}" tabindex="0"><table class="chart"><caption>{caption}</caption>'
        "<thead><tr><td></td><td></td>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    ).format(caption=bars.caption, head=head, rows=rows)


def _bar(values: tuple[float, ...], top: float) -> Markup:
    rects = Markup().join(
        Markup('<rect class="series-{at}" x="0" y="{y}" width="{wide}" height="{tall}"/>').format(
            at=at, y=at * 11, wide=f"{max(1.0, 300 * value / top) if value else 0:.1f}", tall=10 if at == 0 else 6
        )
        for at, value in enumerate(values)
    )
    return Markup('<svg width="300" height="18" viewBox="0 0 300 18" aria-hidden="true" focusable="false">{}</svg>').format(rects)


def _matrix(matrix: Matrix, links: Links) -> Markup:
    def cell(at: int) -> Markup:
        field = matrix.fields[at]
        items = Markup().join(Markup("<li>{}</li>").format(_line(line, links)) for line in field.lines)
        return Markup('<td><strong>{}</strong><br><span class="soft">{}</span><ul>{}</ul></td>').format(field.name, field.advice, items)

    head = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in matrix.columns)
    rows = Markup().join(
        Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(name, cell(2 * at), cell(2 * at + 1)) for at, name in enumerate(matrix.rows)
    )
    return Markup(
        '<div class="wide" role="region" aria-label="{caption}" tabindex="0"><table class="matrix"><caption>{caption}</caption>'
        "<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    ).format(caption=matrix.caption, head=head, rows=rows)


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
