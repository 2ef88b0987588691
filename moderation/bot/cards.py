"""Embeds within Discord's limits, from our own words and from texts of others that were made harmless before.

Limits are those of `listener.digest.discord`, and of fields, footers and parts (Discord's documentation of embeds, read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from listener.digest.discord import MOST_CHARACTERS, MOST_DESCRIPTION, MOST_EMBEDS, MOST_TITLE, cut, length
from listener.digest.inert import inert, one_line, safe_url
from listener.text.personal_data import find_personal_data, masked

MOST_FIELDS = 25
MOST_FIELD_NAME = 256
MOST_FIELD = 1_024
MOST_FOOTER = 2_048
MOST_QUOTE = 300

CALM, WARM, GOOD, WARN = 0x2F6F6A, 0x8A2F52, 0x3B6E4F, 0xB4531A
_NOTHING = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One embed to be. Texts are what is shown, word for word: whoever fills it in has made texts of others inert."""

    title: str
    lines: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    colour: int = CALM
    picture: str = ""


def embeds_of(cards: Sequence[Card]) -> tuple[dict[str, Any], ...]:
    """Return the embeds of one message. What is too long is cut with "…"; what does not fit in one message at all is left out whole."""
    room, made = MOST_CHARACTERS, []
    for card in cards[:MOST_EMBEDS]:
        embed, used = _embed(card, room)
        if not embed:
            break
        made.append(embed)
        room -= used
    return tuple(made)


def _embed(card: Card, room: int) -> tuple[dict[str, Any], int]:
    title = cut(card.title, min(MOST_TITLE, max(1, room)))
    footer = cut(card.footer, min(MOST_FOOTER, 300))
    used = length(title) + length(footer)
    if used >= room:
        return {}, 0
    text = cut("\n".join(card.lines), min(MOST_DESCRIPTION, room - used)) if card.lines else ""
    used += length(text)
    fields = []
    for name, value in card.fields[:MOST_FIELDS]:
        shown_name, shown = cut(name, MOST_FIELD_NAME) or _NOTHING, cut(value, MOST_FIELD) or _NOTHING
        if used + length(shown_name) + length(shown) > room:
            break
        used += length(shown_name) + length(shown)
        fields.append({"name": shown_name, "value": shown, "inline": length(shown) < 60})
    embed: dict[str, Any] = {"title": title, "color": card.colour}
    embed |= {"description": text} if text else {}
    embed |= {"fields": fields} if fields else {}
    embed |= {"footer": {"text": footer}} if footer else {}
    embed |= {"image": {"url": f"attachment://{card.picture}"}} if card.picture else {}
    return embed, used


def harmless(text: str, most: int = 120) -> str:
    """Return words of others on one line that Discord shows and does nothing with."""
    return inert(one_line(text, most))


def plain(text: str, most: int) -> str:
    """Return words of others for places where Discord reads no markup (a button, a choice, a thread's name): nothing to be mistaken for a
    ping or an address is left whole, and nothing is spelled with backslashes.
    """
    line = one_line(text, most)
    for sign in ("@", "<", "#", "://", "]("):
        line = line.replace(sign, f"{sign[0]}{_NOTHING}{sign[1:]}")
    return cut(line, most) or "…"


def quote(text: str, byline: str, *, url: str = "", language: str = "", most: int = MOST_QUOTE) -> str:
    """Return a quote as one line of an embed: telephone numbers, addresses and names are masked, for Discord is further away than we are.

    `byline` is harmless already. The address is shown as it is, so that nobody is led elsewhere under another name.
    """
    shown = harmless(masked(text, find_personal_data(text, language), language=language), most)
    link = safe_url(url)
    said = f"“{shown}” — {byline}" if shown else byline
    return f"> {said} <{link}>" if link else f"> {said}"
