"""What is found of a person in a text, and the words around a find that tell what a number is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

WINDOW = 56
"""Characters before a number in which a word that explains it is sought."""


class Kind(StrEnum):
    """What a piece of text tells of a person. SSN is the American social security number."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    CARD = "card"
    BSN = "bsn"
    SSN = "ssn"
    POSTCODE = "postcode"
    PLATE = "plate"
    DOB = "dob"
    ADDRESS = "address"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One find: `text[start:end]` is `value`. `probability` is a judgement by rule between 0.5 and 1, not calibrated."""

    kind: Kind
    start: int
    end: int
    value: str
    probability: float


class Claims:
    """Finds that do not overlap: who claims first keeps the place. Spans may also be closed for everybody (links)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._taken = bytearray(len(text))
        self._found: list[Found] = []
        self._starts: dict[Kind, list[int]] = {}
        self._ends: dict[Kind, list[int]] = {}

    def close(self, start: int, end: int) -> None:
        """Take a span without a find: nothing in it can be claimed any more."""
        self._taken[start:end] = b"\x01" * (end - start)

    def free(self, start: int, end: int) -> bool:
        """Tell whether no part of a span was claimed or closed."""
        return not any(self._taken[start:end])

    def add(self, kind: Kind, start: int, end: int, probability: float) -> bool:
        """Claim a span; False when part of it was claimed before, or when it is empty."""
        if start >= end or not self.free(start, end):
            return False
        self.close(start, end)
        insort(self._starts.setdefault(kind, []), start)
        insort(self._ends.setdefault(kind, []), end)
        self._found.append(Found(kind=kind, start=start, end=end, value=self._text[start:end], probability=probability))
        return True

    def ends_before(self, kind: Kind, start: int, *, reach: int) -> bool:
        """Tell whether a find of this kind ends at `start` or at most `reach` characters before it."""
        ends = self._ends.get(kind, ())
        at = bisect_right(ends, start)
        return at > 0 and ends[at - 1] >= start - reach

    def starts_after(self, kind: Kind, end: int, *, reach: int) -> bool:
        """Tell whether a find of this kind begins at `end` or at most `reach` characters behind it."""
        starts = self._starts.get(kind, ())
        at = bisect_left(starts, end)
        return at < len(starts) and starts[at] <= end + reach

    def has(self, kind: Kind) -> bool:
        """Tell whether there is a find of this kind yet."""
        return kind in self._ends

    def all(self) -> tuple[Found, ...]:
        """Return the finds in order of their place."""
        return tuple(sorted(self._found, key=lambda one: one.start))


_GOES_ON = r"(?:[\s:#=.,()'\"-]|\b(?:nummers?|nr|number|num|no|is|was|van|of|met|with|code|id|mijn|my|the|het|de|onder|under|via)\b)*"
_NUMBERED = re.compile(
    r"(?:#|€|\$|£|\b(?:order|bestel|aankoop|purchase|klant|customer|client|relatie|debiteur|ticket|zaak|case|claim|ref|kenmerk|factuur|"
    r"invoice|track|zending|pakket|parcel|shipment|barcode|serie|serial|artikel|item|product|sku|ean|isbn|imei|kvk|btw|vat|meter|polis|"
    r"policy|contract|dossier|lid|member|versie|version|build|boeking|booking|reserv|vlucht|flight|trein|train|bus|lijn|line|model|"
    r"transacti|voucher|kortings|coupon|cadeau|gift|pin|error|fout|melding|eur|usd|euro|bedrag|amount|verzend)[\w-]*)" + _GOES_ON + "$",
    re.IGNORECASE,
)


def is_numbered(text: str, start: int) -> bool:
    """Tell whether the words right before `start` name the number as something of a company: an order, an amount, a version."""
    return _NUMBERED.search(text[max(0, start - WINDOW) : start]) is not None


def cued(text: str, start: int, end: int, cue: re.Pattern[str], *, after: int = 0) -> bool:
    """Tell whether `cue` stands in the window before `start`, or within `after` characters behind `end`."""
    if cue.search(text[max(0, start - WINDOW) : start]):
        return True
    return after > 0 and cue.search(text[end : end + after]) is not None


def digits_of(text: str) -> str:
    """Return the digits of a text without anything between them, those of other scripts included."""
    return "".join(char for char in text if char.isdecimal())


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for one of some words, longest first."""
    return "(?:" + "|".join(sorted((re.escape(word) for word in words), key=lambda word: (-len(word), word))) + ")"
