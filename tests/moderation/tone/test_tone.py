"""The words that put people off: found whole, wherever and however they are written, and never inside other words."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.errors import SettingsError
from moderation.model.tone import ToneWord
from moderation.tone.check import tone_hits
from moderation.workflows.load_tone import load_tone_words, parse_tone
from tests.patience import work_seconds

NL, EN = load_tone_words("nl"), load_tone_words("en")
WORDS = {"nl": NL, "en": EN}


def found(text: str, language: str = "nl", *, complaint: bool = True) -> list[str]:
    return [one.found for one in tone_hits(text, WORDS[language], complaint=complaint)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Geen probleem.", ["Geen probleem"]),
        ("Het is niet anders", ["Het is niet anders"]),
        ("Dat kan niet.", ["Dat kan niet"]),
        ("Dat kan helaas niet", ["Dat kan helaas niet"]),  # a word between: still one hit, the longest
        ("Ik hoop dat het lukt", ["Ik hoop"]),
        ("IN PRINCIPE wel", ["IN PRINCIPE"]),
        ("Eventueel kan dat", ["Eventueel"]),
        ("Ik kijk even", ["even"]),
        ("Zullen we éven kijken", ["éven"]),
    ],
)
def test_the_words_of_the_source_are_found(text: str, hits: list[str]) -> None:
    """Every promise of the tone check starts with the seven that the source names."""
    assert found(text) == hits


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Het evenement is op zevenentwintig mei, evenals vorig jaar", "nl"),  # inside longer words
        ("Deze doos is even groot als de vorige", "nl"),  # a comparison
        ("Om het even welke kleur", "nl"),
        ("De huisnummers aan deze kant zijn even nummers", "nl"),
        ("Dat kan toch niet de bedoeling zijn", "nl"),  # agrees with the customer
        ("Dit had nooit mogen gebeuren", "nl"),
        ("Zie https://voorbeeld.nl/even/geen-probleem of vraag @even", "nl"),  # nobody chose the words of an address
        ("Neem de trein", "nl"),
        ("Justine adjusted the shipment", "en"),
        ("Which kind of parcel is it?", "en"),
        ("I have just sent it", "en"),
        ("This should never have happened", "en"),
        ("We print the hopeful sooner results", "en"),
    ],
)
def test_what_does_no_harm_is_left_alone(text: str, language: str) -> None:
    """A check that cries over nothing is switched off by the people who need it."""
    assert found(text, language) == []


def test_a_phrase_does_not_reach_over_the_end_of_a_sentence() -> None:
    assert found("Een vraag die kan. Niet alles is hier te zien") == []


def test_one_sigh_is_human_and_the_second_is_a_stamp() -> None:
    assert found("Helaas is je pakket zoek.") == []
    assert found("Helaas is je pakket zoek. Helaas is het kantoor dicht.") == ["Helaas"]


def test_cheer_is_only_wrong_under_a_complaint() -> None:
    assert found("Wat leuk") == ["Wat leuk"]
    assert found("Wat leuk", complaint=False) == []


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("LEES DIT EERST", ["LEES DIT EERST"]),
        ("Dat is NIET zo", ["NIET"]),
        ("Wat nu??!", ["??!"]),
        ("Je IBAN staat bij de NS", []),  # names, not shouting
        ("Dat is niet zo!", []),
    ],
)
def test_shouting_is_seen_in_capitals_and_in_marks(text: str, hits: list[str]) -> None:
    assert found(text) == hits


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_accents_may_be_written_in_one_piece_or_in_two(form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> None:
    """Telephones send either; the marked words must be exactly those the agent sees."""
    text = unicodedata.normalize(form, "Jé vraag is geëscaleerd naar één collega")
    hit = tone_hits(text, NL)[0]
    assert unicodedata.normalize("NFC", text[hit.start : hit.end]) == "geëscaleerd"


def test_an_invisible_character_does_not_hide_a_word() -> None:
    assert found("Ik kijk e\u200bven") == ["e\u200bven"]


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from([one.phrase for one in (*NL, *EN)]), st.sampled_from([" ", "\n", "é", "e\u0301"])),
        max_size=25,
    )
)
def test_a_hit_is_always_the_text_at_its_place(pieces: list[str]) -> None:
    """Pages mark by position: one off, and the wrong words light up."""
    text = " ".join(pieces)
    last = 0
    for hit in tone_hits(text, (*NL, *EN)):
        assert text[hit.start : hit.end] == hit.found != ""
        assert hit.start >= last
        last = hit.end


@pytest.mark.parametrize(
    "text",
    [
        "De bezorger belde gisteren aan toen je op je werk was en liet een kaart achter; je pakket ligt nu bij het punt in de straat. "
        * 80,
        "dat kan " * 1250,
        "e\u0301" * 5000,
        "a" * 10_000,
        "!? " * 3300,
        "\u200b" * 10_000,
    ],
    ids=["ordinary", "half a phrase", "marks", "one word", "signs", "invisible"],
)
def test_ten_thousand_characters_are_read_within_20_ms(text: str) -> None:
    """The check runs while somebody types. Other work on the machine does not count."""
    tone_hits("warm", NL)
    assert work_seconds(lambda: tone_hits(text[:10_000], NL), within=0.020) <= 0.020


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_list_is_wide_and_every_line_says_why_and_what_instead(language: str) -> None:
    words = WORDS[language]
    assert len({one.why for one in words}) >= 60
    assert len({one.phrase for one in words}) == len(words)
    for one in words:
        assert one.why.endswith(".")
        assert 2 <= len(one.instead) <= 3


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_the_list_offers_is_not_on_the_list(language: str) -> None:
    """Wording that is flagged in turn would send an agent in circles."""
    offered = sorted({text for one in WORDS[language] for text in one.instead})
    assert {text: found(text, language) for text in offered if found(text, language)} == {}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_phrase_is_found_when_it_is_written(language: str) -> None:
    """A phrase that can never match is a promise nobody keeps."""
    for one in WORDS[language]:
        if not one.phrase.startswith("<"):
            written = re.sub(r"\{\d\}", "", " ".join(term.split("|")[0].replace("*", "").rstrip("?") for term in one.phrase.split()))
            written = re.sub(r"(^| )_( |$)", r"\1nu\2", written)
            lone = ToneWord(phrase=re.sub(r"\{\d\}", "", one.phrase), why=one.why, instead=one.instead)
            assert [hit.found for hit in tone_hits(written, [lone])] == [written], one.phrase


def test_a_house_adds_words_and_leaves_out_others() -> None:
    own = {"phrases": ["goedendag"], "why": "Zo zeggen wij het niet.", "instead": ["Hoi", "Hallo"]}
    words = load_tone_words("nl", more=[own], fewer=["even"])
    assert [one.found for one in tone_hits("Goedendag, ik kijk even", words)] == ["Goedendag"]


@pytest.mark.parametrize(
    "line",
    [
        {"phrases": ["x"], "why": "", "instead": ["y"]},
        {"phrases": ["x"], "why": "z", "instead": []},
        {"phrases": ["_ x"], "why": "z", "instead": ["y"]},
        {"phrases": ["a/b"], "why": "z", "instead": ["y"]},
        {"phrases": ["|"], "why": "z", "instead": ["y"]},
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"tone\.more, line 1"):
        parse_tone([line], name="tone.more")


def test_a_language_without_a_list_is_read_with_the_english_one() -> None:
    assert load_tone_words("de") == EN
