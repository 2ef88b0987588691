"""Everything about invitations put together over an open ledger; bootstrap hands over the parts that other rooms own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.invitations import InvitationLedger
from moderation.ledger.journeys import JourneyLedger
from moderation.ledger.visits import VisitLedger
from moderation.messages.render import PublicWording
from moderation.model.invitation import AskRule, QuietRule
from moderation.outbox.precheck import Precheck
from moderation.settings import InvitationSettings, KlankbordSettings
from moderation.workflows.ask_people import AskPeople
from moderation.workflows.decide_invitations import DecideInvitations
from moderation.workflows.invitation_ports import Around, InvitingSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    """Who is asked, when and why: the decisions as they were kept, and the look that makes new ones."""

    ledger: InvitationLedger
    decide: DecideInvitations
    setup: InvitingSetup


def inviting_on(
    ledger: Ledger,
    *,
    drafts: DraftLedger,
    counts: SendCounts,
    precheck: Precheck,
    around: Around,
    setup: InvitingSetup,
    clock: Clock,
) -> Inviting:
    """Return the parts over a ledger that is open."""
    decisions, journeys = InvitationLedger(ledger.engine), JourneyLedger(ledger.engine)
    asking = AskPeople(decisions, journeys, drafts, precheck, around, setup, clock)
    deciding = DecideInvitations(decisions, journeys, VisitLedger(ledger.engine), counts, asking, precheck, around, setup, clock)
    return Inviting(ledger=decisions, decide=deciding, setup=setup)


def inviting_setup(settings: KlankbordSettings, wording: Mapping[str, PublicWording]) -> InvitingSetup:
    """Return what the settings say about invitations."""
    given = settings.invitations
    language = settings.digest.language if settings.digest.language in wording else next(iter(wording))
    return InvitingSetup(
        brand=settings.brands[0].name if settings.brands else "",
        wording=wording,
        zone=settings.zone,
        enabled=given.enabled,
        language=language,
        signature=settings.outbox.signature,
        base_url=settings.public.base_url.rstrip("/"),
        every_nth_visit=given.every_nth_visit,
        fresh=timedelta(hours=given.fresh_hours),
        staff=frozenset(given.staff),
        rule=ask_rule(given),
        quiet=QuietRule(least_hours=given.quiet_least_hours, most_hours=given.quiet_most_days * 24.0, start_hours=given.quiet_start_hours),
    )


def ask_rule(given: InvitationSettings) -> AskRule:
    """Return the rule that these settings make."""
    return AskRule(
        person_every=timedelta(days=given.person_days),
        thread_every=timedelta(days=given.thread_days),
        community_per_day=given.community_per_day,
        community_per_week=given.community_per_week,
        late=timedelta(days=given.late_days),
        from_hour=given.from_hour,
        to_hour=given.to_hour,
    )
