"""A digest as one Discord webhook payload, within Discord's limits, that can ping nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from listener.digest.inert import inert_figures
from listener.digest.outline import IssueBlock, QuoteLine, Section, outline
from listener.digest.words import Words
from listener.model.figures import DigestFigures
from listener.text.shorten import graphemes

MOST_EMBEDS = 10
MOST_CHARACTERS = 6000
MOST_TITLE = 256
MOST_DESCRIPTION = 4096
"""Limits of one message (Discord's documentation of embeds, read 2026-11): embeds, characters of all embeds together, one title, one
description. Characters are counted as UTF-16 units, which is never less than what Discord counts."""

_COLOURS = {
    "whole": 0xB4531A,
    "new": 0xB4531A,
    "growing": 0x8A2F52,
    "fading": 0x4B6B8A,
    "ideas": 0x3B6E4F,
    "compliments": 0x3B6E4F,
    "steady": 0x5A5A5A,
    "further": 0x2F6F6A,
}

_WEIGHTS = {"whole": 2, "new": 6, "growing": 5, "fading": 3, "ideas": 2, "compliments": 2, "steady": 2, "further": 3}
"""How the room is shared; what a section leaves goes to those after it."""


def digest_discord(figures: DigestFigures, *, language: str, zone: tzinfo, templates: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON body for a webhook. What does not fit is counted in a last line of its section, never silently dropped."""
    words = Words(templates, language, zone)
    said = outline(inert_figures(figures), words)
    opening = "\n".join((*([f"**{said.invented}.** {said.invented_why}"] if said.invented else []), *said.opening, *said.closing))
    *sections, coverage = said.sections
    closing = _Embed(title=cut(coverage.heading, MOST_TITLE), most=1500)
    _fill(closing, list(_pieces(coverage)), words)
    embeds = [_Embed(title=cut(said.title, MOST_TITLE), most=MOST_DESCRIPTION, parts=[cut(opening, 1500)])]
    room = MOST_CHARACTERS - sum(one.size for one in embeds) - closing.size
    for at, section in enumerate(sections):
        share = room * _WEIGHTS[section.key] // sum(_WEIGHTS[one.key] for one in sections[at:])
        embed = _Embed(title=cut(section.heading, MOST_TITLE), most=share, colour=_COLOURS[section.key])
        _fill(embed, list(_pieces(section)), words)
        if embed.parts:
            embeds.append(embed)
            room -= embed.size
    embeds.append(closing)
    payload: dict[str, Any] = {"embeds": [one.body() for one in embeds], "allowed_mentions": {"parse": []}}
    if said.invented:
        payload["content"] = f"**{said.invented}**"
    return payload


@dataclass(slots=True, kw_only=True)
class _Embed:
    title: str
    most: int
    parts: list[str] = field(default_factory=list)
    colour: int | None = None

    @property
    def size(self) -> int:
        return length(self.title) + length("\n\n".join(self.parts))

    def fits(self, part: str, spare: int) -> bool:
        grown = length("\n\n".join((*self.parts, part)))
        return grown <= MOST_DESCRIPTION and length(self.title) + grown + spare <= self.most

    def body(self) -> dict[str, Any]:
        colour = {} if self.colour is None else {"color": self.colour}
        return {"title": self.title, "description": "\n\n".join(self.parts), **colour}


def _fill(embed: _Embed, pieces: list[str], words: Words) -> None:
    """Add pieces while they fit, keeping room for the line that counts the rest."""
    for at, piece in enumerate(pieces):
        more = words("more", len(pieces) - at)
        if not embed.fits(piece, spare=length(more) + 2 if at < len(pieces) - 1 else 0):
            if embed.fits(more, spare=0):
                embed.parts.append(more)
            return
        embed.parts.append(piece)


def _pieces(section: Section) -> Iterator[str]:
    yield from (_issue(issue) for issue in section.issues)
    yield from (_quote(quote) for quote in section.quotes)
    yield from (f"{name}: {text}" if name else text for name, text in section.lines)


def _issue(issue: IssueBlock) -> str:
    lines = [f"**{issue.title}** · {issue.number}", f"{issue.trend} {issue.counts}".strip(), issue.why]
    return "\n".join([*lines, *(_quote(quote) for quote in issue.quotes)])


def _quote(quote: QuoteLine) -> str:
    said = f"“{quote.text}” — {quote.byline}" if quote.text else quote.byline
    return f"> {said} <{quote.url}>" if quote.url else f"> {said}"


def length(text: str) -> int:
    """Return how long Discord finds a text, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, most: int) -> str:
    """Return `text` within `most` UTF-16 units, cut between two graphemes, with "…" as its last sign when something was left out."""
    if length(text) <= most:
        return text
    kept: list[str] = []
    used = 1
    for grapheme in graphemes(text):
        used += length(grapheme)
        if used > most:
            break
        kept.append(grapheme)
    return "".join(kept) + "…"
