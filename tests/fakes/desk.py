"""The answering half put together on a folder, with a clock moved by hand and the simulated platform: for tests and the crash rig."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import Author, BrandHit, Kept, Mention
from moderation.knowledge_desk import knowledge_desk
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.audit import AuditLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.opt_out_reading import OptOutReading
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.standing import StandingLedger
from moderation.ledger.switch import SwitchLedger
from moderation.messages.render import PublicWording
from moderation.model.outbox import Draft, EntryState, NewDraft, OutboxEntry
from moderation.model.policy import House, Policy
from moderation.model.post import ConnectedAccount, PostKind, Target
from moderation.outbox.accounts import Accounts
from moderation.outbox.crash_points import reach
from moderation.outbox.gateway import Gateway
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.own_account import OwnAccountWatch
from moderation.outbox.precheck import Precheck
from moderation.outbox.reconcile import Reconciler
from moderation.outbox.states import ENDS
from moderation.outbox.write_side import standing_check, write_side
from moderation.policy.opt_out_words import OptOutWords
from moderation.publishers.simulated import Fault, SimulatedPlatform, SimulatedPublisher, simulated_account
from moderation.queueing import Queueing, queueing_over
from moderation.reply_desk import ReplyDesk, personal_signature, reply_desk
from moderation.settings import KlankbordSettings
from moderation.workflows.answer_cases import Inbox
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_invitation import Invitations
from moderation.workflows.draft_status_update import StatusUpdates
from moderation.workflows.draft_text import target_below
from moderation.workflows.give_standing import Standing
from moderation.workflows.load_opt_out_words import load_opt_out_words
from moderation.workflows.load_wording import load_policy, load_public_wording, load_words, template_versions
from moderation.workflows.open_cases import open_cases
from moderation.workflows.read_opt_outs import ReadOptOuts
from moderation.workflows.shadow import Shadow
from moderation.workflows.status_desk import StatusDesk, StatusRules, status_desk

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME = "stroomloket"
HOUSE = House(account_names=(f"simulated:{NAME}",), sender_names=("Stroomwerk",))
ANSWER = "Dag, we kijken met je mee. Stuur je ons je postcode?"


@dataclass
class Desk:
    """Everything an agent, the schedule and the gateway use."""

    home: Path
    ledger: Ledger
    clock: ManualClock
    platform: SimulatedPlatform
    publisher: SimulatedPublisher
    account: ConnectedAccount
    cases: CaseLedger
    drafts: DraftLedger
    entries: OutboxLedger
    counts: SendCounts
    audit: AuditLedger
    switch: KillSwitch
    precheck: Precheck
    outbox: Outbox
    inbox: Inbox
    queueing: Queueing
    updates: StatusUpdates
    invitations: Invitations
    alarms: AlarmLedger
    leave: LeaveLedger
    shadow: Shadow
    standing: Standing
    read_opt_outs: ReadOptOuts
    status: StatusDesk
    gateway: Gateway
    reconciler: Reconciler
    watch: OwnAccountWatch
    house: House
    replies: ReplyDesk

    def hear(self, *mentions: Mention, directed: bool = True, source: str = "feed") -> list[int]:
        """Let a page of mentions come in, open their cases, and return the mentions' ids."""
        hit = BrandHit(brand="Stroomwerk", directed=directed, terms=("stroomwerk",))
        page = [Kept(mention=one, hits=(hit,)) for one in mentions]
        self.ledger.mentions.add_page(page, source=source, next_cursor=None, at=self.clock.now())
        self.clock.advance(timedelta(minutes=11))
        self.read_opt_outs()
        open_cases(self.ledger, self.cases, now=self.clock.now())
        found = [self.ledger.mentions.find(one.key) for one in mentions]
        return [one.mention_id for one in found if one is not None]

    def draft(self, mention_id: int, text: str = ANSWER, *, kind: PostKind = PostKind.REPLY, author: str = "anna") -> Draft:
        """Keep a draft below a mention, without a case and without any check."""
        (stored,) = self.ledger.mentions.by_ids([mention_id])
        new = NewDraft(kind=kind, target=target_below(stored), text=text, language="nl", author=author)
        return self.drafts.add(new, at=self.clock.now())

    def approved(self, mention_id: int, text: str = ANSWER, *, who: str = "anna") -> OutboxEntry:
        """Draft and approve an answer to a mention."""
        return self.outbox.approve(self.draft(mention_id, text, author=who).draft_id, who)

    def entry(self, entry_id: int) -> OutboxEntry:
        """Return an entry as it stands now."""
        found = self.entries.get(entry_id)
        assert found is not None
        return found

    def state(self, entry_id: int) -> EntryState:
        """Return where an entry stands now."""
        return self.entry(entry_id).state

    async def settle(self, *, rounds: int = 8) -> None:
        """Let gateway and reconciler take turns, a minute and a bit apart, until every entry has ended."""
        for _ in range(rounds):
            await self.gateway.run_once()
            await self.reconciler.run_once()
            if all(entry.state in ENDS for entry in self.entries.entries()):
                return
            self.clock.advance(timedelta(seconds=61))


@contextmanager
def open_desk(
    home: Path,
    *,
    start: datetime = MORNING,
    faults: Sequence[Fault] = (),
    native_key: bool = True,
    house: House = HOUSE,
    send_seconds: float = 0.2,
    four_eyes: bool = False,
    signature: str = "",
    link: str = "",
    on_step: Callable[[str], None] = reach,
) -> Iterator[Desk]:
    """Open a desk on a home folder; opening the same folder again is a restart."""
    clock = ManualClock(start)
    platform = SimulatedPlatform(home / "platform.jsonl", clock, faults=faults, native_key=native_key, on_step=on_step)
    publisher = SimulatedPublisher(platform, NAME)
    account = ConnectedAccount(
        account=simulated_account(NAME), limits=publisher.limits, native_key=native_key, can_edit=True, can_remove=True
    )
    wording, policy = shipped_rules()
    if not (home / "ledger.db").exists():
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_empty_ledger(), home / "ledger.db")
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        engine = ledger.engine
        cases, drafts, entries, counts = CaseLedger(engine), DraftLedger(engine), OutboxLedger(engine), SendCounts(engine)
        switch = KillSwitch(home, SwitchLedger(engine))
        precheck = Precheck(counts, ledger.mentions, Accounts([account]), policy, house)
        versions = template_versions(wording)
        standing = standing_check(ledger, versions)
        outbox = Outbox(entries, drafts, switch, precheck, clock, four_eyes=four_eyes, cases=cases, standing=standing)
        publishers = {account.account.key: publisher}
        leave, given = LeaveLedger(engine), StandingLedger(engine)
        shadow = Shadow(ShadowLedger(engine), precheck.accounts, clock, wording=wording, standing=given)
        write = write_side(home, ledger, entries, publishers, policy, house, clock, versions=versions, send_seconds=send_seconds)
        queueing = queueing_over(ledger, clock)
        yield Desk(
            home=home,
            ledger=ledger,
            clock=clock,
            platform=platform,
            publisher=publisher,
            account=account,
            cases=cases,
            drafts=drafts,
            entries=entries,
            counts=counts,
            audit=AuditLedger(engine),
            switch=switch,
            precheck=precheck,
            outbox=outbox,
            inbox=Inbox(
                ledger,
                cases,
                drafts,
                entries,
                outbox,
                precheck,
                clock,
                queue=queueing.queue,
                wording=wording,
                signature=lambda by: personal_signature(PeopleLedger(engine), by) or signature,
            ),
            queueing=queueing,
            updates=StatusUpdates(ledger, drafts, precheck, clock, wording=wording, signature=signature),
            invitations=Invitations(
                ledger, drafts, counts, precheck, clock, wording=wording, brand="Stroomwerk", link=link, signature=signature
            ),
            leave=leave,
            shadow=shadow,
            standing=Standing(given, shadow, precheck.accounts, clock, wording=wording, house=house),
            read_opt_outs=ReadOptOuts(OptOutReading(engine), leave, opt_out_words(), clock),
            status=status_desk(
                ledger,
                precheck,
                outbox,
                shadow,
                leave,
                counts,
                clock,
                house=house,
                rules=StatusRules(zone=ZoneInfo("Europe/Amsterdam"), base_url=link, signature=signature),
                wording=wording,
                words={language: load_words(language, "status") for language in wording},
                four_eyes=four_eyes,
            ),
            gateway=write.gateway,
            reconciler=write.reconciler,
            watch=write.watch,
            alarms=AlarmLedger(engine),
            house=house,
            replies=reply_desk(
                ledger,
                clock,
                precheck=precheck,
                outbox=outbox,
                wording=wording,
                zone=ZoneInfo("Europe/Amsterdam"),
                signature=signature,
                advise=knowledge_desk(home, KlankbordSettings.model_validate({}), ledger, clock).advise,
            ),
        )


@cache
def _empty_ledger() -> Path:
    """Return a ledger with its tables made and nothing in it: making them anew for each test takes a second each."""
    folder = Path(tempfile.mkdtemp(prefix="klankbord-desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_ledger(f"sqlite:///{folder / 'ledger.db'}"):
        pass
    return folder / "ledger.db"


@cache
def shipped_rules() -> tuple[dict[str, PublicWording], Policy]:
    """Return the shipped templates and rules, read once for all desks."""
    return load_public_wording(), load_policy()


@cache
def opt_out_words() -> tuple[OptOutWords, ...]:
    """Return the shipped opt-out words, read once for all desks."""
    return load_opt_out_words()


def another_gateway(desk: Desk) -> Gateway:
    """Return a second gateway on the same outbox, as a second process would have."""
    publishers = {desk.account.account.key: desk.publisher}
    return Gateway(desk.entries, desk.counts, desk.ledger.mentions, publishers, desk.switch, shipped_rules()[1], desk.house, desk.clock)


def mention(native_id: str = "1", text: str = "Weer geen stroom in de Vogelbuurt", **changes: object) -> Mention:
    """Return a message on a forum, by an author of its own in a thread of its own, but for `changes`."""
    fields: dict[str, object] = {
        "platform": "feed",
        "realm": "forum.example",
        "native_id": native_id,
        "text": text,
        "posted_at": MORNING,
        "author": Author(platform="feed", realm="forum.example", native_id=f"u-{native_id}", name=f"Naam {native_id}"),
    }
    return Mention(**(fields | changes))  # type: ignore[arg-type]  # the fields of a mention by name


def edited(one: Mention, text: str, *, at: datetime) -> Mention:
    """Return the next revision of a mention."""
    return replace(one, text=text, edited_at=at)


def loose_target(thread_id: str) -> Target:
    """Return a place that answers nobody."""
    return Target(platform="feed", realm="forum.example", thread_id=thread_id)
