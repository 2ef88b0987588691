"""The inbox: what comes next, who holds it, what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from listener.errors import AlreadyClaimed, NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.ledger.cases import LIVE, CaseLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.messages.render import PublicWording, tidy
from moderation.model.case import CaseRow, CaseState, CaseSummary, CaseView
from moderation.model.outbox import Draft, NewDraft, OutboxEntry
from moderation.model.person import Person, Role
from moderation.model.post import PostKind
from moderation.outbox.precheck import Precheck
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_text import keep_draft, subject_below, target_below, to_answer
from moderation.workflows.queue_cases import WHOLE, Queue


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
        queue: Queue,
        wording: Mapping[str, PublicWording],
        signature: Callable[[str], str] = lambda _agent: "",
    ) -> None:
        """`signature` gives what stands below the replies of an agent, by their name."""
        self._ledger = ledger
        self._cases = cases
        self._drafts = drafts
        self._entries = entries
        self._outbox = outbox
        self._precheck = precheck
        self._clock = clock
        self._queue = queue
        self._wording = wording
        self._signature = signature

    def next(self, agent: str) -> CaseSummary | None:
        """Return the most urgent waiting case that nobody else holds, or None. It is not claimed yet."""
        self._queue.follow()
        return self._queue.next(WHOLE, Person(name=agent, role=Role.AGENT), mine_too=True)

    def list(
        self, *, states: Iterable[CaseState] = LIVE, brand: str | None = None, holder: str | None = None, issue_id: int | None = None
    ) -> tuple[CaseSummary, ...]:
        """Return cases in the order in which they should be answered. `holder` "" means nobody. Snoozed ones are left out.

        Works out every case there is; `Queue.page` reads one page.
        """
        found = self._queue.in_order([row for row in self._cases.rows(states) if not row.snoozed])
        return tuple(
            one
            for one in found
            if brand in (None, one.brand) and holder in (None, one.holder) and (issue_id is None or issue_id == one.issue_id)
        )

    def show(self, case_id: int) -> CaseView | None:
        """Return a case with its messages, oldest first, drafts and posts; None when there is no such case or nothing of it is left."""
        row = self._cases.get(case_id)
        if row is None:
            return None
        return CaseView(
            summary=self._queue.in_order([row])[0],
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
        signature = self._signature(agent)
        signed = tidy(f"{text}\n\n{signature}" if signature and text.strip() else text)
        return self._keep(row, agent, signed, language, template="")

    def draft_from_template(self, case_id: int, agent: str, template: str, variables: Mapping[str, str], *, language: str = "nl") -> Draft:
        """Keep a reply made from a template "reply_…". Raises as `draft_reply` does, and when a variable is missing."""
        if not template.startswith("reply_"):
            raise NotAllowed(f"{template} is no template for replies.")
        row = self._held(case_id, agent)
        wording = self._wording[language]
        text = wording.render(template, {**variables, "signature": self._signature(agent)})
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
        asked = to_answer(self._messages(row))
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
