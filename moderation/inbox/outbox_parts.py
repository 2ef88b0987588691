"""What the page about the outbox needs from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.model.alarm import Alarm
from moderation.model.outbox import Draft, EntryState, OutboxEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxNow:
    """The outbox at one moment: entries newest first, drafts that wait for approval, alarms that nobody saw.

    `stopped_by` is empty while sends go on. `restored`: a backup was put back and nobody has compared yet.
    """

    entries: tuple[OutboxEntry, ...]
    drafts: tuple[Draft, ...]
    alarms: tuple[Alarm, ...]
    stopped_by: str
    restored: bool = False


def free(draft: Draft) -> float:  # noqa: ARG001 - where nothing costs anything, no draft does
    """Return no cost."""
    return 0.0


def on_its_way(entry: OutboxEntry, language: str) -> str:  # noqa: ARG001 - where nobody knows why something waits, nothing is said
    """Return no reason to wait."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxParts:
    """What the page about the outbox does. Everything that changes something takes who does it last but for text, and raises `ActionError`.

    `approve(draft_id, who, shown)`: exactly what `shown(draft)` names of the draft as its page had it; anything else is refused.

    `now(states)`: the outbox, of entries those in these states (none: all). `resolve(entry, who, there)`: None means not there.
    `may_be_there`: reasons for which an entry that never started may be on the platform. `sentence`, `note`, `alarm`: words in a language;
    a note that names rules says what they say. `cost`: the US dollars that posting a draft costs; 0 where it is free. `held`: why an
    approved entry waits, in words; empty when it is about to leave.
    """

    now: Callable[[Sequence[EntryState]], OutboxNow]
    approve: Callable[[int, str, str], object]
    shown: Callable[[Draft], str]
    cancel: Callable[[int, str, str], object]
    resolve: Callable[[int, str, str | None], object]
    seen: Callable[[int, str], object]
    stop: Callable[[str], object]
    resume: Callable[[str], object]
    sentence: Callable[[OutboxEntry, str], str]
    note: Callable[[OutboxEntry, str], str]
    alarm: Callable[[Alarm, str], str]
    may_be_there: frozenset[str] = frozenset()
    cost: Callable[[Draft], float] = free
    held: Callable[[OutboxEntry, str], str] = on_its_way
