"""Advice beside a reply: which questions it asks, where it is best answered, and what is known. Advice only: nothing here forbids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class QuestionKind(StrEnum):
    """Kinds of questions in a conversation, in the order of the SPIN model; implication and pay-off are the ones people skip."""

    SITUATION = "situation"
    PROBLEM = "problem"
    IMPLICATION = "implication"
    PAY_OFF = "pay_off"


class Way(StrEnum):
    """What the channel grid advises for one kind of contact on one channel."""

    ANSWER = "answer"
    GO_PRIVATE = "go_private"
    LINK_KNOWLEDGE = "link_knowledge"
    STAY_SILENT = "stay_silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """Something we promised this customer earlier, in the words of our post. `due_at` None: no moment was named."""

    text: str
    at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachAdvice:
    """What the coach sees in a draft. `offered` is one question to ask next, ready to be put in, of the kind `offered_kind`.

    `listened`, `summarised`, `asks`: whether the draft shows that it heard, says back what it heard, and asks on.
    """

    kinds: frozenset[QuestionKind]
    listened: bool
    summarised: bool
    asks: bool
    offered: str = ""
    offered_kind: QuestionKind | None = None
    promised: tuple[Promised, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHint:
    """What the grid says about this contact here. `reason` and `owner` are the grid's own words, `contact_type` its row."""

    way: Way
    contact_type: str
    channel: str
    reason: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a suggestion comes from: an answered conversation, a post of ours or a page. `url` may be empty."""

    label: str
    url: str = ""
    case_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeSuggestion:
    """An approved article that may answer this. `fit` between 0 and 1 is the cosine of the question with it, never shown as certainty."""

    article_id: int
    question: str
    answer: str
    fit: float
    sources: tuple[Source, ...]
    flagged: bool = False
