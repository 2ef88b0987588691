"""Labels by word lists: right on plain cases in both languages, silent where they know nothing."""

from __future__ import annotations

import pytest

from listener.labels.lexicon import Lexicon, Lexicons, label
from listener.settings.wording import lexicons
from listener.text.clean import clean
from listener.text.grams import words


def labels(text: str, language: str) -> dict[str, str]:
    return {one.name: one.value for one in label(clean(text), language, lexicons())}


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("De app werkt niet, wat een waardeloze service", "nl", {"sentiment": "negative", "cause": "service_failed"}),
        ("Super snel geholpen door een vriendelijke medewerker, bedankt!", "nl", {"sentiment": "positive", "compliment": "yes"}),
        ("Tip: het zou handig zijn als je de termijn in de app kunt wijzigen", "nl", {"idea": "yes", "cause": "idea"}),
        ("Jullie hadden beloofd terug te bellen maar ik wacht al weken", "nl", {"cause": "promise_not_kept"}),
        ("Op de site staat iets anders, ik snap er niks van", "nl", {"cause": "unclear_information"}),
        ("Hoe kan ik mijn meterstand doorgeven?", "nl", {"question": "yes", "cause": "product_question"}),
        ("Verdien geld met crypto, klik hier", "nl", {"spam": "yes"}),
        ("Ik ben niet tevreden", "nl", {"sentiment": "negative"}),  # a negation turns the word
        ("Geen problemen gehad", "nl", {"sentiment": "positive"}),
        ("On hold for two hours, worst customer service ever", "en", {"sentiment": "negative", "cause": "service_failed"}),
        ("Great service, thank you for the quick reply", "en", {"sentiment": "positive", "compliment": "yes"}),
        ("It would be nice if you could add dark mode", "en", {"idea": "yes"}),
        ("Where can I change my payment date?", "en", {"question": "yes"}),
        ("Not happy with this", "en", {"sentiment": "negative"}),
    ],
)
def test_plain_cases(text: str, language: str, expected: dict[str, str]) -> None:
    found = labels(text, language)
    assert expected.items() <= found.items()


@pytest.mark.parametrize(("text", "language"), [("De trein vertrekt om drie uur", "nl"), ("The report is on the table", "en")])
def test_what_says_nothing_gets_no_label_but_the_two_that_everything_has(text: str, language: str) -> None:
    assert labels(text, language) == {"sentiment": "neutral", "cause": "other"}


def test_a_complaint_with_a_kind_word_is_no_compliment() -> None:
    assert "compliment" not in labels("Goede service? Nee, nog steeds geen antwoord", "nl")


def test_another_language_is_read_with_every_list_and_empty_text_with_none() -> None:
    assert labels("fantastic service", "other")["sentiment"] == "positive"
    assert labels("", "nl") == {"sentiment": "neutral", "cause": "other"}


def test_every_label_has_a_probability_and_says_who_said_it() -> None:
    for one in label(clean("Wat een drama, de app is kapot en niemand neemt op?"), "nl", lexicons()):
        assert 0.5 <= one.probability <= 1
        assert one.model


def test_terms_are_words_phrases_or_beginnings() -> None:
    lexicon = Lexicon.parse("kapot  # stuk\nniet bereikbaar\nstoring*\nin de wacht*")
    assert lexicon.places(words("De lijn is kapot en niet bereikbaar, storingen en in de wachtrij")) == [3, 5, 7, 9]
    assert lexicon.places(words("kapotte dingen zijn bereikbaar")) == []


def test_both_languages_have_the_same_lists_and_no_list_is_empty() -> None:
    """A label that exists in one language only would make Dutch and English figures differ for no reason of the customers'."""
    names = {language: set(found.lists) for language, found in lexicons().items()}
    assert names["nl"] == names["en"]
    for found in lexicons().values():
        for name, lexicon in found.lists.items():
            assert lexicon.whole or lexicon.prefixes, name


def test_a_missing_list_counts_nothing() -> None:
    assert Lexicons.parse({}).count("spam", ["click", "here"]) == 0
