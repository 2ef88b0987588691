"""How a conversation ends: answered, answered by the community, no answer needed, or resolved by what was fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.cases import CaseLedger
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.endings import EndingLedger
from moderation.ledger.thread import ThreadLedger
from moderation.messages.render import PublicWording, tidy
from moderation.model.case import Ending
from moderation.model.case_act import CaseAct
from moderation.model.ending import CaseEnding
from moderation.model.outbox import Draft, NewDraft, OutboxEntry
from moderation.model.post import PostKind
from moderation.outbox.precheck import Precheck
from moderation.policy.people import same_person
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.case_acts import CaseActs
from moderation.workflows.draft_text import keep_draft, target_below

BY_HAND = (Ending.ANSWERED, Ending.ANSWERED_BY_COMMUNITY, Ending.NO_ANSWER_NEEDED, Ending.RESOLVED_BY_FIX)
"""The endings an agent chooses on a conversation's page; spam and not ours are acts of their own."""
TEMPLATE = "reply_thanks_helper"


class Endings:
    """Ends cases, and thanks whoever helped. A thank-you is a reply like any other: worded by a person, sent by a person's press."""

    def __init__(
        self,
        ledger: Ledger,
        cases: CaseLedger,
        threads: ThreadLedger,
        endings: EndingLedger,
        acts: CaseActs,
        drafts: DraftLedger,
        precheck: Precheck,
        outbox: Outbox,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        signature: Callable[[str], str],
    ) -> None:
        self._ledger = ledger
        self._cases = cases
        self._threads = threads
        self._endings = endings
        self._acts = acts
        self._drafts = drafts
        self._precheck = precheck
        self._outbox = outbox
        self._clock = clock
        self._wording = wording
        self._signature = signature

    def end(self, case_id: int, by: str, version: int, ending: Ending, *, helper: int | None = None, about: str = "") -> CaseAct:
        """End a case. `helper`: the message of another person in the same thread that answered it; `about`: the action or status.

        Raises `NotAllowed` when something is missing, `AlreadyClaimed` when somebody else holds the case or it changed; then nothing did.
        """
        if ending not in BY_HAND:
            raise NotAllowed(
                "A conversation ends answered, answered by the community, without an answer, or resolved by a fix.", key="talk_choose"
            )
        if ending is Ending.ANSWERED_BY_COMMUNITY:
            self._must_help(case_id, helper)
        if ending is Ending.RESOLVED_BY_FIX and not about:
            raise NotAllowed("Say which action or which public status solved it.", key="talk_which_fix")
        act = self._acts.close(case_id, by, version, ending=ending)
        kept = helper if ending is Ending.ANSWERED_BY_COMMUNITY else None
        solved = about if ending is Ending.RESOLVED_BY_FIX else ""
        self._endings.add(case_id, act.act_id, ending.value, mention_id=kept, about=solved, who=by, at=act.at)
        return act

    def ending(self, case_id: int) -> CaseEnding | None:
        """Return how a closed case ended, or None."""
        return self._endings.latest(case_id)

    def can_be_undone(self, act_id: int) -> bool:
        """Tell whether an ending can still be taken back: nothing happened to its case since."""
        return self._acts.can_be_undone(act_id)

    def offered_thanks(self, case_id: int, language: str, by: str) -> str:
        """Return the words that thank whoever helped, ready to be changed; empty when nobody helped or their message is gone."""
        found = self._endings.latest(case_id)
        stored = self._ledger.mentions.by_ids([found.mention_id]) if found and found.mention_id else []
        if not stored:
            return ""
        author = stored[0].mention.author
        helper = (author.name or author.native_id) if author else ""
        try:
            return self._wording[language].render(TEMPLATE, {"helper": helper, "signature": self._signature(by)})
        except NotAllowed:  # a name that looks like a template, or none at all: the agent words it without
            return self._wording[language].render(TEMPLATE, {"helper": "👋", "signature": self._signature(by)})

    def thank(self, case_id: int, text: str, by: str, *, language: str) -> Draft:
        """Keep a thank-you to whoever helped, as a reply draft. Nothing leaves yet. Raises `NotAllowed` when a rule forbids it.

        Like every reply it carries no link to a review site (RULES). It is not an answer to the customer, so it belongs to no case.
        """
        found = self._endings.latest(case_id)
        stored = self._ledger.mentions.by_ids([found.mention_id]) if found and found.mention_id else []
        if found is None or not stored:
            raise NotAllowed("Nobody of the community is named as having helped here, or their message was removed.", key="talk_no_helper")
        row = self._cases.get(case_id)
        new = NewDraft(
            kind=PostKind.REPLY,
            target=target_below(stored[0]),
            text=tidy(text),
            language=language,
            author=by,
            issue_id=row.issue_id if row else None,
            template="",
        )
        draft = keep_draft(new, self._drafts, self._precheck, at=self._clock.now())
        self._endings.note_draft(found.ending_id, draft.draft_id)
        return draft

    def thanks(self, case_id: int) -> Draft | None:
        """Return the thank-you that was worded for a case, or None."""
        found = self._endings.latest(case_id)
        return self._drafts.readable(found.draft_id) if found and found.draft_id else None

    def send_thanks(self, case_id: int, draft_id: int, by: str) -> OutboxEntry:
        """Approve one's own thank-you of a case and queue it: pressing Send is the approval.

        Raises `NotAllowed` when it is another draft, or a colleague's: what others wrote is approved where everything of theirs is.
        """
        draft = self.thanks(case_id)
        if draft is None or draft.draft_id != draft_id:
            raise NotAllowed("This is not the thank-you of this case (any more); look at the case again.", key="talk_other_thanks")
        if not same_person(draft.author, by):
            raise NotAllowed(f"This text is {draft.author}'s; preview your own.", key="draft_of_other", fields={"author": draft.author})
        return self._outbox.approve(draft_id, by)

    def must_have_helped(self, case_id: int, mention_id: int) -> None:
        """Raise `NotAllowed` when a case did not end by this very message of somebody else: any other is not this case's to use."""
        found = self._endings.latest(case_id)
        if found is None or found.mention_id != mention_id:
            raise NotAllowed("This message is not the one that helped here; look at the case again.", key="talk_no_helper")

    def _must_help(self, case_id: int, helper: int | None) -> None:
        row = self._cases.get(case_id)
        place = self._threads.place(row.conversation_id) if row else None
        around = self._threads.around(place, leave_out=row.mention_ids) if row and place else []
        if helper is None or helper not in around:
            raise NotAllowed("Choose the message in this thread that answered the customer.", key="talk_choose_helper")
