"""A case as it is shown in a list: its urgency, and the reasons for it."""

from __future__ import annotations

from datetime import datetime

from moderation.model.case import CaseRow, CaseSummary
from moderation.model.clock import CaseClock
from moderation.triage.place import facts_of
from moderation.triage.urgency import urgency


def summary_of(row: CaseRow, *, signal_at: datetime | None, clock: CaseClock | None, now: datetime) -> CaseSummary:
    """Return a case with its urgency and the reasons for it. `signal_at` is the newest signal about its issue."""
    score, why = urgency(facts_of(row, signal_at=signal_at, clock=clock, now=now))
    return CaseSummary(
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        brand=row.brand,
        state=row.state,
        holder=row.holder,
        version=row.version,
        urgency=score,
        why=why,
        mention_ids=row.mention_ids,
        issue_id=row.issue_id,
        waiting_since=row.waiting_since,
        platform=row.platform,
        realm=row.realm,
        unanswered=row.unanswered,
        team=row.team,
        language=row.language,
        snoozed_until=row.snoozed_until,
        snoozed_issue=bool(row.snoozed_issue),
        ending=row.ending,
        clock=clock,
        private=row.private,
    )
