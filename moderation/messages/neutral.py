"""Invitations ask for no particular judgement and promise nothing; replies carry no link to a review site (RULES P31-P33). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from listener.text.folding import folded

_WORD = re.compile(r"[\w'&+-]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)


def steering_words(text: str, barred: Iterable[str]) -> tuple[str, ...]:
    """Return the barred words and phrases in `text`, case and accents aside.

    "win" is a whole word, "positie*" a beginning, "goede|mooie" either of two, "_" up to three words in between. What is denied counts
    too: "it need not be positive" still talks about a wished-for judgement.
    """
    line = " ".join(_WORD.findall(folded(text).replace("’", "'")))
    return tuple(term for term in barred if _expression(term).search(line))


@cache
def _expression(term: str) -> re.Pattern[str]:
    places = [_place(place) for place in folded(term).split()]
    return re.compile("(?:^|[ -])" + "".join(places).removeprefix("[ -]") + "(?:$|(?=[ -]))" if places else r"(?!)")


def _place(place: str) -> str:
    if place == "_":
        return r"(?:[ -][\w'&+]+){0,3}?"
    choices = [re.escape(one.rstrip("*")) + (r"[\w']*" if one.endswith("*") else "") for one in place.split("|")]
    return "[ -](?:" + "|".join(choices) + ")"


def review_links(text: str, hosts: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses in `text` that lead to a review site."""
    wanted = [host.casefold() for host in hosts]
    return tuple(found for found in _ADDRESS.findall(folded(text)) if any(host in found for host in wanted))
