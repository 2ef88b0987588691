"""What the public pages are fed with: a few records and callables, wired by the bootstrap. Nothing here can name a customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from listener.ports import Clock
from moderation.public.feedback_parts import FeedbackParts
from moderation.public.incoming_parts import IncomingParts
from moderation.public.stop_parts import StopParts


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicUpdate:
    """One thing we said about an issue, as the page shows it. `texts` are by language; `corrected_at`: when a later one replaced it."""

    update_id: int
    status: str
    texts: Mapping[str, str]
    published_at: datetime
    corrected_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicIssue:
    """One issue with a published status. `updates` are newest first and never empty.

    `next_update_at` is the open promise, `late_since` the promised moment that went by without a word from us.
    """

    public_id: int
    subjects: Mapping[str, str]
    status: str
    updates: tuple[PublicUpdate, ...]
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None = None
    next_update_at: datetime | None = None
    late_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyFacts:
    """What the privacy page tells: who keeps it, how to reach them ("" when that is not set), and for how many days (0: as needed).

    `case_days`: so long after a conversation with us is over, what was said in it goes.
    """

    controller: str
    contact: str = ""
    keep_days: int = 0
    case_days: int = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicParts:
    """Everything the public pages are built from. Every callable may block: the pages call them in a thread.

    - `issues()`: every issue with a published status, newest change first. `base_url` is our public address, "" when it is not set.
    - `languages`: the first is the default. `recent_days`: for how long a resolved issue stays on the front page.
    - `feedback`: the pages behind feedback links; none without it. `stop`: the page by which our e-mails are stopped, likewise.
    - `incoming`: the addresses that platforms call; none without it.
    """

    clock: Clock
    zone: ZoneInfo
    brand: str
    issues: Callable[[], Sequence[PublicIssue]]
    privacy: PrivacyFacts
    base_url: str = ""
    languages: tuple[str, ...] = ("nl", "en")
    recent_days: float = 14.0
    invented: bool = False
    feedback: FeedbackParts | None = None
    stop: StopParts | None = None
    incoming: IncomingParts | None = None
