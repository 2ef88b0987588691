"""What the pages say, in one language: texts by key from config/templates/<language>, and how times and numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from moderation.model.languages import LANGUAGES
from moderation.workflows.load_wording import load_page_words, load_words

PAGES = "inbox"


class Wording:
    """Texts of one language. A missing key is a mistake of ours and raises KeyError; `has` asks first."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._texts)

    def has(self, key: str) -> bool:
        return key in self._texts

    def raw(self, key: str) -> str:
        """Return the text of `key` with its fields unfilled."""
        return self._texts[key]

    def text(self, key: str, **given: object) -> str:
        """Return the text of `key` with `{names}` filled in. What is filled in is a value, never a pattern (RULES I13)."""
        return self._texts[key].format(**given)

    def count(self, key: str, number: int, **given: object) -> str:
        """Return `key.one` or `key.many` with `{n}` written as people of this language write numbers."""
        return self.text(f"{key}.{'one' if number == 1 else 'many'}", n=self.number(number), **given)

    def number(self, value: float) -> str:
        """Write a count with thousands apart, or a small fraction with one decimal."""
        written = f"{value:,.1f}" if isinstance(value, float) and value != int(value) else f"{int(value):,}"
        return written.translate(str.maketrans(",.", ".,")) if self.language == "nl" else written

    def dollars(self, value: float) -> str:
        """Write US dollars to a tenth of a cent, without a sign: "0,200" in Dutch."""
        written = f"{value:.3f}"
        return written.replace(".", ",") if self.language == "nl" else written

    def named(self, group: str, name: str) -> str:
        """Return the text of `group.name`, or `name` itself when we have no word for it (a platform or reason we do not know)."""
        return self._texts.get(f"{group}.{name}", name)

    def day(self, moment: datetime, zone: ZoneInfo) -> str:
        """Write a day as "za 15 nov"."""
        local = moment.astimezone(zone)
        return f"{self.text('weekdays').split()[local.weekday()]} {local.day} {self.text('months').split()[local.month - 1]}"

    def moment(self, moment: datetime, now: datetime, zone: ZoneInfo) -> str:
        """Write a moment as short as it stays clear: "vandaag 14:03", "gisteren 09:10", "za 15 nov 14:03"; another year is named."""
        local, today = moment.astimezone(zone), now.astimezone(zone)
        clock = f"{local:%H:%M}"
        if local.date() == today.date():
            return self.text("time.today", clock=clock)
        if local.date() == (today - timedelta(days=1)).date():
            return self.text("time.yesterday", clock=clock)
        year = f" {local.year}" if local.year != today.year else ""
        return f"{self.day(moment, zone)}{year} {clock}"

    def stretch(self, since: datetime, now: datetime) -> str:
        """Write how long ago something began: "12 min", "3 u 20 min", "4 dagen"."""
        minutes = max(0, int((now - since).total_seconds() // 60))
        if minutes < 60:
            return self.text("time.minutes", n=minutes)
        if minutes < 48 * 60:
            return self.text("time.hours", hours=minutes // 60, minutes=minutes % 60)
        return self.text("time.days", n=minutes // (24 * 60))


@cache
def wording_of(language: str, name: str = PAGES) -> Wording:
    """Return the shipped texts in `language`: those of the staff pages, a file for the frame and one a room, or those in another file."""
    return Wording(language, load_page_words(language) if name == PAGES else load_words(language, name))


def page_languages(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `asked` that we have pages in, in their order; all of ours when there are none."""
    return tuple(language for language in asked if language in LANGUAGES) or LANGUAGES


def preferred_language(accept: str, languages: tuple[str, ...]) -> str:
    """Return the first of `languages` that an Accept-Language header asks for (in its order), else the first of ours."""
    for part in accept[:200].split(","):
        asked = part.partition(";")[0].strip().lower()[:2]
        if asked in languages:
            return asked
    return languages[0]
