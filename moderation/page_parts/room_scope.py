"""The rooms of the answering half as somebody of some brands sees them. Each is given `seen`: which numbers of a kind are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from listener.errors import NotAllowed
from moderation.inbox.feedback_parts import FeedbackPageParts, TapShown
from moderation.inbox.invitation_parts import InvitationParts
from moderation.inbox.outbox_parts import OutboxNow, OutboxParts
from moderation.inbox.shadow_parts import ShadowParts
from moderation.inbox.status_parts import PlanShown, StatusParts
from moderation.ledger.object_brands import ObjectBrandLedger
from moderation.model.action import Action
from moderation.model.broadcast import Plan
from moderation.model.feedback import FeedbackFigures
from moderation.model.invitation import KeptDecision
from moderation.model.object_kind import ObjectKind
from moderation.model.outbox import EntryState
from moderation.model.shadow import ShadowItem
from moderation.page_parts.feedback import FIGURE_DAYS
from moderation.page_parts.outbox import MOST_SHOWN
from moderation.page_parts.shadow import MOST_CHECKED
from moderation.parts import Desk
from moderation.workflows.status_desk import StatusDesk, StatusLine

Seen = Callable[[ObjectKind, Iterable[int]], frozenset[int]]
EVERYTHING = 1_000_000
"""More than there will be: the cut comes after what is not theirs was left out."""
INVITATION_STATES = ("waiting", "asking", "asked", "never")


def brand_outbox(room: OutboxParts, desk: Desk, seen: Seen) -> OutboxParts:
    """Return the outbox with the entries, drafts and alarms of their brands. Whether sends are stopped is the house's, and everybody's."""

    def now(states: Sequence[EntryState]) -> OutboxNow:
        whole, entries, drafts = room.now(states), desk.outbox.list(states), desk.outbox.open_drafts()
        of_entries = seen(ObjectKind.ENTRY, [one.entry_id for one in entries])
        of_drafts = seen(ObjectKind.DRAFT, [one.draft_id for one in drafts])
        of_alarms = seen(ObjectKind.ALARM, [one.alarm_id for one in whole.alarms])
        return replace(
            whole,
            entries=tuple(reversed([one for one in entries if one.entry_id in of_entries][-MOST_SHOWN:])),
            drafts=tuple([one for one in drafts if one.draft_id in of_drafts][-MOST_SHOWN:]),
            alarms=tuple(one for one in whole.alarms if one.alarm_id in of_alarms),
        )

    return replace(room, now=now)


def brand_shadow(room: ShadowParts, desk: Desk, seen: Seen) -> ShadowParts:
    """Return the items of their brands. Figures of a template and standing approvals count every brand, and are left out."""

    def mine(items: Sequence[ShadowItem]) -> list[ShadowItem]:
        theirs = seen(ObjectKind.SHADOW, [one.shadow_id for one in items])
        return [one for one in items if one.shadow_id in theirs]

    return replace(
        room,
        waiting=lambda: mine(room.waiting()),
        checked=lambda: mine(desk.shadow.items(waiting=False, limit=EVERYTHING))[:MOST_CHECKED],
        figures=tuple,
        standing=tuple,
    )


def brand_status(room: StatusParts, desk: StatusDesk, seen: Seen) -> StatusParts:
    """Return the issues of their brands, and plans without threads of others. A plan that reaches others is approved by who sees both."""

    def items(plan: Plan) -> frozenset[int]:
        """Return the mentions below which a plan posts and that are theirs; 0 stands for a post that answers nobody."""
        return seen(ObjectKind.MENTION, {one.target.mention_id for one in plan.items if one.target.mention_id}) | {0}

    def shown(plan_id: int) -> PlanShown:
        whole = room.shown(plan_id)
        mine = items(whole.plan)
        return replace(
            whole,
            plan=replace(whole.plan, items=tuple(one for one in whole.plan.items if one.target.mention_id in mine)),
            report=tuple(one for one in whole.report if one.item.target.mention_id in mine),
        )

    def whole_only(plan_id: int) -> None:
        plan = desk.sending.get(plan_id)
        if any(one.target.mention_id not in items(plan) for one in plan.items):
            raise NotAllowed("This broadcast reaches conversations of another brand; somebody who works for both decides on it.")

    def approve(plan_id: int, who: str, shown: str) -> Plan:
        whole_only(plan_id)
        return room.approve(plan_id, who, shown)

    def cancel(plan_id: int, who: str) -> Plan:
        whole_only(plan_id)
        return room.cancel(plan_id, who)

    def tick(plan_id: int, item_id: int, who: str) -> None:
        plan = desk.sending.get(plan_id)
        mine = items(plan)
        if not any(one.item_id == item_id and one.target.mention_id in mine for one in plan.items):
            raise NotAllowed("This plan has no such conversation.")
        room.tick(plan_id, item_id, who)

    def lines() -> list[StatusLine]:
        every = room.lines()
        mine = seen(ObjectKind.ISSUE, [one.issue_id for one in every])
        return [one for one in every if one.issue_id in mine]

    return replace(room, lines=lines, shown=shown, approve=approve, cancel=cancel, tick=tick)


def brand_feedback(room: FeedbackPageParts, desk: Desk, seen: Seen, brands: frozenset[str]) -> FeedbackPageParts:
    """Return the answers, figures and actions of their brands."""
    answers = desk.feedback.answers

    def figures(issue_id: int | None) -> FeedbackFigures:
        now = desk.clock.now()
        return answers.figures(now - timedelta(days=FIGURE_DAYS), now + timedelta(seconds=1), issue_id, brands=brands)

    def actions(issue_id: int | None) -> list[Action]:
        every = room.actions(issue_id)
        mine = seen(ObjectKind.ISSUE, [one.issue_id for one in every])
        return [one for one in every if one.issue_id in mine]

    def titles(issue_ids: Sequence[int]) -> Mapping[int, str]:
        return room.titles(sorted(seen(ObjectKind.ISSUE, issue_ids)))

    def taps(actions: Iterable[Action], language: str) -> Mapping[int, TapShown]:
        """Leave out the figures of issues that are another brand's too: its contacts are counted in them."""
        found, issues = list(actions), ObjectBrandLedger(desk.ledger.engine)
        whose = issues.brands_of_many(ObjectKind.ISSUE, {one.issue_id for one in found})
        shared = {one.action_id for one in found if not whose.get(one.issue_id, frozenset()) <= brands}
        shown = room.taps(found, language)
        return {number: replace(one, earlier=(), charts=(), others=True) if number in shared else one for number, one in shown.items()}

    return replace(
        room,
        figures=figures,
        taps=taps,
        responses=lambda issue_id, limit: answers.responses(issue_id=issue_id, limit=limit, brands=brands),
        actions=actions,
        titles=titles,
    )


def brand_invitations(room: InvitationParts, seen: Seen) -> InvitationParts:
    """Return the decisions about their brands' customers, and counts of those. Quiet times are of channels, and name nobody."""

    def mine(decisions: Sequence[KeptDecision]) -> list[KeptDecision]:
        theirs = seen(ObjectKind.EVENT, [one.event.event_id for one in decisions])
        return [one for one in decisions if one.event.event_id in theirs]

    def counts() -> dict[str, int]:
        found = {state: len(mine(room.decisions(state, "", EVERYTHING))) for state in INVITATION_STATES}
        return {state: number for state, number in found.items() if number}

    return replace(room, decisions=lambda state, kind, limit: mine(room.decisions(state, kind, EVERYTHING))[:limit], counts=counts)
