"""The parts that send, put together the same way for the product and its tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.audit import AuditLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.standing import StandingLedger
from moderation.ledger.switch import SwitchLedger
from moderation.model.policy import House, Policy
from moderation.outbox.account_rest import AccountRest
from moderation.outbox.gateway import SEND_SECONDS, Gateway
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.own_account import OwnAccountWatch
from moderation.outbox.reconcile import Reconciler
from moderation.outbox.restored import RestoredLedger
from moderation.outbox.standing_check import StandingCheck
from moderation.ports import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSide:
    """What talks to platforms in our name. Accounts rest for all of it at once."""

    gateway: Gateway
    reconciler: Reconciler
    watch: OwnAccountWatch


def standing_check(ledger: Ledger, versions: Collection[str]) -> StandingCheck:
    """Return the check of standing approvals on a ledger; `versions` are the templates in use, as "name@digest"."""
    engine = ledger.engine
    return StandingCheck(StandingLedger(engine), DraftLedger(engine), SendCounts(engine), versions)


def write_side(
    home: Path,
    ledger: Ledger,
    outbox: OutboxLedger,
    publishers: Mapping[str, Publisher],
    policy: Policy,
    house: House,
    clock: Clock,
    *,
    versions: Collection[str],
    send_seconds: float = SEND_SECONDS,
) -> WriteSide:
    """Put the sending parts together. Only the holder of the home's lock may do that."""
    engine = ledger.engine
    alarms = AlarmLedger(engine)
    rest = AccountRest(clock, alarms)
    gateway = Gateway(
        outbox,
        SendCounts(engine),
        ledger.mentions,
        publishers,
        KillSwitch(home, SwitchLedger(engine)),
        policy,
        house,
        clock,
        send_seconds=send_seconds,
        standing=standing_check(ledger, versions),
        alarms=alarms,
        rest=rest,
        restored=RestoredLedger(home, AuditLedger(engine), outbox),
    )
    return WriteSide(
        gateway=gateway,
        reconciler=Reconciler(outbox, publishers, clock, alarms=alarms, rest=rest),
        watch=OwnAccountWatch(outbox, publishers, ledger.meta, alarms, rest, clock),
    )
