"""Answers approved for many fake platforms at once, and the real gateway and reconciler that send them: for faults and kills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from listener.clock import ManualClock
from listener.ledger.ledger import open_ledger
from listener.model.mention import Author, BrandHit, Kept, Mention
from moderation.ledger.counts import SendCounts
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.switch import SwitchLedger
from moderation.model.outbox import NewDraft, OutboxEntry
from moderation.model.policy import House
from moderation.model.post import AccountId, ConnectedAccount, PostKind
from moderation.outbox.accounts import Accounts
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.precheck import Precheck
from moderation.outbox.states import ENDS
from moderation.outbox.write_side import WriteSide, write_side
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_text import keep_draft, target_below
from tests.fakes.desk import MORNING, shipped_rules
from tests.fakes.platforms.reddit import SUBREDDIT
from tests.fakes.platforms.rig import Rig

MOST = 100
"""Places of one platform that may be answered in."""


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One life of the process."""

    entries: OutboxLedger
    write: WriteSide
    clock: ManualClock

    async def settle(self, *, rounds: int = 8) -> None:
        """Send and look, a minute and a bit apart, until every entry has ended."""
        for _ in range(rounds):
            await self.write.gateway.run_once()
            await self.write.reconciler.run_once()
            if all(entry.state in ENDS for entry in self.entries.entries()):
                return
            self.clock.advance(timedelta(seconds=61))

    def of(self, rig: Rig) -> list[OutboxEntry]:
        """Return the entries that leave through one publisher."""
        return [entry for entry in self.entries.entries() if entry.post.target.platform == rig.thread(1).platform]


def text_of(rig: Rig, number: int) -> str:
    """Return the answer in a rig's n-th place; no two are alike."""
    return f"Dag, bericht {number} op {rig.thread(1).platform}: we kijken ernaar."


async def approve_answers(home: Path, rigs: Sequence[Rig], clock: ManualClock, *, each: int) -> None:
    """Let `each` customers write in as many threads of each platform, and approve one answer to each."""
    _, policy = shipped_rules()
    names = {rig.name: await rig.publisher.whoami() for rig in rigs}
    accounts = Accounts([_connected(rig, names[rig.name]) for rig in rigs])
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        entries, drafts = OutboxLedger(ledger.engine), DraftLedger(ledger.engine)
        precheck = Precheck(SendCounts(ledger.engine), ledger.mentions, accounts, policy, house_of(names.values(), rigs))
        outbox = Outbox(entries, drafts, KillSwitch(home, SwitchLedger(ledger.engine)), precheck, clock)
        for rig in rigs:
            for number in range(1, each + 1):
                mention = _mention(rig, number)
                hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
                ledger.mentions.add_page([Kept(mention=mention, hits=(hit,))], source=rig.name, next_cursor=None, at=clock.now())
                stored = ledger.mentions.find(mention.key)
                assert stored is not None
                text, post = text_of(rig, number), rig.post(number=number)
                target = replace(target_below(stored), person=post.target.person)
                new = NewDraft(kind=PostKind.REPLY, target=target, text=text, language="nl", author="anna", title=post.title)
                outbox.approve(keep_draft(new, drafts, precheck, at=clock.now()).draft_id, "anna")


@contextmanager
def open_sending(home: Path, rigs: Sequence[Rig], accounts: Sequence[AccountId], clock: ManualClock) -> Iterator[Sending]:
    """Start the sending parts on a home; doing so again is a restart, which knows only what is on disk."""
    _, policy = shipped_rules()
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        entries = OutboxLedger(ledger.engine)
        publishers = {account.key: rig.publisher for account, rig in zip(accounts, rigs, strict=True)}
        write = write_side(home, ledger, entries, publishers, policy, house_of(accounts, rigs), clock, versions=())
        yield Sending(entries=entries, write=write, clock=clock)


def house_of(accounts: Iterable[AccountId], rigs: Sequence[Rig]) -> House:
    """Return rules that let these accounts post at these places, without caps."""
    named = tuple(f"{one.platform}:{one.name}" for one in accounts)
    places = {rig.thread(number).realm for rig in rigs for number in range(1, MOST + 1)} | {f"r/{SUBREDDIT}"}
    return House(account_names=named, allowed_targets=tuple(places), most_per_hour=100_000, most_per_day=100_000, alarm_per_hour=100_000)


def _connected(rig: Rig, account: AccountId) -> ConnectedAccount:
    publisher = rig.publisher
    return ConnectedAccount(
        account=account,
        limits=publisher.limits,
        native_key=publisher.native_key,
        serves=(rig.thread(1).platform,),
        can_edit=publisher.can_edit,
    )


def _mention(rig: Rig, number: int) -> Mention:
    target = rig.thread(number)
    author = Author(platform=target.platform, realm=target.realm, native_id=f"u{number}", name=f"Naam {number}")
    return Mention(
        platform=target.platform,
        realm=target.realm,
        native_id=target.parent_id or target.thread_id,
        root_id=target.thread_id if target.parent_id else "",
        text=f"@stroomwerk weer geen stroom, nummer {number}",
        posted_at=MORNING,
        author=author,
        url=f"https://www.reddit.com/r/{SUBREDDIT}/comments/{number}/titel/" if target.platform == "reddit" else "",
    )
