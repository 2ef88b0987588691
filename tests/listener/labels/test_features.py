"""What heads see beside the vector: stable numbers for words, and counts that read a negation."""

from __future__ import annotations

import pytest

from listener.labels.features import BUCKETS, COUNTS, buckets, counts, tokens
from listener.settings.wording import lexicons
from listener.text.clean import clean


def found(text: str, language: str = "nl") -> dict[str, float]:
    return dict(zip(COUNTS, counts(clean(text), language, lexicons()).tolist(), strict=True))


def test_marks_that_carry_a_mood_are_words_too() -> None:
    assert tokens("Fijn :) echt?! 😡 nou...") == ["fijn", ":)", "echt", "?!", "😡", "nou", "..."]


def test_numbers_of_a_text_are_sorted_distinct_and_always_the_same() -> None:
    numbers = buckets("De app doet het niet, de app hangt")
    assert numbers.tolist() == sorted(set(numbers.tolist()))
    assert numbers.max() < BUCKETS
    assert buckets("De app doet het niet, de app hangt").tolist() == numbers.tolist()
    assert set(buckets("app").tolist()) & set(numbers.tolist())


def test_word_order_matters_to_pairs() -> None:
    assert buckets("niet goed").tolist() != buckets("goed niet").tolist()


@pytest.mark.parametrize(
    ("text", "language", "more", "less"),
    [
        ("Ik ben niet tevreden", "nl", "negative", "positive"),
        ("Geen problemen gehad", "nl", "positive", "negative"),
        ("Not at all happy", "en", "negative", "positive"),
        ("Ik heb de handleiding gelezen", "nl", "searched", "urgency"),
        ("We are trapped in here, no power", "en", "urgency", "searched"),
    ],
)
def test_counts_follow_the_lists(text: str, language: str, more: str, less: str) -> None:
    seen = found(text, language)
    assert seen[more] > seen[less]


def test_a_question_is_seen_by_its_first_word_and_by_its_mark() -> None:
    seen = found("Hoe kan ik opzeggen?")
    assert seen["begins_asking"]
    assert seen["asks"]
    assert seen["asks_last"]
    assert not found("Ik heb opgezegd.")["asks"]


def test_another_language_is_read_with_every_list() -> None:
    assert found("fantastic service", "other")["positive"] > 0
    assert found("fantastische service, bedankt", "fr")["positive"] > 0


def test_an_empty_text_counts_nothing() -> None:
    assert not any(found("").values())
