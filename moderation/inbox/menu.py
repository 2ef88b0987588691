"""The menu of the staff pages: what people open every day, and what they open now and then, as far as it is there and theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moderation.inbox.parts import StaffParts
from moderation.inbox.rights import OPEN, WHOLE_HOUSE, needed_for
from moderation.model.person import Person, Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page of the menu. `room` is the part of `StaffParts` that it needs, empty when every installation has it.

    `letter` opens it after a g ("g q" is the queue), so a letter stands here once. The words are those of `nav.<key>`.
    """

    where: str
    key: str
    letter: str
    room: str = ""


DAILY = (
    Entry(where="/queue", key="queue", letter="q"),
    Entry(where="/issues", key="issues", letter="i"),
    Entry(where="/search", key="search", letter="z", room="search"),
    Entry(where="/knowledge", key="knowledge", letter="k", room="knowledge"),
    Entry(where="/status", key="status", letter="s", room="status"),
    Entry(where="/digest", key="digest", letter="d"),
    Entry(where="/report", key="report", letter="e", room="report"),
    Entry(where="/dashboard", key="dashboard", letter="c", room="dashboard"),
)
MORE = (
    Entry(where="/sources", key="sources", letter="b"),
    Entry(where="/questions", key="questions", letter="u", room="conversation"),
    Entry(where="/outbox", key="outbox", letter="o", room="outbox"),
    Entry(where="/approvals", key="approvals", letter="r", room="reply"),
    Entry(where="/templates", key="templates", letter="t", room="reply"),
    Entry(where="/invitations", key="invitations", letter="v", room="invitations"),
    Entry(where="/feedback", key="feedback", letter="f", room="feedback"),
    Entry(where="/actions", key="actions", letter="a", room="actions"),
    Entry(where="/grid", key="grid", letter="h", room="plans"),
    Entry(where="/matrix", key="matrix", letter="x", room="plans"),
    Entry(where="/shadow", key="shadow", letter="w", room="shadow"),
    Entry(where="/exports", key="exports", letter="l", room="exports"),
    Entry(where="/people", key="people", letter="p", room="people"),
    Entry(where="/requests", key="requests", letter="y", room="requests"),
    Entry(where="/deliveries", key="deliveries", letter="m", room="deliveries"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    daily: tuple[Entry, ...]
    more: tuple[Entry, ...]


def menu_of(parts: StaffParts) -> Callable[[Person | None], Menu]:
    """Return what makes a person's menu: only pages that are there, and only those that the person may open.

    Without a person (an app of tests that knows none) the menu holds every page that is there.
    """

    def there(entry: Entry) -> bool:
        return not entry.room or getattr(parts, entry.room, None) is not None

    daily, more = tuple(filter(there, DAILY)), tuple(filter(there, MORE))

    def menu(person: Person | None) -> Menu:
        def may(entry: Entry) -> bool:
            return person is None or may_open(person, entry.where)

        return Menu(daily=tuple(filter(may, daily)), more=tuple(filter(may, more)))

    return menu


def may_open(person: Person, where: str) -> bool:
    """Tell whether the gate would let this person see a page: the same table decides what the menu shows and what opens."""
    needed = needed_for("GET", where)
    if needed is None or needed == OPEN:
        return needed == OPEN
    whole_house = ("GET", where) in WHOLE_HOUSE or needed is Right.ADMINISTER
    return person.may(needed) and (person.brands is None or not whole_house)
