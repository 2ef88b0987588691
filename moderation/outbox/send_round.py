"""One run of the gateway while it goes on: what it handled, and which alarms it raised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.model.outbox import OutboxEntry, Outcome, SendReport, Sent
from moderation.model.post import AccountId

STUCK = "stuck"


@dataclass(slots=True)
class Round:
    """What happens during one run. `failed` is what a store said when it could not be used: then nothing more is sent."""

    alarms: list[tuple[str, str]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    accounts: dict[str, AccountId | None] = field(default_factory=dict)
    handled: set[int] = field(default_factory=set)
    stopped: str = ""
    failed: BaseException | None = None

    def new_work(self, entries: Iterable[OutboxEntry], *, now: datetime) -> dict[str, list[OutboxEntry]]:
        """Return what nobody looked at in this run, per account in the given order. What waits for its time is held meanwhile."""
        found: dict[str, list[OutboxEntry]] = {}
        for entry in entries:
            if entry.entry_id in self.handled:
                continue
            if entry.not_before is not None and entry.not_before > now and entry.expires_at > now:
                self.held[entry.entry_id] = "waiting"
                continue
            self.held.pop(entry.entry_id, None)
            found.setdefault(entry.post.account.key, []).append(entry)
        return found

    def hold(self, entry: OutboxEntry, why: str) -> str:
        """Let an entry wait."""
        self.held[entry.entry_id] = why
        return ""

    def note(self, entry: OutboxEntry, outcome: Outcome) -> str:
        """Remember where an entry got to; return the reason."""
        self.sent.append(Sent(entry_id=entry.entry_id, state=outcome.state, reason=outcome.reason))
        return outcome.reason

    def report(self) -> SendReport:
        """Return the run as a record."""
        return SendReport(sent=tuple(self.sent), held=self.held, stopped=self.stopped, alarms=tuple(self.alarms))


class Told:
    """Raises each alarm once. Without a ledger for them every alarm is a new one."""

    def __init__(self, alarms: AlarmLedger | None, clock: Clock) -> None:
        self._alarms = alarms
        self._clock = clock

    def new(self, alarms: Iterable[tuple[str, str]], *, about: str) -> list[tuple[str, str]]:
        """Raise alarms given as (kind, number) about one subject; return those that were not up already."""
        at = self._clock.now()
        return [
            (kind, number) for kind, number in alarms if self._alarms is None or self._alarms.raise_once(kind, about, note=number, at=at)
        ]

    def stuck(self, entries: Iterable[OutboxEntry]) -> list[tuple[str, str]]:
        """Raise an alarm for each of these entries, and end those of entries that got on (RULES A10)."""
        numbers = [str(entry.entry_id) for entry in entries]
        if self._alarms is not None:
            self._alarms.over(STUCK, still=numbers, at=self._clock.now())
        return [alarm for number in numbers for alarm in self.new([(STUCK, number)], about=number)]
