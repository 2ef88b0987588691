"""Why something was flagged: a sentence whose every figure is true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listener.digest.reason import reason_sentence
from listener.model.issue import Judged, Signal

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


JUDGED = Judged(level=1e-4, before=8, history_hours=168.0, dispersion=1.3, rhythm=1.0, places=3, of_seen=20, of_before=40)


@pytest.mark.parametrize(
    ("kind", "dutch", "english"),
    [
        ("burst", "17 verschillende mensen schreven hier in 12 uur over;", "17 different people wrote about this within 12 hours;"),
        ("slow_growth", "en het worden er steeds meer;", "and they become more and more;"),
        ("came_back", "schreven hier in 12 uur over nadat het was opgelost;", "within 12 hours after it was resolved;"),
        ("turned", "17 van de 20 mensen die hier in 12 uur over schreven zijn negatief; eerder 8 van de 40;", "before, 8 of 40 were;"),
    ],
)
def test_each_kind_of_signal_says_what_happened_and_how_much_shows_it(signal: Make, kind: str, dutch: str, english: str) -> None:
    said = {language: reason_sentence(signal(kind=kind, judged=JUDGED), language) for language in ("nl", "en")}
    assert dutch in said["nl"]
    assert english in said["en"]
    assert said["nl"].endswith("; 2 berichten op 3 plekken laten het zien.")
    assert said["en"].endswith("; 2 mentions in 3 places show it.")


def test_copies_are_called_a_possible_campaign_without_a_chance(signal: Make) -> None:
    """Nobody computed one: the same text from many accounts is no coincidence to begin with."""
    assert reason_sentence(signal(kind="copies", p_value=0.0), "nl") == (
        "17 accounts plaatsten in 12 uur dezelfde tekst; dat kan een opgezette actie zijn."
    )
    assert "that may be a campaign" in reason_sentence(signal(kind="copies", p_value=0.0), "en")


def test_little_or_nothing_usual_is_said_in_words(signal: Make) -> None:
    assert "normaal doet bijna niemand dat" in reason_sentence(signal(usual=0.3), "nl")
    assert "nobody did so before" in reason_sentence(signal(usual=0.0), "en")


def test_learning_is_said(signal: Make) -> None:
    """Without a full week the comparison is thinner, and the reader should know."""
    assert reason_sentence(signal(learning_day=2), "nl").endswith("; Klankbord leert nog wat normaal is (dag 2).")
    first_day = reason_sentence(signal(learning_day=1, usual=0.0, p_value=1.0), "en")
    assert first_day == "17 different people wrote about this within 12 hours; Klankbord is still learning what is usual (day 1)."


@pytest.mark.parametrize(
    ("kind", "language", "sentence"),
    [
        ("volume", "nl", "128 verschillende mensen schreven in 3 uur over het merk als geheel; normaal zijn dat er ongeveer 21; "),
        ("volume", "en", "128 different people wrote about the brand as a whole within 3 hours; about 21 would be usual; "),
        ("silence", "nl", "Deze bron antwoordde, maar gaf 3 uur lang geen enkel bericht; normaal zijn dat er ongeveer 21; "),
        ("silence", "en", "This source answered, but had no mention at all for 3 hours; about 21 would be usual; "),
    ],
)
def test_a_brand_or_a_source_as_a_whole_has_a_reason_too(signal: Make, kind: str, language: str, sentence: str) -> None:
    seen = 128 if kind == "volume" else 0
    whole = signal(kind=kind, issue_id=None, seen=seen, usual=21.2, window_hours=3.0, mention_ids=(), about="Stroomwerk")
    assert reason_sentence(whole, language).startswith(sentence)
