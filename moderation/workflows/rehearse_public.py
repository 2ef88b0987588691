"""What the demo's people do in public at the end of the fortnight: status, broadcast, invitations, feedback, an action. All in shadow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moderation.ledger.spoken_counts import SpokenCounts
from moderation.model.action import TellState
from moderation.model.feedback import STEPS
from moderation.model.languages import LANGUAGES
from moderation.model.status import IssueStatus
from moderation.parts import Desk
from moderation.workflows.decide_invitations import Decided
from moderation.workflows.rehearse import AGENT

APPROVER = "Milan (demo)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedPublic:
    """What was done. `told` threads of the broadcast are in shadow, `skipped` ones have a reason. `decided` is about invitations.

    `answered` people gave feedback; `telling` counts messages "you said, we did" in shadow. `in_shadow` is everything that waits there.
    """

    status: IssueStatus | None
    told: int
    skipped: int
    decided: Decided
    answered: int
    telling: int
    in_shadow: int


def rehearse_public(desk: Desk, told: Mapping[str, Any], issues: Mapping[str, int], *, today: datetime) -> RehearsedPublic:
    """Act it out on real parts; nothing leaves. `told` is config/demo/rehearsal.yaml, `issues` the found issues by their planted key.

    today: the real moment at which the demo is watched; promises and days due are set from it.
    """
    status, shadowed, skipped = _status(desk, told["status"], issues, today)
    conversations = _close(desk, told["closed"])
    answered = _feedback(desk, told["feedback"], conversations)
    telling = _action(desk, told["action"], issues, today)
    desk.inviting.decide.once()
    events = desk.inviting.ledger.counts()
    decided = Decided(
        found=sum(events.values()), asked=events.get("asked", 0), waiting=events.get("waiting", 0), never=events.get("never", 0)
    )
    now = desk.clock.now()
    return RehearsedPublic(
        status=status,
        told=shadowed,
        skipped=skipped,
        decided=decided,
        answered=answered,
        telling=telling,
        in_shadow=SpokenCounts(desk.ledger.engine).between(now - timedelta(days=1), now).in_shadow,
    )


def _status(
    desk: Desk, told: Sequence[Mapping[str, Any]], issues: Mapping[str, int], today: datetime
) -> tuple[IssueStatus | None, int, int]:
    """Publish each status on our own page; plan the last one for every thread, and let a second person approve the plan."""
    last, shadowed, skipped = None, 0, 0
    for one in told:
        issue_id = issues.get(one["issue"])
        if issue_id is None:
            continue
        promise = today + timedelta(hours=one["promise_hours"]) if one.get("promise_hours") else None
        last = IssueStatus(one["status"])
        draft = desk.status.publish.draft(issue_id, last, one["says"], AGENT, subjects=one["subjects"], next_update_at=promise)
        published = desk.status.publish.publish(draft.update_id, AGENT)
        if one.get("broadcast"):
            plan = desk.status.planning.plan(published.update_id, AGENT)
            skipped += len(plan.skipped)
            if plan.to_post:
                desk.status.sending.approve(plan.plan_id, APPROVER)
                shadowed += desk.status.sending.once()
    return last, shadowed, skipped


def _close(desk: Desk, most: int) -> list[tuple[int, int | None, str]]:
    """Close the conversations that wait longest, whatever they are about; return (conversation, issue, platform) of each."""
    closed = []
    for case in sorted(desk.inbox.list(), key=lambda one: (one.waiting_since, one.case_id))[:most]:
        if case.holder:
            continue
        desk.inbox.claim(case.case_id, AGENT, case.version)
        desk.inbox.close(case.case_id, AGENT, case.version + 1)
        closed.append((case.conversation_id, case.issue_id, case.platform))
    return closed


def _feedback(desk: Desk, told: Sequence[Mapping[str, str]], conversations: Sequence[tuple[int, int | None, str]]) -> int:
    """Hand a link to every closed conversation; as many people as are invented answer, page by page."""
    answered = 0
    for at, (conversation_id, issue_id, platform) in enumerate(conversations):
        language = LANGUAGES[at % 3 == 2]
        link = desk.feedback.links.personal(conversation_id, issue_id=issue_id, channel=platform, language=language, by_hand=True)
        if at >= len(told):
            continue
        token = link.rpartition("/")[2]
        for step, questions in enumerate(STEPS):
            desk.feedback.forms.answer(token, step, {name: told[at][name] for name in questions if name in told[at]})
        answered += 1
    return answered


def _action(desk: Desk, told: Sequence[Mapping[str, Any]], issues: Mapping[str, int], today: datetime) -> int:
    """Keep two improvement actions, one of them done; return how many messages about it are in shadow."""
    done = 0
    for one in told:
        issue_id = issues.get(one["issue"])
        if issue_id is None:
            continue
        due_on = (today + timedelta(days=one["due_in_days"])).date()
        action = desk.feedback.improve.add(
            issue_id, owner=one["owner"], due_on=due_on, change=one["change"], done_when=one["done_when"], by=AGENT
        )
        if one.get("agreed"):
            about_it = sorted(desk.inbox.list(issue_id=issue_id), key=lambda case: case.platform not in one["first_on"])
            for case in about_it[: one["agreed"]]:
                desk.feedback.actions.agree(case.conversation_id, agreed=True, by=AGENT, at=desk.clock.now())
        if one.get("did"):
            tellings = desk.feedback.improve.done(action.action_id, one["did"], by=AGENT)
            done += sum(1 for telling in tellings if telling.state is TellState.SHADOW)
    return done
