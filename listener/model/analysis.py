"""What the analyser says about mentions, and what one of its steps commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from listener.model.issue import Membership, NewIssue, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One statement about a mention: `name` such as sentiment, cause, question, compliment, idea, spam; `value` its answer.

    `probability` is between 0 and 1. `model` names what said so, so that it can be replaced and compared later.
    """

    name: str
    value: str
    probability: float
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was found out about one revision of one mention.

    `card_id` is the mention_id of the first near-identical mention (its own id when it is the first): reposts and copies fold into
    one card. `text_hash` names the cleaned text whose embedding is kept. `language` is nl, en, de, fr or other.
    """

    mention_id: int
    revision: int
    language: str
    card_id: int
    text_hash: str
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEmbedding:
    """A vector to keep: float32 `(n_dims,)` here, float16 in the ledger; never computed twice for one (text_hash, model)."""

    text_hash: str
    model: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """The latest mentions of an issue, by which it is known again when none is left in the window.

    `vectors` is float32 `(k, n_dims)`, unit rows, newest first; `languages` has one per row.
    """

    issue_id: int
    vectors: NDArray[np.float32]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisStep:
    """Everything one analyser batch or one regrouping decided: committed in one transaction, or not at all.

    New issues carry negative temporary ids; memberships and signals of the same step refer to them and are renumbered on saving.
    `regrouped` is set when the step is a regrouping: the number of analysed mentions it had seen; `model` then names the vectors that
    were compared.
    """

    at: datetime
    analyses: tuple[Analysis, ...] = ()
    embeddings: tuple[NewEmbedding, ...] = ()
    new_issues: tuple[NewIssue, ...] = ()
    memberships: tuple[Membership, ...] = ()
    signals: tuple[Signal, ...] = ()
    titles: tuple[tuple[int, str], ...] = ()
    regrouped: int | None = None
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedMention:
    """One analysed mention as insight and the analyser's window need it: no text, only facts and its vector.

    `vector` is float32 `(n_dims,)`, unit length; `(0,)` when its words were let go (`StoredMention.expired_at`).
    `author_key` is empty when the platform named nobody (then the row counts as its own author). `issue_id` is None while it is
    loose. `labels` maps label name to value for labels with probability >= 0.5.
    """

    mention_id: int
    card_id: int
    issue_id: int | None
    platform: str
    realm: str
    source: str
    channel: str
    brands: tuple[str, ...]
    directed: bool
    author_key: str
    language: str
    posted_at: datetime
    first_seen_at: datetime
    text_hash: str
    labels: dict[str, str]
    vector: NDArray[np.float32]
