"""Where an issue starts in the value-irritant matrix, from the causes and sentiments of its mentions. Pure.

The commonest cause of an issue's mentions and their mood name a field; the house may choose another one for each. As shipped, cause decides
what the contact is worth to us, cause and mood together what it is to the customer:

    promise_not_kept, service_failed    nobody wanted this contact              eliminate
    unclear_information                 we want it understood, they struggle    simplify
    product_question                    they want to know, we say it again      automate; simplify when most are annoyed
    idea, compliment                    both gain                               leverage
    other, or no cause                  by mood alone: mostly negative is eliminate, mostly positive leverage, else automate
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from listener.errors import NotAllowed
from moderation.model.matrix import Mood, Moved, Place, Quadrant

MOSTLY = 0.5
"""The share of mentions from which an issue counts as mostly negative, or mostly positive."""
NO_CAUSE = "other"
"""Stands for mentions that no cause was read in, and for those with another one than ours."""

Rules = Mapping[str, Mapping[Mood, Quadrant]]
"""Cause → mood → quadrant, for every cause and mood."""

Signs = Mapping[tuple[str, str], int]
"""How many mentions have each ("cause", value) and each ("sentiment", value)."""


def _always(quadrant: Quadrant) -> Mapping[Mood, Quadrant]:
    return dict.fromkeys(Mood, quadrant)


SHIPPED: Rules = {
    "promise_not_kept": _always(Quadrant.ELIMINATE),
    "service_failed": _always(Quadrant.ELIMINATE),
    "unclear_information": _always(Quadrant.SIMPLIFY),
    "product_question": {**_always(Quadrant.AUTOMATE), Mood.NEGATIVE: Quadrant.SIMPLIFY},
    "idea": _always(Quadrant.LEVERAGE),
    "compliment": _always(Quadrant.LEVERAGE),
    NO_CAUSE: {Mood.NEGATIVE: Quadrant.ELIMINATE, Mood.MIXED: Quadrant.AUTOMATE, Mood.POSITIVE: Quadrant.LEVERAGE},
}


def start_place(signs: Signs, rules: Rules = SHIPPED) -> Place:
    """Return where cause and mood put an issue; without any label it is a question that we answer again and again."""
    causes = {value: count for (name, value), count in signs.items() if name == "cause" and value in rules and value != NO_CAUSE and count}
    felt = {value: count for (name, value), count in signs.items() if name == "sentiment"}
    total = sum(felt.values())
    negative = felt.get("negative", 0) / total if total else None
    positive = felt.get("positive", 0) / total if total else 0.0
    cause = min(causes, key=lambda one: (-causes[one], one)) if causes else ""
    return Place(quadrant=rules[cause or NO_CAUSE][_mood(negative, positive)], cause=cause, negative=negative)


def read_rules(written: Mapping[str, Mapping[str, str]]) -> Rules:
    """Return rules from what somebody chose or the ledger holds; nothing at all means the shipped ones. Raises `NotAllowed`."""
    if not written:
        return SHIPPED
    try:
        return {cause: {mood: Quadrant(written[cause][mood]) for mood in Mood} for cause in SHIPPED}
    except (KeyError, ValueError) as error:
        raise NotAllowed("Every cause and mood needs one of the four fields.", key="matrix_rules") from error


def moved(signs: Mapping[int, Signs], by_hand: Collection[int], *, old: Rules, new: Rules) -> list[Moved]:
    """Return which issues other rules would put elsewhere, by id. What somebody put in a field themselves stays there."""
    places = ((issue_id, start_place(of, old), start_place(of, new)) for issue_id, of in sorted(signs.items()) if issue_id not in by_hand)
    return [
        Moved(issue_id=issue_id, before=was.quadrant, after=will.quadrant)
        for issue_id, was, will in places
        if was.quadrant is not will.quadrant
    ]


def _mood(negative: float | None, positive: float) -> Mood:
    if negative is not None and negative >= MOSTLY:
        return Mood.NEGATIVE
    return Mood.POSITIVE if positive >= MOSTLY else Mood.MIXED
