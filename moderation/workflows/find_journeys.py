"""Find what happened on customers' ways, and how quiet each channel has to be: what decisions about invitations start from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from moderation.ledger.invitations import InvitationLedger
from moderation.ledger.journeys import JourneyLedger, Talk
from moderation.ledger.visits import VisitLedger
from moderation.model.invitation import Gap, QuietTime
from moderation.model.status import PromiseState
from moderation.prompts.going_on import PEOPLE_COUNTED, Community, going_on
from moderation.prompts.quiet import gaps_of, quiet_times
from moderation.workflows.invitation_ports import InvitingSetup, Statuses

LEARNS_FROM = timedelta(days=180)
"""Conversations older than this teach nothing about how people reply now."""


def find_events(
    ledger: InvitationLedger,
    journeys: JourneyLedger,
    visits: VisitLedger,
    statuses: Statuses | None,
    setup: InvitingSetup,
    *,
    talks: Mapping[int, Talk],
    ours: Collection[str],
    now: datetime,
) -> int:
    """Keep every event that is new: talks that ended, issues called solved, n-th visits. Return how many. Safe to repeat.

    `ours` are keys of our accounts and colleagues: they make no visits.
    """
    since = now - setup.look_back
    found = journeys.ended(since=since, talks=talks)
    for resolved in statuses.resolved_since(since) if statuses is not None else ():
        found += journeys.threads_of(resolved.issue_id, resolved_at=resolved.resolved_at)
    return ledger.add_events(found, at=now) + visits.count(every_nth=setup.every_nth_visit, since=since, at=now, not_of=ours)


def learn_quiet(talks: Mapping[int, Talk], setup: InvitingSetup, *, now: datetime) -> dict[tuple[str, str], QuietTime]:
    """Return the quiet time of every channel, its platform and all."""
    gaps: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    for talk in talks.values():
        gaps[talk.platform, talk.realm].extend(gaps_of(talk.moments, now=now))
    return quiet_times(gaps, setup.quiet)


def going_on_now(journeys: JourneyLedger, *, fresh: timedelta, now: datetime) -> dict[Community, int]:
    """Return the communities in which something is new or growing; all invitations there wait."""
    signals = journeys.signals(since=now - fresh, kinds=PEOPLE_COUNTED)
    return going_on(signals, journeys.issue_counts(now=now), now=now)


def owed(statuses: Statuses | None) -> frozenset[int]:
    """Return the issues about which we owe people word: a promise is open, or went by and nothing was said since."""
    if statuses is None:
        return frozenset()
    found = {one.issue_id for one in statuses.promises(PromiseState.OPEN)}
    for broken in statuses.promises(PromiseState.BROKEN):
        said = statuses.of_issue(broken.issue_id)
        if said is not None and said.changed_at <= broken.due_at:
            found.add(broken.issue_id)
    return frozenset(found)
