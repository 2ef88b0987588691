"""Where an issue starts in the value-irritant matrix, from the causes and sentiments of its mentions. Pure.

Cause decides what the contact is worth to us, cause and sentiment together what it is to the customer:

    promise_not_kept, service_failed    nobody wanted this contact              eliminate
    unclear_information                 we want it understood, they struggle    simplify
    product_question                    they want to know, we say it again      automate; simplify when most are annoyed
    idea, compliment                    both gain                               leverage
    other, or no cause                  by sentiment alone: mostly negative is eliminate, mostly positive leverage, else automate
"""

from __future__ import annotations

from collections.abc import Mapping

from moderation.model.matrix import Place, Quadrant

MOSTLY = 0.5
"""The share of mentions from which an issue counts as mostly negative, or mostly positive."""

_BY_CAUSE = {
    "promise_not_kept": Quadrant.ELIMINATE,
    "service_failed": Quadrant.ELIMINATE,
    "unclear_information": Quadrant.SIMPLIFY,
    "product_question": Quadrant.AUTOMATE,
    "idea": Quadrant.LEVERAGE,
    "compliment": Quadrant.LEVERAGE,
}

Signs = Mapping[tuple[str, str], int]
"""How many mentions have each ("cause", value) and each ("sentiment", value)."""


def start_place(signs: Signs) -> Place:
    """Return where cause and sentiment put an issue; without any label it is a question that we answer again and again."""
    causes = {value: count for (name, value), count in signs.items() if name == "cause" and value in _BY_CAUSE and count}
    felt = {value: count for (name, value), count in signs.items() if name == "sentiment"}
    total = sum(felt.values())
    negative = felt.get("negative", 0) / total if total else None
    positive = felt.get("positive", 0) / total if total else 0.0
    if causes:
        cause = min(causes, key=lambda one: (-causes[one], one))
        quadrant = _BY_CAUSE[cause]
        if quadrant is Quadrant.AUTOMATE and negative is not None and negative >= MOSTLY:
            quadrant = Quadrant.SIMPLIFY
        return Place(quadrant=quadrant, cause=cause, negative=negative)
    if negative is not None and negative >= MOSTLY:
        return Place(quadrant=Quadrant.ELIMINATE, negative=negative)
    return Place(quadrant=Quadrant.LEVERAGE if positive >= MOSTLY else Quadrant.AUTOMATE, negative=negative)
