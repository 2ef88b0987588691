"""Personal data in a text: where it stands, of what kind, and the text with it masked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from listener.text.personal_data_contact import find_emails, find_phones
from listener.text.personal_data_found import Claims, Found, Kind
from listener.text.personal_data_numbers import find_birth_dates, find_cards, find_citizen_numbers, find_ibans, find_plates
from listener.text.personal_data_people import find_people
from listener.text.personal_data_places import find_addresses, find_postcodes

__all__ = ["MASKS", "Found", "Kind", "cut_out", "find_personal_data", "kinds_of", "masked"]

MOST_CHARACTERS = 20_000
MASKS: Mapping[str, Mapping[Kind, str]] = {
    "nl": {
        Kind.EMAIL: "[e-mail]",
        Kind.PHONE: "[telefoon]",
        Kind.IBAN: "[rekening]",
        Kind.CARD: "[kaart]",
        Kind.BSN: "[BSN]",
        Kind.SSN: "[SSN]",
        Kind.POSTCODE: "[postcode]",
        Kind.PLATE: "[kenteken]",
        Kind.DOB: "[geboortedatum]",
        Kind.ADDRESS: "[adres]",
        Kind.PERSON: "[naam]",
    },
    "en": {
        Kind.EMAIL: "[e-mail]",
        Kind.PHONE: "[phone]",
        Kind.IBAN: "[account]",
        Kind.CARD: "[card]",
        Kind.BSN: "[BSN]",
        Kind.SSN: "[SSN]",
        Kind.POSTCODE: "[postcode]",
        Kind.PLATE: "[plate]",
        Kind.DOB: "[date of birth]",
        Kind.ADDRESS: "[address]",
        Kind.PERSON: "[name]",
    },
}
"""Marks, no sentences: they stand here because titles and questions to a language model need them, where no template is filled in."""
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]{1,2000}", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_HAS_DIGITS = re.compile(r"\d\D{0,4}\d")


def find_personal_data(text: str, language: str = "") -> tuple[Found, ...]:
    """Return what a text as it was written tells of people: finds that do not overlap, in order of their place.

    Both Dutch and English forms are always sought; `language` only says whose telephone numbers come first. Numbers in links, orders,
    amounts, versions, dates and parcel codes are no personal data. Of a longer text the first 20,000 characters are read.
    Same text, same answer; no clock, no files.
    """
    text = text[:MOST_CHARACTERS]
    claims = Claims(text)
    find_emails(text, claims)
    for found in _LINK.finditer(text):
        claims.close(*found.span())
    if _HAS_DIGITS.search(text):
        find_ibans(text, claims)
        find_cards(text, claims)
        find_citizen_numbers(text, claims)
        find_birth_dates(text, claims)
        find_plates(text, claims)
    if _DIGIT.search(text):
        find_addresses(text, claims)
        find_phones(text, language, claims)
        find_postcodes(text, claims)
    find_people(text, claims)
    return claims.all()


def kinds_of(found: Iterable[Found]) -> tuple[Kind, ...]:
    """Return the kinds there are, each once, in the order of `Kind`."""
    there = {one.kind for one in found}
    return tuple(kind for kind in Kind if kind in there)


def cut_out(text: str) -> str:
    """Return `text` with a full stop in the place of what it tells of people: for words that are counted and not read."""
    parts: list[str] = []
    at = 0
    for one in find_personal_data(text):
        parts.extend((text[at : one.start], " . "))
        at = one.end
    return "".join((*parts, text[at:]))


def masked(text: str, found: Sequence[Found], *, keep: Collection[Kind] = (), language: str = "en") -> str:
    """Return `text` with each find replaced by its kind in brackets, "[e-mail]". Kinds in `keep` stay readable."""
    words = MASKS.get(language, MASKS["en"])
    parts: list[str] = []
    at = 0
    for one in sorted(found, key=lambda one: one.start):
        if one.kind in keep or one.start < at:
            continue
        parts.extend((text[at : one.start], words[one.kind]))
        at = one.end
    return "".join((*parts, text[at:]))
