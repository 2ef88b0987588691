"""A message as one Discord message: embeds that ping nobody and link nowhere we did not mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from listener.digest.discord import MOST_CHARACTERS, MOST_DESCRIPTION, MOST_TITLE, cut, length
from listener.digest.inert import inert, one_line, safe_url
from moderation.model.delivery import Line, Message, Picture

MOST_ALT = 1024
MOST_ATTACHED = 10
"""Discord's documentation of messages and attachments, read 2026-11."""
_COLOUR = 0x8A3D10


def discord_payload(message: Message) -> dict[str, Any]:
    """Return the JSON of a message, its pictures named as attachments with what they show in words.

    A digest has a form of its own; anything else is one embed. What does not fit is left out, which "…" shows.
    """
    payload = dict(message.discord) if message.discord is not None else _embed(message)
    if message.pictures:
        payload["attachments"] = [
            {"id": at, "filename": one.name, "description": cut(one_line(one.alt, MOST_ALT), MOST_ALT)} for at, one in attached(message)
        ]
    return {**payload, "allowed_mentions": {"parse": []}}


def attached(message: Message) -> list[tuple[int, Picture]]:
    """Return the pictures that go along, with their numbers."""
    return list(enumerate(message.pictures[:MOST_ATTACHED]))


def _embed(message: Message) -> dict[str, Any]:
    title = cut(inert(one_line(message.title, MOST_TITLE)), MOST_TITLE)
    most = min(MOST_DESCRIPTION, MOST_CHARACTERS - length(title))
    kept: list[str] = []
    for piece in _pieces(message):
        if length("\n\n".join((*kept, piece, "…"))) > most:
            kept.append("…")
            break
        kept.append(piece)
    embed: dict[str, Any] = {"title": title, "description": "\n\n".join(kept), "color": _COLOUR}
    if link := safe_url(message.link):
        embed["url"] = link
    return {"content": f"**{inert(one_line(message.marked, 200))}**" if message.marked else "", "embeds": [embed]}


def _pieces(message: Message) -> Iterator[str]:
    yield from (inert(one_line(text, 1_000)) for text in message.opening)
    for part in message.parts:
        yield from [f"**{inert(one_line(part.heading, 200))}**"] if part.heading else []
        yield from map(_line, part.lines)
    yield from (inert(one_line(text, 1_000)) for text in message.closing)


def _line(line: Line) -> str:
    bold, text, small = (inert(one_line(one, 600)) for one in (line.bold, line.text, line.small))
    said = " — ".join(filter(None, (f"**{bold}**" if bold else "", text, small)))
    url = safe_url(line.url)
    return f"{'> ' if line.quoted else ''}{said}{f' <{url}>' if url else ''}"
