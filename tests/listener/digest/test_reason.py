"""Why something was flagged: a sentence whose every figure is true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listener.digest.reason import reason_sentence
from listener.model.issue import Signal

Make = Callable[..., Signal]


def test_the_reason_says_seen_usual_window_and_chance(signal: Make) -> None:
    assert reason_sentence(signal(), "nl") == (
        "17 verschillende mensen schreven hier in 12 uur over; normaal zijn dat er ongeveer 2; "
        "de kans dat dit toeval is, is kleiner dan 1 op 3 miljoen."
    )
    assert reason_sentence(signal(), "en") == (
        "17 different people wrote about this within 12 hours; about 2 would be usual; "
        "the odds that this is chance are less than 1 in 3 million."
    )


@pytest.mark.parametrize(
    ("p_value", "odds"),
    [
        (0.0, "1 op 1 miljard"),
        (1e-12, "1 op 1 miljard"),
        (2.6e-9, "1 op 300 miljoen"),
        (1e-6, "1 op 1 miljoen"),
        (1.1e-6, "1 op 900.000"),
        (0.0034, "1 op 200"),
        (0.2, "1 op 5"),
    ],
)
def test_the_chance_is_rounded_so_that_less_than_stays_true(signal: Make, p_value: float, odds: str) -> None:
    """p = 0.0034 is 1 in 294: "less than 1 in 300" would be a lie."""
    assert f"kleiner dan {odds}." in reason_sentence(signal(p_value=p_value), "nl")


def test_a_p_value_that_says_nothing_is_said_to_say_nothing(signal: Make) -> None:
    assert "dit kan ook toeval zijn" in reason_sentence(signal(p_value=0.7), "nl")


def test_little_or_nothing_usual_is_said_in_words(signal: Make) -> None:
    assert "normaal doet bijna niemand dat" in reason_sentence(signal(usual=0.3), "nl")
    assert "nobody did so before" in reason_sentence(signal(usual=0.0), "en")


def test_learning_is_said(signal: Make) -> None:
    """Without a full week the comparison is thinner, and the reader should know."""
    assert reason_sentence(signal(learning_day=2), "nl").endswith("; Klankbord leert nog wat normaal is (dag 2).")
    first_day = reason_sentence(signal(learning_day=1, usual=0.0, p_value=1.0), "en")
    assert first_day == "17 different people wrote about this within 12 hours; Klankbord is still learning what is usual (day 1)."
