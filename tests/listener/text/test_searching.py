"""What somebody types is data: it finds the words however they are written, and nothing in it is an error or a command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model.search import Term
from listener.text.searching import LONGEST, MOST_TERMS, marked, search_text, terms_of, tokens_of


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("storing", [(("storing",), False)]),
        ("geen stroom", [(("geen",), False), (("stroom",), False)]),
        ('"geen stroom"', [(("geen", "stroom"), False)]),
        ("“geen stroom” app", [(("geen", "stroom"), False), (("app",), False)]),
        ("stroom*", [(("stroom",), True)]),
        ('"geen str*"', [(("geen", "str"), True)]),
        ("e-mail", [(("e", "mail"), False)]),
        ('app "stuk', [(("app",), False), (("stuk",), False)]),  # a quote that does not close
        ('"', []),
        ("* ' ; -- ", []),
        ("app app APP", [(("app",), False)]),
        ("NEAR(app, 2)", [(("near", "app"), False), (("2",), False)]),  # no operator of anybody
        ("text:app ^app -app", [(("text", "app"), False), (("app",), False)]),
        ("", []),
    ],
)
def test_what_is_typed_becomes_terms(typed: str, terms: list[tuple[tuple[str, ...], bool]]) -> None:
    assert [(term.tokens, term.prefix) for term in terms_of(typed)] == terms


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Café is open", "cafe"),
        (unicodedata.normalize("NFD", "één storing"), "één"),
        ("één storing", unicodedata.normalize("NFD", "één")),
        ("ＳＴＯＲＩＮＧ", "storing"),  # wide letters
        ("İstanbul kapalı", "istanbul kapali"),  # Turkish i
        ("Straße", "STRASSE"),
        ("ĳs en vrĳ", "ijs vrij"),  # the Dutch letter ij
        ("停電です。復旧はいつ", "復旧"),  # no blanks between
        ("停電です。復旧はいつ", "電で"),
        ("대한민국만세", "민국"),
        ("🔥🔥 weer", "🔥"),
        ("👩‍👩‍👧 thuis", "👩"),
        ("لا يوجد كهرباء", "كهرباء"),
        ("in\u00adcas\u200bso", "incasso"),  # invisible signs in a word
        ("½ uur", "½"),
        ("#stroomwerk @stroomwerk", "stroomwerk"),
    ],
)
def test_words_are_found_however_they_are_written(written: str, typed: str) -> None:
    text = search_text(written)
    assert terms_of(typed)
    for term in terms_of(typed):
        assert f" {' '.join(term.tokens)} " in f" {text} "
        assert any(hit for _, hit in marked(written, [term], 200))


def test_a_mark_stands_on_what_was_written() -> None:
    assert marked("Weer Geen Stroom, zegt hij", terms_of('"geen stroom"'), 200) == (
        ("Weer ", False),
        ("Geen Stroom", True),
        (", zegt hij", False),
    )
    assert marked("stroomstoring", terms_of("stroom*"), 200) == (("stroomstoring", True),)
    assert marked("stroomstoring", terms_of("stroom"), 200) == (("stroomstoring", False),)


def test_a_piece_begins_a_little_before_the_first_find() -> None:
    text = "lang verhaal " * 100 + "met incasso erin " + "en nog meer " * 50
    parts = marked(text, terms_of("incasso"), 120)
    assert parts[0] == ("…", False)
    assert parts[-1] == ("…", False)
    assert ("incasso", True) in parts
    assert sum(len(part) for part, _ in parts) <= 122


def test_very_much_typed_is_cut_and_very_long_words_too() -> None:
    assert len(terms_of(" ".join(f"w{n}" for n in range(500)))) == MOST_TERMS
    assert {len(token) for token, _, _ in tokens_of("a" * 1_000_000)} == {LONGEST}


@given(st.text(max_size=200), st.text(max_size=60))
def test_nothing_typed_or_written_is_an_error_and_pieces_are_the_text(text: str, typed: str) -> None:
    terms = terms_of(typed)
    assert all(token and " " not in token and '"' not in token for term in terms for token in term.tokens)
    assert "".join(part for part, _ in marked(text, terms, 10_000)) == text


@given(st.text(max_size=80))
def test_a_text_is_found_by_itself(text: str) -> None:
    words = [token for token, _, _ in tokens_of(text)]
    for token in words[:5]:
        assert any(hit for _, hit in marked(text, [Term((token,))], 10_000))
