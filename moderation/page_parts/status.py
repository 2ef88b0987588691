"""What the staff pages about public status are fed with."""

from __future__ import annotations

from moderation.inbox.status_parts import NewWords, PlanShown, StatusParts
from moderation.messages.reasons import outbox_sentence
from moderation.model.status import StatusUpdate
from moderation.page_parts.words import words_for
from moderation.policy.gate import words_of_note
from moderation.workflows.load_wording import load_policy
from moderation.workflows.send_broadcast import ItemReport
from moderation.workflows.status_desk import StatusDesk


def status_parts(desk: StatusDesk) -> StatusParts:
    """Return the parts of the pages about public status, over an open desk."""
    policy = load_policy()

    def draft(issue_id: int, new: NewWords, who: str) -> StatusUpdate:
        return desk.publish.draft(
            issue_id,
            new.status,
            new.variables,
            who,
            subjects=new.subjects,
            next_update_at=new.next_update_at,
            corrects=new.corrects,
        )

    def tick(plan_id: int, item_id: int, who: str) -> None:
        desk.sending.tick(plan_id, [item_id], who)

    def sent(report: ItemReport, language: str) -> str:
        """Return where the outbox entry of a thread stands, and what the platform said; empty without one."""
        if report.entry is None:
            return ""
        said = outbox_sentence(report.entry, words_for(language, "outbox"))
        return f"{said} ({words_of_note(report.entry.note, policy, language)})" if report.entry.note else said

    return StatusParts(
        lines=desk.lines,
        line=desk.line,
        needs=desk.publish.needs,
        promises=desk.publish.asks_promise,
        draft=draft,
        publish=desk.publish.publish,
        discard=desk.publish.discard,
        plan=lambda update_id, who, correct: desk.planning.plan(update_id, who, correct=correct),
        shown=lambda plan_id: _shown(desk, plan_id),
        tick=tick,
        approve=lambda plan_id, who, shown: desk.sending.approve(plan_id, who, shown=shown),
        cancel=desk.sending.cancel,
        words=lambda language: words_for(language, "status"),
        sent=sent,
        rule=lambda names, language: words_of_note(names, policy, language),
    )


def _shown(desk: StatusDesk, plan_id: int) -> PlanShown:
    plan, sending = desk.sending.get(plan_id), desk.sending
    return PlanShown(
        plan=plan,
        report=sending.report(plan_id),
        done_at=desk.done_at(plan),
        needs_second=sending.needs_second(plan),
        live=sending.live(plan),
        seen=sending.seen(plan),
    )
