"""Forms of a word share a stem, other words do not."""

from __future__ import annotations

import pytest

from listener.text.stems import stem


@pytest.mark.parametrize(
    "forms",
    [
        ("cancelled", "canceled", "cancelling", "cancellation", "cancellations", "CANCEL"),
        ("betaal", "betaling", "betalingen", "betalen"),
        ("storing", "storingen"),
        ("charge", "charged", "charges", "charging"),
        ("incasso", "incasso's"),
        ("company", "companies"),
        ("delay", "delays", "delayed"),
    ],
)
def test_forms_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_short_and_other_words_are_left_apart() -> None:
    assert len({stem(word) for word in ("bus", "pas", "app", "apple", "gas", "gate", "bag", "bagel")}) == 8
    assert stem("") == ""
