"""The coach: which questions a draft asks, whether it listened, what it offers; and what our posts promised."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from listener.errors import SettingsError
from moderation.coach.look import CoachFacts, look
from moderation.coach.promises import promised_in_all, promises_in
from moderation.coach.words import parse_coach
from moderation.model.advice import CoachAdvice, QuestionKind
from moderation.tone.check import tone_hits
from moderation.workflows.load_coach import load_coach_words
from moderation.workflows.load_tone import load_tone_words

DRAFTS = yaml.safe_load((Path(__file__).parent / "drafts.yaml").read_text(encoding="utf-8"))
KINDS = {"s": QuestionKind.SITUATION, "p": QuestionKind.PROBLEM, "i": QuestionKind.IMPLICATION, "n": QuestionKind.PAY_OFF}
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def seen(advice: CoachAdvice) -> set[str]:
    signs = {"heard": advice.listened, "sums": advice.summarised, "asks": advice.asks}
    return {kind.value for kind in advice.kinds} | {name for name, there in signs.items() if there}


@pytest.mark.parametrize(("part", "least"), [("held_out", 0.85), ("seen", 0.9)])
def test_the_coach_reads_drafts_as_people_do(part: str, least: float) -> None:
    """Precision and recall over all signs, on drafts labelled by hand; the held-out ones were written before the rules."""
    counts: Counter[str] = Counter()
    for one in DRAFTS[part]:
        found = seen(look(one["draft"], load_coach_words(one["lang"]), CoachFacts(said=one["said"])))
        wanted = {KINDS[kind].value for kind in one["kinds"]} | {name for name in ("heard", "sums", "asks") if one[name]}
        counts.update(right=len(found & wanted), extra=len(found - wanted), missed=len(wanted - found))
    assert counts["right"] / (counts["right"] + counts["extra"]) >= least
    assert counts["right"] / (counts["right"] + counts["missed"]) >= least


def test_there_are_enough_drafts_in_both_languages() -> None:
    assert all(sum(one["lang"] == language for one in DRAFTS["held_out"]) >= 15 for language in ("nl", "en"))
    assert sum(len(part) for part in DRAFTS.values()) >= 60


@pytest.mark.parametrize("language", ["nl", "en"])
class TestWhatIsOffered:
    """One question, ready to be put in: implication first, then pay-off, as those are the ones people skip."""

    def test_implication_first_then_pay_off_then_nothing(self, language: str) -> None:
        words, facts = load_coach_words(language), CoachFacts(causes={"service_failed"})
        first = look("", words, facts)
        assert first.offered_kind is QuestionKind.IMPLICATION
        second = look(first.offered, words, facts)
        assert second.offered_kind is QuestionKind.PAY_OFF
        third = look(f"{first.offered} {second.offered}", words, facts)
        assert (third.offered, third.offered_kind) == ("", None)

    def test_it_is_worded_from_the_cause(self, language: str) -> None:
        words = load_coach_words(language)
        offered = {look("", words, CoachFacts(causes={cause})).offered for cause in words.offers if cause != "usual"}
        assert len(offered) == len(words.offers) - 1

    def test_who_only_gave_a_compliment_is_thanked_and_asked_nothing(self, language: str) -> None:
        words = load_coach_words(language)
        advice = look("", words, CoachFacts(causes={"compliment"}))
        assert (advice.offered, advice.offered_kind) == (words.thanks[0], None)
        assert "?" not in advice.offered
        assert look("", words, CoachFacts(causes={"compliment", "service_failed"})).offered_kind is QuestionKind.IMPLICATION

    def test_every_offer_is_read_as_its_kind_and_puts_nobody_off(self, language: str) -> None:
        """The coach must know its own questions again, and the tone check has nothing to say about them."""
        words, tone = load_coach_words(language), load_tone_words(language)
        for by_kind in words.offers.values():
            for kind, questions in by_kind.items():
                for question in questions:
                    assert kind in look(question, words, CoachFacts()).kinds, question
                    assert tone_hits(question, tone) == (), question


def test_both_languages_have_the_same_causes_and_kinds() -> None:
    dutch, english = load_coach_words("nl"), load_coach_words("en")
    assert {cause: set(kinds) for cause, kinds in dutch.offers.items()} == {cause: set(kinds) for cause, kinds in english.offers.items()}


def test_a_very_long_or_strange_draft_is_read_quickly() -> None:
    for text in ("?" * 100_000, "wat " * 50_000, "dus je " * 20_000 + "?", "\ud800 \u0301" * 5_000):
        look(text, load_coach_words("nl"), CoachFacts(said=text))


@pytest.mark.parametrize(
    ("language", "text", "due"),
    [
        ("nl", "Vanmiddag om vier uur laten we je weten hoe het staat.", datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ("nl", "Ik bel je morgen voor 17.00 uur.", datetime(2026, 3, 3, 16, tzinfo=UTC)),
        ("nl", "Je krijgt het geld uiterlijk vrijdag terug.", datetime(2026, 3, 6, 17, tzinfo=UTC)),  # no hour: end of the day
        ("nl", "Binnen 24 uur hoor je van ons.", datetime(2026, 3, 3, 9, tzinfo=UTC)),
        ("nl", "We laten het je weten.", None),
        ("nl", "Ik stuur je voor 3 maart bericht.", None),  # a date is no hour
        ("en", "At four this afternoon we tell you how it stands.", datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ("en", "We'll get back to you within 2 working days.", datetime(2026, 3, 4, 17, tzinfo=UTC)),
        ("en", "I'll call you by Friday 3 pm.", datetime(2026, 3, 6, 14, tzinfo=UTC)),
    ],
)
def test_a_promise_is_read_with_its_moment(language: str, text: str, due: datetime | None) -> None:
    (found,) = promises_in(text, at=MONDAY, zone=AMSTERDAM, words=load_coach_words(language))
    assert (found.text, found.due_at) == (text, due)


@pytest.mark.parametrize("text", ["Laten we iets afspreken?", "Je pakket ligt klaar.", "Wat is je nummer?", "", "Hoor je morgen van ons?"])
def test_a_question_or_a_fact_promises_nothing(text: str) -> None:
    assert promises_in(text, at=MONDAY, zone=AMSTERDAM, words=load_coach_words("nl")) == ()


def test_of_many_posts_the_latest_promise_stands_first_and_once() -> None:
    posts = [("Ik bel je morgen.", MONDAY), ("We laten het je weten.", MONDAY), ("Ik bel je morgen.", MONDAY.replace(day=4))]
    found = promised_in_all(posts, zone=AMSTERDAM, words=load_coach_words("nl"))
    assert [(one.text, one.at.day) for one in found] == [("Ik bel je morgen.", 4), ("We laten het je weten.", 2)]


def test_a_list_that_lacks_something_is_named() -> None:
    with pytest.raises(SettingsError, match="requests"):
        parse_coach({"kinds": {"problem": ["x"]}, "offers": {"usual": {}}, "thanks": ["x"]}, name="coach.yaml")
