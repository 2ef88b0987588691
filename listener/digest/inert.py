"""Words of others made harmless where Markdown or Discord would obey them: no link, no image, no heading, no ping comes out of a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlsplit

from listener.model.figures import DigestFigures, Further, IssueFigures, Quote, SourceCoverage
from listener.text.personal_data import find_personal_data, masked
from listener.text.shorten import shorten, terminal_safe

MOST_QUOTE_CHARACTERS = 280
MOST_TITLE_CHARACTERS = 120
MOST_URL_CHARACTERS = 500

Made = Callable[[str, int], str]
"""Makes a text of others fit to be shown, at most so many characters of it."""

_NOTHING = "\u200b"
_OBEYED = re.compile(r"([\\`*_\[\]<>|~&$^{}])")
_PING = re.compile(r"@(?=\S)")
_NUMBER_REFERENCE = re.compile(r"#(?=\d)")
_REDDIT_NAME = re.compile(r"(?<!\w)([ur])/(?=\w)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(mailto|xmpp|tel|data|javascript|discord):", re.IGNORECASE)
_AT_LINE_START = re.compile(r"^([#+=>-]|\d{1,9}[.)])")


def one_line(text: str, most: int) -> str:
    """Return `text` on one line, without control characters, hidden characters spelled out, at most `most` long."""
    return shorten(" ".join(terminal_safe(text).split()), most)


def inert(text: str) -> str:
    """Return one line of text so that CommonMark, GitHub, Reddit and Discord show its characters and do nothing with them.

    What could be markup gets a backslash; where a backslash does not help (addresses, names, numbers that become links or pings), an
    invisible space is put in between. Line breaks have to be gone already (`one_line`).
    """
    text = _PING.sub(f"@{_NOTHING}", text)
    text = _NUMBER_REFERENCE.sub(f"#{_NOTHING}", text)
    text = _REDDIT_NAME.sub(rf"\1/{_NOTHING}", text)
    text = _ADDRESS.sub(_NOTHING, text)
    text = _SCHEME.sub(rf"\1{_NOTHING}:", text)
    text = _OBEYED.sub(r"\\\1", text)
    return _AT_LINE_START.sub(lambda found: f"{_NOTHING}{found[1]}", text)


def safe_url(url: str) -> str:
    """Return a web address fit for a link, every character that ends or breaks a link encoded; "" when it is not an http(s) address."""
    if not url or len(url) > MOST_URL_CHARACTERS:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or not re.fullmatch(r"[\w.:%-]+", host):
        return ""
    return quote(url, safe=":/?#@!$&'+,;=%~.-_")


def host_of(url: str) -> str:
    """Return the host that a link leads to, which is what the link is called: readers see where they go."""
    return urlsplit(url).hostname or ""


def without_personal_data(quote: Quote) -> str:
    """Return a quote's text with telephone numbers, addresses, names and the like masked: digests and reports go further than the inbox."""
    return masked(quote.text, find_personal_data(quote.text, quote.language), language=quote.language)


def plain_figures(figures: DigestFigures) -> DigestFigures:
    """Return the figures with every text of others on one line, shortened, controls gone: fit for a terminal, an escaper, HTML."""
    return _each_text(figures, one_line)


def inert_figures(figures: DigestFigures) -> DigestFigures:
    """Return the figures with every text of others inert in Markdown and Discord; addresses become safe or empty."""
    return _each_text(figures, lambda text, most: inert(one_line(text, most)))


def _each_text(figures: DigestFigures, made: Made) -> DigestFigures:
    def quoted(one: Quote) -> Quote:
        text = made(without_personal_data(one), MOST_QUOTE_CHARACTERS)
        return replace(one, text=text, author=made(one.author, 60), platform=made(one.platform, 40), url=safe_url(one.url))

    def issue(one: IssueFigures) -> IssueFigures:
        return replace(
            one,
            title=made(one.title, MOST_TITLE_CHARACTERS),
            theme=made(one.theme, MOST_TITLE_CHARACTERS),
            quotes=tuple(map(quoted, one.quotes)),
            platforms=tuple(made(name, 40) for name in one.platforms),
            brands=tuple(made(name, 80) for name in one.brands),
        )

    def source(one: SourceCoverage) -> SourceCoverage:
        lost = tuple(replace(each, place=made(each.place, 80), why=made(each.why, 200)) for each in one.lost)
        return replace(one, source=made(one.source, 80), kind=made(one.kind, 40), note=made(one.note, 200), lost=lost)

    def further(one: Further) -> Further:
        lines = {
            language: tuple((made(name, MOST_TITLE_CHARACTERS), made(text, MOST_QUOTE_CHARACTERS)) for name, text in some)
            for language, some in one.lines.items()
        }
        return replace(one, lines=lines)

    return replace(
        figures,
        brand=made(figures.brand, 80),
        new=tuple(map(issue, figures.new)),
        growing=tuple(map(issue, figures.growing)),
        steady=tuple(map(issue, figures.steady)),
        fading=tuple(map(issue, figures.fading)),
        ideas=tuple(map(quoted, figures.ideas)),
        compliments=tuple(map(quoted, figures.compliments)),
        coverage=tuple(map(source, figures.coverage)),
        whole=tuple(replace(one, about=made(one.about, 80)) for one in figures.whole),
        further=tuple(map(further, figures.further)),
    )
