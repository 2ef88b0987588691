"""Everything that happened to an issue and because of it, in one line of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from listener.ledger.ledger import Ledger
from listener.model.issue import Signal
from moderation.ledger.actions import ActionLedger
from moderation.ledger.broadcasts import BroadcastLedger
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.ledger.status import StatusLedger
from moderation.model.action import ActionState
from moderation.model.broadcast import PlanKind
from moderation.model.status import UpdateState

MOST_SIGNALS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened. `kind` names the words that tell it, `given` fills them. `by` is empty for what nobody did.

    `plan_id` and `issue_id` name where it can be looked at, 0 for nowhere. `signal` is set for signals, whose reason has words of its own.
    """

    at: datetime
    kind: str
    by: str = ""
    given: dict[str, str] = field(default_factory=dict)
    undone: bool = False
    plan_id: int = 0
    issue_id: int = 0
    signal: Signal | None = None


class IssueTimeline:
    """Reads the line of time of one issue, newest first."""

    def __init__(
        self,
        ledger: Ledger,
        places: IssuePlaceLedger,
        status: StatusLedger,
        broadcasts: BroadcastLedger,
        actions: ActionLedger,
    ) -> None:
        self._ledger = ledger
        self._places = places
        self._status = status
        self._broadcasts = broadcasts
        self._actions = actions

    def of(self, issue_id: int) -> tuple[Happened, ...]:
        """Return what happened: found, acts of people, signals, places in the matrix, status updates, broadcasts, improvement actions."""
        sources = (self._found, self._acts, self._signals, self._put, self._told, self._sent, self._improved)
        every = [one for source in sources for one in source(issue_id)]
        every.reverse()  # of one moment, what came last stands first
        return tuple(sorted(every, key=lambda one: one.at, reverse=True))

    def _found(self, issue_id: int) -> Iterator[Happened]:
        issue = self._ledger.issues.get(issue_id)
        if issue is not None:
            yield Happened(at=issue.created_at, kind="found", issue_id=issue.split_from or 0)

    def _acts(self, issue_id: int) -> Iterator[Happened]:
        for act in self._ledger.issues.acts(issue_id):
            other = act.other_issue_id if act.issue_id == issue_id else act.issue_id
            kind = f"{act.verb}.here" if act.verb in ("merge", "split", "move") and act.issue_id != issue_id else act.verb
            detail = act.detail if act.verb == "rename" else ""
            yield Happened(at=act.at, kind=kind, by=act.by, given={"detail": detail}, undone=act.undone, issue_id=other or 0)

    def _signals(self, issue_id: int) -> Iterator[Happened]:
        for signal in self._ledger.issues.signals(issue_id=issue_id, limit=MOST_SIGNALS):
            yield Happened(at=signal.at, kind="signal", signal=signal)

    def _put(self, issue_id: int) -> Iterator[Happened]:
        for quadrant, who, at in self._places.of(issue_id):
            yield Happened(at=at, kind="placed" if quadrant else "place_given_back", by=who, given={"quadrant": quadrant})

    def _told(self, issue_id: int) -> Iterator[Happened]:
        for update in self._status.updates(issue_id):
            if update.state is UpdateState.PUBLISHED and update.published_at is not None:
                status = "no_news" if update.no_news else update.status.value
                yield Happened(at=update.published_at, kind="told", by=update.published_by, given={"status": status})

    def _improved(self, issue_id: int) -> Iterator[Happened]:
        for action in self._actions.all(issue_id=issue_id):
            yield Happened(at=action.made_at, kind="action", by=action.made_by, given={"detail": action.change})
            if action.closed_at is not None and action.state is not ActionState.OPEN:
                yield Happened(at=action.closed_at, kind=f"action_{action.state.value}", given={"detail": action.change})

    def _sent(self, issue_id: int) -> Iterator[Happened]:
        for plan in self._broadcasts.plans(issue_id=issue_id):
            if plan.approved_at is not None:
                kind = "answered" if plan.kind is PlanKind.ANSWER else "broadcast"
                yield Happened(
                    at=plan.approved_at, kind=kind, by=plan.approved_by, given={"n": str(len(plan.to_post))}, plan_id=plan.plan_id
                )
