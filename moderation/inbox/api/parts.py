"""What the API needs beside the pages' parts: the workflows themselves, which the pages use too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from listener.model.issue import IssueAct
from listener.model.mention import StoredMention
from moderation.audit.chain import AuditLine
from moderation.model.account import Account
from moderation.model.outbox import Draft, OutboxEntry
from moderation.workflows.answer_cases import Inbox
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.ask_specialists import Questions
from moderation.workflows.case_acts import CaseActs
from moderation.workflows.end_cases import Endings
from moderation.workflows.note_cases import Notes
from moderation.workflows.queue_cases import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """Workflows and readers; all may block.

    `mentions(ids)`: those that are still there. `issue_acts(issue_id)`: what people did to it, oldest first. `draft` and `entry`: one by
    its number, or None; a draft answers no message that was removed. `people()`: everybody, by name. `audit(before, limit)`: lines with a
    number below `before` (0: all), newest first.
    """

    inbox: Inbox
    queue: Queue
    acts: CaseActs
    endings: Endings
    notes: Notes
    questions: Questions
    outbox: Outbox
    mentions: Callable[[Sequence[int]], Sequence[StoredMention]]
    is_issue: Callable[[int], bool]
    issue_acts: Callable[[int], Sequence[IssueAct]]
    draft: Callable[[int], Draft | None]
    entry: Callable[[int], OutboxEntry | None]
    people: Callable[[], Sequence[Account]]
    audit: Callable[[int, int], Sequence[AuditLine]]
