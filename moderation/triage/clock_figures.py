"""How many customers heard from us in time, per channel: for reports. Waits have no person in them, so nobody can be ranked. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from moderation.model.clock import CaseTimes, ChannelKept, ClockKind, OpeningHours, Targets, Wait
from moderation.reports.feedback import share
from moderation.triage.open_time import open_time


def clocks_kept(
    waits: Iterable[Wait], *, hours: OpeningHours, targets: Targets, from_at: datetime, until: datetime, least: int
) -> tuple[ChannelKept, ...]:
    """Return, per platform and kind of clock, the share of the waits due in [from_at, until) that were answered in time.

    A wait that ended without an answer before it was due counts for nothing: there was nothing to be late with. One that is still open
    at `until`, or was answered or ended later than due, was not in time. Platforms by name, without a target left out. `least`: fewer
    waits than this make no share.
    """
    counted: dict[tuple[str, ClockKind], list[bool]] = defaultdict(list)
    for wait, in_time in due_waits(waits, hours=hours, targets=targets, from_at=from_at, until=until):
        counted[wait.platform, wait.kind].append(in_time)
    return tuple(
        ChannelKept(platform=platform, kind=kind, kept=sum(some), share=share(sum(some), len(some), least=least))
        for (platform, kind), some in sorted(counted.items())
    )


def due_waits(
    waits: Iterable[Wait], *, hours: OpeningHours, targets: Targets, from_at: datetime, until: datetime
) -> Iterator[tuple[Wait, bool]]:
    """Yield the waits that `clocks_kept` counts, each with whether it was answered in time."""
    for wait in waits:
        due = _due(wait, hours, targets)
        if due is None or not from_at <= due < until:
            continue
        ended = wait.answered_at or wait.ended_at
        if wait.answered_at is None and ended is not None and ended <= due:
            continue
        yield wait, wait.answered_at is not None and wait.answered_at <= due


def waits_of(times: CaseTimes) -> tuple[Wait, ...]:
    """Return each stretch in which the customer waited, oldest first: from their first unanswered message to the answer after it."""
    found: list[Wait] = []
    answers, at = sorted(times.answers), 0
    for posted, joined in sorted(times.messages, key=lambda message: message[1]):
        while at < len(answers) and answers[at] < joined:
            at += 1
        answered = answers[at] if at < len(answers) else None
        if found and found[-1].answered_at == answered:
            continue
        kind = ClockKind.NEXT_REPLY if at else ClockKind.FIRST_REPLY
        found.append(
            Wait(case_id=times.case_id, platform=times.platform, kind=kind, since=posted, answered_at=answered, ended_at=times.ended_at)
        )
    return tuple(found)


def _due(wait: Wait, hours: OpeningHours, targets: Targets) -> datetime | None:
    target = targets.of(wait.platform)
    seconds = target.first_reply_seconds if wait.kind is ClockKind.FIRST_REPLY else target.next_reply_seconds
    return None if seconds is None else open_time(hours, since=wait.since, now=wait.since).after(wait.since, seconds)
