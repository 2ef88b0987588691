"""Take a post of ours away again: the same road as a post, at most once, and for exactly the post whose text was shown."""

from __future__ import annotations

from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import NewDraft, OutboxEntry, post_of
from moderation.model.post import AccountId, ConnectedAccount
from moderation.outbox.accounts import Accounts
from moderation.outbox.approval import content_hash
from moderation.outbox.states import POSTED
from moderation.workflows.approve_draft import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What would be taken away, as it stands, and the hash that the second press carries."""

    entry: OutboxEntry
    text: str
    shown: str


class TakeBack:
    """Nothing here talks to a platform: the gateway does. A platform's thread may keep what people quoted."""

    def __init__(self, entries: OutboxLedger, drafts: DraftLedger, outbox: Outbox, accounts: Accounts, clock: Clock) -> None:
        self._entries = entries
        self._drafts = drafts
        self._outbox = outbox
        self._accounts = accounts
        self._clock = clock

    def look(self, entry_id: int) -> Removal:
        """Return what pressing again would take away. Raises `NotAllowed` when it is not there, not ours, or its platform cannot."""
        entry = self._entries.get(entry_id)
        if entry is None or entry.post.removes:
            raise NotAllowed(f"There is no post {entry_id}.", key="no_post")
        if entry.state not in POSTED or not entry.platform_id:
            raise NotAllowed(f"Post {entry_id} is not known to be on the platform.", key="not_posted")
        account = self.account_of(entry.post.account)
        if account is None or not account.can_remove:
            raise NotAllowed(f"{entry.post.target.platform} lets nothing be taken back from here.", key="cannot_remove")
        text = self._text_now(entry)
        return Removal(entry=entry, text=text, shown=content_hash(post_of(self._draft(entry, text, ""), entry.post.account)))

    def __call__(self, entry_id: int, who: str, *, shown: str) -> OutboxEntry:
        """Approve taking away what was shown; return the entry that does it. Pressing again, or somebody else pressing, changes nothing.

        Raises `NotAllowed` as `look` does, and when what stands there is no longer what was shown.
        """
        found = self.look(entry_id)
        if found.shown != shown:
            raise NotAllowed("The post changed since it was shown; look again.", key="not_what_was_shown")
        draft = self._drafts.add_removal(self._draft(found.entry, found.text, who), found.entry.post.account, at=self._clock.now())
        return self._outbox.approve_removal(draft.draft_id, who, account=found.entry.post.account)

    def of_case(self, case_id: int, entry_id: int, who: str, *, shown: str) -> OutboxEntry:
        """Take back a post of one case, as `__call__` does. Raises `NotAllowed` when it is none of that case."""
        found = self._entries.get(entry_id)
        if found is None or found.case_id != case_id:
            raise NotAllowed(f"There is no post {entry_id} in this case.", key="no_post")
        return self(entry_id, who, shown=shown)

    def account_of(self, account: AccountId) -> ConnectedAccount | None:
        """Return the connected account that posted, or None when it is not connected (any more)."""
        return next((one for one in self._accounts.all if one.account.key == account.key), None)

    def _text_now(self, entry: OutboxEntry) -> str:
        """Return the text as our last posted edit left it."""
        edits = self._entries.edits_of(entry.post.account, entry.platform_id)
        return edits[-1].post.text if edits else entry.post.text

    def _draft(self, entry: OutboxEntry, text: str, who: str) -> NewDraft:
        return NewDraft(
            kind=entry.post.kind,
            target=entry.post.target,
            text=text,
            title=entry.post.title,
            language=entry.language,
            author=who,
            case_id=entry.case_id,
            issue_id=entry.issue_id,
            removes=entry.platform_id,
        )
