"""What we say in public about an issue, what we promise, and whether we kept it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class IssueStatus(StrEnum):
    """How far we are with an issue, as everybody may know (PRODUCT P1)."""

    SEEN = "seen"
    INVESTIGATING = "investigating"
    CAUSE_KNOWN = "cause_known"
    FIXING = "fixing"
    RESOLVED = "resolved"
    LEARNED = "learned"

    @property
    def is_over(self) -> bool:
        """Whether this status tells that the trouble is over."""
        return self in (IssueStatus.RESOLVED, IssueStatus.LEARNED)


class UpdateState(StrEnum):
    """A draft is open until somebody publishes it or throws it away; its texts never change."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class PromiseState(StrEnum):
    """`open` until we spoke in time (`kept`) or the moment went by without a word (`broken`); speaking late does not make it kept."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpdate:
    """A status update as it was worded. `subjects`, `texts` and `templates` are by language, and hold both.

    `texts` carry no signature; `templates` name the template with its digest. `next_update_at` is the promise, None without one.
    `corrects` is the published update that this one puts right. `no_news` is True for "no news yet", which the promise clock prepares.
    """

    issue_id: int
    status: IssueStatus
    subjects: Mapping[str, str]
    texts: Mapping[str, str]
    templates: Mapping[str, str]
    made_by: str
    made_at: datetime
    next_update_at: datetime | None = None
    corrects: int | None = None
    no_news: bool = False
    for_promise: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """A kept status update. `published_by` is the person whose press approved it, "" while it is a draft."""

    update_id: int
    state: UpdateState
    issue_id: int
    status: IssueStatus
    subjects: Mapping[str, str]
    texts: Mapping[str, str]
    templates: Mapping[str, str]
    made_by: str
    made_at: datetime
    next_update_at: datetime | None = None
    published_at: datetime | None = None
    published_by: str = ""
    corrects: int | None = None
    no_news: bool = False
    for_promise: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStatus:
    """How an issue stands in public. `public_id` is its number on the status page: never reused, and not the issue's own."""

    public_id: int
    issue_id: int
    status: IssueStatus
    subjects: Mapping[str, str]
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """ "Next update by …": made by publishing `update_id`. `settled_at` is when we spoke, or `due_at` when we did not."""

    promise_id: int
    update_id: int
    issue_id: int
    made_at: datetime
    due_at: datetime
    state: PromiseState
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An issue that was publicly called solved at `resolved_at`."""

    issue_id: int
    public_id: int
    resolved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long we said nothing about an issue while people go on writing.

    `since` is our last public word, or when the issue began if we never spoke (`spoken` False). `written` counts messages after that.
    `too_long`: at least the hours that the settings allow, and somebody wrote meanwhile.
    """

    issue_id: int
    since: datetime
    hours: float
    written: int
    spoken: bool
    too_long: bool


class Light(StrEnum):
    """How a promise looks at a glance: green has time, orange is near, red went by."""

    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


def light_of(promise: Promise, *, now: datetime, ahead: timedelta) -> Light:
    """Return how an open or broken promise looks at `now`; orange begins `ahead` of its moment."""
    if promise.state is PromiseState.BROKEN or now >= promise.due_at:
        return Light.RED
    return Light.ORANGE if now >= promise.due_at - ahead else Light.GREEN
