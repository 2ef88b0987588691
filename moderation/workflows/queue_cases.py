"""The queue: what comes next and why, for one person, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial

from listener.errors import AlreadyClaimed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.queue import QueueLedger
from moderation.model.case import CaseRow, CaseSummary
from moderation.model.case_act import CaseAct
from moderation.model.person import Person
from moderation.model.queue import Order, QueueChoice, QueueOffers, QueuePage
from moderation.triage.place import GROWING, order_of
from moderation.workflows.case_acts import CaseActs
from moderation.workflows.follow_cases import FollowCases
from moderation.workflows.summarise_case import summary_of

PAGE = 50
_TRIES = 60
"""How many cases somebody is offered while colleagues take them at the same moment."""
_OFFERS_LAST = timedelta(seconds=30)


class Queue:
    """Reads lines that are kept up to date; works nothing out for cases that are not shown. What a person's brands hide is not there."""

    def __init__(self, queue: QueueLedger, follow: FollowCases, acts: CaseActs, ledger: Ledger, clock: Clock) -> None:
        self._queue = queue
        self._follow = follow
        self._acts = acts
        self._ledger = ledger
        self._clock = clock
        self._offers: dict[frozenset[str] | None, tuple[float, QueueOffers]] = {}

    def page(
        self, choice: QueueChoice, person: Person, *, page: int = 1, size: int = PAGE, only: Collection[int] | None = None
    ) -> QueuePage:
        """Return a page, counted from 1, with exact counts of all tabs. A page beyond the last is empty.

        `only`: nothing but these cases, such as those in which the choice's words were found; None: any.
        """
        find = partial(self._queue.find, choice, me=person.name, brands=person.brands, now=self._clock.now(), only=only)
        found = find(offset=(page - 1) * size, limit=size)
        return QueuePage(rows=self.summaries(found.case_ids), total=found.total, counts=found.counts, offers=self._offered(person.brands))

    def next(self, choice: QueueChoice, person: Person, *, mine_too: bool = False) -> CaseSummary | None:
        """Return the case to take next, or None. It is not claimed yet. With `mine_too` one that the person holds may be it."""
        offered = self._offer(choice, person, 1, mine_too=mine_too)
        found = self.summaries([case_id for case_id, _ in offered])
        return found[0] if found else None

    def take_next(self, choice: QueueChoice, person: Person, *, only: Collection[int] | None = None) -> CaseAct | None:
        """Claim the case to take next and return that act, or None when none is left. A colleague who was quicker costs one more look."""
        for case_id, version in self._offer(choice, person, _TRIES, mine_too=False, only=only):
            try:
                return self._acts.claim(case_id, person.name, version)
            except AlreadyClaimed:
                continue
        return None

    def all(self, choice: QueueChoice, person: Person, *, most: int, only: Collection[int] | None = None) -> tuple[CaseSummary, ...]:
        """Return the first `most` cases of a tab."""
        found = self._queue.find(choice, me=person.name, brands=person.brands, now=self._clock.now(), limit=most, only=only)
        return self.summaries(found.case_ids)

    def follow(self) -> None:
        """Bring the lines up to date first, where no service does so all day: commands call this before they look."""
        self._follow.once()

    def summaries(self, case_ids: Sequence[int]) -> tuple[CaseSummary, ...]:
        """Return these cases with their urgency, reasons and soonest clock, in the order given; those that are gone are left out."""
        rows = self._queue.rows(case_ids)
        shown = {one.case_id: one for one in self._summaries(list(rows.values()))}
        return tuple(shown[one] for one in case_ids if one in shown)

    def in_order(self, rows: Sequence[CaseRow]) -> tuple[CaseSummary, ...]:
        """Return cases in the order of the queue, worked out from their rows: what the lines that are kept must come to."""
        places = self._follow.places(rows, self._signals())
        shown = self._summaries(rows)
        return tuple(sorted(shown, key=lambda one: order_of(places[one.case_id], one.case_id)))

    def _summaries(self, rows: Sequence[CaseRow]) -> list[CaseSummary]:
        if not rows:
            return []
        signals, clocks, now = self._signals(), self._follow.clocks_of(rows), self._clock.now()
        return [
            summary_of(row, signal_at=None if row.issue_id is None else signals.get(row.issue_id), clock=clocks.get(row.case_id), now=now)
            for row in rows
        ]

    def _signals(self) -> dict[int, datetime]:
        """Return when each issue last had a signal within the last day."""
        now = self._clock.now()
        recent = [one for one in self._ledger.issues.signals(now - GROWING) if one.issue_id is not None and one.at <= now]
        return {one.issue_id: one.at for one in reversed(recent) if one.issue_id is not None}

    def versions(self, case_ids: Collection[int], person: Person) -> dict[int, int]:
        """Return the versions of those of these cases that the person sees, by number."""
        return self._queue.versions(case_ids, brands=person.brands)

    def _offer(
        self, choice: QueueChoice, person: Person, limit: int, *, mine_too: bool, only: Collection[int] | None = None
    ) -> list[tuple[int, int]]:
        return self._queue.next_free(
            choice,
            brands=person.brands,
            teams=person.teams,
            now=self._clock.now(),
            limit=limit,
            me=person.name if mine_too else "",
            only=only,
        )

    def _offered(self, brands: frozenset[str] | None) -> QueueOffers:
        """Return what there is to choose from; counted at most twice a minute, for it reads every live case."""
        at = self._clock.now().timestamp()
        kept = self._offers.get(brands)
        if kept is None or not kept[0] <= at < kept[0] + _OFFERS_LAST.total_seconds():
            kept = at, self._queue.offers(brands)
            self._offers = {**self._offers, brands: kept} if len(self._offers) < 100 else {brands: kept}
        return kept[1]


WHOLE = QueueChoice(order=Order.URGENCY)
"""The whole queue, most urgent first."""
