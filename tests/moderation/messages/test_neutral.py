"""Invitations steer nobody (RULES P30-P33), and replies carry no review link."""

from __future__ import annotations

import pytest

from moderation.messages.neutral import review_links, steering_words
from moderation.workflows.load_wording import LANGUAGES, load_policy, load_public_wording

POLICY, WORDING = load_policy(), load_public_wording()

STEERING = (
    ("nl", "Was je blij met onze hulp? Laat een review achter!"),
    ("nl", "Geef ons 5 sterren."),
    ("nl", "We horen graag je positieve ervaring."),
    ("nl", "Als je tevreden bent, schrijf dan een beoordeling."),
    ("nl", "Win een cadeaubon met jouw review."),
    ("nl", "Met 10% korting als dank voor je mening."),
    ("nl", "Beveel je ons aan? Een aanbeveling helpt."),
    ("nl", "Een POSITIÉVE beoordeling?"),  # accents and case do not help
    ("en", "If you liked our help, leave a review."),
    ("en", "Please give us five stars!"),
    ("en", "We'd love a positive review."),
    ("en", "Happy with the outcome? Tell others."),
    ("en", "Get a voucher for your feedback."),
    ("en", "Leave a good review and win a prize."),
)
NEUTRAL = (
    ("nl", "Een klacht, een compliment of een beoordeling? Alle drie zijn welkom."),
    ("nl", "Hoe ging dit? Vertel het hier."),
    ("nl", "De sterrenwacht had geen stroom."),  # only the word itself
    ("en", "A complaint, a compliment or a review? All three are welcome."),
    ("en", "The winter outage: tell us how it went."),
    ("en", "Freedom of speech."),
)


@pytest.mark.parametrize(("language", "text"), STEERING)
def test_wording_that_steers_or_rewards_is_found(language: str, text: str) -> None:
    assert steering_words(text, POLICY.words[language])


@pytest.mark.parametrize(("language", "text"), NEUTRAL)
def test_neutral_wording_passes(language: str, text: str) -> None:
    assert steering_words(text, POLICY.words[language]) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_invitation_is_neutral(language: str) -> None:
    text = WORDING[language].render("invitation_thread", {"brand": "Stroomwerk", "link": "https://stroom.example"})
    assert steering_words(text, POLICY.words[language]) == ()
    assert review_links(text, POLICY.review_hosts) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Dank! https://nl.trustpilot.com/evaluate/stroom",
        "Dank! www.kiyoh.com/stroom",
        "Dank! trustpilot.com/review/x",
        "Dank! https://g.page/r/abc",
        "Dank! https://www.google.com/maps/place/x",
        "Dank! HTTPS://TrustPilot.COM/x",
    ],
)
def test_a_review_link_in_a_reply_is_found(text: str) -> None:
    """RULES P31: a compliment gets a thank-you, and nothing else."""
    assert review_links(text, POLICY.review_hosts)


def test_an_ordinary_link_is_no_review_link() -> None:
    assert review_links("Kijk op https://stroom.example/storing of mail hulp@stroom.example", POLICY.review_hosts) == ()
