"""The write gateway: the one place from which anything leaves in the brand's name, one entry at a time, at most once each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from listener.errors import PublishRejected, PublishUnknown, RateLimited, SourceError
from listener.ports import Clock
from moderation.ledger.counts import SendCounts
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState, OutboxEntry, Outcome, SendReport, Sent
from moderation.model.policy import House, Policy, Question, Verdict
from moderation.model.post import Accepted, AccountId
from moderation.outbox.approval import still_bound
from moderation.outbox.clock_watch import ClockWatch
from moderation.outbox.crash_points import reach
from moderation.outbox.kill_switch import KillSwitch
from moderation.outbox.states import SENDABLE
from moderation.outbox.target_look import look_at
from moderation.policy.gate import check
from moderation.ports import Mentions, Publisher

logger = logging.getLogger(__name__)

SEND_SECONDS = 30.0
"""A platform that takes longer has not answered; whether it accepted is then found out by looking."""
_MOST_WAITS = 5
_STUCK = timedelta(minutes=2)


@dataclass(slots=True)
class _Round:
    """What happens during one run."""

    sent: list[Sent] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    alarms: list[tuple[str, str]] = field(default_factory=list)
    accounts: dict[str, AccountId | None] = field(default_factory=dict)


class Gateway:
    """Sends what is approved. `publishers` are keyed by `AccountId.key`: an entry leaves through the account it was approved for, or stays.

    One gateway runs per home (the home's lock sees to it). Should two meet, the compare-and-set `approved → started` lets one of them send.
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
        self._leftovers = True
        self._one_run = asyncio.Lock()
        self._said = ""

    async def run_once(self) -> SendReport:
        """Send every entry that may leave now, oldest approval first, and say what happened.

        What an earlier life of the process left started becomes unknown first; the reconciler finds out about it. Store errors
        (a full disk) pass to the caller: nothing more is sent, and whatever was in flight counts as a leftover of the next run.
        """
        async with self._one_run:
            return await self._run()

    async def _run(self) -> SendReport:
        reach("gateway.entered")
        self._recover()
        at = self._clock.now()
        this = _Round(alarms=[("stuck", str(entry.entry_id)) for entry in self._outbox.stuck(before=at - _STUCK)])
        stopped = self._stopped()
        if not stopped:
            for entry in self._outbox.entries(SENDABLE):
                stopped = self._stopped()
                if stopped:
                    break
                await self._handle(entry, this)
        return SendReport(sent=tuple(this.sent), held=this.held, stopped=stopped, alarms=tuple(this.alarms))

    def _recover(self) -> None:
        if self._leftovers:
            for entry_id in self._outbox.recover(at=self._clock.now()):
                logger.warning("a send was interrupted; looking for it", extra={"entry_id": entry_id})
            self._leftovers = False

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

    async def _handle(self, entry: OutboxEntry, this: _Round) -> None:
        """Check one entry and, if nothing speaks against it, send it."""
        reach("gateway.chosen")
        now = self._clock.now()
        if entry.expires_at <= now:
            self._end(entry, Outcome(state=EntryState.EXPIRED, reason="expired"), this)
            return
        if entry.not_before is not None and entry.not_before > now:
            this.held[entry.entry_id] = "waiting"
            return
        if not still_bound(entry):
            self._end(entry, Outcome(state=EntryState.NEEDS_HUMAN, reason="approval_void"), this)
            return
        if entry.post.account.key not in self._publishers:
            this.held[entry.entry_id] = "account_not_connected"
            return
        whoami = await self._whoami(entry.post.account.key, this)
        if whoami is None:
            this.held[entry.entry_id] = "account_unreachable"
            return
        reach("gateway.account_known")
        verdict = self._ask_gate(entry, whoami)
        this.alarms.extend(verdict.alarms)
        if verdict.refused:
            self._end(entry, _refusal(verdict), this)
        elif verdict.held:
            this.held[entry.entry_id] = verdict.held[0]
        elif not self._switch.stopped():
            reach("gateway.gate_passed")
            await self._send(entry, this)

    async def _whoami(self, account_key: str, this: _Round) -> AccountId | None:
        """Ask, once per run, whose account this is; None when the platform cannot say."""
        if account_key not in this.accounts:
            try:
                this.accounts[account_key] = await self._publishers[account_key].whoami()
            except SourceError as error:
                logger.warning("an account cannot be reached", extra={"account": account_key, "error": str(error)})
                this.accounts[account_key] = None
        return this.accounts[account_key]

    def _ask_gate(self, entry: OutboxEntry, whoami: AccountId) -> Verdict:
        target = look_at(self._mentions, entry.post.target)
        reach("gateway.target_known")
        facts = self._counts.facts(
            target=entry.post.target,
            text_key=entry.text_key,
            who=entry.approved_by,
            standing=entry.standing_id is not None,
            at=self._clock.now(),
            leave_out=entry.entry_id,
        )
        return check(Question(post=entry.post, whoami=whoami, target=target, facts=facts), self._policy, self._house)

    async def _send(self, entry: OutboxEntry, this: _Round) -> None:
        started = self._outbox.start(entry, at=self._clock.now())
        if started is None:  # somebody else took it, cancelled it, or pressed stop
            return
        again = "republish" if started.attempt > 1 else "publish"
        self._leftovers = True  # until this attempt's outcome is on disk
        try:
            reach(f"{again}.begun")
            outcome = await self._publish(started)
            reach(f"{again}.answered")
        except asyncio.CancelledError:
            self._finish(started, Outcome(state=EntryState.UNKNOWN, reason="interrupted"), this)
            raise
        self._finish(started, outcome, this)

    async def _publish(self, entry: OutboxEntry) -> Outcome:
        """Make one request. Whatever is not a clear yes or a clear no is unknown, and is never a reason to send again."""
        try:
            async with asyncio.timeout(self._send_seconds):
                accepted = await self._publishers[entry.post.account.key].publish(entry.post, key=entry.key)
        except PublishRejected as refusal:
            return Outcome(state=EntryState.REFUSED, reason="platform_said_no", note=str(refusal))
        except RateLimited as limit:
            if entry.attempt >= _MOST_WAITS:
                return Outcome(state=EntryState.REFUSED, reason="rate_limited", note=str(limit))
            return Outcome(state=EntryState.PROVEN_ABSENT, reason="rate_limited", wait=timedelta(seconds=limit.wait_seconds))
        except TimeoutError:
            return Outcome(state=EntryState.UNKNOWN, reason="no_answer")
        except PublishUnknown as unknown:
            return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note=str(unknown))
        except Exception as error:  # a publisher's own mistake says nothing about what the platform accepted
            logger.exception("a publisher failed", extra={"entry_id": entry.entry_id})
            return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note=type(error).__name__)
        return _accepted(accepted)

    def _finish(self, started: OutboxEntry, outcome: Outcome, this: _Round) -> None:
        if self._outbox.finish(started, outcome, at=self._clock.now()):
            this.sent.append(Sent(entry_id=started.entry_id, state=outcome.state, reason=outcome.reason))
        self._leftovers = False

    def _end(self, entry: OutboxEntry, outcome: Outcome, this: _Round) -> None:
        if self._outbox.settle(entry, outcome, at=self._clock.now()):
            this.sent.append(Sent(entry_id=entry.entry_id, state=outcome.state, reason=outcome.reason))


def _accepted(accepted: Accepted) -> Outcome:
    if not accepted.platform_id:
        return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note="accepted without an id")
    return Outcome(state=EntryState.SENT, platform_id=accepted.platform_id, url=accepted.url)


def _refusal(verdict: Verdict) -> Outcome:
    """Say which end a refusal leads to: what cannot be answered any more is cancelled, all else is for a person to decide."""
    note = ", ".join(verdict.refused)
    if "target_gone" in verdict.refused:
        return Outcome(state=EntryState.CANCELLED, reason="target_gone", note=note)
    reason = "target_edited" if "target_edited" in verdict.refused else "gate"
    return Outcome(state=EntryState.NEEDS_HUMAN, reason=reason, note=note)
