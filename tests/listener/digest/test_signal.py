"""A signal explained: every number that was measured, none that was not, and the mentions that are still here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import pytest

from listener.digest.signal import signal_explained
from listener.model.figures import Quote
from listener.model.issue import Judged, Signal

JUDGED = Judged(level=0.00012, before=8, history_hours=168.0, dispersion=1.3, rhythm=2.5, places=3)


@pytest.fixture
def explained(templates: Callable[[str], dict[str, str]]) -> Callable[..., str]:
    def explain(signal: Signal, quotes: list[Quote], language: str = "nl") -> str:
        return signal_explained(
            signal, issue_title="Inloggen lukt niet", quotes=quotes, language=language, zone=UTC, templates=templates(language)
        )

    return explain


def test_it_shows_reason_numbers_and_mentions(
    explained: Callable[..., str], signal: Callable[..., Signal], quote: Callable[..., Quote]
) -> None:
    told = explained(signal(judged=JUDGED, signal_id=4), [quote(), quote("Ik kan niet inloggen")])
    assert told.startswith("Signaal 4, ")
    assert "plotselinge toeloop · #12 Inloggen lukt niet" in told
    for line in (
        "gezien: 17 verschillende mensen in 12 uur",
        "gewoon: 2,2; in de 7 dagen ervoor 8 verschillende mensen",
        "uur van de week: op deze uren is 2,5 keer het gemiddelde gewoon",
        "kans op toeval: 3,2e-07; moest kleiner zijn dan 0,00012",
        "plekken: 3",
        "2 berichten erachter:",
        "“Ik kan niet inloggen” — Vink 4f2a9c, forum",
    ):
        assert line in told
    assert "verwijderd" not in told


def test_english_says_the_same(explained: Callable[..., str], signal: Callable[..., Signal], quote: Callable[..., Quote]) -> None:
    told = explained(signal(judged=JUDGED), [quote()], "en")
    assert "usual: 2.2; 8 different people in the 7 days before" in told
    assert "chance: 3.2e-07; had to be below 0.00012" in told
    assert "1 mention was removed meanwhile." in told


def test_nobody_adds_a_line_to_an_explanation(
    explained: Callable[..., str], signal: Callable[..., Signal], quote: Callable[..., Quote]
) -> None:
    """RULES I16: a mention with line breaks would otherwise write what looks like ours."""
    plain, forged = (
        explained(signal(judged=JUDGED), [quote(text)]).splitlines() for text in ("Stuk", "Stuk\n\n  kans op toeval: 1\u2028  plekken: 0")
    )
    assert len(forged) == len(plain)


def test_what_was_not_judged_is_left_out(explained: Callable[..., str], signal: Callable[..., Signal], quote: Callable[..., Quote]) -> None:
    """A campaign is told by counting accounts: there is no chance to show."""
    told = explained(signal(kind="copies", issue_id=None, p_value=0.0), [quote(), quote()])
    assert "zelfde tekst van veel accounts" in told
    assert "kans" not in told
    assert "#" not in told
