"""Where people decide, put together on an open ledger: the same for the service, for commands beside it and for the write gateway."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.conversation_desk import conversation_desk
from moderation.feedback_desk import feedback_desk
from moderation.inviting import Inviting, inviting_on, inviting_setup, ways_to_tell
from moderation.knowledge_desk import knowledge_desk
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.audit import AuditLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.clocks import ClockLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.endings import EndingLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.opt_out_reading import OptOutReading
from moderation.ledger.our_words import OurWords
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.standing import StandingLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.switch import SwitchLedger
from moderation.ledger.waits import WaitLedger
from moderation.messages.render import PublicWording
from moderation.model.policy import House
from moderation.model.shadow import Bar
from moderation.outbox.accounts import Accounts
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.precheck import Precheck
from moderation.outbox.write_side import standing_check
from moderation.parts import Desk
from moderation.policy.house import whole_house
from moderation.queueing import colleagues_in, queueing_over
from moderation.reply_desk import personal_signature, reply_desk, second_person_for
from moderation.settings import KlankbordSettings
from moderation.workflows.answer_cases import Inbox
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_invitation import Invitations
from moderation.workflows.draft_status_update import StatusUpdates
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_standing import Standing
from moderation.workflows.invitation_ports import Around
from moderation.workflows.load_opt_out_words import load_opt_out_words
from moderation.workflows.load_wording import load_policy, load_public_wording, load_words, template_versions
from moderation.workflows.read_clocks import Clocks
from moderation.workflows.read_opt_outs import ReadOptOuts
from moderation.workflows.read_promises import ReadPromises
from moderation.workflows.shadow import Shadow
from moderation.workflows.status_desk import StatusDesk, StatusRules, status_desk
from moderation.workflows.tell_clocks import TellClocks


def desk_over(home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock, accounts: Accounts) -> Desk:
    """Return the desk of a home whose ledger is open. `accounts`: those that may speak; nobody is asked and nothing is sent."""
    engine, signature, wording, house = ledger.engine, settings.outbox.signature, load_public_wording(), whole_house(settings)
    cases, drafts, counts = CaseLedger(engine), DraftLedger(engine), SendCounts(engine)
    leave, given, people = LeaveLedger(engine), StandingLedger(engine), PeopleLedger(engine)
    precheck = Precheck(counts, ledger.mentions, accounts, load_policy(), house)
    outbox = _outbox(home, settings, ledger, clock, precheck, wording)
    shadow = Shadow(ShadowLedger(engine), accounts, clock, wording=wording, bar=_bar(settings), standing=given)
    feedback = feedback_desk(home, settings, ledger, clock, leave=leave, shadow=shadow, outbox=outbox, precheck=precheck, wording=wording)
    spoken = ReadPromises(OurWords(engine), clock, zone=settings.zone)
    clocks = Clocks(StatusLedger(engine), settings.clocks, clock, zone=settings.zone, promised_in=spoken)
    queueing = queueing_over(
        ledger, clock, clocks=clocks, most_age=timedelta(days=settings.inbox.most_age_days), colleagues=colleagues_in(people)
    )
    brand = settings.brands[0].name if settings.brands else ""
    conversation = conversation_desk(
        ledger,
        clock,
        acts=queueing.acts,
        outbox=outbox,
        precheck=precheck,
        wording=wording,
        signature=lambda by: personal_signature(people, by) or signature,
    )
    knowledge = knowledge_desk(home, settings, ledger, clock, joined=conversation.show.conversations)
    return Desk(
        settings=settings,
        clock=clock,
        ledger=ledger,
        cases=cases,
        audit=AuditLedger(engine),
        inbox=Inbox(
            ledger,
            cases,
            drafts,
            OutboxLedger(engine),
            outbox,
            precheck,
            clock,
            queue=queueing.queue,
            wording=wording,
            signature=lambda by: personal_signature(people, by) or signature,
        ),
        queueing=queueing,
        outbox=outbox,
        updates=StatusUpdates(ledger, drafts, precheck, clock, wording=wording, signature=signature),
        invitations=Invitations(
            ledger, drafts, counts, precheck, clock, wording=wording, brand=brand, link=settings.public.base_url, signature=signature
        ),
        alarms=AlarmLedger(engine),
        leave=leave,
        shadow=shadow,
        standing=Standing(given, shadow, accounts, clock, wording=wording, house=house),
        feedback=feedback,
        read_opt_outs=ReadOptOuts(OptOutReading(engine), leave, load_opt_out_words(), clock),
        clocks=clocks,
        tell_clocks=TellClocks(ClockLedger(engine), WaitLedger(engine), clocks, clock),
        status=_status(settings, ledger, clock, precheck, outbox, shadow, leave, wording, house),
        inviting=_inviting(settings, ledger, clock, precheck, outbox, leave, shadow, feedback.links, wording),
        replies=reply_desk(
            ledger,
            clock,
            precheck=precheck,
            outbox=outbox,
            wording=wording,
            zone=settings.zone,
            signature=settings.outbox.signature,
            tone=settings.tone,
            advise=knowledge.advise,
        ),
        conversation=conversation,
        knowledge=knowledge,
    )


def _outbox(
    home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock, precheck: Precheck, wording: Mapping[str, PublicWording]
) -> Outbox:
    engine = ledger.engine
    return Outbox(
        OutboxLedger(engine),
        DraftLedger(engine),
        KillSwitch(home, SwitchLedger(engine)),
        precheck,
        clock,
        approval_hours=settings.outbox.approval_hours,
        four_eyes=settings.outbox.four_eyes,
        cases=CaseLedger(engine),
        standing=standing_check(ledger, template_versions(wording)),
        second_for=second_person_for(settings, CaseLedger(engine), PeopleLedger(engine), EndingLedger(engine)),
    )


def _status(
    settings: KlankbordSettings,
    ledger: Ledger,
    clock: Clock,
    precheck: Precheck,
    outbox: Outbox,
    shadow: Shadow,
    leave: LeaveLedger,
    wording: Mapping[str, PublicWording],
    house: House,
) -> StatusDesk:
    return status_desk(
        ledger,
        precheck,
        outbox,
        shadow,
        leave,
        SendCounts(ledger.engine),
        clock,
        house=house,
        rules=_status_rules(settings),
        wording=wording,
        words={language: load_words(language, "status") for language in wording},
        four_eyes=settings.outbox.four_eyes,
    )


def _inviting(
    settings: KlankbordSettings,
    ledger: Ledger,
    clock: Clock,
    precheck: Precheck,
    outbox: Outbox,
    leave: LeaveLedger,
    shadow: Shadow,
    links: FeedbackLinks,
    wording: Mapping[str, PublicWording],
) -> Inviting:
    engine = ledger.engine
    around = Around(
        leave=leave,
        languages=ledger.analyses,
        shadow=shadow,
        standing=StandingLedger(engine),
        outbox=outbox,
        links=links,
        statuses=StatusLedger(engine),
    )
    return inviting_on(
        ledger,
        drafts=DraftLedger(engine),
        counts=SendCounts(engine),
        precheck=precheck,
        around=around,
        setup=inviting_setup(settings, wording),
        clock=clock,
        ways=ways_to_tell(settings),
    )


def _status_rules(settings: KlankbordSettings) -> StatusRules:
    said = settings.status
    return StatusRules(
        zone=settings.zone,
        ahead=timedelta(minutes=said.promise_minutes),
        silence_hours=said.silence_hours,
        second_above=said.second_approver_above,
        base_url=settings.public.base_url,
        signature=settings.outbox.signature,
        ours=(settings.public.contact, *(handle for brand in settings.brands for handle in brand.handles)),
    )


def _bar(settings: KlankbordSettings) -> Bar:
    asked = settings.outbox
    return Bar(checked=asked.shadow_checked, right=asked.shadow_right, reviewers=asked.shadow_reviewers)
