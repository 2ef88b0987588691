"""Issues, who belongs to them, and signals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VOLUME = "volume"
SILENCE = "silence"
WHOLE = frozenset({VOLUME, SILENCE})
"""Kinds of signals about a brand or a source as a whole; the analyser, which looks at issues, knows nothing of them."""


class IssueState(StrEnum):
    """Where an issue is in its life (PRODUCT U5). Derived from counts, except `resolved` and `muted`, which people set."""

    NEW = "new"
    GROWING = "growing"
    STEADY = "steady"
    FADING = "fading"
    QUIET = "quiet"
    RESOLVED = "resolved"
    CAME_BACK = "came_back"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Mentions about one need, under an id that is never reused. `title_by` is "model" or the person who renamed it.

    A pinned issue stays on top of lists and is never dissolved; a muted one is silent until it grows beyond what it was at `muted_at`
    (None: muted before that was kept). `split_from` is the issue a person split it off from.
    """

    issue_id: int
    title: str
    title_by: str
    created_at: datetime
    merged_into: int | None = None
    muted: bool = False
    resolved_at: datetime | None = None
    pinned: bool = False
    muted_at: datetime | None = None
    split_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueAct:
    """One thing a person did: `verb` is rename, merge, split, move, mute, unmute, pin, unpin, resolve, reopen or undo.

    `issue_id` is the issue it was done to (None for a mention that was and stays in none), `other_issue_id` the second one: where a
    merge went, what a split made, where a moved mention came from. `undone` tells whether a person took it back later.
    """

    act_id: int
    issue_id: int | None
    other_issue_id: int | None
    verb: str
    detail: str
    by: str
    at: datetime
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIssue:
    """An issue to be created with its first members. `temporary_id` is negative and unique within one step."""

    temporary_id: int
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One line of the append-only record of who belongs where: the latest line per mention holds; a person's line always wins.

    `issue_id` None means loose; negative means a new issue of the same step. `by` is "model" or a person.
    """

    mention_id: int
    issue_id: int | None
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The numbers behind a signal, for whoever asks why.

    `level`: the chance of a false alarm that the look was allowed, its p-value is below it. `before` people in `history_hours` of
    baseline; `dispersion`: variance of usual counts over their mean; `rhythm`: how many times the average is usual at this hour of the
    week (1: not known yet). `places`: different places (platform and realm) of the evidence. When a share was judged and not a number,
    `seen` and `before` are those who count among `of_seen` and `of_before` people.
    """

    level: float
    before: int
    history_hours: float
    dispersion: float
    rhythm: float
    places: int
    of_seen: int = 0
    of_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something about an issue that a person should know now, with its reason in numbers.

    Without issue (`issue_id` None) it is about `about` as a whole: a brand much spoken of, or a source that fell silent.
    `seen` distinct authors against `usual` expected in a window of `window_hours`; `p_value` is the chance that luck explains it.
    `mention_ids` are the evidence. `learning_day` is 1..7 while there is no full baseline yet, else None. `signal_id` is 0 before saving.
    `judged` is None where no look was judged, such as for copies.
    """

    kind: str
    issue_id: int | None
    at: datetime
    seen: int
    usual: float
    p_value: float
    window_hours: float
    mention_ids: tuple[int, ...]
    learning_day: int | None = None
    signal_id: int = 0
    about: str = ""
    judged: Judged | None = None
