"""Everything about public status at one desk: words, promises, broadcasts, and how all of it stands now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from listener.ledger.ledger import Ledger
from listener.model.issue import WHOLE, Issue
from listener.ports import Clock
from moderation.ledger.broadcasts import BroadcastLedger
from moderation.ledger.counts import SendCounts
from moderation.ledger.issue_cases import IssueCaseLedger
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.status import StatusLedger
from moderation.messages.render import PublicWording
from moderation.model.broadcast import Plan
from moderation.model.policy import House
from moderation.model.status import Light, Promise, PromiseState, PublicStatus, Silence, StatusUpdate, UpdateState, light_of
from moderation.outbox.precheck import Precheck
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.keep_promises import KeepPromises
from moderation.workflows.plan_answers import PlanAnswers
from moderation.workflows.plan_broadcast import PlanBroadcast, done_at
from moderation.workflows.publish_status import PublishStatus
from moderation.workflows.send_broadcast import SendBroadcast
from moderation.workflows.shadow import Shadow

_FRESH = timedelta(days=7)
"""How long after a signal an issue about which we never spoke still counts as one that people write about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRules:
    """What the settings say about public status."""

    zone: ZoneInfo
    ahead: timedelta = timedelta(minutes=30)
    silence_hours: float = 4.0
    second_above: int = 5
    base_url: str = ""
    signature: str = ""
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """How one issue stands in public. `promise` is the open one, or the broken one that we have not answered; `light` is its colour.

    `updates` and `drafts` are newest first. `public` is None while nothing was ever published about it.
    """

    issue_id: int
    title: str
    public: PublicStatus | None
    updates: tuple[StatusUpdate, ...] = ()
    drafts: tuple[StatusUpdate, ...] = ()
    promise: Promise | None = None
    light: Light | None = None
    silence: Silence | None = None
    plans: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusDesk:
    """What people and the schedule use."""

    ledger: Ledger
    status: StatusLedger
    broadcasts: BroadcastLedger
    publish: PublishStatus
    promises: KeepPromises
    planning: PlanBroadcast
    sending: SendBroadcast
    counts: SendCounts
    house: House
    rules: StatusRules
    clock: Clock
    answers: PlanAnswers

    def once(self) -> None:
        """What the schedule does again and again: look at promises, carry approved broadcasts on."""
        self.promises.once()
        self.sending.once()

    def line(self, issue_id: int) -> StatusLine | None:
        """Return how one issue stands, or None when there is no such issue."""
        issue = self.ledger.issues.get(issue_id)
        return None if issue is None else self._line(issue, self.clock.now())

    def lines(self) -> tuple[StatusLine, ...]:
        """Return every issue with a public status or a draft, and those that grow while we never spoke; what needs somebody first."""
        now = self.clock.now()
        named = {one.issue_id for one in self.status.public()} | {one.issue_id for one in self.status.updates(state=UpdateState.DRAFT)}
        signals = self.ledger.issues.signals(since=now - _FRESH)
        fresh = {one.issue_id for one in signals if one.issue_id is not None and one.kind not in WHOLE}
        issues = [found for issue_id in sorted(named | fresh) if (found := self.ledger.issues.get(issue_id)) is not None]
        lines = [self._line(issue, now) for issue in issues if issue.issue_id in named or issue.resolved_at is None]
        return tuple(sorted(lines, key=lambda line: _order(line, now)))

    def done_at(self, plan: Plan) -> datetime | None:
        """Return about when a plan would be out under the caps, or None when they let nothing leave."""
        now, first = self.clock.now(), plan.to_post[0] if plan.to_post else None
        if first is None:
            return now
        account = self.planning.account_at(first.target)
        facts = self.counts.facts(account=account, target=first.target, text_key="", who="", standing=False, at=now)
        caps = {"most_per_hour": self.house.most_per_hour, "most_per_day": self.house.most_per_day}
        return done_at(plan, used_hour=facts.under_caps_hour, used_day=facts.under_caps_day, now=now, **caps)

    def _line(self, issue: Issue, now: datetime) -> StatusLine:
        updates = self.status.updates(issue.issue_id)
        published = tuple(one for one in updates if one.state is UpdateState.PUBLISHED)
        public = self.status.of_issue(issue.issue_id)
        promise = standing_promise(self.status.promises(), published, issue.issue_id)
        newest = {one.update_id for one in published[:3]}
        return StatusLine(
            issue_id=issue.issue_id,
            title=issue.title,
            public=public,
            updates=published,
            drafts=tuple(one for one in updates if one.state is UpdateState.DRAFT),
            promise=promise,
            light=light_of(promise, now=now, ahead=self.rules.ahead) if promise else None,
            silence=self._silence(issue, public, now),
            plans=tuple(plan for update_id in sorted(newest, reverse=True) for plan in self.broadcasts.plans(update_id=update_id)),
        )

    def _silence(self, issue: Issue, public: PublicStatus | None, now: datetime) -> Silence | None:
        """Return how long we said nothing; None once the trouble is over."""
        if issue.resolved_at is not None or (public is not None and public.resolved_at is not None):
            return None
        words = [moment for moment in (public.changed_at if public else None, self.status.last_posted(issue.issue_id)) if moment]
        since = max(words, default=issue.created_at)
        hours, written = max(0.0, (now - since).total_seconds() / 3600), self.status.written_since(issue.issue_id, since)
        return Silence(
            issue_id=issue.issue_id,
            since=since,
            hours=hours,
            written=written,
            spoken=bool(words),
            too_long=hours >= self.rules.silence_hours and written > 0,
        )


def standing_promise(promises: Collection[Promise], published: Collection[StatusUpdate], issue_id: int) -> Promise | None:
    """Return the open promise about an issue, or the broken one after which we have not spoken. Pure."""
    mine = [one for one in promises if one.issue_id == issue_id]
    latest = mine[-1] if mine else None
    if latest is None or latest.state not in (PromiseState.OPEN, PromiseState.BROKEN):
        return None
    spoke_after = any(one.published_at is not None and one.published_at > latest.due_at for one in published)
    return None if latest.state is PromiseState.BROKEN and spoke_after else latest


def status_desk(
    ledger: Ledger,
    precheck: Precheck,
    outbox: Outbox,
    shadow: Shadow,
    leave: LeaveLedger,
    counts: SendCounts,
    clock: Clock,
    *,
    house: House,
    rules: StatusRules,
    wording: Mapping[str, PublicWording],
    words: Mapping[str, Mapping[str, str]],
    four_eyes: bool = False,
) -> StatusDesk:
    """Put the desk together."""
    status, broadcasts = StatusLedger(ledger.engine), BroadcastLedger(ledger.engine)
    publish = PublishStatus(ledger, status, clock, wording=wording, words=words, zone=rules.zone, ours=rules.ours)
    planning = PlanBroadcast(
        ledger,
        status,
        broadcasts,
        precheck,
        clock,
        opted_out=leave.opted_out,
        wording=wording,
        words=words,
        zone=rules.zone,
        base_url=rules.base_url,
        signature=rules.signature,
    )
    sending = SendBroadcast(
        broadcasts, outbox, shadow, clock, most_per_hour=house.most_per_hour, four_eyes=four_eyes, second_above=rules.second_above
    )
    promises = KeepPromises(status, publish, clock, ahead=rules.ahead)
    answers = PlanAnswers(
        ledger,
        IssueCaseLedger(ledger.engine),
        status,
        broadcasts,
        precheck,
        clock,
        opted_out=leave.opted_out,
        words=words,
        zone=rules.zone,
        signature=rules.signature,
    )
    return StatusDesk(ledger, status, broadcasts, publish, promises, planning, sending, counts, house, rules, clock, answers)


def _order(line: StatusLine, now: datetime) -> tuple[int, datetime]:
    """Red promises first, then orange, then silences that last too long, then what is going on, then what is over."""
    if line.light is Light.RED:
        rank = 0
    elif line.light is Light.ORANGE:
        rank = 1
    elif line.silence is not None and line.silence.too_long:
        rank = 2
    elif line.public is None or line.public.resolved_at is None:
        rank = 3
    else:
        rank = 4
    return rank, line.promise.due_at if line.promise else now
