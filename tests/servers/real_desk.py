"""The answering half with one real publisher connected: drafts, approvals, gate, gateway and reconciler as in the product."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.clock import ManualClock
from listener.model.mention import Author, BrandHit, Kept, Mention
from moderation.model.outbox import EntryState, NewDraft, OutboxEntry
from moderation.model.policy import House
from moderation.model.post import ConnectedAccount, PostKind, Target
from moderation.outbox.accounts import Accounts
from moderation.outbox.connect import connect
from moderation.outbox.precheck import Precheck
from moderation.outbox.states import ENDS
from moderation.outbox.write_side import WriteSide, write_side
from moderation.ports import Publisher
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.draft_text import target_below
from tests.fakes.desk import Desk, open_desk, shipped_rules
from tests.fakes.platforms.checker import breaches
from tests.fakes.platforms.record import Post

SEND_SECONDS = 8.0


def real_clock() -> ManualClock:
    """Return a clock that starts now, for real servers stamp what they accept; tests advance it where the product waits."""
    return ManualClock(datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class RealDesk:
    """A desk whose gateway posts through one real publisher."""

    desk: Desk
    account: ConnectedAccount
    outbox: Outbox
    write: WriteSide

    def heard(self, *, realm: str, native_id: str, root_id: str = "", text: str = "Weer geen stroom @stroomloket") -> Target:
        """Let a message that speaks to the brand come in from the platform, and return the place right below it."""
        desk, platform = self.desk, self.account.account.platform
        author = Author(platform=platform, realm=realm, native_id="klant", name="Kim")
        mention = Mention(
            platform=platform,
            realm=realm,
            native_id=native_id,
            root_id=root_id,
            text=text,
            posted_at=desk.clock.now(),
            author=author,
        )
        hits = (BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",)),)
        desk.ledger.mentions.add_page([Kept(mention=mention, hits=hits)], source="real", next_cursor=None, at=desk.clock.now())
        stored = desk.ledger.mentions.find(mention.key)
        assert stored is not None
        return target_below(stored)

    def approved(self, target: Target, text: str, *, edits: str = "", title: str = "", kind: PostKind = PostKind.REPLY) -> OutboxEntry:
        """Draft and approve a text at a place."""
        new = NewDraft(kind=kind, target=target, text=text, language="nl", author="anna", edits=edits, title=title)
        draft = self.desk.drafts.add(new, at=self.desk.clock.now())
        return self.outbox.approve(draft.draft_id, "anna")

    def entry(self, entry: OutboxEntry) -> OutboxEntry:
        """Return an entry as it stands now."""
        return self.desk.entry(entry.entry_id)

    async def tried(self, entry: OutboxEntry, *, rounds: int = 8) -> None:
        """Let the gateway take turns until it has tried to send.

        A busy server may answer the look at the place too late, and then nothing has left yet.
        """
        for _ in range(rounds):
            await self.write.gateway.run_once()
            if self.entry(entry).state is not EntryState.APPROVED:
                return
            self.desk.clock.advance(timedelta(seconds=61))

    async def settle(self, *, rounds: int = 6) -> None:
        """Let gateway and reconciler take turns, a minute and a bit apart, until every entry has ended."""
        for _ in range(rounds):
            await self.write.gateway.run_once()
            await self.write.reconciler.run_once()
            if all(entry.state in ENDS for entry in self.desk.entries.entries()):
                return
            self.desk.clock.advance(timedelta(seconds=61))

    def states(self) -> list[EntryState]:
        """Return where all entries stand."""
        return [entry.state for entry in self.desk.entries.entries()]

    def disagreements(self, shown: Iterable[tuple[str, str]]) -> list[str]:
        """Compare what the server shows, as (id, text), with our ledger; see `breaches`."""
        now = self.desk.clock.now()
        posts = [
            Post(number=number, post_id=post_id, account="", target="", text=text, key="", accepted_at=now, visible_at=now)
            for number, (post_id, text) in enumerate(shown, 1)
        ]
        return breaches(posts, self.desk.entries.entries())


@asynccontextmanager
async def posting(home: Path, publisher: Publisher, clock: ManualClock, *, realms: tuple[str, ...]) -> AsyncIterator[RealDesk]:
    """Open a desk for the account that the platform names; it may post in `realms`. The publisher is let go at the end."""
    try:
        account = await connect(publisher, serves=("bluesky", "matrix", "mail"), realms=())
        ours = account.account
        house = House(account_names=(f"{ours.platform}:{ours.name}",), allowed_targets=realms)
        policy = shipped_rules()[1]
        with open_desk(home, start=clock.now(), house=house) as desk:
            desk.clock = clock
            precheck = Precheck(desk.counts, desk.ledger.mentions, Accounts([account]), policy, house)
            outbox = Outbox(desk.entries, desk.drafts, desk.switch, precheck, clock, cases=desk.cases)
            publishers = {ours.key: publisher}
            write = write_side(home, desk.ledger, desk.entries, publishers, policy, house, clock, versions=(), send_seconds=SEND_SECONDS)
            yield RealDesk(desk=desk, account=account, outbox=outbox, write=write)
    finally:
        await publisher.aclose()
