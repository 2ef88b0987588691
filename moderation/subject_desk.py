"""What answers people who ask what is kept of them, put together on an open ledger: for commands, pages, the bot and the service alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from listener.issues.prepare import Reader
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.workflows.forget_me import ForgetMe
from moderation.workflows.keep_requests import KeepRequests, TellRequests
from moderation.workflows.subjects import Subjects


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDesk:
    """`subjects` does what is asked for, `keep` notes requests and their clocks, `tell` raises alarms, `forget_me` is for Discord."""

    subjects: Subjects
    keep: KeepRequests
    tell: TellRequests
    forget_me: ForgetMe

    def once(self) -> None:
        """End what people pressed themselves and what was cut off, and tell of what is nearly late."""
        self.subjects.finish()
        self.tell.once()


def subject_desk(home: Path, ledger: Ledger, clock: Clock, *, zone: tzinfo, reader: Callable[[], Reader] | None) -> SubjectDesk:
    """Return the desk of a home whose ledger is open. `reader`: see `Subjects`."""
    requests = SubjectRequestLedger(ledger.engine, ledger.suppression)
    subjects = Subjects(home, ledger, clock, reader, zone=zone)
    return SubjectDesk(
        subjects=subjects,
        keep=KeepRequests(requests, subjects, clock, zone=zone),
        tell=TellRequests(requests, AlarmLedger(ledger.engine), clock),
        forget_me=ForgetMe(ledger, requests, subjects, clock, zone=zone),
    )
