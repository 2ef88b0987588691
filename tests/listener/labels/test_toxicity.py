"""Abuse is told from anger at things, from the names of groups, and from speech against abuse."""

from __future__ import annotations

import pytest

from listener.labels.disguise import Unmasking
from listener.labels.labeller import ReadText
from listener.labels.toxicity import ToxicityRule
from listener.settings.wording import lexicons
from listener.text.clean import clean

TOXIC = (
    ("Jullie zijn echt een stel idioten", "nl"),
    ("Wat een stelletje oplichters zijn jullie", "nl"),
    ("ik ga jullie pijn doen", "nl"),
    ("die monteur moet dood", "nl"),
    ("krijg de tering", "nl"),
    ("Alle immigranten zijn ongedierte", "nl"),
    ("k l o o t z a k k e n", "nl"),
    ("You people are absolute scum", "en"),
    ("Your driver is a fucking moron", "en"),
    ("I hope your CEO dies", "en"),
    ("Someone should shoot those women", "en"),
    ("What a bunch of 1d1ots", "en"),
    ("Muslims are cockroaches", "en"),
)
HARMLESS = (
    ("Die app is kut", "nl"),  # anger at a thing
    ("Ik haat jullie app", "nl"),
    ("Jullie hebben een idioot lange wachttijd", "nl"),
    ("Ik ben zo'n sukkel, verkeerde knop", "nl"),  # of oneself
    ("Homoseksuelen zijn geweldig", "nl"),  # a group's name alone
    ("Heb je ook zwarte telefoons?", "nl"),
    ("Je mag mensen nooit mongool noemen", "nl"),  # against it
    ('Hij schreef "alle vrouwen zijn hoeren", dat is niet oké', "nl"),  # a quote
    ("Geen enkele vluchteling mag vermoord worden", "nl"),  # denied
    ("Vrouw vermoord in Utrecht", "nl"),  # news
    ("De heren van de vracht zijn banken gaan tillen", "nl"),  # words that pass for misspelt ones
    ("This is killing me", "en"),
    ("You threw it in the trash", "en"),
    ("Kill the process and restart", "en"),
    ("Stop calling people retards", "en"),
    ("Us faggots are not entertainment", "en"),  # a group's own use
    ("I can be a real bastard sometimes", "en"),
    ("I want my money back, therapist said strange garage", "en"),
    ("No Muslim should be killed", "en"),
    ("There is a cash withdrawal that does not belong to me", "en"),
    ("I am sorry it hurt you", "en"),
    ("The museum of jodendom and Turkmen art is closed", "en"),  # words that hold a sought one
    ("", "en"),
)


@pytest.mark.parametrize(("text", "language"), TOXIC)
def test_abuse_of_people_is_toxic(text: str, language: str) -> None:
    assert ToxicityRule(lexicons()).probability(text, language) >= 0.5


@pytest.mark.parametrize(("text", "language"), HARMLESS)
def test_anger_at_things_names_of_groups_and_speech_against_abuse_are_not(text: str, language: str) -> None:
    assert ToxicityRule(lexicons()).probability(text, language) < 0.5


def test_a_language_without_lists_is_read_with_all() -> None:
    assert ToxicityRule(lexicons()).probability("You people are absolute scum", "") >= 0.5
    assert ToxicityRule(lexicons()).probability("Jullie zijn een stel idioten", "other") >= 0.5
    assert ToxicityRule({}).probability("You people are absolute scum", "nl") == 0.0


def test_the_label_says_what_judged_and_stays_away_from_what_is_hardly_toxic() -> None:
    rule = ToxicityRule(lexicons())
    (label,) = rule(_read("Jullie zijn een stel idioten"))
    assert (label.name, label.value, label.model) == ("toxicity", "yes", "toxicity-rules-1")
    assert rule(_read("Mooi weer vandaag")) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1d10t", ["idiot"]),  # digits for letters
        ("i d i o t", ["idiot"]),
        ("a i.d.i.o.t", ["a", "idiot"]),  # the first letter is a word of its own
        ("idi*t", ["idiot"]),
        ("iiidiot", ["idiot"]),  # a letter held down
        ("idoit", ["idiot"]),
        ("morns", ["morns"]),  # short words are taken as they are
        ("eenidioot", ["eenidioot"]),  # runs together with a word nobody asked for
        ("anidiot", ["an", "idiot"]),
        ("k9 in 2024", ["k9", "in", "2024"]),
    ],
)
def test_a_disguised_word_is_put_back_only_when_it_is_sought(text: str, words: list[str]) -> None:
    assert Unmasking(["idiot", "moron*"], glue=["an"]).words(text) == words


def _read(text: str) -> ReadText:
    return ReadText(text=text, clean=clean(text), language="nl")
