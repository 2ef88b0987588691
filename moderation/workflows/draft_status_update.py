"""Draft a public status update about an issue, for the thread where most people talk about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.issue import Issue
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.ledger.drafts import DraftLedger
from moderation.messages.render import PublicWording
from moderation.model.outbox import Draft, NewDraft
from moderation.model.post import PostKind
from moderation.outbox.precheck import Precheck
from moderation.workflows.draft_text import keep_draft, must_be_sound, target_below
from moderation.workflows.issue_threads import threads_of

STATUSES = ("seen", "investigating", "cause_known", "fixing", "resolved", "learned")
_MOST_THREADS = 25


class StatusUpdates:
    """Says what we know, what we do, and when we speak next."""

    def __init__(
        self,
        ledger: Ledger,
        drafts: DraftLedger,
        precheck: Precheck,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        signature: str = "",
    ) -> None:
        self._ledger = ledger
        self._drafts = drafts
        self._precheck = precheck
        self._clock = clock
        self._wording = wording
        self._signature = signature

    def needs(self, status: str, language: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the variables that a status needs, and those it may have (the signature is filled in by itself)."""
        needed, optional = self._wording[language].variables(_template(status))
        return needed - {"signature"}, optional - {"signature"}

    def draft(
        self, issue_id: int, status: str, variables: Mapping[str, str], language: str, agent: str, *, mention_id: int | None = None
    ) -> Draft:
        """Keep a draft of a status update; it goes below `mention_id`, or into the issue's busiest thread where the rules allow it.

        `subject` falls back to the issue's title when a person gave that. Raises `NotAllowed` when a variable is missing or empty, the
        text does not fit, or no thread may be answered (with the rule of the busiest one).
        """
        if status not in STATUSES:
            raise NotAllowed(f"There is no status {status!r}; write one of {', '.join(STATUSES)}.")
        issue = self._ledger.issues.get(issue_id)
        if issue is None:
            raise NotAllowed(f"There is no issue {issue_id}.")
        wording, template = self._wording[language], _template(status)
        text = wording.render(template, {**_subject(issue), **variables, "signature": self._signature})
        now = self._clock.now()
        drafts = [
            NewDraft(
                kind=PostKind.STATUS_UPDATE,
                target=target_below(place),
                text=text,
                language=language,
                author=agent,
                issue_id=issue.merged_into or issue_id,
                template=wording.version(template),
            )
            for place in self._places(issue.merged_into or issue_id, mention_id)
        ]
        must_be_sound(drafts[0], self._precheck)
        return keep_draft(self._first_allowed(drafts, agent, now), self._drafts, self._precheck, at=now)

    def _first_allowed(self, drafts: list[NewDraft], agent: str, now: datetime) -> NewDraft:
        """Return the first draft that no rule refuses, else the first: keeping it will say which rule."""
        return next((one for one in drafts if not self._precheck.refusals(one, who=agent, at=now)), drafts[0])

    def _places(self, issue_id: int, mention_id: int | None) -> list[StoredMention]:
        """Return the message to post below, one a thread, busiest thread first."""
        wanted = self._ledger.issues.members(issue_id) if mention_id is None else [mention_id]
        threads = threads_of(self._ledger, wanted)
        if not threads:
            raise NotAllowed(
                "Nobody wrote about this in a place where we can answer." if mention_id is None else f"There is no mention {mention_id}."
            )
        return [thread.head for thread in threads[:_MOST_THREADS]]


def _template(status: str) -> str:
    return f"status_update_{status}"


def _subject(issue: Issue) -> dict[str, str]:
    return {} if issue.title_by == "model" else {"subject": issue.title}
