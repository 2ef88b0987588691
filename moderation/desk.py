"""Where people decide, put together on an open ledger: the same for the service, for commands beside it and for the write gateway."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.conversation_desk import ConversationDesk, conversation_desk
from moderation.delivery_desk import delivery_desk
from moderation.feedback_desk import FeedbackDesk, feedback_desk
from moderation.ground import Ground, ground_of
from moderation.inviting import Inviting, inviting_on, inviting_setup, ways_to_tell
from moderation.knowledge_desk import knowledge_desk
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.audit import AuditLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.clocks import ClockLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.opt_out_reading import OptOutReading
from moderation.ledger.our_words import OurWords
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.status import StatusLedger
from moderation.ledger.waits import WaitLedger
from moderation.outbox.accounts import Accounts
from moderation.parts import Desk
from moderation.queueing import Queueing, colleagues_in, queueing_over
from moderation.reply_desk import ReplyDesk, reply_desk
from moderation.settings import KlankbordSettings
from moderation.workflows.answer_cases import Inbox
from moderation.workflows.case_acts import CaseActs
from moderation.workflows.draft_invitation import Invitations
from moderation.workflows.draft_status_update import StatusUpdates
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_standing import Standing
from moderation.workflows.invitation_ports import Around
from moderation.workflows.load_opt_out_words import load_opt_out_words
from moderation.workflows.load_wording import load_words
from moderation.workflows.queue_cases import Queue
from moderation.workflows.read_clocks import Clocks
from moderation.workflows.read_opt_outs import ReadOptOuts
from moderation.workflows.read_promises import ReadPromises
from moderation.workflows.status_desk import StatusDesk, StatusRules, status_desk
from moderation.workflows.tell_clocks import TellClocks
from moderation.workflows.write_reply import Advises


def desk_over(home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock, accounts: Accounts) -> Desk:
    """Return the desk of a home whose ledger is open. `accounts`: those that may speak; nobody is asked and nothing is sent."""
    ground, engine = ground_of(home, settings, ledger, clock, accounts), ledger.engine
    spoken = ReadPromises(OurWords(engine), clock, zone=settings.zone)
    clocks = Clocks(StatusLedger(engine), settings.clocks, clock, zone=settings.zone, promised_in=spoken)
    queueing, feedback = _queueing(ground, clocks), _feedback(ground)
    conversation = _conversation(ground, queueing.acts)
    knowledge = knowledge_desk(home, settings, ledger, clock, joined=conversation.show.conversations)
    signature, wording = settings.outbox.signature, ground.wording
    return Desk(
        settings=settings,
        clock=clock,
        ledger=ledger,
        cases=CaseLedger(engine),
        audit=AuditLedger(engine),
        inbox=_inbox(ground, queueing.queue),
        queueing=queueing,
        outbox=ground.outbox,
        updates=StatusUpdates(ledger, DraftLedger(engine), ground.precheck, clock, wording=wording, signature=signature),
        invitations=_invitations(ground),
        alarms=AlarmLedger(engine),
        leave=ground.leave,
        shadow=ground.shadow,
        standing=Standing(ground.standing, ground.shadow, accounts, clock, wording=wording, house=ground.house),
        feedback=feedback,
        read_opt_outs=ReadOptOuts(OptOutReading(engine), ground.leave, load_opt_out_words(), clock),
        clocks=clocks,
        tell_clocks=TellClocks(ClockLedger(engine), WaitLedger(engine), clocks, clock),
        status=_status(ground),
        inviting=_inviting(ground, feedback.links),
        replies=_replies(ground, knowledge.advise),
        conversation=conversation,
        knowledge=knowledge,
        delivery=delivery_desk(home, settings, ledger, clock),
    )


def _queueing(ground: Ground, clocks: Clocks) -> Queueing:
    return queueing_over(
        ground.ledger,
        ground.clock,
        clocks=clocks,
        most_age=timedelta(days=ground.settings.inbox.most_age_days),
        colleagues=colleagues_in(ground.people),
    )


def _inbox(ground: Ground, queue: Queue) -> Inbox:
    engine = ground.ledger.engine
    return Inbox(
        ground.ledger,
        CaseLedger(engine),
        DraftLedger(engine),
        OutboxLedger(engine),
        ground.outbox,
        ground.precheck,
        ground.clock,
        queue=queue,
        wording=ground.wording,
        signature=ground.signature_of,
    )


def _conversation(ground: Ground, acts: CaseActs) -> ConversationDesk:
    return conversation_desk(
        ground.ledger,
        ground.clock,
        acts=acts,
        outbox=ground.outbox,
        precheck=ground.precheck,
        wording=ground.wording,
        signature=ground.signature_of,
    )


def _replies(ground: Ground, advise: Advises) -> ReplyDesk:
    settings = ground.settings
    return reply_desk(
        ground.ledger,
        ground.clock,
        precheck=ground.precheck,
        outbox=ground.outbox,
        wording=ground.wording,
        zone=settings.zone,
        signature=settings.outbox.signature,
        tone=settings.tone,
        advise=advise,
    )


def _feedback(ground: Ground) -> FeedbackDesk:
    return feedback_desk(
        ground.home,
        ground.settings,
        ground.ledger,
        ground.clock,
        leave=ground.leave,
        shadow=ground.shadow,
        outbox=ground.outbox,
        precheck=ground.precheck,
        wording=ground.wording,
    )


def _status(ground: Ground) -> StatusDesk:
    settings = ground.settings
    return status_desk(
        ground.ledger,
        ground.precheck,
        ground.outbox,
        ground.shadow,
        ground.leave,
        SendCounts(ground.ledger.engine),
        ground.clock,
        house=ground.house,
        rules=_status_rules(settings),
        wording=ground.wording,
        words={language: load_words(language, "status") for language in ground.wording},
        four_eyes=settings.outbox.four_eyes,
    )


def _invitations(ground: Ground) -> Invitations:
    settings, engine = ground.settings, ground.ledger.engine
    return Invitations(
        ground.ledger,
        DraftLedger(engine),
        SendCounts(engine),
        ground.precheck,
        ground.clock,
        wording=ground.wording,
        brand=settings.brands[0].name if settings.brands else "",
        link=settings.public.base_url,
        signature=settings.outbox.signature,
    )


def _inviting(ground: Ground, links: FeedbackLinks) -> Inviting:
    settings, engine = ground.settings, ground.ledger.engine
    around = Around(
        leave=ground.leave,
        languages=ground.ledger.analyses,
        shadow=ground.shadow,
        standing=ground.standing,
        outbox=ground.outbox,
        links=links,
        statuses=StatusLedger(engine),
    )
    return inviting_on(
        ground.ledger,
        drafts=DraftLedger(engine),
        counts=SendCounts(engine),
        precheck=ground.precheck,
        around=around,
        setup=inviting_setup(settings, ground.wording),
        clock=ground.clock,
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
