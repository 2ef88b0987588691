"""Approve a broadcast plan and carry it out: each thread once, whatever happens to the process in between (RULES F30)."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.broadcasts import BroadcastLedger
from moderation.model.broadcast import ItemState, Plan, PlanItem, PlanKind, PlanState
from moderation.model.outbox import NewDraft, OutboxEntry
from moderation.model.post import PostKind
from moderation.model.shadow import ShadowKind
from moderation.outbox.states import ENDS, SENDABLE
from moderation.policy.people import same_person
from moderation.workflows.approve_draft import Outbox
from moderation.workflows.shadow import Shadow

SECOND_APPROVER_ABOVE = 5
"""Threads that one person may plan and approve alone; above, somebody else approves (RULES S12)."""

LIVE = "+live"
"""After the content of a plan whose approver saw that threads nobody ticked would hear it too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReport:
    """What became of one thread. `entry` is its outbox entry once it has one."""

    item: PlanItem
    entry: OutboxEntry | None = None


class SendBroadcast:
    """Approval, and then one step at a time, each of which may be repeated: shadow or draft, approval of the draft, note.

    That a thread hears an update is written together with its draft, in one transaction, under a key of both; the draft is approved at
    most once; the gateway sends an approval at most once. So dying anywhere and starting again posts exactly the rest.
    """

    def __init__(
        self,
        broadcasts: BroadcastLedger,
        outbox: Outbox,
        shadow: Shadow,
        clock: Clock,
        *,
        most_per_hour: int,
        four_eyes: bool = False,
        second_above: int = SECOND_APPROVER_ABOVE,
        on_step: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self._broadcasts = broadcasts
        self._outbox = outbox
        self._shadow = shadow
        self._clock = clock
        self._at_once = max(most_per_hour, 1)
        self._second_above = 0 if four_eyes else min(second_above, SECOND_APPROVER_ABOVE)
        self._on_step = on_step

    def get(self, plan_id: int) -> Plan:
        """Return a plan. Raises `NotAllowed` when there is none."""
        plan = self._broadcasts.get(plan_id)
        if plan is None:
            raise NotAllowed(f"There is no broadcast plan {plan_id}.")
        return plan

    def needs_second(self, plan: Plan) -> bool:
        """Return whether somebody else than its planner has to approve a plan."""
        return len(plan.to_post) > self._second_above

    def live(self, plan: Plan) -> bool:
        """Return whether items that nobody ticked singly may leave too: broadcasts have graduated, and this one tells an update.

        What somebody wrote for one occasion was never in shadow, so an answer leaves only where it was ticked.
        """
        return plan.kind is PlanKind.STATUS_UPDATE and self._shadow.graduated(ShadowKind.BROADCAST)

    def tick(self, plan_id: int, item_ids: Iterable[int], who: str) -> Plan:
        """Choose items singly: `who` looked at each of these threads and its text. Raises `NotAllowed` when the plan is not open."""
        if not who.strip():
            raise NotAllowed("Only a person can tick an item; say who you are with --as NAME.")
        if self.get(plan_id).state is not PlanState.OPEN:
            raise NotAllowed(f"Broadcast plan {plan_id} is not open any more.")
        self._broadcasts.tick(plan_id, item_ids, who=who, at=self._clock.now())
        return self.get(plan_id)

    def seen(self, plan: Plan) -> str:
        """Return the hash of what would leave of a plan as it stands: its content, which items are ticked, and whether others leave too."""
        ticked = [item.item_id for item in plan.items if item.ticked_by]
        return hashlib.sha256(json.dumps([content_of(plan), ticked, self.live(plan)]).encode()).hexdigest()

    def approve(self, plan_id: int, who: str, *, shown: str | None = None) -> Plan:
        """Approve exactly this plan. Pressing again changes nothing. `shown`: the hash (`seen`) of what `who` looked at.

        Until broadcasts have graduated only ticked items leave; the others are noted in shadow. Raises `NotAllowed` when it has more
        threads than one person may decide on and `who` planned it, nothing in it would be posted, it was taken back, or somebody ticked
        more of it since it was shown, also in the moment before it is kept.
        """
        plan = self.get(plan_id)
        if not who.strip():
            raise NotAllowed("A person approves a broadcast; say who you are with --as NAME.")
        if plan.state in (PlanState.APPROVED, PlanState.DONE):
            return plan
        if shown is not None and shown != self.seen(plan):
            raise NotAllowed("This plan changed since you saw it: look at it again.", key="not_what_was_shown")
        if not plan.to_post:
            raise NotAllowed("Nothing in this plan would be posted.")
        if plan.kind is PlanKind.ANSWER and not any(item.ticked_by for item in plan.to_post):
            raise NotAllowed("Choose the conversations that get this answer, one by one.", key="tick_first")
        if self.needs_second(plan) and same_person(who, plan.planned_by):
            raise NotAllowed(
                f"Somebody else has to approve this: it goes to {len(plan.to_post)} threads and {plan.planned_by} planned it "
                f"(up to {self._second_above} one person may decide)."
            )
        ticked = [item.item_id for item in plan.items if item.ticked_by]
        content = content_of(plan) + (LIVE if self.live(plan) else "")
        if not self._broadcasts.approve(plan_id, content=content, ticked=ticked, who=who, at=self._clock.now()):
            again = self.get(plan_id)
            if again.state is PlanState.OPEN:
                raise NotAllowed("This plan changed since you saw it: look at it again.", key="not_what_was_shown")
            if again.state not in (PlanState.APPROVED, PlanState.DONE):
                raise NotAllowed(f"Broadcast plan {plan_id} was taken back.")
        self._on_step("plan.approved")
        return self.get(plan_id)

    def cancel(self, plan_id: int, who: str) -> Plan:
        """Take a plan back, with what waits of it in the outbox. What is on its way or has left stays as it is, and is in the report."""
        self.get(plan_id)
        if not self._broadcasts.cancel(plan_id, who=who, at=self._clock.now()):
            raise NotAllowed(f"Broadcast plan {plan_id} has ended already.")
        for one in self.report(plan_id):
            if one.entry is not None and one.entry.state in SENDABLE:
                with contextlib.suppress(NotAllowed):  # it began to leave this very moment: the report says how that ended
                    self._outbox.cancel(one.entry.entry_id, who, f"broadcast plan {plan_id} was taken back")
        return self.get(plan_id)

    def once(self) -> int:
        """Carry approved plans on, as far as the caps have room; return how many items moved. The schedule calls this again and again."""
        return sum(self._carry_on(plan) for plan in reversed(self._broadcasts.plans((PlanState.APPROVED,))))

    def report(self, plan_id: int) -> tuple[ItemReport, ...]:
        """Return what became of every thread of a plan, in its order."""
        entries = {entry.entry_id: entry for entry in self._outbox.list()}
        return tuple(ItemReport(item=item, entry=entries.get(item.entry_id or 0)) for item in self.get(plan_id).items)

    def _carry_on(self, plan: Plan) -> int:
        """Move the items that wait. Only an hour's worth is approved at a time: an approval that waits for days expires unused."""
        moved, room = 0, self._at_once - self._broadcasts.in_flight(plan.plan_id, ENDS)
        whole = content_of(plan) == plan.content.removesuffix(LIVE)
        for item in plan.items:
            if item.state not in (ItemState.PLANNED, ItemState.DRAFTED):
                continue
            if not whole:
                self._broadcasts.mark(item.item_id, ItemState.REFUSED, why="changed")
            elif room <= 0:
                break
            else:
                room -= self._move(plan, item)
            moved += 1
        self._broadcasts.finish(plan.plan_id, at=self._clock.now())
        return moved

    def _move(self, plan: Plan, item: PlanItem) -> bool:
        """Bring one item to the outbox, or to the shadow; return whether it is in the outbox now."""
        new = _draft_of(plan, item)
        graduated_since = not plan.content.endswith(LIVE) and self.live(plan)
        if not item.ticked_by and (plan.kind is PlanKind.ANSWER or graduated_since):
            self._broadcasts.mark(item.item_id, ItemState.SKIPPED, why="unticked")
            return False
        if not item.ticked_by:
            why = {"plan": plan.plan_id, "update": plan.update_id, "approved_by": plan.approved_by}
            if not self._shadow.record(ShadowKind.BROADCAST, new, why=why).live:
                self._broadcasts.mark(item.item_id, ItemState.SHADOW)
                self._on_step("item.shadow")
                return False
        self._on_step("item.begun")
        draft_id = self._broadcasts.draft(plan, item, new, at=self._clock.now())
        self._on_step("item.drafted")
        if draft_id is None:
            return False
        try:
            entry = self._outbox.approve(draft_id, plan.approved_by)
        except NotAllowed as error:
            at = self._clock.now()
            self._broadcasts.take_back(plan.update_id, item, draft_id, said=str(error), who=plan.approved_by, at=at)
            return False
        self._on_step("item.approved")
        self._broadcasts.mark(item.item_id, ItemState.APPROVED, entry_id=entry.entry_id)
        self._on_step("item.noted")
        return True


def _draft_of(plan: Plan, item: PlanItem) -> NewDraft:
    return NewDraft(
        kind=PostKind.ANSWER if plan.kind is PlanKind.ANSWER else PostKind.STATUS_UPDATE,
        target=item.target,
        text=item.text,
        language=item.language,
        author=plan.planned_by,
        case_id=item.case_id,
        issue_id=plan.issue_id,
        template=item.template,
        edits=item.edits,
        title=item.title,
    )


def content_of(plan: Plan) -> str:
    """Return the hash of everything an approver sees of a plan: places, accounts, words. Any byte changed gives another. Pure."""
    seen = [
        [
            item.item_id,
            [item.target.platform, item.target.realm, item.target.thread_id, item.target.parent_id, item.target.content_hash],
            item.account_key,
            item.language,
            item.text,
            item.edits,
            *([item.case_id, item.title, item.ticked_by] if plan.kind is PlanKind.ANSWER else ()),
        ]
        for item in plan.items
    ]
    return hashlib.sha256(json.dumps([plan.update_id, plan.correct, seen], ensure_ascii=True).encode()).hexdigest()
