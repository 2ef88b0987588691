"""What we said in public, what is promised, asked and done about it: the answering half's figures of a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseDue:
    """A promise to speak again about an issue by `due_at`; `kept` is None while nobody knows yet."""

    title: str
    due_at: datetime
    kept: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """An issue about which people write while we said nothing for `hours`."""

    title: str
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDue:
    """An improvement action about an issue, to be done by `due_at`; `done` when it is."""

    title: str
    what: str
    owner: str
    due_at: datetime | None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenFigures:
    """Counts of a stretch of time, and what stands open at its end.

    `posted` posts that a platform accepted; `to_approve` drafts waiting for a person; `needs_human` posts that a person has to look at;
    `alarms` unseen ones; `stopped_by` who pressed the kill switch, "" when nobody did. `asked`, `waiting`, `not_asked`: decisions about
    invitations; `in_shadow` items waiting to be looked at. `answers` of feedback, with the mean satisfaction (1 to 5) when there are
    enough; `responded` of `invited` gave feedback. `clocks_red` customers waited longer than we want;
    `clocks_orange` are about to. `requests_late` and `requests_soon`: people who asked what we keep of them, past their month and within a
    week of its end.
    """

    posted: int = 0
    to_approve: int = 0
    needs_human: int = 0
    alarms: int = 0
    stopped_by: str = ""
    promises: tuple[PromiseDue, ...] = ()
    silences: tuple[Silence, ...] = ()
    asked: int = 0
    waiting: int = 0
    not_asked: int = 0
    in_shadow: int = 0
    answers: int = 0
    satisfaction: float | None = None
    invited: int = 0
    responded: int = 0
    actions: tuple[ActionDue, ...] = ()
    clocks_red: int = 0
    clocks_orange: int = 0
    requests_late: int = 0
    requests_soon: int = 0
