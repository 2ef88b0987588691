"""Improvement actions: what we change because of an issue, and who is told about it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ActionState(StrEnum):
    """An action is open until it is done or dropped; `undo` opens it again."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TellState(StrEnum):
    """Where one "you said, we did" stands. Only `drafted` can leave, and only once it is approved.

    `planned`: to be worded. `shadow`: recorded, nothing leaves before graduation. `left_out`: not told, with the reason. `withdrawn`: the
    action was opened again before anybody approved it.
    """

    PLANNED = "planned"
    SHADOW = "shadow"
    DRAFTED = "drafted"
    LEFT_OUT = "left_out"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAction:
    """An action about to be kept. `change`: what changes. `done_when`: how anybody can see that it is done."""

    issue_id: int
    owner: str
    due_on: date
    change: str
    done_when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A kept action. `did` says by language what we did, in words for customers; empty until it is done."""

    action_id: int
    issue_id: int
    owner: str
    due_on: date
    change: str
    done_when: str
    state: ActionState
    did: Mapping[str, str]
    made_by: str
    made_at: datetime
    closed_at: datetime | None = None

    def late_on(self, today: date) -> bool:
        """Tell whether it is open past its day."""
        return self.state is ActionState.OPEN and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAct:
    """One thing somebody did to an action: add, done, drop, undo."""

    verb: str
    made_by: str
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A conversation whose customer agreed to hear what we do. `author_key` is empty when the platform named nobody."""

    conversation_id: int
    platform: str
    realm: str
    thread_id: str
    author_key: str

    @property
    def thread_key(self) -> str:
        return f"{self.platform}/{self.realm}/{self.thread_id}"

    @property
    def person_key(self) -> str:
        return self.author_key or f"conversation:{self.conversation_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One "you said, we did": to one thread, for one person, exactly once per action. `reason` is why it stands there: a key, or rules."""

    message_id: int
    action_id: int
    conversation_id: int
    thread_key: str
    person_key: str
    state: TellState
    draft_id: int | None = None
    reason: str = ""


def once_each(agreed: list[Agreed]) -> list[Agreed]:
    """Return whom to write to: one per thread and one per person, in order.

    Whoever agreed in a thread that gets a message reads it there; whoever agreed in two threads is told in the first.
    """
    threads: set[str] = set()
    people: set[str] = set()
    chosen = []
    for one in agreed:
        if one.thread_key not in threads and one.person_key in people:
            continue
        if one.thread_key not in threads:
            chosen.append(one)
            threads.add(one.thread_key)
        people.add(one.person_key)
    return chosen
