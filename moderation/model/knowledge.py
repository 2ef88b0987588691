"""Knowledge: answers that worked, kept as articles that people approve, with what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

MACHINE = "suggested"
"""`made_by` of what was put together from answered conversations; anything else is a person."""


class ArticleState(StrEnum):
    """A suggestion waits for a person; only an approved article is offered beside a reply. A merged one went into another."""

    SUGGESTED = "suggested"
    APPROVED = "approved"
    RETIRED = "retired"
    MERGED = "merged"


class Flag(StrEnum):
    """Why an approved article may no longer hold. A person says that it does, or edits it."""

    CAME_BACK = "came_back"
    GROWS = "grows"
    STATUS = "status"
    WORDS_GONE = "words_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCase:
    """A customer's question in a conversation and our accepted post that answered it. `vector` is of the question, unit length.

    `private`: only the customer and we read it.
    """

    case_id: int
    mention_id: int
    entry_id: int
    brand: str
    language: str
    platform: str
    question: str
    answer: str
    author: str
    issue_id: int | None
    answered_at: datetime
    vector: NDArray[np.float32]
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """What an article rests on: a question and, where there is one, the case and the post that answered it. `fit` is its nearness."""

    mention_id: int
    case_id: int | None
    entry_id: int | None
    fit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """An article to keep. `question_mention_id` and `answer_mention_id` name the message whose words these still are."""

    language: str
    brands: frozenset[str]
    question: str
    answer: str
    evidence: tuple[EvidenceLine, ...]
    made_by: str
    issue_id: int | None = None
    question_mention_id: int | None = None
    answer_mention_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """One wording of an article. `note` is why it was changed."""

    version: int
    question: str
    answer: str
    made_by: str
    made_at: datetime
    note: str = ""
    question_mention_id: int | None = None
    answer_mention_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article as it stands. `turn` goes back with every act: somebody else's change in between is told, not overwritten.

    `question` and `answer` are those of the version that holds; empty where they were a message's words and that message is gone.
    `evidence` counts conversations it rests on, `used` how often it was put into a reply.
    """

    article_id: int
    state: ArticleState
    language: str
    brands: frozenset[str]
    turn: int
    version: int
    question: str
    answer: str
    made_by: str
    made_at: datetime
    changed_at: datetime
    issue_id: int | None = None
    approved_by: str = ""
    approved_at: datetime | None = None
    checked_at: datetime | None = None
    flag: Flag | None = None
    flagged_at: datetime | None = None
    merged_into: int | None = None
    evidence: int = 0
    used: int = 0

    @property
    def complete(self) -> bool:
        """Whether it has a question and an answer: an article without is neither approved nor offered."""
        return bool(self.question and self.answer)

    @property
    def holds_since(self) -> datetime:
        """From when on news about its issue counts against it."""
        return max(moment for moment in (self.made_at, self.approved_at, self.checked_at) if moment is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleAct:
    """One thing a person did: approve, edit, merge, retire, check or undo. `undone` tells whether it was taken back."""

    act_id: int
    article_id: int
    verb: str
    made_by: str
    at: datetime
    other_article_id: int | None = None
    undone: bool = False
    undoable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A line of evidence as it can be shown now: ids, when, and where; its words are read where they are kept."""

    mention_id: int
    case_id: int | None
    entry_id: int | None
    fit: float
    at: datetime
    platform: str
    url: str
    brand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVectors:
    """What an article is near to: its question as worded, and the middle of the questions it rests on; unit length, or None."""

    article_id: int
    question: NDArray[np.float32] | None
    evidence: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What one look at the answered conversations did."""

    looked_at: int = 0
    suggested: int = 0
    grown: int = 0
    dropped: int = 0
    flagged: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """An article put into a reply."""

    article_id: int
    version: int
    case_id: int
    made_by: str
    at: datetime
