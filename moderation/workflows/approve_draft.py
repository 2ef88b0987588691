"""Approve a draft, take an approval back, and stop everything: what people do with the outbox."""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.cases import CaseLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.case import CaseState
from moderation.model.outbox import Draft, DraftState, EntryState, NewDraft, NewEntry, OutboxEntry, Outcome, StandingApproval, post_of
from moderation.model.post import AccountId
from moderation.outbox.approval import approval_hash, content_hash, idempotency_key
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.precheck import Precheck
from moderation.outbox.same_text import text_key
from moderation.outbox.standing_check import StandingCheck
from moderation.outbox.states import SENDABLE, may_resolve
from moderation.policy.people import person_of, same_person
from moderation.workflows.draft_text import keep_draft, must_be_sound

logger = logging.getLogger(__name__)

MAY_BE_THERE = frozenset({"ledger_restored", "already_there"})
"""Why an entry that this ledger never saw start may be on the platform all the same: an older ledger was put back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What became of an entry that a person looked up, and the draft that is offered instead of one that is not there."""

    entry: OutboxEntry
    draft: Draft | None


class Outbox:
    """Approvals and what became of them. Nothing here sends: the gateway does, in its own time."""

    def __init__(
        self,
        entries: OutboxLedger,
        drafts: DraftLedger,
        switch: KillSwitch,
        precheck: Precheck,
        clock: Clock,
        *,
        approval_hours: float = 24.0,
        four_eyes: bool = False,
        cases: CaseLedger | None = None,
        standing: StandingCheck | None = None,
        second_for: Callable[[Draft], bool] | None = None,
    ) -> None:
        """`second_for` tells which drafts a second person has to approve where `four_eyes` does not ask it of all."""
        self._entries = entries
        self._drafts = drafts
        self._switch = switch
        self._precheck = precheck
        self._clock = clock
        self._valid = timedelta(hours=approval_hours)
        self._four_eyes = four_eyes
        self._cases = cases
        self._standing = standing
        self._second_for = second_for

    def list(self, states: Iterable[EntryState] = ()) -> tuple[OutboxEntry, ...]:
        """Return entries in these states (none named: all), oldest approval first."""
        return tuple(self._entries.entries(states))

    def open_drafts(self) -> tuple[Draft, ...]:
        """Return the drafts that wait for approval, oldest first; what its author still looks at is not among them."""
        previews = self._drafts.in_preview()
        return tuple(one for one in self._drafts.all(state=DraftState.OPEN) if one.draft_id not in previews)

    def needs_second(self, draft: Draft) -> bool:
        """Tell whether somebody else than its author has to approve this draft."""
        return self._four_eyes or (self._second_for is not None and self._second_for(draft))

    def own_authors(self) -> frozenset[str]:
        """Return the keys of our connected accounts, as the authors of mentions have them."""
        return frozenset(key for one in self._precheck.accounts.all for key in one.account.author_keys)

    def draft(self, draft_id: int) -> Draft:
        """Return a draft. Raises `NotAllowed` when there is none."""
        draft = self._drafts.get(draft_id)
        if draft is None:
            raise NotAllowed(f"There is no draft {draft_id}.")
        return draft

    def shown(self, draft: Draft) -> str:
        """Return the hash of all that an approval of this draft would bind now; "" where no account of ours can speak."""
        try:
            return content_hash(post_of(draft, self._precheck.accounts.for_target(draft.target).account))
        except NotAllowed:
            return ""

    def approve(self, draft_id: int, who: str, *, shown: str = "", holder: str = "") -> OutboxEntry:
        """Approve exactly this draft, for the connected account, until it expires; return its outbox entry.

        Approving again gives the same entry: one draft leaves once, however often and by how many people the button is pressed.
        `shown` is the content hash of what `who` saw: anything else, such as another account, is refused. `holder` has to hold its case.
        Raises `NotAllowed` when nobody is named, a rule forbids it, the message it answers changed, or (four eyes) `who` wrote it.
        """
        if not person_of(who):
            raise NotAllowed("A person approves what leaves; say who you are with --as NAME.")
        draft = self.draft(draft_id)
        if draft.removes:
            raise NotAllowed(f"Draft {draft_id} takes a post away: `klankbord outbox take-back` approves that.", key="is_removal")
        if draft.state is DraftState.OPEN:
            self._may_approve(draft, who)
        new = self._entry(draft, who)
        if shown and content_hash(new.post) != shown:
            raise NotAllowed("This is not what you saw: look at the preview again.", key="not_what_was_shown")
        entry, _ = self._entries.approve(new, holder=holder)
        return entry

    def approve_standing(self, draft_id: int, standing_id: int, *, who: str = "standing") -> OutboxEntry:
        """Approve a draft under a standing approval, until the earlier of both ends; return its outbox entry.

        The entry has a hash of its own, and the gateway asks again just before it leaves. Approving again gives the same entry.
        Raises `NotAllowed` when the standing approval is void, has ended, or is for another kind, template or account, and for
        everything that `approve` raises it for.
        """
        draft = self.draft(draft_id)
        if self._standing is None:
            raise NotAllowed("Nothing is connected here that could leave under a standing approval.")
        account = self._precheck.accounts.for_target(draft.target).account
        now = self._clock.now()
        given = self._standing.must_allow(standing_id, kind=draft.kind, template=draft.template, account=account, at=now)
        if draft.state is DraftState.OPEN:
            must_be_sound(draft, self._precheck)
            self._precheck.must_pass(draft, who=who, at=now, standing=True)
        entry, _ = self._entries.approve(self._entry(draft, who, standing=given))
        return entry

    def approve_removal(self, draft_id: int, who: str, *, account: AccountId) -> OutboxEntry:
        """Approve taking away a post that `account` made; return its outbox entry. Approving again gives the same entry.

        A second person is asked for what is said, not for taking it back. Raises `NotAllowed` when nobody is named or nothing is removed.
        """
        draft = self.draft(draft_id)
        if not person_of(who) or not draft.removes:
            raise NotAllowed("A person takes a post back; say who you are with --as NAME.")
        entry, _ = self._entries.approve(self._entry(draft, who, account=account))
        return entry

    def cancel(self, entry_id: int, who: str, why: str) -> OutboxEntry:
        """Take an approval back. Raises `NotAllowed` when the entry is being sent, may have been sent, or has ended."""
        entry = self._entries.get(entry_id)
        if entry is None:
            raise NotAllowed(f"There is no outbox entry {entry_id}.")
        outcome = Outcome(state=EntryState.CANCELLED, reason="person", note=why)
        if entry.state not in SENDABLE or not self._entries.settle(entry, outcome, at=self._clock.now(), who=who):
            raise NotAllowed(f"Outbox entry {entry_id} cannot be cancelled any more; look at it again.")
        return self._entries.get(entry_id) or entry

    def resolve(self, entry_id: int, who: str, there: str | None) -> Resolved:
        """Write down what a person found on the platform about an entry that needed one.

        `there` is the post's link or the platform's id of it: the entry ends as found. None: it is not there; the entry ends as
        cancelled, and a new draft with the same text is offered when it may still be sent. Raises `NotAllowed` when the entry does not
        wait for a person (any more), or when it never left and so cannot be there.
        """
        entry = self._entries.get(entry_id)
        if entry is None:
            raise NotAllowed(f"There is no outbox entry {entry_id}.")
        if there is not None and entry.attempt == 0 and entry.reason not in MAY_BE_THERE:
            raise NotAllowed(f"Outbox entry {entry_id} never left Klankbord, so it cannot be there.")
        if there is not None and not there.strip():
            raise NotAllowed("Give the link of the post, or its id on the platform.")
        outcome = Outcome(state=EntryState.CANCELLED, reason="not_there_by_person") if there is None else _found(there.strip())
        if not may_resolve(entry.state, outcome.state) or not self._entries.resolve(entry, outcome, at=self._clock.now(), who=who):
            raise NotAllowed(f"Outbox entry {entry_id} does not wait for a person any more; look at it again.")
        offers = there is None and not entry.post.removes
        return Resolved(entry=self._entries.get(entry_id) or entry, draft=self._offer(entry) if offers else None)

    def stop(self, who: str) -> None:
        """Stop every send from now on. What is on its way ends in a known state."""
        self._switch.stop(who, at=self._clock.now())

    def resume(self, who: str) -> None:
        """Let sends happen again; it also confirms the clock after a jump."""
        self._switch.resume(who, at=self._clock.now())

    def stopped(self) -> str:
        """Return who or what stopped sending, or an empty string."""
        return self._switch.stopped()

    def _offer(self, entry: OutboxEntry) -> Draft | None:
        """Return a new draft with the same text, or None when it may not be sent any more (its message was edited, a rule forbids it)."""
        old = self.draft(entry.draft_id)
        fields = {one.name: getattr(old, one.name) for one in dataclasses.fields(NewDraft)}
        try:
            return keep_draft(NewDraft(**fields), self._drafts, self._precheck, at=self._clock.now())
        except NotAllowed as why:
            logger.info("no new draft is offered", extra={"entry_id": entry.entry_id, "why": str(why)})
            return None

    def _may_approve(self, draft: Draft, who: str) -> None:
        if same_person(who, draft.author):
            if self.needs_second(draft):
                raise NotAllowed("Somebody else has to approve this: four eyes is set.", key="second_person")
        elif draft.draft_id in self._drafts.in_preview():
            raise NotAllowed(f"{draft.author} is still writing this; nobody was asked to approve it.", key="still_writing")
        self._still_its_authors(draft)
        must_be_sound(draft, self._precheck)
        self._precheck.must_pass(draft, who=who, at=self._clock.now())

    def _still_its_authors(self, draft: Draft) -> None:
        """A conversation that went to a colleague or was closed must not get a second answer from an older draft."""
        row = self._cases.get(draft.case_id) if self._cases is not None and draft.case_id is not None else None
        if row is None:
            return
        if row.holder not in ("", draft.author):
            why = f"{row.holder} holds this conversation now; this answer of {draft.author} was not sent."
            raise NotAllowed(why, key="held_by_other", fields={"holder": row.holder, "author": draft.author})
        if row.state is CaseState.CLOSED:
            raise NotAllowed("This conversation is closed; claim it again to answer.", key="closed")

    def _entry(self, draft: Draft, who: str, *, standing: StandingApproval | None = None, account: AccountId | None = None) -> NewEntry:
        now = self._clock.now()
        expires_at = now + self._valid if standing is None else min(now + self._valid, standing.expires_at)
        post = post_of(draft, account or self._precheck.accounts.for_target(draft.target).account)
        approved, salt = approval_hash(post, expires_at=expires_at), secrets.token_hex(16)
        return NewEntry(
            draft_id=draft.draft_id,
            post=post,
            language=draft.language,
            approved_by=who,
            approved_at=now,
            expires_at=expires_at,
            approval_hash=approved,
            key=idempotency_key(approved, salt=salt),
            key_salt=salt,
            text_key=text_key(draft.text),
            case_id=draft.case_id,
            issue_id=draft.issue_id,
            standing_id=None if standing is None else standing.standing_id,
        )


def _found(there: str) -> Outcome:
    """Return the outcome for a link or an id; a link's last part is the platform's id nowhere for sure, so it is kept as a link only."""
    is_link = there.startswith(("https://", "http://"))
    return Outcome(state=EntryState.FOUND, reason="found_by_person", platform_id="" if is_link else there, url=there if is_link else "")
