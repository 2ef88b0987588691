"""Invitations ask for no particular judgement and promise nothing; replies carry no link to a review site (RULES P31-P33). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from listener.text.folding import folded

_WORD = re.compile(r"[\w'&+-]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)


def steering_words(text: str, barred: Iterable[str]) -> tuple[str, ...]:
    """Return the barred words and phrases in `text`, case and accents aside. "win" is a whole word, "positie*" a beginning."""
    words = [" ".join(_WORD.findall(folded(text)))]
    found = []
    for term in barred:
        wanted = " ".join(_WORD.findall(folded(term.rstrip("*"))))
        tail = r"\w*" if term.endswith("*") else ""
        if wanted and re.search(rf"(?:^|[ -]){re.escape(wanted)}{tail}(?:$|[ -])", words[0]):
            found.append(term)
    return tuple(found)


def review_links(text: str, hosts: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses in `text` that lead to a review site."""
    wanted = [host.casefold() for host in hosts]
    return tuple(found for found in _ADDRESS.findall(folded(text)) if any(host in found for host in wanted))
