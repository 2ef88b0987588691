"""What the pages say, in both languages alike."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from listener.model.issue import IssueState
from moderation.inbox.wording import preferred_language, wording_of
from moderation.model.languages import LANGUAGES
from tests.fakes.staff_figures import NOW, ZONE

DUTCH, ENGLISH = wording_of("nl"), wording_of("en")


def test_both_languages_have_the_same_texts() -> None:
    assert DUTCH.keys == ENGLISH.keys
    assert LANGUAGES == ("nl", "en")


@pytest.mark.parametrize("key", sorted(DUTCH.keys))
def test_a_text_has_the_same_fields_in_both_languages(key: str) -> None:
    """A figure left out in one language would be a different statement."""
    fields = [{name for _, name, _, _ in string.Formatter().parse(words.raw(key)) if name} for words in (DUTCH, ENGLISH)]
    assert fields[0] == fields[1]
    assert all(words.raw(key).strip() for words in (DUTCH, ENGLISH))


def test_every_text_a_page_asks_for_is_there_and_none_is_left_over() -> None:
    """A misspelt key would be an error on the page; an unused one is a text nobody can see."""
    pages = files("moderation.inbox").joinpath("pages")
    source = "\n".join(page.read_text(encoding="utf-8") for page in pages.iterdir() if page.name.endswith(".j2"))
    asked = set(re.findall(r'\bt\("([a-z_.]+)"(?=[,)])', source))
    counted = {f"{key}.{form}" for key in re.findall(r'\btn\("([a-z_.]+)"', source) for form in ("one", "many")}
    assert asked | counted <= DUTCH.keys
    prefixes = set(re.findall(r'\bt\("([a-z_.]+\.)" ~', source)) | {f"{group}." for group in re.findall(r'\bnamed\("([a-z_.]+)"', source)}
    prefixes.add("why.")  # asked for by the name of a reason
    in_code = {"weekdays", "months", "time.today", "time.yesterday", "time.minutes", "time.hours", "time.days"} | {"lang.nl", "lang.en"}
    unused = {key for key in DUTCH.keys - asked - counted - in_code if not any(key.startswith(prefix) for prefix in prefixes)}
    assert {key for key in unused if not key.startswith("lang.")} == set()


def test_every_state_and_reason_of_refusal_has_words() -> None:
    for words in (DUTCH, ENGLISH):
        assert all(words.has(f"state.{state.value}") for state in IssueState)
        assert all(words.has(f"error.{reason}") for reason in ("host", "method", "origin", "form", "session", "kind", "size", "unread"))


def test_numbers_are_written_as_people_write_them() -> None:
    assert (DUTCH.number(1234567), ENGLISH.number(1234567)) == ("1.234.567", "1,234,567")
    assert (DUTCH.number(0.5), ENGLISH.number(0.5)) == ("0,5", "0.5")
    assert (DUTCH.count("mentions", 1), DUTCH.count("mentions", 0), ENGLISH.count("people", 1200)) == (
        "1 bericht",
        "0 berichten",
        "1,200 people",
    )


@pytest.mark.parametrize(
    ("ago", "dutch", "english"),
    [
        (timedelta(0), "vandaag 14:42", "today 14:42"),
        (timedelta(hours=14, minutes=42), "vandaag 00:00", "today 00:00"),
        (timedelta(hours=14, minutes=43), "gisteren 23:59", "yesterday 23:59"),
        (timedelta(days=5), "za 14 nov 14:42", "Sat 14 Nov 14:42"),
        (timedelta(days=40), "za 10 okt 15:42", "Sat 10 Oct 15:42"),  # summer time then
        (timedelta(days=400), "wo 15 okt 2025 15:42", "Wed 15 Oct 2025 15:42"),
    ],
)
def test_moments_are_written_short_and_in_local_time(ago: timedelta, dutch: str, english: str) -> None:
    assert DUTCH.moment(NOW - ago, NOW, ZONE) == dutch
    assert ENGLISH.moment(NOW - ago, NOW, ZONE) == english


def test_waiting_times_are_written_by_size() -> None:
    for minutes, dutch in ((0, "0 min"), (59, "59 min"), (60, "1 u 0 min"), (47 * 60 + 59, "47 u 59 min"), (48 * 60, "2 dagen")):
        assert DUTCH.stretch(NOW - timedelta(minutes=minutes), NOW) == dutch
    assert ENGLISH.stretch(NOW + timedelta(hours=1), NOW) == "0 min"


def test_the_browsers_first_language_that_we_speak_is_taken() -> None:
    assert preferred_language("de-DE,de;q=0.9,en;q=0.8,nl;q=0.7", ("nl", "en")) == "en"
    assert preferred_language("nl-BE", ("nl", "en")) == "nl"
    assert preferred_language("", ("nl", "en")) == "nl"
    assert preferred_language("*;q=0.1," + "x" * 10_000, ("en", "nl")) == "en"


def test_days_are_those_of_the_zone() -> None:
    just_after_midnight = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert DUTCH.day(just_after_midnight, ZONE) == "do 19 nov"
