"""The four-part card of a conversation: need, sentiment, feedback, knowledge (PRODUCT section 2, Conversation model)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SENTIMENTS = ("negative", "neutral", "positive")
MOST_SUMMARY = 200


class CardPart(StrEnum):
    """Listen, turn sentiment, collect and give feedback, secure knowledge: in this order on the card."""

    NEED = "need"
    SENTIMENT = "sentiment"
    FEEDBACK = "feedback"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWords:
    """What a person said of a conversation; an empty field says nothing. `need_asked` and `feedback_given_back` are "yes" or "no"."""

    need_asked: str = ""
    summary: str = ""
    sentiment_first: str = ""
    sentiment_last: str = ""
    feedback_given_back: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What is known of a conversation without anybody filling anything in.

    `sentiments` are the labels of the customer's messages, oldest first ("" where there is none). `our_questions` counts question marks
    in our answers that were sent. `suggested`: what the need may be, from labels and the issue's title, may be empty. `feedback_asked`:
    a link was handed out or an invitation decided on; `feedback_received`: somebody answered. `given_back`: they were told what we did
    with it. `knowledge`: how many articles were made from it or shown in it.
    """

    sentiments: tuple[str, ...] = ()
    answered: bool = False
    our_questions: int = 0
    suggested: str = ""
    feedback_asked: bool = False
    feedback_received: bool = False
    given_back: bool = False
    knowledge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card as it stands. `filled` tells per part whether anything is missing; `by_hand` names fields that a person decided."""

    need_asked: str
    summary: str
    suggested: str
    sentiment_first: str
    sentiment_last: str
    feedback_asked: bool
    feedback_received: bool
    feedback_given_back: bool
    knowledge: int
    filled: Mapping[CardPart, bool]
    by_hand: frozenset[str] = field(default_factory=frozenset)

    @property
    def missing(self) -> tuple[CardPart, ...]:
        """What is asked for when the conversation is closed, and never forced."""
        return tuple(part for part in CardPart if not self.filled[part])

    @property
    def turned(self) -> int:
        """1 when the customer ended in a better mood than they began, -1 in a worse one, else 0."""
        if not (self.sentiment_first and self.sentiment_last):
            return 0
        first, last = SENTIMENTS.index(self.sentiment_first), SENTIMENTS.index(self.sentiment_last)
        return (last > first) - (last < first)
