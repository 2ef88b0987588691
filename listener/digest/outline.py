"""What a digest says, in order and in words, before any form: Markdown, terminal and Discord only lay it out."""

from __future__ import annotations

from dataclasses import dataclass

from listener.digest.choice import link_only
from listener.digest.inert import host_of
from listener.digest.phrases import number
from listener.digest.reason import reason_sentence
from listener.digest.sparkline import sparkline
from listener.digest.words import Words
from listener.model.figures import DigestFigures, IssueFigures, Quote
from listener.model.issue import IssueState


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """A quote: `text` is empty where only a link may be shown. `byline` says who, where and when; `host` and `url` may be empty."""

    text: str
    byline: str
    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueBlock:
    """One issue in lines. `number` names it for commands."""

    title: str
    number: str
    counts: str
    trend: str
    life: str
    why: str
    quotes: tuple[QuoteLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with issues, or with quotes (ideas, compliments), or with short lines (ongoing issues, sources)."""

    key: str
    heading: str
    issues: tuple[IssueBlock, ...] = ()
    quotes: tuple[QuoteLine, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A digest whole. `opening` lines come under the title; `invented` is empty unless the data are invented."""

    title: str
    invented: str
    invented_why: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]


def outline(figures: DigestFigures, words: Words) -> Outline:
    """Return the digest in words. The texts of `figures` have to be made fit for the form before (`listener.digest.inert`)."""
    opening = [f"{words('period', figures)}.", words("totals", figures)]
    if figures.nameless:
        opening.append(words("nameless", figures.nameless))
    if figures.learning_day is not None:
        opening.append(words("learning", figures))
    if figures.quick is not None:
        opening.append(words("quick", figures.quick))
    if not (figures.new or figures.growing or figures.fading or figures.whole):
        opening.append(words("nothing"))
    return Outline(
        title=words("title", figures),
        invented=words("invented") if figures.invented else "",
        invented_why=words("invented_why") if figures.invented else "",
        opening=tuple(opening),
        sections=tuple(section for section in _sections(figures, words) if section.issues or section.quotes or section.lines),
        closing=(words("left_out", figures.left_out),) if figures.left_out else (),
    )


def quote_line(quote: Quote, words: Words, *, about: str = "") -> QuoteLine:
    """Return a quote in words; a post of a link-only platform is a link under our own title, `about` being the issue's."""
    if link_only(quote.platform):
        said, who = "", words("x_post", about)
    else:
        said, who = quote.text, quote.author if quote.url else f"{quote.author}, {quote.platform}"
    return QuoteLine(text=said, byline=f"{who}, {words.moment(quote.posted_at)}", url=quote.url, host=host_of(quote.url))


def why(issue: IssueFigures, words: Words, *, section: str) -> str:
    """Return why an issue is shown: when and why it was flagged, or what its section (new, growing, fading) rests on."""
    if issue.signal is None:
        reason = words("not_flagged", section)
    else:
        reason = words("flagged", issue.signal, reason_sentence(issue.signal, words.language))
    return f"{reason} {words('came_back')}" if issue.state is IssueState.CAME_BACK else reason


def _sections(figures: DigestFigures, words: Words) -> tuple[Section, ...]:
    def issues(key: str, some: tuple[IssueFigures, ...]) -> Section:
        return Section(key=key, heading=words("heading", key), issues=tuple(_block(one, words, key) for one in some))

    def quoted(key: str, some: tuple[Quote, ...], total: int) -> Section:
        heading = f"{words('heading', key)} ({number(total, words.language)})"
        return Section(key=key, heading=heading, quotes=tuple(quote_line(one, words) for one in some))

    steady = tuple((one.title, words("counts", one)) for one in figures.steady)
    sources = tuple((line.source, words("coverage", line)) for line in figures.coverage) or (("", words("no_sources")),)
    whole = tuple((one.about or figures.brand, words("flagged", one, reason_sentence(one, words.language))) for one in figures.whole)
    return (
        Section(key="whole", heading=words("heading", "whole"), lines=whole),
        issues("new", figures.new),
        issues("growing", figures.growing),
        issues("fading", figures.fading),
        quoted("ideas", figures.ideas, figures.idea_count),
        quoted("compliments", figures.compliments, figures.compliment_count),
        Section(key="steady", heading=words("heading", "steady"), lines=steady),
        *(Section(key="further", heading=one.heading[words.language], lines=one.lines[words.language]) for one in figures.further),
        Section(key="coverage", heading=words("heading", "coverage"), lines=sources),
    )


def _block(issue: IssueFigures, words: Words, section: str) -> IssueBlock:
    return IssueBlock(
        title=issue.title,
        number=words("number_of", issue),
        counts=words("counts", issue),
        trend=sparkline(issue.trend),
        life=words("life", issue),
        why=why(issue, words, section=section),
        quotes=tuple(quote_line(one, words, about=issue.title) for one in issue.quotes),
    )
