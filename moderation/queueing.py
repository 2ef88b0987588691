"""The queue put together on an open ledger: what it reads, what keeps it up to date, and what is done to cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.case_acts import CaseActLedger
from moderation.ledger.following import FollowLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.queue import QueueLedger
from moderation.ledger.queue_views import QueueViewLedger
from moderation.model.person import Right
from moderation.workflows.case_acts import CaseActs, Colleagues
from moderation.workflows.follow_cases import FollowCases, RunningClocks
from moderation.workflows.open_cases import MOST_AGE
from moderation.workflows.queue_cases import Queue
from moderation.workflows.queue_views import QueueViews


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """The queue with what belongs to it."""

    queue: Queue
    follow: FollowCases
    acts: CaseActs
    views: QueueViews


def colleagues_in(people: PeopleLedger) -> Callable[[], Colleagues]:
    """Return what tells who may be given a case: colleagues who may answer, and the teams."""

    def known() -> Colleagues:
        may = [one.person for one in people.all() if one.person.may(Right.ANSWER)]
        return Colleagues(
            names=frozenset(one.name for one in may),
            teams=frozenset(team.name for team in people.teams()),
            brands={one.name: one.brands for one in may if one.brands is not None},
        )

    return known


def queueing_over(
    ledger: Ledger,
    clock: Clock,
    *,
    clocks: RunningClocks | None = None,
    most_age: timedelta = MOST_AGE,
    colleagues: Callable[[], Colleagues] = Colleagues,
) -> Queueing:
    """Return the queue of an open ledger. Without `clocks` no case has one; without `colleagues` any name may be given a case."""
    engine = ledger.engine
    follow = FollowCases(FollowLedger(engine), clock, clocks=clocks, most_age=most_age)
    acts = CaseActs(CaseActLedger(engine), clock, colleagues=colleagues)
    return Queueing(
        queue=Queue(QueueLedger(engine), follow, acts, ledger, clock),
        follow=follow,
        acts=acts,
        views=QueueViews(QueueViewLedger(engine), clock),
    )
