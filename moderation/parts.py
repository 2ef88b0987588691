"""What the answering half is made of once it is put together; `bootstrap` chooses the parts, everybody else only uses them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from listener.issues.prepare import Reader
from listener.ledger.ledger import Ledger
from listener.parts import Listening
from listener.ports import Clock
from listener.sources.discord_connection import DiscordConnection
from moderation.conversation_desk import ConversationDesk
from moderation.delivery_desk import DeliveryDesk
from moderation.feedback_desk import FeedbackDesk
from moderation.inviting import Inviting
from moderation.knowledge_desk import KnowledgeDesk
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.audit import AuditLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.following import Followed
from moderation.ledger.gone_accounts import forget_gone_accounts
from moderation.ledger.leave import LeaveLedger
from moderation.model.case import Opened
from moderation.model.outbox import SendReport
from moderation.outbox.connections import Connections
from moderation.outbox.gateway import Gateway
from moderation.outbox.own_account import OwnAccountWatch
from moderation.outbox.reconcile import Reconciler
from moderation.queueing import Queueing
from moderation.reply_desk import ReplyDesk
from moderation.settings import KlankbordSettings
from moderation.subject_desk import SubjectDesk
from moderation.workflows.answer_cases import Inbox
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.decide_invitations import Decided
from moderation.workflows.deliver import Deliver
from moderation.workflows.draft_invitation import Invitations
from moderation.workflows.draft_status_update import StatusUpdates
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.give_standing import Standing
from moderation.workflows.open_cases import open_cases
from moderation.workflows.read_clocks import Clocks
from moderation.workflows.read_opt_outs import ReadOptOuts
from moderation.workflows.shadow import Shadow
from moderation.workflows.status_desk import StatusDesk
from moderation.workflows.tell_clocks import TellClocks
from moderation.workflows.tell_when_due import TellWhenDue


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where people decide: everything that reads and writes the ledger and sends nothing. Works beside a running service."""

    settings: KlankbordSettings
    clock: Clock
    ledger: Ledger
    cases: CaseLedger
    audit: AuditLedger
    inbox: Inbox
    queueing: Queueing
    outbox: Outbox
    updates: StatusUpdates
    invitations: Invitations
    alarms: AlarmLedger
    leave: LeaveLedger
    shadow: Shadow
    standing: Standing
    feedback: FeedbackDesk
    read_opt_outs: ReadOptOuts
    clocks: Clocks
    tell_clocks: TellClocks
    status: StatusDesk
    inviting: Inviting
    replies: ReplyDesk
    conversation: ConversationDesk
    knowledge: KnowledgeDesk
    delivery: DeliveryDesk

    def open_cases(self) -> Opened:
        """Give everybody who spoke to us a case, after whoever asked to be left alone was heard."""
        self.read_opt_outs()
        self.replies.forget_removed()
        most_age = timedelta(days=self.settings.inbox.most_age_days)
        opened = open_cases(self.ledger, self.cases, now=self.clock.now(), most_age=most_age, own_authors=self.outbox.own_authors())
        self.conversation.read_signs.once()
        self.queueing.follow.once(self.outbox.own_authors())
        return opened

    def follow_cases(self) -> Followed:
        """The same for what came in since the last time, and every case's place brought up to date: cheap enough for every half second."""
        self.read_opt_outs()
        followed = self.queueing.follow.once(self.outbox.own_authors())
        self.conversation.read_signs.now_and_then(soon=bool(followed.opened or followed.joined))
        return followed

    def check_cases(self) -> None:
        """Look at every message and every case once: nobody is forgotten because something was overlooked on the way."""
        self.queueing.follow.check_all()
        self.open_cases()
        forget_gone_accounts(self.ledger.engine, self.ledger.suppression)

    def decide_invitations(self) -> Decided:
        """Decide whom to ask, after whoever asked to be left alone was heard."""
        self.read_opt_outs()
        return self.inviting.decide.once()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A desk with the one gateway of its home. Only the holder of the home's lock has it."""

    desk: Desk
    gateway: Gateway
    reconciler: Reconciler
    watch: OwnAccountWatch
    connections: Connections

    async def connect_once(self) -> None:
        """Ask accounts whose platform did not answer yet who they are."""
        await self.connections.connect_once()

    async def send_once(self) -> SendReport:
        """Send what may leave now. Whoever asked to be left alone up to this moment is heard first."""
        if not self.connections.tried:
            await self.connect_once()
        self.desk.read_opt_outs()
        self.desk.shadow.void_what_fell()
        return await self.gateway.run_once()

    async def watch_once(self) -> None:
        """Look whether our accounts show anything that did not leave from here."""
        await self.watch.run_once()

    async def reconcile_once(self) -> SendReport:
        """Look for posts whose outcome is unknown."""
        return await self.reconciler.run_once()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Both halves on one locked home. `reader` reads texts as the analyser does, to split an issue; None: splitting is not on offer.

    `subjects` answers people who ask what is kept of them. `discord` is the one connection there, for the bot and for whoever else needs
    it; None without a bot. `draw` draws charts; its process starts with the first one.
    """

    listening: Listening
    sending: Sending
    tell: TellWhenDue
    deliver: Deliver
    draw: DrawCharts
    subjects: SubjectDesk
    reader: Callable[[], Reader] | None = None
    discord: DiscordConnection | None = None

    @property
    def desk(self) -> Desk:
        return self.sending.desk
