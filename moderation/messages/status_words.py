"""What a public status may say: no blame, nobody's personal data; and how a promise is worded. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from listener.errors import NotAllowed
from listener.text.personal_data import Kind, find_personal_data
from moderation.messages.neutral import steering_words
from moderation.messages.render import forgotten_blanks

_PERSONAL = frozenset({Kind.EMAIL, Kind.PHONE, Kind.IBAN, Kind.CARD, Kind.BSN, Kind.SSN, Kind.PLATE, Kind.DOB, Kind.PERSON})
"""Kinds that name a person. Postcodes and addresses are left out: an outage has a place."""
_HANDLE = re.compile(r"(?<![\w@./-])@[\w.-]*\w|(?<![\w/])/?u/[\w-]{3,}")


def promise_words(moment: datetime, *, words: Mapping[str, str], zone: ZoneInfo) -> str:
    """Return a promised moment as a sentence begins with it: "Uiterlijk woensdag 4 maart om 15:00"."""
    local = moment.astimezone(zone)
    day = f"{words['weekdays'].split()[local.weekday()]} {local.day} {words['months'].split()[local.month - 1]}"
    return words["promise"].format(day=day, clock=f"{local:%H:%M}")


def must_be_fit(text: str, *, words: Mapping[str, str], language: str, ours: Collection[str] = ()) -> None:
    """Raise `NotAllowed` when a public text blames somebody, names a person, holds a control character or a blank nobody filled in.

    `ours` are handles and addresses of the house itself, which may stand there.
    """
    if blanks := forgotten_blanks(text):
        raise NotAllowed(f"The text has a blank that was not filled in: {', '.join(blanks)}.")
    if any("\ud800" <= sign <= "\udfff" or (sign < " " and sign not in "\n\t") for sign in text):
        raise NotAllowed("The text holds a control character or half a character; type it again.")
    if blame := steering_words(text, [one.strip() for one in words["blame"].split(";")]):
        raise NotAllowed(f"A public status blames nobody and talks nobody down; leave out: {', '.join(blame)}.")
    known = {one.casefold() for one in ours}
    found = [one.value for one in find_personal_data(text, language) if one.kind in _PERSONAL]
    named = [one for one in (*found, *_HANDLE.findall(text)) if one.casefold() not in known]
    if named:
        raise NotAllowed(f"A public status names nobody; leave out: {', '.join(dict.fromkeys(named))}.")
