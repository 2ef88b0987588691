"""The moment that a sentence names, in Dutch or English, seen from when it was written. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo

from listener.text.folding import folded

END_OF_DAY = time(18, 0)
"""When a promise that names a day and no hour is due."""
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            *("een one", "twee two", "drie three", "vier four", "vijf five", "zes six"),
            *("zeven seven", "acht eight", "negen nine", "tien ten", "elf eleven", "twaalf twelve"),
        ),
        1,
    )
    for word in words.split()
}
_NUMBER = r"(\d{1,3}|" + "|".join(_NUMBERS) + r"|half)"
_UNIT = r"minuten|minutes?|uur|uren|hours?|dagen|dag|days?|werkdagen|werkdag|working days?|week|weken|weeks?"
_WITHIN = re.compile(rf"\b(?:binnen|over|within|in)\s(?:een\s|an?\s)?{_NUMBER}?\s?({_UNIT})\b")
_CLOCK = re.compile(
    rf"\b(?:om|voor|tot|rond|at|by|before|around|uiterlijk)\s(?:uiterlijk\s)?(?:(\d{{1,2}})[.:](\d{{2}})(?:\s?uur)?|{_NUMBER}\s?(uur|u|am|pm|o'clock)?)(?=\W|$)\s?(am|pm)?"
)
_TODAY = "vandaag today vanmiddag vanavond vanochtend afternoon evening tonight"
_DAYS = (
    dict.fromkeys(_TODAY.split(), 0)
    | dict.fromkeys(["morgen", "morgenochtend", "morgenmiddag", "morgenavond", "tomorrow"], 1)
    | {"overmorgen": 2}
)
_WEEKDAYS = {
    name: day % 7
    for day, name in enumerate(
        (
            *("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
            *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        )
    )
}
_PLAIN = re.compile(r"\b(\d{1,2})(?:[.:](\d{2}))?\s?(am|pm)\b|\b(\d{1,2})[.:](\d{2})\s?uur\b")
_LATER = ("middag", "avond", "afternoon", "evening", "tonight")
_STEPS = {
    "min": timedelta(minutes=1),
    "uur": timedelta(hours=1),
    "ure": timedelta(hours=1),
    "hou": timedelta(hours=1),
    "wee": timedelta(days=7),
}


def due_in(sentence: str, *, at: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment that a sentence names, seen from `at`; None when it names none. In UTC."""
    plain, local = " ".join(folded(sentence).split()), at.astimezone(zone)
    within = _WITHIN.search(plain)
    if within is not None:
        return _after(local, within.group(1), within.group(2)).astimezone(at.tzinfo)
    day, hour = _day(plain, local), _hour(plain)
    if day is None and hour is None:
        return None
    moment = (day or local).replace(hour=(hour or END_OF_DAY).hour, minute=(hour or END_OF_DAY).minute, second=0, microsecond=0)
    if day is None and moment <= local:
        moment += timedelta(days=1)
    return moment.astimezone(at.tzinfo)


def _after(local: datetime, number: str | None, unit: str) -> datetime:
    count = 0.5 if number == "half" else float(_count(number)) if number else 1.0
    if unit.startswith(("werkdag", "working")):
        moment, left = local, int(count)
        while left > 0:
            moment += timedelta(days=1)
            left -= moment.weekday() < 5
        return moment.replace(hour=END_OF_DAY.hour, minute=0, second=0, microsecond=0)
    return local + _STEPS.get(unit[:3], timedelta(days=1)) * count


def _day(plain: str, local: datetime) -> datetime | None:
    said = re.findall(r"\w+", plain)
    for word in said:
        if word in _DAYS:
            return local + timedelta(days=_DAYS[word])
        if word in _WEEKDAYS:
            return local + timedelta(days=(_WEEKDAYS[word] - local.weekday()) % 7 or 7)
    return None


def _hour(plain: str) -> time | None:
    for found in _CLOCK.finditer(plain):
        digits, minutes, word, unit, half_day = found.groups()
        alone = digits is None and unit is None and half_day is None
        if alone and word is not None and word.isdigit() and plain[found.end() :].strip(" .,!)"):
            continue  # "voor 3 maart", "by 3 of you": a number of something else
        hour = int(digits) if digits else _count(word)
        half = half_day or (unit if unit in ("am", "pm") else None)
        if (half == "pm" and hour < 12) or (
            half is None and digits is None and hour < 12 and (hour < 8 or any(part in plain for part in _LATER))
        ):
            hour += 12
        if 0 <= hour <= 24 and int(minutes or 0) < 60:
            return time(hour % 24, int(minutes or 0))
    return _hour_alone(plain)


def _hour_alone(plain: str) -> time | None:
    """Return an hour without a word before it: "Friday 3 pm", "vrijdag 15.00 uur"."""
    found = _PLAIN.search(plain)
    if found is None:
        return None
    hour, minutes, half, plain_hour, plain_minutes = found.groups()
    number, past = int(hour or plain_hour), int(minutes or plain_minutes or 0)
    number += 12 if half == "pm" and number < 12 else 0
    return time(number % 24, past) if number <= 24 and past < 60 else None


def _count(number: str | None) -> int:
    return 0 if number in (None, "half") else int(number) if number.isdigit() else _NUMBERS[number]
