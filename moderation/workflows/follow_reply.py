"""What became of the replies in a case, and why one that was approved still waits: worked out from the ledger, wherever it is asked."""

from __future__ import annotations

from listener.ports import Clock
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState, OutboxEntry
from moderation.model.post import ConnectedAccount
from moderation.model.reply import Posting, SendingStep
from moderation.outbox.precheck import Precheck
from moderation.outbox.states import ENDS, POSTED, SENDABLE
from moderation.workflows.approve_draft import Outbox

KILL_SWITCH, NOT_CONNECTED, RATE_LIMITED, WAITING = "kill_switch", "account_not_connected", "rate_limited", "waiting"
_STEPS = {
    EntryState.APPROVED: SendingStep.APPROVED,
    EntryState.STARTED: SendingStep.ON_ITS_WAY,
    EntryState.PROVEN_ABSENT: SendingStep.APPROVED,
    EntryState.UNKNOWN: SendingStep.LOOKED_UP,
    EntryState.SENT: SendingStep.ACCEPTED,
    EntryState.FOUND: SendingStep.ACCEPTED,
    EntryState.REFUSED: SendingStep.REFUSED,
    EntryState.NEEDS_HUMAN: SendingStep.NEEDS_PERSON,
    EntryState.CANCELLED: SendingStep.STOPPED,
    EntryState.EXPIRED: SendingStep.STOPPED,
}
_CAME_TO_NOTHING = frozenset({EntryState.REFUSED, EntryState.CANCELLED, EntryState.EXPIRED})


class FollowReply:
    """Nothing here changes anything."""

    def __init__(self, entries: OutboxLedger, outbox: Outbox, precheck: Precheck, clock: Clock) -> None:
        self._entries = entries
        self._outbox = outbox
        self._precheck = precheck
        self._clock = clock

    def postings(self, case_id: int) -> tuple[Posting, ...]:
        """Return the case's replies, newest first, each with what took it away again; an edit stands beside what it changed."""
        entries = self._entries.entries(case_id=case_id)
        removals = {entry.post.removes: entry for entry in entries if entry.post.removes}
        replies = [entry for entry in entries if not entry.post.removes]
        newest = {entry.post.edits or entry.platform_id: entry.entry_id for entry in replies if entry.state in POSTED}
        return tuple(self._posting(entry, removals, newest) for entry in reversed(replies))

    def why_held(self, entry: OutboxEntry) -> str:
        """Return why an approved entry has not left: "kill_switch", "account_not_connected", "rate_limited", "waiting", or a cap's rule."""
        if entry.state not in SENDABLE:
            return ""
        if self._outbox.stopped():
            return KILL_SWITCH
        if self._account(entry) is None:
            return NOT_CONNECTED
        if entry.not_before is not None and entry.not_before > self._clock.now():
            return RATE_LIMITED if entry.reason == "rate_limited" else WAITING
        return self._precheck.held(entry, at=self._clock.now())

    def _posting(self, entry: OutboxEntry, removals: dict[str, OutboxEntry], newest: dict[str, int]) -> Posting:
        account, stands = self._account(entry), entry.post.edits or entry.platform_id
        removal = removals.get(stands) if stands else None
        latest = bool(stands) and newest.get(stands) == entry.entry_id
        open_to_change = latest and entry.state in POSTED and account is not None and _stands(removal)
        return Posting(
            entry=entry,
            step=_STEPS[entry.state],
            held=self.why_held(entry),
            can_edit=open_to_change and account is not None and account.can_edit,
            can_remove=open_to_change and account is not None and account.can_remove,
            can_write_again=entry.state in _CAME_TO_NOTHING,
            removed=removal if latest or not newest else None,
        )

    def _account(self, entry: OutboxEntry) -> ConnectedAccount | None:
        return next((one for one in self._precheck.accounts.all if one.account.key == entry.post.account.key), None)


def _stands(removal: OutboxEntry | None) -> bool:
    """Tell whether a post still stands, as far as its removal goes: there was none, or it came to nothing."""
    return removal is None or (removal.state in ENDS and removal.state not in POSTED)
