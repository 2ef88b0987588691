"""Languages are told apart on short posts, and unclear ones are said to be unclear."""

from __future__ import annotations

import pytest

from listener.settings.wording import stop_words
from listener.text.language import Languages

LANGUAGES = Languages.from_lists(**stop_words())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De app doet het weer niet, kan iemand mij helpen?", "nl"),
        ("Waarom is mijn rekening ineens zo hoog", "nl"),
        ("mijn geld is dubbel afgeschreven!!", "nl"),
        ("Why was I charged twice this month?", "en"),
        ("still waiting for my new card", "en"),
        ("Warum funktioniert die App schon wieder nicht?", "de"),
        ("Pourquoi est-ce que mon compte est bloqué ?", "fr"),
        ("почему не работает приложение", "other"),
        ("アプリが動かない", "other"),
        ("😡😡😡", "other"),
        ("12345", "other"),
        ("", "other"),
    ],
)
def test_the_language_is_told(text: str, language: str) -> None:
    assert LANGUAGES.of(text)[0] == language


def test_short_text_is_not_guessed_at_but_may_follow_a_hint() -> None:
    language, confidence = LANGUAGES.of("Amersfoort 2026")
    assert language == "other"
    assert confidence <= 0.3
    assert LANGUAGES.of("Amersfoort 2026", hint="nl")[0] == "nl"


def test_confidence_grows_with_evidence_and_stays_a_probability() -> None:
    short, long = LANGUAGES.of("de app")[1], LANGUAGES.of("de app van het bedrijf doet het niet en dat is niet goed")[1]
    assert 0 <= short <= long <= 1
