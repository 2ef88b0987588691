"""The inbox: what comes next, who holds it, what is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from listener.errors import AlreadyClaimed, NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.ledger.cases import LIVE, CaseLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.messages.render import PublicWording, tidy
from moderation.model.case import CaseFacts, CaseRow, CaseState, CaseSummary, CaseView
from moderation.model.outbox import Draft, NewDraft, OutboxEntry
from moderation.model.post import PostKind
from moderation.outbox.precheck import Precheck
from moderation.policy.gate import ADDRESSED_ONLY
from moderation.triage.urgency import urgency
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_text import keep_draft, subject_below, target_below

_GROWING = timedelta(hours=24)


class Inbox:
    """Cases, most urgent first. An agent claims one, answers it, and sees the answer until the platform accepted it."""

    def __init__(
        self,
        ledger: Ledger,
        cases: CaseLedger,
        drafts: DraftLedger,
        entries: OutboxLedger,
        outbox: Outbox,
        precheck: Precheck,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        signature: str = "",
    ) -> None:
        self._ledger = ledger
        self._cases = cases
        self._drafts = drafts
        self._entries = entries
        self._outbox = outbox
        self._precheck = precheck
        self._clock = clock
        self._wording = wording
        self._signature = signature

    def next(self, agent: str) -> CaseSummary | None:
        """Return the most urgent waiting case that nobody else holds, or None. It is not claimed yet."""
        free = (case for case in self.list() if case.holder in ("", agent))
        return next(free, None)

    def list(
        self, *, states: Iterable[CaseState] = LIVE, brand: str | None = None, holder: str | None = None, issue_id: int | None = None
    ) -> tuple[CaseSummary, ...]:
        """Return cases in the order in which they should be answered: most urgent first, then longest waiting. `holder` "" means nobody."""
        now = self._clock.now()
        growing = self._growing(now)
        found = [summary_of(row, growing=growing, now=now) for row in self._cases.rows(states)]
        wanted = [
            one
            for one in found
            if brand in (None, one.brand) and holder in (None, one.holder) and (issue_id is None or issue_id == one.issue_id)
        ]
        return tuple(sorted(wanted, key=lambda one: (-one.urgency, one.waiting_since, one.case_id)))

    def show(self, case_id: int) -> CaseView | None:
        """Return a case with its messages, oldest first, drafts and posts; None when there is no such case or nothing of it is left."""
        row = self._cases.get(case_id)
        if row is None:
            return None
        now = self._clock.now()
        return CaseView(
            summary=summary_of(row, growing=self._growing(now), now=now),
            mentions=self._messages(row),
            drafts=tuple(self._drafts.all(case_id=case_id)),
            entries=tuple(self._entries.entries(case_id=case_id)),
        )

    def claim(self, case_id: int, agent: str, version: int) -> None:
        """Take a case as it was shown. Raises `AlreadyClaimed` when somebody was first or it changed."""
        self._cases.claim(case_id, agent, version, at=self._clock.now())

    def release(self, case_id: int, agent: str, version: int) -> None:
        """Give a case back. Raises `AlreadyClaimed` when it is not yours or changed."""
        self._cases.release(case_id, agent, version, at=self._clock.now())

    def close(self, case_id: int, agent: str, version: int) -> None:
        """End a case that needs no (further) answer. Raises as `claim` does."""
        self._cases.close(case_id, agent, version, at=self._clock.now())

    def draft_reply(self, case_id: int, agent: str, text: str, *, language: str = "nl") -> Draft:
        """Keep a reply to the customer's latest message, signed. Nothing leaves yet.

        Raises `AlreadyClaimed` when the agent does not hold the case, `NotAllowed` when the text is empty, too long, unfinished or
        against a rule.
        """
        row = self._held(case_id, agent)
        signed = tidy(f"{text}\n\n{self._signature}" if self._signature and text.strip() else text)
        return self._keep(row, agent, signed, language, template="")

    def draft_from_template(self, case_id: int, agent: str, template: str, variables: Mapping[str, str], *, language: str = "nl") -> Draft:
        """Keep a reply made from a template "reply_…". Raises as `draft_reply` does, and when a variable is missing."""
        if not template.startswith("reply_"):
            raise NotAllowed(f"{template} is no template for replies.")
        row = self._held(case_id, agent)
        wording = self._wording[language]
        text = wording.render(template, {**variables, "signature": self._signature})
        return self._keep(row, agent, text, language, template=wording.version(template))

    def send(self, draft_id: int, agent: str) -> OutboxEntry:
        """Approve a reply and queue it: pressing Send is the approval. Pressing it again changes nothing.

        Raises `AlreadyClaimed` when the agent does not hold its case, `NotAllowed` when a rule forbids it.
        """
        draft = self._drafts.get(draft_id)
        if draft is None or draft.case_id is None:
            raise NotAllowed(f"Draft {draft_id} is no reply to a case.")
        self._held(draft.case_id, agent)
        return self._outbox.approve(draft_id, agent)

    def _keep(self, row: CaseRow, agent: str, text: str, language: str, *, template: str) -> Draft:
        asked = _to_answer(self._messages(row))
        new = NewDraft(
            kind=PostKind.REPLY,
            target=target_below(asked),
            title=subject_below(asked),
            text=text,
            language=language,
            author=agent,
            case_id=row.case_id,
            issue_id=row.issue_id,
            template=template,
        )
        return keep_draft(new, self._drafts, self._precheck, at=self._clock.now())

    def _held(self, case_id: int, agent: str) -> CaseRow:
        row = self._cases.get(case_id)
        if row is None:
            raise NotAllowed(f"There is no case {case_id}, or its messages were removed.")
        if row.holder != agent:
            who = f"{row.holder} holds it" if row.holder else "claim it first"
            raise AlreadyClaimed(f"Case {case_id} is not yours: {who}.")
        return row

    def _messages(self, row: CaseRow) -> tuple[StoredMention, ...]:
        found = self._ledger.mentions.by_ids(row.mention_ids)
        return tuple(sorted(found, key=lambda one: (one.mention.posted_at, one.mention_id)))

    def _growing(self, now: datetime) -> frozenset[int]:
        recent = self._ledger.issues.signals(now - _GROWING)
        return frozenset(signal.issue_id for signal in recent if signal.issue_id is not None and signal.at <= now)


def summary_of(row: CaseRow, *, growing: frozenset[int], now: datetime) -> CaseSummary:
    """Return a case with its urgency and the reasons for it."""
    labels = row.labels
    facts = CaseFacts(
        waiting_seconds=(now - row.waiting_since).total_seconds() if row.unanswered or row.low_score else 0.0,
        unanswered=row.unanswered,
        mentions=len(row.mention_ids),
        directed=row.directed,
        question=any(name == "question" for name, _ in labels),
        negative=("sentiment", "negative") in labels,
        promise_broken=("cause", "promise_not_kept") in labels,
        issue_growing=row.issue_id in growing,
        issue_age_hours=None if row.issue_created_at is None else max(0.0, (now - row.issue_created_at).total_seconds() / 3600),
        answered_before=row.answered_at is not None,
        low_score=row.low_score,
    )
    score, why = urgency(facts)
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
    )


def _to_answer(messages: Sequence[StoredMention]) -> StoredMention:
    """Return the message to answer: the latest one; where a program may only answer those who speak to us, the latest that does."""
    addressed = [one for one in messages if any(hit.directed for hit in one.hits)]
    return addressed[-1] if addressed and messages[-1].mention.platform in ADDRESSED_ONLY else messages[-1]
