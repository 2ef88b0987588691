"""What the queue's pages need from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from moderation.inbox.page_records import QueueEntry
from moderation.model.case_act import BulkDone, CaseAct, NewAct, Undone
from moderation.model.person import Person
from moderation.model.queue import QueueChoice, QueueOffers, SavedView, Tab
from moderation.workflows.case_acts import Colleagues


class Views(Protocol):
    """Choices under a name: `moderation/workflows/queue_views.py`."""

    def of(self, person: Person) -> tuple[SavedView, ...]:
        """Return somebody's own views in their order, then those of their teams."""
        ...

    def keep(self, person: Person, name: str, query: str, *, team: str = "") -> int:
        """Keep a choice under a name and return its number."""
        ...

    def rename(self, person: Person, view_id: int, name: str) -> None:
        """Give a view another name."""
        ...

    def move(self, person: Person, view_id: int, *, up: bool) -> None:
        """Move a view one place."""
        ...

    def delete(self, person: Person, view_id: int) -> None:
        """Delete a view."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueShown:
    """A page of the queue, the first page being 1. `issues` are the titles of the issues in `offers`, by number.

    `words_most`: so many cases with the words asked for were looked through, and there are more; 0 when these are all.
    """

    entries: tuple[QueueEntry, ...]
    total: int
    counts: dict[Tab, int]
    offers: QueueOffers
    issues: dict[int, str]
    words_most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueParts:
    """Everything a person sees or does here is within their brands.

    - `page(choice, person, page)`: a page of the queue. `size` is how many cases that holds.
    - `take_next(choice, person)`: claim what comes next; None when nothing is left.
    - `entries(case_ids, person)`: cases as the queue shows them, in this order; `every(choice, person, most)`: the first so many of a tab.
    - `act(new, case_id, version, by)`: one act; raises `ActionError`. `bulk(new, chosen, person)`: one act to many (case, version).
    - `undo(act_id, person)`: take an act back; raises `NotAllowed`. `together(act_id)`: the act with those done together with it.
    - `can_be_undone(act_id)`, `colleagues()`, and `views`, each person's saved choices.
    """

    size: int
    page: Callable[[QueueChoice, Person, int], QueueShown]
    take_next: Callable[[QueueChoice, Person], CaseAct | None]
    entries: Callable[[Sequence[int], Person], tuple[QueueEntry, ...]]
    every: Callable[[QueueChoice, Person, int], tuple[QueueEntry, ...]]
    act: Callable[[NewAct, int, int, str], CaseAct]
    bulk: Callable[[NewAct, Sequence[tuple[int, int]], Person], BulkDone]
    undo: Callable[[int, Person], Undone]
    together: Callable[[int], Sequence[CaseAct]]
    can_be_undone: Callable[[int], bool]
    colleagues: Callable[[], Colleagues]
    views: Views
