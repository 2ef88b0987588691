"""What is compared is what the author wrote: not the link, the handle, the signature, or somebody else's quoted words."""

from __future__ import annotations

import pytest

from listener.text.clean import clean
from tests.patience import work_seconds

BRANDS = ("Stroomwerk", "@stroomwerk", "#stroomwerk")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("@stroomwerk de app doet het niet https://t.co/abc", "de app doet het niet"),
        ("RT @iemand: de app ligt eruit", "de app ligt eruit"),
        ("Ik ben boos #nietNormaal", "Ik ben boos niet Normaal"),
        ("Bij Stroomwerk klopt de rekening niet", "Bij klopt de rekening niet"),
        ("#stroomwerkfail weer geen stroom", "weer geen stroom"),
        ("Klopt dit?\n\nMet vriendelijke groet,\nJan", "Klopt dit?"),
        ("Geen stroom hier\n\nVerstuurd vanaf mijn iPhone", "Geen stroom hier"),
        ("> eerder zei iemand dit\nIk vind van niet", "Ik vind van niet"),
        ("Nee hoor\nOp 3 mei 2026 om 12:00 schreef Jan:\n> van alles\n> en nog wat", "Nee hoor"),
        ("[quote=jan]oud[/quote]nieuw", "nieuw"),
        ("prijs &gt; 100 &amp; meer", "prijs > 100 & meer"),
        ("mail me op jan@voorbeeld.nl", "mail me op"),
    ],
)
def test_only_the_authors_own_words_are_left(written: str, meant: str) -> None:
    assert clean(written, brand_terms=BRANDS).text == meant


def test_a_greeting_in_the_first_line_is_no_signature() -> None:
    assert clean("Groetjes uit het donker").text == "Groetjes uit het donker"


def test_the_title_is_part_of_what_was_said_but_not_twice() -> None:
    assert clean("Wie nog meer?", title="Storing in de app").text == "Storing in de app. Wie nog meer?"
    assert clean("Storing in de app, wie nog meer?", title="Storing in de app").text == "Storing in de app, wie nog meer?"


def test_a_mention_of_nothing_but_the_brand_keeps_it() -> None:
    assert clean("@stroomwerk #stroomwerk", brand_terms=BRANDS).text == "stroomwerk"


@pytest.mark.parametrize("silent", ["", "   ", "https://t.co/abc", "@iemand", "😡😡", "..."])
def test_without_words_nothing_was_said(silent: str) -> None:
    assert clean(silent).text == ""


def test_equal_words_have_one_hash_whatever_the_link() -> None:
    assert clean("geen stroom https://t.co/a").hash == clean("geen  stroom https://t.co/b").hash
    assert clean("geen stroom").hash != clean("wel stroom").hash


@pytest.mark.parametrize(
    "hostile", ["[quote]" * 3_000, "> " * 50_000, "op " * 30_000, "a.nl/" * 20_000, "#" * 100_000, "\n" * 100_000, "-" * 100_000]
)
def test_hostile_text_is_cleaned_in_a_blink(hostile: str) -> None:
    assert work_seconds(lambda: clean(hostile, brand_terms=BRANDS), within=0.5) <= 0.5
