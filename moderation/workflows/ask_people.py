"""Carry out a decision to ask: in shadow until graduation, else as a draft, under a standing approval where one holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.invitations import InvitationLedger
from moderation.ledger.journeys import JourneyLedger
from moderation.messages.length import must_fit
from moderation.messages.neutral import steering_words
from moderation.model.invitation import Answer, Factor, JourneyEvent, JourneyKind, KeptDecision, Weighed
from moderation.model.outbox import NewDraft
from moderation.model.post import PostKind, Target
from moderation.model.shadow import ShadowKind
from moderation.outbox.precheck import Precheck
from moderation.outbox.standing_check import approve_if_covered
from moderation.workflows.draft_text import keep_draft
from moderation.workflows.invitation_ports import Around, InvitingSetup

DIRECT = frozenset({"email", "mail", "whatsapp", "messenger", "sms"})
"""Channels on which a message reaches one person: the law asks for consent there (RULES P34)."""
AUTHOR = "invitation:"
_LINK_LENGTH = 120


class AskPeople:
    """Does what was decided, and nothing else. After a kill it is called again with the same decision and the same text."""

    def __init__(
        self,
        ledger: InvitationLedger,
        journeys: JourneyLedger,
        drafts: DraftLedger,
        precheck: Precheck,
        around: Around,
        setup: InvitingSetup,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._journeys = journeys
        self._drafts = drafts
        self._precheck = precheck
        self._around = around
        self._setup = setup
        self._clock = clock

    def words(self, event: JourneyEvent, language: str) -> tuple[str, str]:
        """Return the template with its digest, and the text that asks; a personal link is made for it where there is a page to link to."""
        wording, template = self._setup.wording[language], template_for(event)
        return wording.version(template), wording.render(template, given(self._link(event, language), self._setup))

    def carry_out(self, kept: KeptDecision) -> Answer:
        """Record it in shadow, or keep the draft and approve it as far as a standing approval goes. Safe to repeat.

        What a rule refuses is turned into "never", with the rule as the reason.
        """
        now, event = self._clock.now(), kept.event
        target = self._journeys.target(event.mention_id, to_person=is_direct(event.platform))
        if self._around.leave.opted_out(event.person_key):
            return self._give_up(kept, "opted_out", now)
        if target is None:
            return self._give_up(kept, "gone", now)
        draft = _draft(kept, target)
        known = self._ledger.draft_of(draft.author)
        if known is None and (refused := self._refusal(draft, now)):
            return self._give_up(kept, f"rule.{refused}", now)
        item = self._around.shadow.record(ShadowKind.INVITATION, draft, why=_why(kept))
        if not item.live:
            self._ledger.finish(kept, shadow_id=item.shadow_id)
            return Answer.ASK
        draft_id = known or keep_draft(draft, self._drafts, self._precheck, at=now).draft_id
        approve_if_covered(draft_id, draft, self._around.standing.all(), self._around.outbox.approve_standing)
        self._ledger.finish(kept, draft_id=draft_id, shadow_id=item.shadow_id)
        return Answer.ASK

    def _refusal(self, draft: NewDraft, now: datetime) -> str:
        """Return the first rule that refuses this text or place, or an empty string."""
        if steering_words(draft.text, self._precheck.policy.words.get(draft.language, ())):
            return "not_neutral"
        return next(iter(self._precheck.refusals(draft, who=draft.author, at=now)), "")

    def _give_up(self, kept: KeptDecision, key: str, now: datetime) -> Answer:
        against = Weighed(factor=Factor.ABILITY, key=key, value=0.0)
        refused = replace(kept.decision, answer=Answer.NEVER, ability=0.0, why_not=(against,))
        self._ledger.give_up(kept, refused, at=now)
        return Answer.NEVER

    def _link(self, event: JourneyEvent, language: str) -> str:
        if not self._setup.base_url or self._around.links is None:
            return ""
        if is_direct(event.platform) and event.conversation_id is not None:
            return self._around.links.personal(event.conversation_id, issue_id=event.issue_id, channel=event.platform, language=language)
        return self._around.links.open(event.issue_id, event.platform, language)


def is_direct(platform: str) -> bool:
    """Tell whether a message on this platform reaches one person."""
    return platform in DIRECT


def template_for(event: JourneyEvent) -> str:
    """Return the name of the template that asks after this event."""
    if is_direct(event.platform):
        return "invitation_personal"
    return "invitation_resolved" if event.kind is JourneyKind.STATUS_RESOLVED else "invitation_thread"


def given(link: str, setup: InvitingSetup) -> dict[str, str]:
    """Return what fills that template in: one text for everybody, with nothing about the person or what they wrote."""
    return {"brand": setup.brand, "link": link, "signature": setup.signature}


def spoken(language: str, setup: InvitingSetup) -> str:
    """Return the language to ask in: theirs where we have words in it, else the house's."""
    return language if language in setup.wording else setup.language


def fits(event: JourneyEvent, language: str, target: Target, precheck: Precheck, setup: InvitingSetup) -> bool:
    """Tell whether the text fits what the platform takes, with a link as long as ours get."""
    link = f"{setup.base_url}/".ljust(len(setup.base_url) + _LINK_LENGTH, "x") if setup.base_url else ""
    try:
        account = precheck.accounts.for_target(target)
        must_fit(setup.wording[language].render(template_for(event), given(link, setup)), account.limits)
    except NotAllowed:
        return False
    return True


def _draft(kept: KeptDecision, target: Target) -> NewDraft:
    """Return the draft of a decision. Its author is the event, so that one event has one draft; it belongs to no case: it is no answer."""
    return NewDraft(
        kind=PostKind.INVITATION,
        target=target,
        text=kept.text,
        language=kept.language,
        author=f"{AUTHOR}{kept.event.event_id}",
        issue_id=kept.event.issue_id,
        template=kept.template,
    )


def _why(kept: KeptDecision) -> dict[str, object]:
    numbers = {"motivation": kept.decision.motivation, "ability": kept.decision.ability, "prompt": kept.decision.prompt}
    return {
        "event": kept.event.kind.value,
        "decision": kept.decision_id,
        **{name: f"{value:.2f}" for name, value in numbers.items()},
        "because": ", ".join(one.key for one in kept.decision.why),
    }
