"""A digest as Markdown in which no text of others is markup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from listener.digest.inert import inert_figures
from listener.digest.outline import IssueBlock, QuoteLine, Section, outline
from listener.digest.words import Words
from listener.model.figures import DigestFigures


def digest_markdown(figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> str:
    """Return the digest as CommonMark, ending with a newline. `templates` maps file names to the texts of `language`."""
    said = outline(inert_figures(figures), Words(templates, language, zone))
    parts = [f"# {said.title}"]
    if said.invented:
        parts.append(f"**{said.invented}.** {said.invented_why}")
    parts += said.opening
    for section in said.sections:
        parts += section_markdown(section)
    parts += said.closing
    return "\n\n".join(parts) + "\n"


def section_markdown(section: Section, *, level: int = 2) -> list[str]:
    """Return a section as Markdown paragraphs, its heading first."""
    parts = [f"{'#' * level} {section.heading}"]
    for issue in section.issues:
        parts += issue_markdown(issue, level=level + 1)
    parts += [quote_markdown(quote) for quote in section.quotes]
    if section.lines:
        parts.append("\n".join(f"- {name}: {text}" if name else f"- {text}" for name, text in section.lines))
    return parts


def issue_markdown(issue: IssueBlock, *, level: int) -> list[str]:
    """Return an issue as Markdown paragraphs: title, figures, why, quotes."""
    figures = "  \n".join((f"**{issue.counts}** · {issue.number}", *([f"`{issue.trend}`"] if issue.trend else []), issue.life))
    return [f"{'#' * level} {issue.title}", figures, issue.why, *(quote_markdown(quote) for quote in issue.quotes)]


def quote_markdown(quote: QuoteLine) -> str:
    """Return a quote as a Markdown block quote; its link is called by the host it leads to."""
    said = f"“{quote.text}” — {quote.byline}" if quote.text else quote.byline
    return f"> {said}, [{quote.host}](<{quote.url}>)" if quote.url else f"> {said}"
