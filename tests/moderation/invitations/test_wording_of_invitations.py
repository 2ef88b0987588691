"""RULES P32-P34: what an invitation says steers nobody, promises nothing, names its sender and a way out where it is personal."""

from __future__ import annotations

import pytest

from moderation.messages.neutral import review_links, steering_words
from moderation.model.languages import LANGUAGES
from moderation.policy.opt_out_words import says_opt_out
from moderation.workflows.load_opt_out_words import load_opt_out_words
from moderation.workflows.load_wording import load_policy, load_public_wording

POLICY, WORDING = load_policy(), load_public_wording()
TEMPLATES = ("invitation_thread", "invitation_resolved", "invitation_personal")
GIVEN = {"brand": "Stroomwerk", "link": "https://klankbord.example/f/abc", "signature": "– Team Stroomwerk"}
THREE = {"nl": ("klacht", "compliment", "beoordeling"), "en": ("complaint", "compliment", "review")}


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_invitation_is_neutral(language: str, template: str) -> None:
    text = WORDING[language].render(template, GIVEN)
    assert steering_words(text, POLICY.words[language]) == ()
    assert review_links(text, POLICY.review_hosts) == (), "review sites come last, after feedback, for everybody"


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_complaint_compliment_and_review_are_named_in_one_breath(language: str, template: str) -> None:
    (sentence,) = [line for line in WORDING[language].render(template, GIVEN).splitlines() if THREE[language][0] in line.lower()]
    assert all(one in sentence.lower() for one in THREE[language])


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_knows_nothing_of_the_person(language: str, template: str) -> None:
    """One text for everybody: only the brand, the link and our signature are filled in."""
    needed, optional = WORDING[language].variables(template)
    assert needed | optional <= set(GIVEN)


@pytest.mark.parametrize(("language", "way_out"), [("nl", "AFMELDEN"), ("en", "STOP")])
def test_a_personal_invitation_names_its_sender_and_a_way_out_that_works(language: str, way_out: str) -> None:
    """RULES P34. The word we ask people to send is one that is understood as an opt-out."""
    text = WORDING[language].render("invitation_personal", GIVEN)
    assert text.count("Stroomwerk") >= 2
    assert way_out in text
    assert says_opt_out(way_out, load_opt_out_words())
