"""Invitations steer nobody (RULES P30-P33), and replies carry no review link."""

from __future__ import annotations

import pytest

from moderation.messages.neutral import review_links, steering_words
from moderation.model.languages import LANGUAGES
from moderation.policy.content import discloses
from moderation.workflows.load_wording import load_policy, load_public_wording
from tests.moderation.messages.steering_sentences import NEUTRAL as PLAIN
from tests.moderation.messages.steering_sentences import STEERING as STEERED

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


def test_the_lint_on_two_hundred_sentences() -> None:
    """RULES P33 by its own test. On 32 + 20 further steering sentences, first seen after the words were written, it found 27 (52 %), and
    called none of 40 further neutral ones steering; the words learned from those since. It is a lint beside a person, not a judge."""
    found = [(language, text) for language, texts in STEERED.items() for text in texts if steering_words(text, POLICY.words[language])]
    wrongly = [(language, text) for language, texts in PLAIN.items() for text in texts if steering_words(text, POLICY.words[language])]
    asked = sum(len(texts) for texts in STEERED.values())
    assert asked == sum(len(texts) for texts in PLAIN.values()) == 100
    assert wrongly == [], "precision"
    assert len(found) / asked >= 0.98, "recall"


@pytest.mark.parametrize(
    "text",
    [
        "Het hoeft niet positief te zijn.",
        "Niet per se vijf sterren.",
        "Je hoeft niet tevreden te zijn om te schrijven.",
        "Wij verwachten geen cadeau voor een cadeaubon.",
    ],
)
def test_what_is_denied_steers_all_the_same(text: str) -> None:
    """Whoever reads "not positive" thinks of positive."""
    assert steering_words(text, POLICY.words["nl"])


def test_a_hundred_templates_with_a_reward_are_all_refused() -> None:
    """RULES P32 by its own test: every reward in every frame, nl and en."""
    rewards = {
        "nl": (
            "een cadeaubon",
            "korting",
            "een gratis maand",
            "een tegoed",
            "een beloning",
            "spaarpunten",
            "een bonus",
            "een presentje",
            "kans op een prijs te winnen",
            "cashback",
        ),
        "en": (
            "a gift card",
            "a discount",
            "a free month",
            "a voucher",
            "a reward",
            "loyalty points",
            "a bonus",
            "a coupon",
            "a chance to win a prize",
            "cashback",
        ),
    }
    frames = {
        "nl": (
            "Schrijf een review en krijg {}.",
            "{} voor je mening.",
            "Als dank: {}.",
            "Iedereen die reageert ontvangt {}.",
            "Vertel hoe het ging. Daar staat {} tegenover.",
        ),
        "en": (
            "Write a review and get {}.",
            "{} for your opinion.",
            "As our thanks: {}.",
            "Everybody who answers receives {}.",
            "Tell us how it went. There is {} in it.",
        ),
    }
    made = [(language, frame.format(reward)) for language in frames for frame in frames[language] for reward in rewards[language]]
    assert len(made) == 100
    assert [text for language, text in made if not steering_words(text, POLICY.words[language])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_invitation_we_ship_is_neutral_and_says_that_a_program_posts_it(language: str) -> None:
    for name in sorted(one for one in WORDING[language].names if one.startswith("invitation_")):
        needed, optional = WORDING[language].variables(name)
        text = WORDING[language].render(name, dict.fromkeys(needed | optional, "https://stroom.example"))
        assert steering_words(text, POLICY.words[language]) == (), name
        assert discloses(text, POLICY), name
