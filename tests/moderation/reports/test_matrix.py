"""Where an issue starts in the value-irritant matrix."""

from __future__ import annotations

import pytest

from listener.errors import NotAllowed
from moderation.model.matrix import Quadrant
from moderation.reports.matrix import SHIPPED, read_rules, start_place


@pytest.mark.parametrize(
    ("causes", "felt", "quadrant", "cause"),
    [
        ({"service_failed": 5, "idea": 4}, {}, Quadrant.ELIMINATE, "service_failed"),  # the commonest cause decides
        ({"promise_not_kept": 1}, {"positive": 9}, Quadrant.ELIMINATE, "promise_not_kept"),  # a friendly tone makes it no better
        ({"unclear_information": 3}, {"neutral": 3}, Quadrant.SIMPLIFY, "unclear_information"),
        ({"product_question": 3}, {"neutral": 2, "negative": 1}, Quadrant.AUTOMATE, "product_question"),
        ({"product_question": 3}, {"neutral": 1, "negative": 1}, Quadrant.SIMPLIFY, "product_question"),  # half of them is annoyed
        ({"idea": 2}, {"negative": 9}, Quadrant.LEVERAGE, "idea"),
        ({"compliment": 2, "other": 50}, {}, Quadrant.LEVERAGE, "compliment"),  # "other" says nothing
        ({"other": 5}, {"negative": 3, "neutral": 3}, Quadrant.ELIMINATE, ""),
        ({}, {"positive": 3, "neutral": 3}, Quadrant.LEVERAGE, ""),
        ({}, {"neutral": 3}, Quadrant.AUTOMATE, ""),
        ({}, {}, Quadrant.AUTOMATE, ""),
        ({"idea": 2, "service_failed": 2}, {}, Quadrant.LEVERAGE, "idea"),  # a tie is settled the same way each time
    ],
)
def test_cause_and_tone_give_the_first_place(causes: dict[str, int], felt: dict[str, int], quadrant: Quadrant, cause: str) -> None:
    signs = {("cause", name): n for name, n in causes.items()} | {("sentiment", name): n for name, n in felt.items()}
    place = start_place(signs)
    assert (place.quadrant, place.cause, place.by) == (quadrant, cause, "")


def test_the_share_that_is_annoyed_is_told_only_where_tone_is_known() -> None:
    assert start_place({("sentiment", "negative"): 3, ("sentiment", "neutral"): 1}).negative == 0.75
    assert start_place({("cause", "idea"): 1}).negative is None


def test_the_house_may_start_a_cause_and_mood_elsewhere() -> None:
    """Only that field of the table changes; a rule with a gap is none."""
    written = {cause: {mood.value: quadrant.value for mood, quadrant in moods.items()} for cause, moods in SHIPPED.items()}
    written["idea"]["negative"] = "simplify"
    rules = read_rules(written)
    annoyed = {("cause", "idea"): 2, ("sentiment", "negative"): 9}
    assert (start_place(annoyed).quadrant, start_place(annoyed, rules).quadrant) == (Quadrant.LEVERAGE, Quadrant.SIMPLIFY)
    assert start_place({("cause", "idea"): 2}, rules).quadrant is Quadrant.LEVERAGE
    assert read_rules({}) is SHIPPED
    del written["other"]["mixed"]
    with pytest.raises(NotAllowed):
        read_rules(written)
