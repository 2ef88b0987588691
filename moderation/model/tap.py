"""Did the tap close? What is counted around an improvement action, and what was said of it when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TapVerdict(StrEnum):
    """What can be said about an action's contacts."""

    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    CANNOT_TELL = "cannot_tell"


class TapReason(StrEnum):
    """Why that is said; pages have words for each (`tap.reason.<value>`). The first six are refusals: nothing was estimated."""

    NOT_DONE = "not_done"
    FEW_WEEKS_BEFORE = "few_weeks_before"
    FEW_WEEKS_AFTER = "few_weeks_after"
    FEW_CONTACTS_BEFORE = "few_contacts_before"
    FEW_EXPECTED = "few_expected"
    NOTHING_BESIDE = "nothing_beside"
    UNSURE = "unsure"
    FEWER = "fewer"
    SOME_FEWER = "some_fewer"
    AS_MANY = "as_many"
    CAME_BACK = "came_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSeries:
    """Contacts a day from `first_day`, all of one length: of the action's issue, and of the brand's other contacts by kind.

    `opened_on` is the day somebody opened the action, `done_on` the day it was done. Days are local; the last one is whole.
    """

    first_day: date
    own: Sequence[int]
    others: Mapping[str, Sequence[int]]
    opened_on: date
    done_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TapRule:
    """When something may be said at all, and what counts as closed. Weeks are stretches of seven days counted away from the done day.

    `settle_weeks` around the done day belong to neither side; the weeks that touch the stretch from `peak_before_days` before the action
    was opened to `peak_after_days` after it are left out too: a peak made somebody act, and peaks pass by themselves.
    Of the weeks after only the last `latest_weeks_after` are counted, 0 for all of them.
    """

    settle_weeks: int = 1
    peak_before_days: int = 21
    peak_after_days: int = 7
    least_weeks_before: int = 8
    least_weeks_after: int = 4
    most_weeks_before: int = 52
    most_weeks_after: int = 26
    latest_weeks_after: int = 0
    least_contacts_before: int = 30
    least_expected_after: float = 10.0
    least_beside_per_week: float = 5.0
    closed_at: float = 0.5
    surely_below: float = 0.8
    coverage: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An estimate with the ends of its interval."""

    best: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TapWeek:
    """One week: contacts of the issue, and of the rest. `counted` is false where it is compared with nothing: a peak, or settling in.

    `expected`: contacts that a week after would have had if nothing had changed; None before, and where nothing was estimated.
    """

    first_day: date
    contacts: int
    beside: int
    after: bool
    counted: bool
    expected: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TapPrior:
    """What earlier actions did, as the logarithm of (contacts left / contacts expected): mean, spread, and how many they were.

    `alike` is how likely the next one is of their kind; with what remains, nothing is known of it. The defaults know nothing.
    """

    mean: float = 0.0
    spread: float = 2.0
    actions: int = 0
    alike: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TapEffect:
    """What became of an action's contacts.

    `left` is the share that still comes of what would have come, `avoided` the contacts that did not come; both None after a refusal.
    `alone` is `left` as this action's own weeks give it, without what earlier actions did.
    """

    verdict: TapVerdict
    reason: TapReason
    weeks_before: int
    weeks_after: int
    contacts_before: int
    contacts_after: int
    left: Span | None = None
    alone: Span | None = None
    avoided: Span | None = None
    weeks: tuple[TapWeek, ...] = ()
    earlier_actions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TapLook:
    """One look at a done action, kept as it was said. `week` is the ISO week it was taken in, "2026-W31".

    `came_back`: it was closed at an earlier look, and the last weeks alone say that it is no longer.
    """

    action_id: int
    done_at: datetime
    week: str
    at: datetime
    effect: TapEffect
    came_back: bool = False
