"""Saved views of the queue: a name for a choice of filters, for oneself or for one's team."""

from __future__ import annotations

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.queue_views import QueueViewLedger
from moderation.model.person import Person, Right
from moderation.model.queue import SavedView

LONGEST_NAME = 60
LONGEST_QUERY = 1_000


class QueueViews:
    """Everybody has their own; what a team shares, everybody in it may change."""

    def __init__(self, ledger: QueueViewLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def of(self, person: Person) -> tuple[SavedView, ...]:
        """Return somebody's own views in their order, then those of their teams."""
        return self._ledger.of(person.name, person.teams)

    def keep(self, person: Person, name: str, query: str, *, team: str = "") -> int:
        """Keep a choice under a name and return its number. A view of that name gets this choice.

        Raises `NotAllowed` for an empty or long name, or a team that the person is not in.
        """
        name = _fit_name(name)
        if len(query) > LONGEST_QUERY:
            raise NotAllowed("This choice is too long to keep.", key="view_long")
        if team and team not in _changes(person):
            raise NotAllowed(f"You are not in the team {team!r}.", key="view_team", fields={"team": team})
        owner = "" if team else person.name
        return self._ledger.keep(owner=owner, team=team, name=name, query=query, by=person.name, at=self._clock.now())

    def rename(self, person: Person, view_id: int, name: str) -> None:
        """Give a view another name. Raises `NotAllowed` when it is not theirs or the name is taken."""
        self._ledger.rename(view_id, person.name, _changes(person), _fit_name(name), at=self._clock.now())

    def move(self, person: Person, view_id: int, *, up: bool) -> None:
        """Move a view one place."""
        self._ledger.move(view_id, person.name, _changes(person), up=up, at=self._clock.now())

    def delete(self, person: Person, view_id: int) -> None:
        """Delete a view. Raises `NotAllowed` when it is not theirs."""
        self._ledger.delete(view_id, person.name, _changes(person), at=self._clock.now())


def _changes(person: Person) -> frozenset[str]:
    """Return the teams whose views somebody may change: whoever may only read keeps views for themselves."""
    return person.teams if person.may(Right.ANSWER) else frozenset()


def _fit_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME:
        raise NotAllowed(f"A view needs a name of at most {LONGEST_NAME} characters.", key="view_name", fields={"most": LONGEST_NAME})
    return tidy
