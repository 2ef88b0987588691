"""Preview a reply, send exactly what was previewed or put it before somebody else, and see what becomes of it."""

from __future__ import annotations

import hmac

from listener.errors import AlreadyClaimed, NotAllowed
from listener.ports import Clock
from moderation.ledger.approval_requests import ApprovalRequestLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.working_drafts import WorkingDraftLedger
from moderation.messages.length import length
from moderation.model.case import CaseRow, CaseState
from moderation.model.outbox import Draft, DraftState, NewDraft, OutboxEntry, post_of
from moderation.model.person import Person, Right
from moderation.model.post import ConnectedAccount, Target
from moderation.model.reply import ApprovalRequest, Measured, Preview, Words
from moderation.outbox.approval import content_hash
from moderation.outbox.precheck import Precheck
from moderation.policy.cost import cost_of_text
from moderation.policy.people import same_person
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_text import keep_draft
from moderation.workflows.write_reply import WriteReply

MOST_NOTE = 500


class SendReply:
    """Pressing Send is the approval of exactly the text in the preview: the form carries the draft and the hash of all it says (S13)."""

    def __init__(
        self,
        write: WriteReply,
        working: WorkingDraftLedger,
        requests: ApprovalRequestLedger,
        drafts: DraftLedger,
        entries: OutboxLedger,
        outbox: Outbox,
        precheck: Precheck,
        clock: Clock,
    ) -> None:
        self._write = write
        self._working = working
        self._requests = requests
        self._drafts = drafts
        self._entries = entries
        self._outbox = outbox
        self._precheck = precheck
        self._clock = clock

    def preview(self, case_id: int, person: Person, words: Words, *, version: int) -> Draft:
        """Keep the text, make it a draft and return that; the same text in the same conversation is the same draft again.

        Raises `AlreadyClaimed` when the person does not hold the case, `NotAllowed` for what `WriteReply.save` and `keep_draft` refuse.
        """
        row = self._held(case_id, person.name)
        kept = self._write.save(case_id, person.name, words, version=version)
        new = self._new_draft(row, words, person, edits=kept.edits)
        if kept.draft_id is not None and (there := self._drafts.get(kept.draft_id)) is not None and _same(there, new):
            return there
        made = keep_draft(new, self._drafts, self._precheck, at=self._clock.now())
        if not self._working.became(kept, made.draft_id, at=self._clock.now()):
            raise NotAllowed("This reply was changed in another window; nothing was overwritten.", key="draft_changed")
        return made

    def shown(self, draft_id: int, *, language: str, case_id: int | None = None) -> Preview:
        """Return a draft as it would leave now, with what speaks against it. Raises `NotAllowed` when there is none (in that case)."""
        draft = self._drafts.readable(draft_id)
        if draft is None or draft.case_id is None or draft.removes or case_id not in (None, draft.case_id):
            raise NotAllowed(f"Draft {draft_id} is no reply to a case.", key="no_draft")
        row = self._write.case(draft.case_id)
        account = self._account(draft.target)
        asked = next((one for one in self._write.messages(row) if one.mention_id == draft.target.mention_id), None)
        refused = self._precheck.refusals(draft, who=draft.author, at=self._clock.now()) if draft.state is DraftState.OPEN else ()
        return Preview(
            draft=draft,
            account=account,
            shown=content_hash(post_of(draft, account.account)),
            seen=seen_of(row),
            measured=Measured(counted=length(draft.text, account.limits), limits=account.limits),
            cost=cost_of_text(draft.text, draft.target.platform, self._precheck.policy),
            answered=asked.mention.text if asked else "",
            link=asked.mention.url if asked else "",
            needs_second=self._outbox.needs_second(draft),
            forbidden=tuple(self._write.said(rule, language, asked.mention.url if asked else "") for rule in refused),
            hits=self._write.tone_of(row, draft.text, draft.language),
            request=self._requests.of_drafts([draft_id]).get(draft_id),
            before=self._text_before(draft, account),
        )

    def send(self, case_id: int, draft_id: int, person: Person, *, shown: str, seen: str) -> OutboxEntry:
        """Approve what was shown and queue it; return its outbox entry. Pressing again gives the same entry and sends nothing more.

        `shown` and `seen` are those of the preview. Raises `AlreadyClaimed` when the person does not hold the case, `NotAllowed` when the
        draft is somebody else's, was changed or thrown away, when the conversation went on meanwhile, a rule forbids it, or a second
        person has to approve it.
        """
        draft = self._own(case_id, draft_id, person)
        if (sent := self._entries.of_draft(draft_id)) is not None:
            return sent
        if draft.state is DraftState.DISCARDED:
            raise NotAllowed("This text was changed after you saw it; look at the preview again.", key="stale")
        row = self._held(case_id, person.name)
        if not hmac.compare_digest(seen_of(row).encode(), seen.encode("utf-8", "replace")):
            raise NotAllowed("Something changed in this conversation; read it, then send again.", key="case_went_on")
        return self._outbox.approve(draft_id, person.name, shown=shown or "-", holder=person.name)

    def ask(self, case_id: int, draft_id: int, person: Person, *, shown: str) -> None:
        """Put a draft before a second person. Asking again changes nothing. Raises as `send` does."""
        draft = self._own(case_id, draft_id, person)
        self._held(case_id, person.name)
        if draft.state is not DraftState.OPEN or content_hash(post_of(draft, self._account(draft.target).account)) != shown:
            raise NotAllowed("This text was changed after you saw it; look at the preview again.", key="stale")
        self._requests.ask(draft_id, person.name, at=self._clock.now())

    def withdraw(self, case_id: int, person: Person) -> None:
        """Take one's text back from whoever was asked to approve it; it can be written on."""
        self._working.withdraw(case_id, person.name, at=self._clock.now())

    def waiting(self, person: Person, *, language: str) -> tuple[Preview, ...]:
        """Return what waits for a second person and this person may see, the longest first. What nobody could send now says why."""
        found = []
        for _, draft in self._requests.waiting():
            try:
                row = self._write.case(draft.case_id or 0)
                if person.sees([row.brand]):
                    found.append(self.shown(draft.draft_id, language=language))
            except NotAllowed:  # its messages were removed, or nobody can speak there now: nothing to approve
                continue
        return tuple(found)

    def approve(self, draft_id: int, person: Person, *, shown: str) -> OutboxEntry:
        """Approve a colleague's draft as shown; return its outbox entry. Approving again gives the same entry.

        Raises `NotAllowed` when nobody asked, the person may not approve, wrote it themselves, or it is not what was shown.
        """
        draft = self._asked(draft_id)
        if not person.may(Right.APPROVE):
            raise NotAllowed("Your role does not let you approve what others wrote.", key="no_approver")
        if same_person(person.name, draft.author):
            raise NotAllowed("Somebody else has to approve this: you wrote it.", key="second_person")
        if (sent := self._entries.of_draft(draft_id)) is not None:
            return sent
        return self._outbox.approve(draft_id, person.name, shown=shown or "-")

    def give_back(self, draft_id: int, person: Person, note: str) -> None:
        """Give a draft back to its author with a note. Raises `NotAllowed` without one, or when it does not wait (any more)."""
        self._asked(draft_id)
        if not note.strip() or len(note) > MOST_NOTE:
            raise NotAllowed(
                f"Say what should be different, in at most {MOST_NOTE} characters.", key="note_needed", fields={"most": MOST_NOTE}
            )
        if not self._requests.give_back(draft_id, person.name, note.strip(), at=self._clock.now()):
            raise NotAllowed("This does not wait for approval any more.", key="not_waiting")

    def came_back(self, case_id: int, who: str) -> ApprovalRequest | None:
        """Return the newest request of somebody in a case that was given back and not sent since; None when there is none."""
        drafts = [one for one in self._drafts.all(case_id=case_id) if same_person(one.author, who)]
        last = drafts[-1] if drafts else None
        found = self._requests.of_drafts([last.draft_id]).get(last.draft_id) if last else None
        return found if found is not None and found.given_back_by else None

    def draft(self, draft_id: int) -> Draft | None:
        """Return a draft, or None."""
        return self._drafts.get(draft_id)

    def request_of(self, draft_id: int) -> ApprovalRequest | None:
        """Return who asked for approval of a draft, or None."""
        return self._requests.of_drafts([draft_id]).get(draft_id)

    def _asked(self, draft_id: int) -> Draft:
        draft = self._drafts.get(draft_id)
        if draft is None or draft.case_id is None or self.request_of(draft_id) is None:
            raise NotAllowed(f"Nobody asked for approval of draft {draft_id}.", key="no_draft")
        return draft

    def _own(self, case_id: int, draft_id: int, person: Person) -> Draft:
        draft = self._drafts.get(draft_id)
        if draft is None or draft.case_id != case_id or draft.removes:
            raise NotAllowed(f"Draft {draft_id} is no reply to this case.", key="no_draft")
        if not same_person(draft.author, person.name):
            raise NotAllowed(f"This text is {draft.author}'s; preview your own.", key="draft_of_other", fields={"author": draft.author})
        if not person.may(Right.ANSWER):
            raise NotAllowed("Your role does not let you answer customers.", key="no_answerer")
        return draft

    def _held(self, case_id: int, who: str) -> CaseRow:
        row = self._write.case(case_id)
        if row.state is CaseState.CLOSED:
            raise NotAllowed("This conversation is closed; claim it again to answer.", key="closed")
        if row.holder != who:
            fields = {"holder": row.holder}
            key = "held_by" if row.holder else "claim_first"
            raise AlreadyClaimed(f"Case {case_id} is not yours: {row.holder or 'nobody'} holds it.", key=key, fields=fields)
        return row

    def _new_draft(self, row: CaseRow, words: Words, person: Person, *, edits: str) -> NewDraft:
        return self._write.new_draft(row, words, person, edits=edits)

    def _account(self, target: Target) -> ConnectedAccount:
        return self._precheck.accounts.for_target(target)

    def _text_before(self, draft: Draft, account: ConnectedAccount) -> str:
        """Return what the post says that this draft changes; "" when it changes none."""
        if not draft.edits:
            return ""
        edits = self._entries.edits_of(account.account, draft.edits)
        first = self._entries.posted_as(account.account, draft.edits)
        return edits[-1].post.text if edits else first.post.text if first else ""


def seen_of(row: CaseRow) -> str:
    """Return what names the state of a conversation: its version, and its newest message."""
    return f"{row.version}.{row.mention_ids[-1] if row.mention_ids else 0}"


def _same(draft: Draft, new: NewDraft) -> bool:
    """Tell whether a kept draft is open and says the same to the same message."""
    return draft.state is DraftState.OPEN and all(getattr(draft, name) == getattr(new, name) for name in _WHAT)


_WHAT = ("target", "text", "title", "language", "edits", "template")
