"""Shown text is never half a character, never hides anything, and never commands a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.text.pseudonym import pseudonym
from listener.text.shorten import graphemes, shorten, terminal_safe, visible

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1f3\U0001f1f1"


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("kort", 10, "kort"),
        ("precies", 7, "precies"),
        ("een lange zin", 8, "een lan…"),
        (f"ha {FAMILY}{FAMILY}", 9, f"ha {FAMILY}…"),  # a family stays together or goes as a whole
        (f"{FLAG}{FLAG}{FLAG}", 5, f"{FLAG}{FLAG}…"),  # flags are pairs
        ("cafe\u0301 is dicht", 5, "caf…"),  # the accent does not float off
        ("👍🏽👍🏽", 3, "👍🏽…"),  # skin tone
        ("a" + "\u0301" * 500, 20, "…"),  # a tower of marks is one character
    ],
)
def test_text_is_cut_between_characters(text: str, most: int, shown: str) -> None:
    assert shorten(text, most) == shown


@given(st.text(max_size=60), st.integers(min_value=1, max_value=40))
def test_shortened_text_is_never_longer_than_asked(text: str, most: int) -> None:
    assert len(shorten(text, most)) <= most


@given(st.text(max_size=60))
def test_graphemes_put_together_are_the_text(text: str) -> None:
    assert "".join(graphemes(text)) == text


def test_hidden_characters_are_spelled_out_but_emoji_stay_whole() -> None:
    assert visible("veilig\u202egpj.exe") == "veilig⟨U+202E⟩gpj.exe"
    assert visible(f"wij {FAMILY}") == f"wij {FAMILY}"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[31mrood\x1b[0m", "rood"),
        ("\x1b]0;titel\x07weg", "weg"),
        ("\x1b]8;;http://a.b\x1b\\klik\x1b]8;;\x1b\\", "klik"),
        ("bel\x07 en \x9b31m en \x7f", "bel en 31m en "),
        ("tab\ten\nregel", "tab\ten\nregel"),
        ("half \ud800", "half "),
    ],
)
def test_a_terminal_obeys_nothing(text: str, safe: str) -> None:
    assert terminal_safe(text) == safe


def test_a_pseudonym_is_the_same_person_every_time_and_nobody_without_the_key() -> None:
    name = pseudonym("x/x/1234", key=b"secret")
    assert name == pseudonym("x/x/1234", key=b"secret")
    assert name != pseudonym("x/x/1234", key=b"other")
    assert name != pseudonym("x/x/1235", key=b"secret")
    assert "1234" not in name
    with pytest.raises(ValueError, match="key"):
        pseudonym("x/x/1234", key=b"")


def test_ten_thousand_people_hardly_ever_share_a_pseudonym() -> None:
    names = {pseudonym(f"x/x/{number}", key=b"k") for number in range(10_000)}
    assert len(names) >= 9_990
