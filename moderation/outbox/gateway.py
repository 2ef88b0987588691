"""The write gateway: the one place from which anything leaves in the brand's name, at most once each.

Accounts send side by side, each its own entries in order of approval: a platform that is slow or down delays nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from listener.errors import SourceError
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState, OutboxEntry, Outcome, SendReport
from moderation.model.policy import House, Policy, Question, Verdict
from moderation.model.post import AccountId
from moderation.outbox.account_rest import AccountRest
from moderation.outbox.answers import NOT_SENT_WAIT, accepted_as, failed_as
from moderation.outbox.approval import still_bound
from moderation.outbox.clock_watch import ClockWatch
from moderation.outbox.crash_points import reach
from moderation.outbox.key_life import key_holds, still_in_doubt
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.platform_look import PlatformLook, entry_key
from moderation.outbox.restored import MARK_FILE, REASON, RestoredLedger
from moderation.outbox.send_round import Round, Told
from moderation.outbox.standing_check import StandingCheck
from moderation.outbox.states import SENDABLE
from moderation.outbox.target_look import look_at
from moderation.policy.gate import check
from moderation.ports import Mentions, Publisher

logger = logging.getLogger(__name__)

SEND_SECONDS = 30.0
"""A platform that takes longer has not answered; whether it accepted is then found out by looking."""
LOOK_AGAIN_SECONDS = 0.5
"""While one account is at work, others get what was approved meanwhile at least this often (RULES F16: within a second)."""
_STUCK = timedelta(minutes=2)


class Gateway:
    """Sends what is approved. `publishers` are keyed by `AccountId.key`: an entry leaves through the account it was approved for, or stays.

    One gateway runs per home (the home's lock sees to it). Should two meet, the compare-and-set `approved → started` lets one of them send.
    Without `standing` nothing leaves under a standing approval; without `restored` nobody notices a ledger that was put back.
    """

    def __init__(
        self,
        outbox: OutboxLedger,
        counts: SendCounts,
        mentions: Mentions,
        publishers: Mapping[str, Publisher],
        switch: KillSwitch,
        policy: Policy,
        house: House,
        clock: Clock,
        *,
        send_seconds: float = SEND_SECONDS,
        standing: StandingCheck | None = None,
        alarms: AlarmLedger | None = None,
        rest: AccountRest | None = None,
        restored: RestoredLedger | None = None,
    ) -> None:
        self._outbox = outbox
        self._counts = counts
        self._mentions = mentions
        self._publishers = publishers
        self._switch = switch
        self._policy = policy
        self._house = house
        self._clock = clock
        self._watch = ClockWatch(clock)
        self._send_seconds = send_seconds
        self._standing = standing
        self._told = Told(alarms, clock)
        self._rest = rest or AccountRest(clock, alarms)
        self._restored = restored
        self._look = PlatformLook(publishers, self._rest, restored, clock, send_seconds=send_seconds)
        self._leftovers = True
        self._unwritten: set[int] = set()
        self._one_run = asyncio.Lock()
        self._closing = False
        self._said = ""

    async def run_once(self) -> SendReport:
        """Send every entry that may leave now, each account's oldest approval first, and say what happened.

        What an earlier life of the process left started becomes unknown first; the reconciler finds out about it. Store errors
        (a full disk) pass to the caller: nothing more is sent, and whatever was in flight counts as a leftover of the next run.
        """
        async with self._one_run:
            reach("gateway.entered")
            self._recover()
            this = Round(alarms=self._told.stuck(self._outbox.stuck(before=self._clock.now() - _STUCK)))
            await self._send_all(this)
            return this.report()

    def wind_down(self) -> None:
        """Start nothing more: the service stops. What is on its way comes to its end, or is cancelled and becomes unknown."""
        self._closing = True

    async def _send_all(self, this: Round) -> None:
        """Let the accounts work side by side; hand out what was approved meanwhile, until nobody has anything left."""
        working: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                if self._goes_on(this):
                    for account, entries in this.new_work(self._outbox.entries(SENDABLE), now=self._clock.now()).items():
                        if account not in working:
                            this.handled.update(entry.entry_id for entry in entries)
                            working[account] = asyncio.create_task(self._work(entries, this))
                if not working:
                    break
                await asyncio.wait(working.values(), timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                for account in [account for account, task in working.items() if task.done()]:
                    this.failed = this.failed or working.pop(account).exception()
        finally:
            for task in working.values():
                task.cancel()
            await asyncio.gather(*working.values(), return_exceptions=True)
        if this.failed is not None:
            raise this.failed

    def _goes_on(self, this: Round) -> bool:
        this.stopped = this.stopped or self._stopped()
        return not (this.stopped or this.failed or self._closing)

    async def _work(self, entries: list[OutboxEntry], this: Round) -> None:
        """Take one account's entries one after another; a platform that does not answer gets no second request in this run."""
        for entry in entries:
            if not self._goes_on(this) or await self._handle(entry, this) == "no_answer":
                return

    def _recover(self) -> None:
        if not (self._leftovers or self._unwritten):
            return
        if self._leftovers and self._restored is not None and (waiting := self._restored.look(at=self._clock.now())):
            logger.warning("the ledger is older than what was posted; a person has to compare", extra={"entries": waiting})
        for entry_id in self._outbox.recover(at=self._clock.now()):
            logger.warning("a send was interrupted; looking for it", extra={"entry_id": entry_id})
        self._leftovers = False
        self._unwritten.clear()

    def _stopped(self) -> str:
        if who := self._switch.stopped():
            self._say("sending is stopped", by=who)
            return "kill_switch"
        if self._watch.jumped(newest=self._outbox.newest(), confirmed_at=self._switch.resumed_at()):
            self._say("the clock jumped: nothing is sent until a person resumes, or it has been steady for an hour", by="clock")
            return "clock_jumped"
        self._said = ""
        return ""

    def _say(self, what: str, *, by: str) -> None:
        """Log why nothing is sent, once until that changes: this is asked every few seconds."""
        if self._said != what:
            logger.warning(what, extra={"by": by})
            self._said = what

    async def _handle(self, entry: OutboxEntry, this: Round) -> str:
        """Check one entry and, if nothing speaks against it, send it; return the reason of how the send ended, if there was one."""
        reach("gateway.chosen")
        account = entry.post.account
        if void := self._void(entry):
            return self._end(entry, void, this)
        if held := self._held(entry):
            return this.hold(entry, held)
        if self._settled(entry, self._ask_gate(entry, account), this):  # before anything is asked of the platform
            return ""
        whoami = await self._look.whoami(account.key, this)
        if whoami is None:
            return this.hold(entry, self._rest.resting(account.key) or "account_unreachable")
        reach("gateway.account_known")
        place = "" if entry.post.removes else await self._look.place(entry)  # a post of ours is taken away wherever it stands
        if isinstance(place, Outcome):
            return self._end(entry, place, this)
        if place:
            return this.hold(entry, place)
        reach("gateway.place_known")
        if self._settled(entry, self._ask_gate(entry, whoami), this) or self._closing or self._switch.stopped():
            return ""
        if void := self._void(entry):  # platforms take their time to answer, and other accounts send meanwhile
            return self._end(entry, void, this)
        if held := self._held(entry):
            return this.hold(entry, held)
        reach("gateway.gate_passed")
        return await self._send(entry, this)

    def _void(self, entry: OutboxEntry) -> Outcome | None:
        """Return how this ends although it was approved: its time or its standing approval is over, or its key too old to be repeated."""
        now = self._clock.now()
        if entry.expires_at <= now:
            return Outcome(state=EntryState.EXPIRED, reason="expired")
        if not still_bound(entry):
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="approval_void")
        if entry.post.removes and self._outbox.posted_as(entry.post.account, entry.post.removes) is None:
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="not_ours")  # only what left from here is ours to take away
        if entry.standing_id is not None:
            why = self._standing.void(entry, at=now) if self._standing is not None else "standing approvals cannot be read"
            if why:
                return Outcome(state=EntryState.NEEDS_HUMAN, reason="standing_void", note=why)
        publisher = self._publishers.get(entry.post.account.key)
        if entry.reason != "not_there" or publisher is None or entry.post.edits or entry.post.removes:
            return None
        holds = key_holds(entry, publisher.key_seconds if publisher.native_key else 0.0, at=now)
        return None if holds else Outcome(state=EntryState.NEEDS_HUMAN, reason="maybe_there")

    def _held(self, entry: OutboxEntry) -> str:
        """Return why this waits, as far as that can be told without asking anybody."""
        key = entry.post.account.key
        if key not in self._publishers:
            return "account_not_connected"
        if why := self._rest.resting(key) or self._rest.resting(entry_key(entry)):
            return why
        if entry.standing_id is None:
            return ""
        if self._restored is not None and self._restored.doubtful:
            return REASON
        return self._standing.held(entry, at=self._clock.now()) if self._standing is not None else ""

    def _settled(self, entry: OutboxEntry, verdict: Verdict, this: Round) -> bool:
        """End or hold an entry that the gate does not let pass; tell whether it did not."""
        if verdict.refused:
            self._end(entry, _refusal(verdict), this)
        elif verdict.held:
            this.hold(entry, verdict.held[0])
        else:
            this.alarms.extend(alarm for alarm in self._told.new(verdict.alarms, about=entry.approved_by) if alarm not in this.alarms)
            return False
        return True

    def _ask_gate(self, entry: OutboxEntry, whoami: AccountId) -> Verdict:
        target = look_at(self._mentions, entry.post.target)
        reach("gateway.target_known")
        facts = self._counts.facts(
            account=entry.post.account,
            target=entry.post.target,
            text_key=entry.text_key,
            who=entry.approved_by,
            standing=entry.standing_id is not None,
            at=self._clock.now(),
            leave_out=entry.entry_id,
        )
        return check(Question(post=entry.post, whoami=whoami, target=target, facts=facts), self._policy, self._house)

    async def _send(self, entry: OutboxEntry, this: Round) -> str:
        started = self._outbox.start(entry, at=self._clock.now())
        if started is None:  # somebody else took it, cancelled it, or pressed stop
            return ""
        again = "republish" if started.attempt > 1 else "publish"
        self._unwritten.add(started.entry_id)  # until this attempt's outcome is on disk
        try:
            if self._restored is not None:
                self._restored.mark()
        except OSError as error:  # what cannot be marked does not leave
            nothing = Outcome(state=EntryState.PROVEN_ABSENT, reason="not_sent", note=f"{MARK_FILE}: {error.strerror}", wait=NOT_SENT_WAIT)
            return self._finish(started, nothing, this)
        try:
            reach(f"{again}.begun")
            outcome = await self._publish(entry, this, attempt=started.attempt)
            reach(f"{again}.answered")
        except asyncio.CancelledError:
            self._finish(started, Outcome(state=EntryState.UNKNOWN, reason="interrupted"), this)
            raise
        return self._finish(started, outcome, this)

    async def _publish(self, entry: OutboxEntry, this: Round, *, attempt: int) -> Outcome:
        """Make one request with what was checked, byte for byte, and say what the answer means."""
        key = entry.post.account.key
        try:
            async with asyncio.timeout(self._send_seconds):
                accepted = await self._publishers[key].publish(entry.post, key=entry.key)
        except Exception as error:  # noqa: BLE001 - whatever came back says something about the attempt: see `answers`
            if isinstance(error, SourceError):
                this.alarms.extend(self._rest.failed(key, error))
            return failed_as(error, attempt=attempt)
        return accepted_as(accepted)

    def _finish(self, started: OutboxEntry, outcome: Outcome, this: Round) -> str:
        outcome = still_in_doubt(started, outcome)
        done = self._outbox.finish(started, outcome, at=self._clock.now())
        self._unwritten.discard(started.entry_id)
        return this.note(started, outcome) if done else ""

    def _end(self, entry: OutboxEntry, outcome: Outcome, this: Round) -> str:
        return this.note(entry, outcome) if self._outbox.settle(entry, outcome, at=self._clock.now()) else ""


def _refusal(verdict: Verdict) -> Outcome:
    """Say which end a refusal leads to: what cannot be answered any more is cancelled, all else is for a person to decide."""
    note = ", ".join(verdict.refused)
    if "target_gone" in verdict.refused:
        return Outcome(state=EntryState.CANCELLED, reason="target_gone", note=note)
    reason = "target_edited" if "target_edited" in verdict.refused else "gate"
    return Outcome(state=EntryState.NEEDS_HUMAN, reason=reason, note=note)
