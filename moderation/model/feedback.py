"""Feedback as people give it: the questions, a link that was handed out, one response, and the figures made of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LinkUse(StrEnum):
    """What a link is for. `form`: one person's questions, once. `thread`: hands each opener a form of its own. `reviews`: review links."""

    FORM = "form"
    THREAD = "thread"
    REVIEWS = "reviews"


class Asked(StrEnum):
    """How somebody was asked for a review: as the last step of feedback, or with nothing around it (the two benchmarks of PRODUCT 2)."""

    WITHIN_FEEDBACK = "within_feedback"
    BARE = "bare"


SATISFACTION, EFFORT, RECOMMEND = "satisfaction", "effort", "recommend"
SEARCHED_FIRST, AVOIDABLE, WHY_CHANNEL = "searched_first", "avoidable", "why_channel"
FREE_TEXT, TELL = "text", "tell"

CHOICES: Mapping[str, tuple[str, ...]] = {
    SATISFACTION: tuple(str(n) for n in range(1, 6)),
    EFFORT: tuple(str(n) for n in range(1, 8)),
    RECOMMEND: tuple(str(n) for n in range(11)),
    SEARCHED_FIRST: ("yes", "no", "unsure"),
    AVOIDABLE: ("yes", "no", "unsure"),
    WHY_CHANNEL: ("fastest", "usual", "public", "no_answer", "not_found", "other"),
    TELL: ("yes", "no"),
}
"""Accepted answers per question. Satisfaction 1 (very dissatisfied) to 5; effort 1 (very hard) to 7 (very easy); recommend 0 to 10."""

STEPS: tuple[tuple[str, ...], ...] = (
    (SATISFACTION,),
    (EFFORT,),
    (RECOMMEND,),
    (SEARCHED_FIRST, AVOIDABLE, WHY_CHANNEL),
    (FREE_TEXT, TELL),
)
"""The form's pages, in order. What one page asks is kept before the next is shown."""

MOST_TEXT = 4_000
"""Characters of free text that are kept."""


def accepted(question: str, value: str) -> str | None:
    """Return `value` as it is kept, or None when `question` has no such answer. Free text is cut at its end, never refused."""
    if question == FREE_TEXT:
        return value.strip()[:MOST_TEXT]
    return value if value in CHOICES.get(question, ()) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvite:
    """A link about to be handed out. Only `token_hash` (SHA-256, hex) of its secret is kept. `by_hand`: given by a person, not posted."""

    token_hash: str
    use: LinkUse
    asked: Asked
    channel: str
    language: str
    made_at: datetime
    expires_at: datetime
    conversation_id: int | None = None
    issue_id: int | None = None
    by_hand: bool = False
    from_invite_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A link that was handed out. `opened_at`: first answer or begin; `used_at`: after the last step, then it opens nothing any more."""

    invite_id: int
    use: LinkUse
    asked: Asked
    channel: str
    language: str
    made_at: datetime
    expires_at: datetime
    conversation_id: int | None = None
    issue_id: int | None = None
    opened_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What one person answered. `source` is form or import; `answers` by question, as kept; `ended_at` None while it may go on."""

    feedback_id: int
    source: str
    channel: str
    language: str
    begun_at: datetime
    answers: Mapping[str, str]
    ended_at: datetime | None = None
    conversation_id: int | None = None
    issue_id: int | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedResponse:
    """One row of another channel's survey. `external_id` is that channel's own number for it: known already means known."""

    external_id: str
    channel: str
    at: datetime
    answers: Mapping[str, str]
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRule:
    """Which score opens a case again: satisfaction or recommendation at or below these; -1 switches one off."""

    satisfaction: int = 2
    recommend: int = 3

    def score_of(self, answers: Mapping[str, str]) -> tuple[str, int] | None:
        """Return the question and score that ask for recovery, satisfaction first, or None."""
        for question, most in ((SATISFACTION, self.satisfaction), (RECOMMEND, self.recommend)):
            if question in answers and int(answers[question]) <= most:
                return question, int(answers[question])
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its 95 % interval, made of `n` answers. `value`, `low` and `high` are None when `n` is too few to say."""

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of `asked` people did something, as a share from 0 to 1 with its interval, beside what the literature reports."""

    asked: int
    did: int
    share: Figure
    benchmark_low: float
    benchmark_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCount:
    """People asked one way in a period: links that reached somebody, how many answered anything, how many went on to a review site."""

    asked: int = 0
    answered: int = 0
    reviewed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    """The survey core of one channel, or of all: satisfaction and effort as means, top two a share, recommendation as NPS (-100 to 100)."""

    responses: int
    satisfaction: Figure
    top_two: Figure
    effort: Figure
    nps: Figure
    searched_first: Figure
    avoidable: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackFigures:
    """Feedback of one period, of one issue or of all. `least` is the fewest answers that make a figure."""

    from_at: datetime
    to_at: datetime
    issue_id: int | None
    least: int
    all: ScoreFigures
    channels: Mapping[str, ScoreFigures] = field(default_factory=dict)
    why_channel: Mapping[str, int] = field(default_factory=dict)
    within_feedback: Rate | None = None
    bare: Rate | None = None
    answered: Figure = field(default_factory=lambda: Figure(n=0))
