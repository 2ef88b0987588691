"""What the rooms of one desk stand on: an open ledger, and the parts that more than one of them works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.cases import CaseLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.endings import EndingLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.standing import StandingLedger
from moderation.ledger.switch import SwitchLedger
from moderation.messages.render import PublicWording
from moderation.model.policy import House
from moderation.model.shadow import Bar
from moderation.outbox.accounts import Accounts
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.precheck import Precheck
from moderation.outbox.write_side import standing_check
from moderation.policy.house import whole_house
from moderation.reply_desk import personal_signature, second_person_for
from moderation.settings import KlankbordSettings
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.load_wording import load_policy, load_public_wording, template_versions
from moderation.workflows.shadow import Shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The parts that more than one room of a desk uses. `accounts`: those that may speak; `house`: what no room may go past."""

    home: Path
    settings: KlankbordSettings
    ledger: Ledger
    clock: Clock
    accounts: Accounts
    wording: Mapping[str, PublicWording]
    house: House
    precheck: Precheck
    outbox: Outbox
    shadow: Shadow
    leave: LeaveLedger
    standing: StandingLedger
    people: PeopleLedger

    def signature_of(self, name: str) -> str:
        """Return what stands below a colleague's replies: their own signature, else the house's."""
        return personal_signature(self.people, name) or self.settings.outbox.signature


def ground_of(home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock, accounts: Accounts) -> Ground:
    """Return the ground of a home whose ledger is open. Nobody is asked and nothing is sent."""
    engine, wording, house = ledger.engine, load_public_wording(), whole_house(settings)
    precheck = Precheck(SendCounts(engine), ledger.mentions, accounts, load_policy(), house)
    standing = StandingLedger(engine)
    return Ground(
        home=home,
        settings=settings,
        ledger=ledger,
        clock=clock,
        accounts=accounts,
        wording=wording,
        house=house,
        precheck=precheck,
        outbox=_outbox(home, settings, ledger, clock, precheck, wording),
        shadow=Shadow(ShadowLedger(engine), accounts, clock, wording=wording, bar=_bar(settings), standing=standing),
        leave=LeaveLedger(engine),
        standing=standing,
        people=PeopleLedger(engine),
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


def _bar(settings: KlankbordSettings) -> Bar:
    asked = settings.outbox
    return Bar(checked=asked.shadow_checked, right=asked.shadow_right, reviewers=asked.shadow_reviewers)
