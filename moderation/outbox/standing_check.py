"""Whether a standing approval still allows a post: asked when one is approved under it, and again just before each send."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from listener.errors import NotAllowed
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.standing import StandingLedger
from moderation.model.outbox import Draft, NewDraft, OutboxEntry, StandingApproval
from moderation.model.post import AccountId, PostKind

KINDS = {PostKind.INVITATION: "whom a journey event chose", PostKind.YOU_SAID: "who agreed to hear what was done"}
"""What may leave under a standing approval at all (PRODUCT section 3), and the rule that chooses who gets it."""


def why_not(given: StandingApproval | None, *, kind: PostKind, template: str, account: AccountId, at: datetime) -> str:
    """Return why `given` does not allow a post of this kind, from this template (name@digest) and account; empty: it does. Pure."""
    if given is None:
        return "there is no such standing approval"
    if given.void_reason:
        return f"it is void: {given.void_reason}"
    if given.expires_at <= at:
        return f"it ended on {given.expires_at:%Y-%m-%d %H:%M} UTC"
    if kind not in KINDS or given.kind is not kind:
        return f"it is for {given.kind.value}, this is {kind.value}"
    if template != given.version:
        return f"it was given for another text of the template {given.template}"
    if account.key not in given.accounts:
        return f"it is not given for the account {account.key}"
    return ""


def approve_if_covered(
    draft_id: int, draft: Draft | NewDraft, given: Iterable[StandingApproval], approve: Callable[[int, int], object]
) -> None:
    """Let `approve(draft_id, standing_id)` approve a draft under the first standing approval that covers it; without one it waits."""
    for one in given:
        if one.void_reason or one.kind is not draft.kind or one.version != draft.template:
            continue
        try:
            approve(draft_id, one.standing_id)
        except NotAllowed:
            continue  # it has ended, is for another account, or a rule of now refuses: the draft stays for a person to look at
        return


class StandingCheck:
    """Standing approvals as they stand now. `versions` are the templates that this Klankbord ships, as "name@digest"."""

    def __init__(self, standing: StandingLedger, drafts: DraftLedger, counts: SendCounts, versions: Collection[str]) -> None:
        self._standing = standing
        self._drafts = drafts
        self._counts = counts
        self._versions = frozenset(versions)

    def must_allow(self, standing_id: int, *, kind: PostKind, template: str, account: AccountId, at: datetime) -> StandingApproval:
        """Return the standing approval. Raises `NotAllowed` with why it does not cover this post."""
        given = self._standing.get(standing_id)
        why = why_not(given, kind=kind, template=template, account=account, at=at) or self._changed(template)
        if given is None or why:
            raise NotAllowed(f"Standing approval {standing_id} does not allow this: {why}.")
        return given

    def void(self, entry: OutboxEntry, *, at: datetime) -> str:
        """Return why the standing approval under which `entry` was approved no longer holds; empty when it does or a person approved."""
        if entry.standing_id is None:
            return ""
        draft = self._drafts.get(entry.draft_id)
        template = draft.template if draft is not None else ""
        given = self._standing.get(entry.standing_id)
        return why_not(given, kind=entry.post.kind, template=template, account=entry.post.account, at=at) or self._changed(template)

    def held(self, entry: OutboxEntry, *, at: datetime) -> str:
        """Return which cap of the standing approval itself is reached: standing_hour, standing_day, or empty."""
        given = self._standing.get(entry.standing_id) if entry.standing_id is not None else None
        if given is None:
            return ""
        hour, day = self._counts.under_standing(given.standing_id, at=at, leave_out=entry.entry_id)
        if hour >= given.most_per_hour:
            return "standing_hour"
        return "standing_day" if day >= given.most_per_day else ""

    def _changed(self, template: str) -> str:
        return "" if template in self._versions else "the template says something else now"
