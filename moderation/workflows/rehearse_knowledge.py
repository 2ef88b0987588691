"""What the demo's people know at the end of the fortnight: a few more conversations answered, what comes of them, one article approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from listener.errors import ActionError
from moderation.knowledge_desk import KnowledgeDesk
from moderation.model.knowledge import ArticleState
from moderation.parts import Desk, Sending
from moderation.workflows.rehearse import AGENT
from moderation.workflows.rehearse_public import APPROVER


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedKnowledge:
    """`answered` conversations, each once and simulated; `suggested` articles wait, `approved` ones are offered beside replies."""

    answered: int
    suggested: int
    approved: int


async def rehearse_knowledge(
    sending: Sending, known: KnowledgeDesk, told: Sequence[Mapping[str, Any]], issues: Mapping[str, int]
) -> RehearsedKnowledge:
    """Act it out on real parts. `told` is the part `knowledge` of config/demo/rehearsal.yaml, `issues` the found ones by their key."""
    answered = sum(_answer(sending.desk, one, issues[one["issue"]]) for one in told if one["issue"] in issues)
    await sending.send_once()
    known.refresh.once()
    approved = _approve(known, told)
    known.refresh.once()  # the new wordings are read, so that they can be offered
    waiting = known.keep.list(states=[ArticleState.SUGGESTED])
    return RehearsedKnowledge(answered=answered, suggested=len(waiting), approved=approved)


def _answer(desk: Desk, one: Mapping[str, Any], issue_id: int) -> int:
    """Answer as many conversations about an issue, in the language of the replies, as there are replies; return how many."""
    replies = list(one["replies"])
    done = 0
    for case in desk.inbox.list(issue_id=issue_id):
        row = desk.cases.get(case.case_id)
        if not replies or row is None or case.holder or row.language != one["language"]:
            continue
        desk.inbox.claim(case.case_id, AGENT, case.version)
        try:
            draft = desk.inbox.draft_reply(case.case_id, AGENT, replies[0], language=one["language"])
            desk.inbox.send(draft.draft_id, AGENT)
        except ActionError:  # a rule wants a person to answer there by hand; somebody else is next
            desk.inbox.release(case.case_id, AGENT, case.version + 1)
            continue
        replies.pop(0)
        done += 1
    return done


def _approve(known: KnowledgeDesk, told: Sequence[Mapping[str, Any]]) -> int:
    """Let a second person reword and approve one suggestion: the first whose answer came of replies that name a question."""
    for article in known.keep.list(states=[ArticleState.SUGGESTED]):
        about = next(
            (one for one in told if one.get("question") and any(_begins(one, reply, article.answer) for reply in one["replies"])), None
        )
        if about is not None:
            edited = known.keep.edit(
                article.article_id, article.turn, about["question"], article.answer, by=APPROVER, reason=about["reason"], may_approve=True
            )
            known.keep.approve(article.article_id, edited.turn, by=APPROVER)
            return 1
    return 0


def _begins(one: Mapping[str, Any], reply: str, answer: str) -> bool:
    return one["language"] in ("nl", "en") and bool(answer) and answer.split("\n")[0][:40] in reply
