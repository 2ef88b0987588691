"""The card of a conversation, from what is known and what people said; and what many cards add up to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from moderation.model.card import SENTIMENTS, Card, CardFacts, CardPart, CardWords

_CAUSES_FIRST = ("promise_not_kept", "service_failed", "unclear_information", "product_question", "idea", "compliment")


def card_of(facts: CardFacts, words: CardWords) -> Card:
    """Return a conversation's card. What a person said stands before what labels and events tell.

    The need counts as heard when somebody wrote it down in one line; that it was asked for shows by our own questions, until a person
    says otherwise. Sentiment needs a first and a last one. Feedback counts as collected when it came, or when we gave back what we did
    with it; asking alone is half of it.
    """
    said = [one for one in facts.sentiments if one in SENTIMENTS]
    first = words.sentiment_first or (said[0] if said else "")
    last = words.sentiment_last or (said[-1] if said else "")
    given_back = words.feedback_given_back == "yes" or (facts.given_back and words.feedback_given_back != "no")
    return Card(
        need_asked=words.need_asked or ("yes" if facts.our_questions else ""),
        summary=words.summary,
        suggested=facts.suggested if not words.summary else "",
        sentiment_first=first,
        sentiment_last=last,
        feedback_asked=facts.feedback_asked,
        feedback_received=facts.feedback_received,
        feedback_given_back=given_back,
        knowledge=facts.knowledge,
        filled={
            CardPart.NEED: bool(words.summary),
            CardPart.SENTIMENT: bool(first and last),
            CardPart.FEEDBACK: facts.feedback_received or given_back,
            CardPart.KNOWLEDGE: facts.knowledge > 0,
        },
        by_hand=frozenset(name for name in ("need_asked", "summary", "sentiment_first", "sentiment_last") if getattr(words, name)),
    )


def likely_cause(labels: Iterable[tuple[str, str]]) -> str:
    """Return the cause that a suggestion for the need names: the weightiest that the customer's messages carry, or ""."""
    found = {value for name, value in labels if name == "cause"}
    return next((cause for cause in _CAUSES_FIRST if cause in found), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationValue:
    """What conversations were worth, added up: of `conversations`, how many have each part, and how many turned for the better or worse.

    `sentiments` counts those with a first and a last sentiment: the only ones that `better` and `worse` are shares of.
    """

    conversations: int
    needs: int
    sentiments: int
    better: int
    worse: int
    feedback: int
    knowledge: int


def value_of(cards: Sequence[Card]) -> ConversationValue:
    """Add up cards. Nobody's name is in it: agents are never compared (PRODUCT 2)."""
    return ConversationValue(
        conversations=len(cards),
        needs=sum(card.filled[CardPart.NEED] for card in cards),
        sentiments=sum(card.filled[CardPart.SENTIMENT] for card in cards),
        better=sum(card.turned > 0 for card in cards),
        worse=sum(card.turned < 0 for card in cards),
        feedback=sum(card.filled[CardPart.FEEDBACK] for card in cards),
        knowledge=sum(card.filled[CardPart.KNOWLEDGE] for card in cards),
    )
