"""A digest as plain text for a terminal: nothing in it is obeyed as a command, whatever was written in a mention."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import tzinfo

from listener.digest.inert import plain_figures
from listener.digest.outline import IssueBlock, QuoteLine, Section, outline
from listener.digest.words import Words
from listener.model.figures import DigestFigures

WIDTH = 100


def digest_terminal(figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> str:
    """Return the digest as plain text of at most `WIDTH` columns (addresses excepted), ending with a newline."""
    said = outline(plain_figures(figures), Words(templates, language, zone))
    lines = [said.title, "=" * min(len(said.title), WIDTH)]
    if said.invented:
        lines += [f"*** {said.invented} *** {said.invented_why}"]
    for text in said.opening:
        lines += _wrapped(text, "")
    for section in said.sections:
        lines += ["", *_section(section)]
    for text in said.closing:
        lines += ["", *_wrapped(text, "")]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> list[str]:
    lines = [section.heading.upper()]
    for issue in section.issues:
        lines += ["", *_issue(issue)]
    for quote in section.quotes:
        lines += _quote(quote)
    for name, text in section.lines:
        lines += _wrapped(f"- {name}: {text}" if name else f"- {text}", "  ")
    return lines


def _issue(issue: IssueBlock) -> list[str]:
    lines = [f"  {issue.title}  [{issue.number}]", f"  {issue.trend}  {issue.counts}" if issue.trend else f"  {issue.counts}"]
    lines += _wrapped(issue.life, "  ") + _wrapped(issue.why, "  ")
    for quote in issue.quotes:
        lines += _quote(quote)
    return lines


def _quote(quote: QuoteLine) -> list[str]:
    said = f"“{quote.text}” — {quote.byline}" if quote.text else quote.byline
    lines = _wrapped(said, "    ")
    return [*lines, f"    {quote.url}"] if quote.url else lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
