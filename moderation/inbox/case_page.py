"""Shows one case: its conversation, what stands beside it, the reply and the advice, each from the room that owns it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from listener.model.correction import ANSWERS
from moderation.inbox.choices import USUAL_DAYS
from moderation.inbox.conversation_parts import ConversationParts
from moderation.inbox.fields import number_of
from moderation.inbox.page_records import CaseDetail
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.scope import PRIVATE_WANTS
from moderation.inbox.wording import Wording
from moderation.model.card import SENTIMENTS
from moderation.model.conversation import AVOIDABLE_BY, Unnecessary
from moderation.model.person import Person, Right
from moderation.model.talk import Talk
from moderation.workflows.correct_messages import SHOWN
from moderation.workflows.end_cases import BY_HAND
from moderation.workflows.keep_cards import LANGUAGES_SPOKEN
from moderation.workflows.note_leave import CHANNELS

MOST_HELPERS = 25


def case_page(request: Request, parts: StaffParts, pages: Pages, case_id: int, *, status: int = 200, notice: str = "") -> Response:
    """Return the page of a case. `notice` names what went otherwise than asked: "taken" or "changed". 404 without such a case."""
    found = parts.case(case_id)
    if found is None:
        raise HTTPException(404)
    person: Person = request.state.person
    mine = found.entry.holder == request.state.session.agent
    signal = found.issue.signal if found.issue else None
    language = pages.language(request)
    return pages.show(
        request,
        "case.html.j2",
        status=status,
        detail=found,
        entry=found.entry,
        mine=mine,
        may_answer=person.may(Right.ANSWER),
        assignable=parts.queue.colleagues(),
        may_approve=person.may(Right.APPROVE),
        notice=notice,
        reason=parts.reason(signal, language) if signal else "",
        answered=parts.feedback.of_case(case_id) if parts.feedback else (),
        reply=parts.reply.panel(case_id, person) if parts.reply else None,
        advice=parts.advice.panel(case_id, language) if parts.advice else None,
        **_conversation(request, parts, pages, found),
    )


def _conversation(request: Request, parts: StaffParts, pages: Pages, found: CaseDetail) -> dict[str, Any]:
    """Return what the page shows of the conversation; `talk` None where it has no room of its own (then its messages stand alone)."""
    language, room = pages.language(request), parts.conversation
    whole = request.query_params.get("all", "") == "1"
    case_id, words = found.entry.case_id, pages.wording(request)
    talk = room.talks.show.show(case_id, lambda cause, title: suggested_need(words, cause, title), whole=whole) if room else None
    if room is None or talk is None:
        return {"talk": None}
    if not request.state.person.may(PRIVATE_WANTS):
        talk = _without_private(talk)
    return {
        "talk": talk,
        "whole": whole,
        "label_of": number_of(request.query_params.get("label", "")) or 0,
        "label_answers": {name: ANSWERS[name] for name in SHOWN},
        "said": lambda entry: room.said(entry, language),
        "colleagues": room.colleagues(),
        "quadrant": _quadrant(request.state.person, parts, found),
        "clocks": room.clocks(case_id),
        "actions": parts.feedback.actions(found.issue.issue_id) if parts.feedback and found.issue else (),
        "thanks_text": _thanks_text(room, talk, language, request.state.session.agent),
        "can_undo_ending": _can_undo(room, talk),
        "makes_knowledge": room.make_knowledge is not None,
        "helpers": talk.around[-MOST_HELPERS:][::-1],
        "endings": [one.value for one in BY_HAND],
        "sentiments": SENTIMENTS,
        "spoken": [one for one in LANGUAGES_SPOKEN if one],
        "channels": CHANNELS,
        "avoidable_by": AVOIDABLE_BY,
        "unnecessary": [one.value for one in Unnecessary],
    }


def _without_private(talk: Talk) -> Talk:
    """Return a public conversation without the private ones that were joined to it: ours stand at theirs."""
    private = {line.contact for line in talk.lines if line.stored is not None and line.stored.private}
    return replace(talk, lines=tuple(line for line in talk.lines if line.contact not in private))


def suggested_need(words: Wording, cause: str, title: str) -> str:
    """Return a first wording of what the customer needs, for the agent to put right; empty when nothing is known."""
    named = words.named("label_short", f"cause.{cause}") if cause else ""
    if title and named:
        return f"{title} ({named})"
    return title or named


def _quadrant(person: Person, parts: StaffParts, found: CaseDetail) -> str:
    """Return where the issue behind a case sits in the value-irritant matrix; empty when nothing says so."""
    if parts.issue_room is None or found.issue is None:
        return ""
    place = parts.issue_room.places(person.brands, USUAL_DAYS).get(found.issue.issue_id)
    return place.quadrant.value if place else ""


def _thanks_text(room: ConversationParts, talk: Talk, language: str, agent: str) -> str:
    if talk.ending is None or talk.ending.mention_id is None or talk.thanks is not None:
        return ""
    return room.talks.endings.offered_thanks(talk.case_id, language, agent)


def _can_undo(room: ConversationParts, talk: Talk) -> bool:
    return talk.ending is not None and talk.ending.act_id is not None and room.talks.endings.can_be_undone(talk.ending.act_id)
