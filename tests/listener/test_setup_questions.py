"""`klankbord init`: questions until the settings are valid, and a look at what they catch before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from listener.errors import InputError
from listener.settings.schema import ListenerSettings
from listener.setup_questions import FirstQuestions, Given, Preview
from moderation.settings import KlankbordSettings


class Person:
    """Gives prepared answers by a word of the question; several answers to one question are given one after another."""

    def __init__(self, **answers: str | list[str]) -> None:
        self._answers = {word: [given] if isinstance(given, str) else list(given) for word, given in answers.items()}
        self.asked: list[str] = []
        self.told: list[str] = []

    def text(self, question: str, *, default: str | None = None) -> str:
        self.asked.append(question)
        for word, answers in self._answers.items():
            if word.replace("_", " ") in question and answers:
                return answers.pop(0)
        assert default is not None, f"nobody answers {question!r}"
        return default

    def yes(self, question: str, *, default: bool) -> bool:
        answer = self.text(question, default="yes" if default else "no")
        return answer == "yes"

    def tell(self, text: str) -> None:
        self.told.append(text)


def quiet(_settings: ListenerSettings, source_id: str) -> Preview:
    return Preview(source=source_id, seen=3)


def questions(person: Person, look_at: Callable[[ListenerSettings, str], Preview] = quiet) -> FirstQuestions:
    return FirstQuestions(person, KlankbordSettings, look_at)


def test_a_brand_and_the_return_key_are_enough() -> None:
    values = questions(Person(Name_of="Zoemvolt")).all(Given())
    assert values == {
        "brands": [{"name": "Zoemvolt"}],
        "languages": ["nl", "en"],
        "timezone": "Europe/Amsterdam",
        "digest": {"language": "nl", "hour": 9},
    }


def test_lists_are_typed_with_commas() -> None:
    person = Person(Name_of=" Zoemvolt ", Other_spellings="Zoem Volt, , zoempje", accounts="@zoemvolt", Languages="EN")
    values = questions(person).all(Given())
    assert values["brands"] == [{"name": "Zoemvolt", "aliases": ["Zoem Volt", "zoempje"], "handles": ["@zoemvolt"]}]
    assert values["languages"] == ["en"]
    assert values["digest"]["language"] == "en"


@pytest.mark.parametrize(
    ("word", "wrong", "right", "told"),
    [
        ("Name_of", "", "Zoemvolt", "brands[1].name cannot be ''"),
        ("Time_zone", "Amsterdam", "Europe/Amsterdam", "write one like 'Europe/Amsterdam'"),
        ("Local_hour", "nine", "8", "a whole number from 0 to 23"),
        ("Local_hour", "24", "8", "a whole number from 0 to 23"),
        ("Languages", "dutch", "nl", "nl, en, de, fr"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(word: str, wrong: str, right: str, told: str) -> None:
    answers: dict[str, Any] = {"Name_of": "Zoemvolt", word: [wrong, right]}
    person = Person(**answers)
    questions(person).all(Given())
    assert any(told in line for line in person.told)


def test_nobody_is_asked_for_ever() -> None:
    """A script that feeds the same wrong line must end, not hang."""
    with pytest.raises(InputError, match="5 answers to 'Time zone' did not fit; nothing was written"):
        questions(Person(Name_of="Zoemvolt", Time_zone=["x"] * 50)).all(Given())


def test_what_was_given_is_not_asked() -> None:
    person = Person()
    given = Given(
        brand="Z", aliases=(), handles=(), languages=("nl",), timezone="Europe/Brussels", digest_hour="7", feeds=(), hacker_news=False
    )
    values = questions(person).all(given)
    assert person.asked == []
    assert values["timezone"] == "Europe/Brussels"
    assert values["digest"] == {"language": "nl", "hour": 7}


def test_a_wrong_option_is_an_error_at_once() -> None:
    with pytest.raises(InputError, match="'Mars/Crater' does not fit"):
        questions(Person(Name_of="Z")).all(Given(timezone="Mars/Crater"))


def test_each_source_is_shown_with_what_it_catches_before_it_is_kept() -> None:
    looked: list[str] = []

    def look_at(settings: ListenerSettings, source_id: str) -> Preview:
        looked.append(source_id)
        assert settings.brands[0].name == "Zoemvolt"
        return Preview(source=source_id, seen=40, fits=1, caught=("Weer geen stroom  (zoemvolt)",))

    person = Person(
        Name_of="Zoemvolt", Address_of=["https://forum.example.nl/feed", "https://forum.example.nl/other", ""], Search_Hacker="yes"
    )
    values = questions(person, look_at).all(Given())
    assert looked == ["forum.example.nl", "forum.example.nl-2", "hackernews"]
    assert values["sources"] == [
        {"id": "forum.example.nl", "kind": "feed", "url": "https://forum.example.nl/feed"},
        {"id": "forum.example.nl-2", "kind": "feed", "url": "https://forum.example.nl/other"},
        {"id": "hackernews", "kind": "hackernews"},
    ]
    assert "forum.example.nl: 40 posts seen, 1 about Zoemvolt" in person.told
    assert "  Weer geen stroom  (zoemvolt)" in person.told


def test_a_source_that_cannot_be_read_is_left_out_unless_the_person_wants_it() -> None:
    def broken(_settings: ListenerSettings, source_id: str) -> Preview:
        return Preview(source=source_id, problem="The feed answered with status 404.")

    person = Person(Name_of="Zoemvolt", Address_of=["https://a.example/feed", ""])
    assert "sources" not in questions(person, broken).all(Given())
    assert "a.example could not be read now: The feed answered with status 404." in person.told
    insisting = Person(Name_of="Zoemvolt", Address_of=["https://a.example/feed", ""], Listen_to="yes")
    assert questions(insisting, broken).all(Given())["sources"][0]["id"] == "a.example"


def test_an_address_without_tls_is_asked_about() -> None:
    person = Person(Name_of="Z", Address_of=["http://a.example/feed", "http://b.example/feed", ""], This_address=["no", "yes"])
    assert questions(person).all(Given())["sources"] == [
        {"id": "b.example", "kind": "feed", "url": "http://b.example/feed", "allow_http": True}
    ]


def test_a_secret_typed_as_an_answer_is_not_written_down() -> None:
    """People paste a webhook's address where an address is asked."""
    person = Person(Name_of="Z", Address_of=["https://discord.com/api/webhooks/123456/hidden-part", ""])
    values = questions(person).all(Given())
    assert "sources" not in values
    assert any("looks like a secret" in line for line in person.told)
    assert not any("hidden-part" in line for line in person.told)
