"""Invented people, each with an account somewhere and a manner of writing of their own."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

from listener.demo.plan import Place
from listener.demo.texts import PeopleTexts
from listener.model.mention import Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody types: chances per post (0 to 1) of slang, emoji and slips of the finger; `lower` never uses capitals."""

    lower: bool
    slang: float
    emoji: float
    slips: float
    bare_end: bool


_MACHINE = Manner(lower=False, slang=0.0, emoji=0.0, slips=0.0, bare_end=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who does not exist. `language` is what they write in."""

    author: Author
    language: str
    manner: Manner


class Population:
    """Makes up people; no account name is given twice, on any platform."""

    def __init__(self, texts: PeopleTexts, rng: Random) -> None:
        self._texts = texts
        self._rng = rng
        self._taken: set[str] = set()

    def newcomer(self, place: Place, language: str, *, machine: bool = False) -> Person:
        """Return a new person with an account at `place`; a `machine` types without slips, slang or moods."""
        rng, texts = self._rng, self._texts
        while True:
            given = rng.choice(texts.given)
            surname = rng.choice(texts.fronts) + rng.choice(texts.backs)
            handle = _handle(rng, given, surname)
            if handle not in self._taken:
                break
        self._taken.add(handle)
        shown = f"{given} {surname.capitalize()}" if place.platform in {"x", "mastodon"} and rng.random() < 0.7 else handle
        author = Author(platform=place.platform, realm=place.realm, native_id=handle, name=shown)
        return Person(author=author, language=language, manner=_MACHINE if machine else _manner(rng))


def _handle(rng: Random, given: str, surname: str) -> str:
    plain = _ascii(given), _ascii(surname)
    form = rng.choice(("{g}{s}", "{s}_{g}", "{g}_{s}{n}", "{s}{n}", "x{g}{s}", "{g}.{s}", "{s}je{n}", "{g}{s}{n}", "de_{s}"))
    return form.format(g=plain[0], s=plain[1], n=rng.randint(2, 98))


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def _manner(rng: Random) -> Manner:
    kind = rng.random()
    if kind < 0.38:
        return Manner(lower=False, slang=0.05, emoji=0.08, slips=0.03, bare_end=False)
    if kind < 0.66:
        return Manner(lower=True, slang=0.6, emoji=0.2, slips=0.3, bare_end=True)
    if kind < 0.85:
        return Manner(lower=False, slang=0.25, emoji=0.6, slips=0.12, bare_end=True)
    return Manner(lower=rng.random() < 0.3, slang=0.5, emoji=0.1, slips=0.6, bare_end=rng.random() < 0.5)
