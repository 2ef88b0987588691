"""What the pages about feedback and improvement actions are fed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from moderation.inbox.feedback_parts import FeedbackPageParts, NewActionWords
from moderation.model.feedback import FeedbackFigures, Response
from moderation.page_parts.taps import taps_shown
from moderation.parts import Desk
from moderation.policy.gate import words_of_note
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.load_wording import load_policy

FIGURE_DAYS = 90


def feedback_page_parts(desk: Desk, draw: DrawCharts | None = None) -> FeedbackPageParts:
    """Return the pages' parts over an open desk. Without `draw` there are no charts."""
    policy = load_policy()
    answers, actions, improve = desk.feedback.answers, desk.feedback.actions, desk.feedback.improve

    def figures(issue_id: int | None) -> FeedbackFigures:
        now = desk.clock.now()
        return answers.figures(now - timedelta(days=FIGURE_DAYS), now + timedelta(seconds=1), issue_id)

    def of_case(case_id: int) -> Sequence[Response]:
        case = desk.cases.get(case_id)
        return answers.responses(conversation_id=case.conversation_id) if case else ()

    def add(new: NewActionWords, who: str) -> object:
        return improve.add(new.issue_id, owner=new.owner, due_on=new.due_on, change=new.change, done_when=new.done_when, by=who)

    def done(action_id: int, did: Mapping[str, str], who: str) -> object:
        return improve.done(action_id, did, by=who)

    return FeedbackPageParts(
        figures=figures,
        responses=lambda issue_id, limit: answers.responses(issue_id=issue_id, limit=limit),
        of_case=of_case,
        titles=lambda ids: desk.ledger.issues.titles(ids),
        actions=lambda issue_id: actions.all(issue_id=issue_id),
        acts=actions.acts,
        tellings=lambda action_id: actions.tellings(action_id=action_id),
        rule=lambda reason, language: words_of_note(reason, policy, language),
        add=add,
        done=done,
        drop=lambda action_id, why, who: improve.drop(action_id, why, by=who),
        undo=lambda action_id, who: improve.undo(action_id, by=who),
        taps=taps_shown(desk, draw),
    )
