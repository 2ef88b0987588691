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
from moderation.workflows.load_wording import load_words
from moderation.workflows.standing_text import StandingText, WaysToTell

WORDS = "invitations"
"""The words of decisions and of the standing text: config/templates/<language>/invitations.yaml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    """Who is asked, when and why: the decisions as they were kept, the look that makes new ones, and the text that stands everywhere."""

    ledger: InvitationLedger
    decide: DecideInvitations
    setup: InvitingSetup
    standing: StandingText


def inviting_on(
    ledger: Ledger,
    *,
    drafts: DraftLedger,
    counts: SendCounts,
    precheck: Precheck,
    around: Around,
    setup: InvitingSetup,
    clock: Clock,
    ways: WaysToTell | None = None,
) -> Inviting:
    """Return the parts over a ledger that is open. `ways` None: everything goes to the feedback page."""
    decisions, journeys = InvitationLedger(ledger.engine), JourneyLedger(ledger.engine)
    asking = AskPeople(decisions, journeys, drafts, precheck, around, setup, clock)
    deciding = DecideInvitations(decisions, journeys, VisitLedger(ledger.engine), counts, asking, precheck, around, setup, clock)
    words = {language: load_words(language, WORDS) for language in setup.wording}
    told = ways or WaysToTell(brand=setup.brand, base_url=setup.base_url)
    standing = StandingText(told, words, precheck.policy, ledger.meta, around.links, clock)
    return Inviting(ledger=decisions, decide=deciding, setup=setup, standing=standing)


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


def ways_to_tell(settings: KlankbordSettings) -> WaysToTell:
    """Return where the settings let complaints, compliments and reviews go."""
    given = settings.invitations
    return WaysToTell(
        brand=settings.brands[0].name if settings.brands else "",
        base_url=settings.public.base_url.rstrip("/"),
        complaint=given.complaint_link,
        compliment=given.compliment_link,
        reviews=tuple((site.name, site.url) for site in given.review_links),
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
