"""Gather what we said, promised, asked and did in a stretch of time, for digest and report."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from moderation.ledger.spoken_counts import SpokenCounts
from moderation.ledger.subject_requests import SubjectRequestLedger
from moderation.model.action import Action, ActionState
from moderation.model.spoken import ActionDue, PromiseDue, Silence, SpokenFigures
from moderation.model.status import PromiseState
from moderation.parts import Desk

_KEPT = {PromiseState.OPEN: None, PromiseState.KEPT: True, PromiseState.BROKEN: False}
MOST_LINES = 8
"""Issues, promises and actions named one by one; a digest is read in a minute."""
MOST_SILENCES = 3


def gather_spoken(desk: Desk, from_at: datetime, as_of: datetime) -> SpokenFigures:
    """Return the figures of [from_at, as_of), and what stands open now."""
    counts = SpokenCounts(desk.ledger.engine).between(from_at, as_of)
    feedback = desk.feedback.answers.figures(from_at, as_of)
    asked = feedback.within_feedback
    waiting = desk.tell_clocks.now()
    asked_us = SubjectRequestLedger(desk.ledger.engine, desk.ledger.suppression).all(ended=False)
    return SpokenFigures(
        posted=counts.posted,
        to_approve=counts.to_approve,
        needs_human=counts.needs_human,
        alarms=len(desk.alarms.unseen()),
        stopped_by=desk.outbox.stopped(),
        promises=_promises(desk, from_at, as_of),
        silences=_silences(desk),
        asked=counts.events.get("asked", 0),
        waiting=counts.events.get("waiting", 0) + counts.events.get("asking", 0),
        not_asked=counts.events.get("never", 0),
        in_shadow=counts.in_shadow,
        answers=feedback.all.satisfaction.n,
        satisfaction=feedback.all.satisfaction.value,
        invited=asked.asked if asked else 0,
        responded=feedback.all.responses,
        actions=_actions(desk, from_at, as_of),
        clocks_red=waiting.red,
        clocks_orange=waiting.orange,
        requests_late=sum(one.overdue(as_of) for one in asked_us),
        requests_soon=sum(one.soon(as_of) for one in asked_us),
    )


def _promises(desk: Desk, from_at: datetime, as_of: datetime) -> tuple[PromiseDue, ...]:
    """Return open promises, and those that were kept or broken in the period; a lifted one no longer matters to anybody."""
    found = [
        one
        for one in desk.status.status.promises()
        if one.state is PromiseState.OPEN or (one.state in _KEPT and one.settled_at is not None and from_at <= one.settled_at < as_of)
    ]
    titles = desk.ledger.issues.titles({one.issue_id for one in found})
    lines = sorted(found, key=lambda one: (one.state is not PromiseState.OPEN, one.due_at))[:MOST_LINES]
    return tuple(PromiseDue(title=titles.get(one.issue_id, ""), due_at=one.due_at, kept=_KEPT[one.state]) for one in lines)


def _silences(desk: Desk) -> tuple[Silence, ...]:
    """Return the issues that most people went on writing about; the page has all of them."""
    quiet = [(line, line.silence) for line in desk.status.lines() if line.silence is not None and line.silence.too_long]
    loudest = sorted(quiet, key=lambda pair: (-pair[1].written, pair[0].issue_id))[:MOST_SILENCES]
    return tuple(Silence(title=line.title, hours=silence.hours) for line, silence in loudest)


def _actions(desk: Desk, from_at: datetime, as_of: datetime) -> tuple[ActionDue, ...]:
    """Return open actions by the day they are due, then those that were done in the period."""
    found = desk.feedback.actions.all()
    done = [one for one in found if one.state is ActionState.DONE and one.closed_at is not None and from_at <= one.closed_at < as_of]
    told = ([one for one in found if one.state is ActionState.OPEN] + done)[:MOST_LINES]
    titles = desk.ledger.issues.titles({one.issue_id for one in told})
    return tuple(_due(one, titles.get(one.issue_id, ""), desk.settings.zone) for one in told)


def _due(action: Action, title: str, zone: ZoneInfo) -> ActionDue:
    by = datetime.combine(action.due_on, time.max, tzinfo=zone)
    return ActionDue(title=title, what=action.change, owner=action.owner, due_at=by, done=action.state is ActionState.DONE)
