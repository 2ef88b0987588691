"""Draft a neutral invitation for a thread: complaint, compliment or review, all welcome. Never chosen by what somebody feels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.journeys import JourneyLedger
from moderation.messages.neutral import steering_words
from moderation.messages.render import PublicWording
from moderation.model.outbox import Draft, NewDraft
from moderation.model.post import PostKind
from moderation.outbox.precheck import Precheck
from moderation.workflows.draft_text import keep_draft, target_below
from moderation.workflows.find_journeys import going_on_now

TEMPLATE = "invitation_thread"
_FRESH = timedelta(hours=72)


class Invitations:
    """One invitation a thread a month, none in a community where something is new or growing; no label is ever looked at.

    These are chosen by a person, one by one; `DecideInvitations` finds the moments by itself.
    """

    def __init__(
        self,
        ledger: Ledger,
        drafts: DraftLedger,
        counts: SendCounts,
        precheck: Precheck,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        brand: str,
        link: str = "",
        signature: str = "",
    ) -> None:
        self._ledger = ledger
        self._drafts = drafts
        self._counts = counts
        self._precheck = precheck
        self._clock = clock
        self._wording = wording
        self._given = {"brand": brand, "link": link, "signature": signature}

    def draft(self, mention_id: int, language: str, agent: str) -> Draft:
        """Keep an invitation for the thread of a mention. It needs a single approval like any post.

        Raises `NotAllowed` with the rule: this platform takes none, the thread had one this month, something is going on in this
        community, or the wording steers.
        """
        found = self._ledger.mentions.by_ids([mention_id])
        if not found:
            raise NotAllowed(f"There is no mention {mention_id}, or it was removed.")
        now, target = self._clock.now(), target_below(found[0])
        if self._counts.invited(target, at=now):
            raise self._precheck.refuse("thread_invited")
        if (target.platform, target.realm) in going_on_now(JourneyLedger(self._ledger.engine), fresh=_FRESH, now=now):
            raise self._precheck.refuse("issue_is_fresh")
        wording = self._wording[language]
        text = wording.render(TEMPLATE, self._given)
        if steering := steering_words(text, self._precheck.policy.words.get(language, ())):
            raise self._precheck.refuse("not_neutral", found=", ".join(steering))
        new = NewDraft(
            kind=PostKind.INVITATION, target=target, text=text, language=language, author=agent, template=wording.version(TEMPLATE)
        )
        return keep_draft(new, self._drafts, self._precheck, at=now)
