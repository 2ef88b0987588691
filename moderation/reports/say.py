"""Sentences of a report, filled in piece by piece: what is put into a sentence stays data, with the link of what it counts. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, tzinfo

from listener.digest import phrases
from moderation.model.document import Line, Piece, text
from moderation.model.shares import Part

FEW = 10
"""Below so many a share is said as a count, and that it is too little to go by."""

_SLOT = re.compile(r"\{(\w+)\}")
Value = Line | Piece | str | int | float


class Say:
    """Words of one language: config/templates/<language>/report.yaml."""

    def __init__(self, words: Mapping[str, str], language: str, zone: tzinfo) -> None:
        self.language = language
        self.zone = zone
        self._words = words

    def __call__(self, key: str, **given: Value) -> Line:
        """Return a sentence with what it is given put in its places. Raises KeyError for words that are not there."""
        return tuple(self._pieces(self._words[key], given))

    def has(self, key: str) -> bool:
        """Tell whether there are words for this."""
        return key in self._words

    def word(self, key: str) -> str:
        """Return words that hold no places."""
        return self._words[key]

    def many(self, key: str, count: int, *, link: str = "", **given: Value) -> Line:
        """Return a counted thing: "1 bericht", "2 berichten", as one piece when it leads somewhere."""
        worded = self(f"{key}.{'one' if count == 1 else 'many'}", n=self.number(count), **given)
        return text("".join(piece.text for piece in worded), link) if link else worded

    def number(self, value: float) -> str:
        """Return a number as the language writes it."""
        return ("−" if value < 0 else "") + phrases.number(round(abs(value), 1), self.language)

    def money(self, value: float) -> str:
        """Return an amount in euros, with cents only where it is no whole number of them and small."""
        cents = round(value * 100) % 100
        if cents == 0 or value >= 100:
            return f"€\u00a0{phrases.number(round(value), self.language)}"
        point = phrases.conventions(self.language).decimal
        return f"€\u00a0{int(value)}{point}{cents:02d}"

    def moment(self, at: datetime) -> str:
        """Return a moment on the settings' clock."""
        return phrases.moment(at, self.zone, self.language)

    def day(self, on: date) -> str:
        """Return a day with its year: "ma 16 nov 2026"."""
        rules = phrases.conventions(self.language)
        return f"{rules.weekdays[on.weekday()]} {on.day} {rules.months[on.month - 1]} {on.year}"

    def hours(self, hours: float) -> str:
        """Return a length of time."""
        return phrases.stretch(hours * 3600, self.language)

    def share(self, part: Part, of_what: str, *, link: str = "") -> Line:
        """Return how many of a hundred, between what and what, and of how many that was learned; never a share without its number.

        `of_what` counts what the share is of (`contacts` for `contacts.one` and `contacts.many`).
        """
        counted = self.many(of_what, part.of)
        if part.low is None or part.high is None:
            return self("share.none", of=counted)
        if part.of < FEW:
            return self("share.few", did=Piece(text=self.number(part.did), link=link), of=counted)
        return self("share.between", shown=self.span(part, link=link), did=self.number(part.did), of=counted)

    def span(self, part: Part, *, link: str = "") -> Line:
        """Return the ends of a share in words, without what it was learned of; a count where that is too little."""
        if part.low is None or part.high is None or part.of < FEW:
            return self.of(part, link=link)
        low, high = math.floor(100 * part.low), math.ceil(100 * part.high)
        key = "share.about.short" if high - low <= 2 else "share.between.short"
        shown = self(key, low=low, high=high, middle=round(100 * part.did / part.of))
        return text("".join(piece.text for piece in shown), link)

    def of(self, part: Part, *, link: str = "") -> Line:
        """Return "3 van de 7": what was counted whole, and stands for nothing but itself."""
        return text("".join(piece.text for piece in self("of", did=self.number(part.did), of=self.number(part.of))), link)

    def joined(self, lines: list[Line]) -> Line:
        """Return lines one after the other with "and" before the last."""
        found: list[Piece] = []
        for at, line in enumerate(lines):
            if at:
                found.append(Piece(text=f" {self.word('and')} " if at == len(lines) - 1 else ", "))
            found += line
        return tuple(found)

    def _pieces(self, words: str, given: Mapping[str, Value]) -> Iterator[Piece]:
        at = 0
        for slot in _SLOT.finditer(words):
            if slot.start() > at:
                yield Piece(text=words[at : slot.start()])
            yield from self._value(given[slot[1]])
            at = slot.end()
        if at < len(words):
            yield Piece(text=words[at:])

    def _value(self, value: Value) -> Line:
        if isinstance(value, Piece):
            return (value,)
        if isinstance(value, tuple):
            return value
        return text(self.number(value) if isinstance(value, int | float) else value)


def sentences(*lines: Line) -> Line:
    """Return lines as sentences of one paragraph, empty ones left out."""
    found: list[Piece] = []
    for line in lines:
        if line:
            found += [Piece(text=" "), *line] if found else list(line)
    return tuple(found)
