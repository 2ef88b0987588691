"""The answering half's part of a digest says what stands open before what was done, in Dutch and English alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from moderation.model.spoken import ActionDue, PromiseDue, Silence, SpokenFigures
from moderation.reports.spoken import further_of
from moderation.workflows.load_wording import load_words

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
WORDS = {language: load_words(language, "spoken") for language in ("nl", "en")}


def said(figures: SpokenFigures, language: str = "nl") -> list[str]:
    lines = further_of(figures, WORDS, zone=ZONE, as_of=NOW).lines[language]
    return [f"{name}: {text}" if name else text for name, text in lines]


def test_both_languages_have_the_same_words_to_fill() -> None:
    assert WORDS["nl"].keys() == WORDS["en"].keys()
    for key, text in WORDS["nl"].items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", WORDS["en"][key])), key


def test_nothing_to_tell_is_no_line() -> None:
    assert said(SpokenFigures()) == []


def test_what_needs_somebody_comes_first() -> None:
    lines = said(SpokenFigures(posted=3, stopped_by="anna", needs_human=1, alarms=2))
    assert lines[0] == "Versturen staat stil, gestopt door anna."
    assert lines[-1] == "3 berichten geplaatst."
    assert len(lines) == 4


def test_a_promise_that_lapsed_is_said_to_be_late() -> None:
    past, later = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    promises = (
        PromiseDue(title="Storing", due_at=past),
        PromiseDue(title="App", due_at=later),
        PromiseDue(title="Factuur", due_at=past, kept=True),
    )
    assert said(SpokenFigures(promises=promises)) == [
        "Storing: beloofd was een bericht om ma 16 mrt 2026 09:00, en dat is er nog niet.",
        "App: beloofd: ma 16 mrt 2026 11:00 weer bericht.",
        "Factuur: belofte gehouden (ma 16 mrt 2026 09:00).",
    ]


def test_silence_feedback_and_actions_are_told_with_their_figures() -> None:
    actions = (
        ActionDue(title="Storing", what="Kabel vervangen", owner="Bram", due_at=NOW - timedelta(days=1)),
        ActionDue(title="App", what="Inlogpagina uitleggen", owner="Eva", due_at=None, done=True),
    )
    figures = SpokenFigures(
        silences=(Silence(title="Storing", hours=30),),
        invited=40,
        responded=11,
        answers=11,
        satisfaction=3.64,
        asked=5,
        waiting=2,
        actions=actions,
    )
    assert said(figures, "en") == [
        "Storing: nothing from us for 30 hours, while people write about it.",
        "Invitations: 5 asked, 2 still waiting, 0 not asked; the reasons are under Invitations.",
        "11 people gave feedback (links of their own given: 40).",
        "Mean satisfaction 3.6 of 5 (11 answers).",
        "Storing: Kabel vervangen (Bram): was due Sun 15 Mar 2026.",
        "App: done: Inlogpagina uitleggen (Eva).",
    ]


def test_customers_who_wait_too_long_are_told_of_and_those_who_are_about_to() -> None:
    """What can still be prevented stands in the digest too; who works on it does not."""
    assert said(SpokenFigures(clocks_red=1, clocks_orange=3)) == [
        "1 klant wacht langer dan we willen.",
        "3 klanten moeten binnenkort antwoord hebben, anders wordt het te laat.",
    ]
