"""Places of the ledger that are emptied when their time is over: what colleagues wrote about people, to whom we wrote, old figures."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, or_, select

from listener.ledger import tables as heard
from listener.ledger import tables_sources
from moderation.ledger import (
    tables,
    tables_bot,
    tables_conversation,
    tables_feedback,
    tables_invitations,
    tables_leave,
    tables_outbox,
    tables_reply,
    tables_report,
    tables_status,
    tables_tap,
)
from moderation.ledger.retention_limits import Condition, Limit, Over, Place
from moderation.model.feedback import CHOICES
from moderation.model.outbox import DraftState
from moderation.outbox.states import ENDS

_TALK, _FEED, _LEAVE, _ASK = tables_conversation, tables_feedback, tables_leave, tables_invitations


def _talk(table: Table) -> Condition:
    return lambda over: table.c.conversation_id.in_(over.talks)


def _case(table: Table) -> Condition:
    return lambda over: table.c.case_id.in_(over.cases)


def _older(table: Table, moment: str, *more: ColumnElement[bool]) -> Condition:
    """Rows that are as old as a case may be that ended."""
    return lambda over: and_(table.c[moment] < over.case, *more)


def _figures(table: Table, moment: str) -> Condition:
    return lambda over: table.c[moment] < over.cut.whole


def _words_of_feedback(over: Over) -> ColumnElement[bool]:
    given, answer = tables_feedback.feedback.c, tables_feedback.feedback_answer.c
    own = or_(given.conversation_id.is_(None), given.conversation_id.in_(over.talks))
    old = select(given.feedback_id).where(given.begun_at < over.cut.raw, own)
    return answer.feedback_id.in_(old) & answer.question.not_in(tuple(CHOICES))


def _ended_plans(over: Over) -> ColumnElement[bool]:
    note = _TALK.planning_note.c
    return or_(note.ended_at < over.case, note.until < over.case)


def _of_ended_plans(over: Over) -> ColumnElement[bool]:
    plan = tables_status.broadcast_plan.c
    return tables_status.broadcast_item.c.plan_id.in_(select(plan.plan_id).where(plan.planned_at < over.case))


def _entries(over: Over) -> ColumnElement[bool]:
    entry = tables.outbox.c
    alone = and_(entry.case_id.is_(None), entry.changed_at < over.case)
    return and_(entry.state.in_([one.value for one in ENDS]), or_(entry.case_id.in_(over.cases), alone))


def _drafts(over: Over) -> ColumnElement[bool]:
    one = tables.draft.c
    return or_(one.case_id.in_(over.cases), and_(one.case_id.is_(None), one.made_at < over.case))


def _unsent(over: Over) -> ColumnElement[bool]:
    return _drafts(over) & (tables.draft.c.state != DraftState.APPROVED.value)


CLEARED: tuple[Place, ...] = (
    Place(
        table=_TALK.case_note,
        limit=Limit.CASE,
        words="notes of colleagues",
        over=_talk(_TALK.case_note),
        emptied={"text": ""},
        keys=("person_key",),
    ),
    Place(
        table=_TALK.case_question,
        limit=Limit.CASE,
        words="questions to specialists",
        over=_talk(_TALK.case_question),
        emptied={"text": "", "answer": ""},
        keys=("person_key",),
    ),
    Place(
        table=_TALK.conversation_card,
        limit=Limit.CASE,
        words="summaries of conversations",
        over=_talk(_TALK.conversation_card),
        emptied={"summary": ""},
        keys=("person_key",),
    ),
    Place(table=_TALK.contact_mark, limit=Limit.CASE, words="remarks with marks", over=_talk(_TALK.contact_mark), emptied={"note": ""}),
    Place(
        table=_TALK.contact_join,
        limit=Limit.CASE,
        words="contact moments that were joined",
        over=_talk(_TALK.contact_join),
        emptied={"evidence": {}},
        keys=("person_key", "other_person_key"),
    ),
    Place(table=_FEED.tell_agreement, limit=Limit.CASE, words="agreements to be told", over=_talk(_FEED.tell_agreement)),
    Place(table=tables_reply.working_draft, limit=Limit.CASE, words="replies never finished", over=_case(tables_reply.working_draft)),
    Place(
        table=tables_reply.approval_request,
        limit=Limit.CASE,
        words="notes with requests for approval",
        over=lambda over: tables_reply.approval_request.c.draft_id.in_(select(tables.draft.c.draft_id).where(_drafts(over))),
        emptied={"note": ""},
    ),
    Place(
        table=tables.draft,
        limit=Limit.CASE,
        words="drafts that never left",
        over=_unsent,
        emptied={"state": DraftState.DISCARDED.value, "text": "", "title": "", "content_hash": ""},
    ),
    Place(table=tables.draft, limit=Limit.CASE, words="addressees of drafts", over=_drafts, emptied={"person": ""}),
    Place(table=tables.outbox, limit=Limit.CASE, words="addressees of posts", over=_entries, emptied={"person": ""}),
    Place(
        table=_ASK.invitation_decision,
        limit=Limit.CASE,
        words="invitations that were worded",
        over=_older(_ASK.invitation_decision, "at"),
        emptied={"text": "", "why": {}, "why_not": {}},
    ),
    Place(
        table=_ASK.invitation_event,
        limit=Limit.CASE,
        words="moments to ask",
        over=_older(_ASK.invitation_event, "happened_at"),
        keys=("person_key",),
    ),
    Place(
        table=_FEED.you_said_message,
        limit=Limit.CASE,
        words="whom we told what we did",
        over=_older(_FEED.you_said_message, "changed_at"),
        emptied={"reason": ""},
        keys=("person_key",),
    ),
    Place(
        table=tables_status.broadcast_item,
        limit=Limit.CASE,
        words="addressees of answers to many",
        over=_of_ended_plans,
        emptied={"person": "", "title": "", "note": ""},
    ),
    Place(
        table=_LEAVE.opt_out,
        limit=Limit.CASE,
        words="wishes to be left alone that ended",
        over=_older(_LEAVE.opt_out, "ended_at"),
        emptied={"note": ""},
        keys=("person_key",),
    ),
    Place(
        table=_LEAVE.consent,
        limit=Limit.CASE,
        words="consent that was withdrawn",
        over=_older(_LEAVE.consent, "withdrawn_at"),
        emptied={"source": ""},
        keys=("person_key",),
    ),
    Place(
        table=tables.conversation, limit=Limit.CASE, words="whose conversations were", over=_talk(tables.conversation), keys=("author_key",)
    ),
    Place(
        table=_TALK.planning_note,
        limit=Limit.CASE,
        words="notes on plans that ended",
        over=_ended_plans,
        emptied={"text": ""},
    ),
    Place(
        table=tables_outbox.alarm,
        limit=Limit.CASE,
        words="words of alarms",
        over=_older(tables_outbox.alarm, "over_at"),
        emptied={"note": ""},
    ),
    Place(
        table=_FEED.feedback_answer, limit=Limit.RAW, words="feedback in their own words", over=_words_of_feedback, emptied={"value": ""}
    ),
    Place(
        table=tables_sources.source_event,
        limit=Limit.RAW,
        words="places of what sources missed",
        over=lambda over: (tables_sources.source_event.c.at < over.cut.raw) & tables_sources.source_event.c.kind.in_(("skip", "gap")),
        emptied={"place": ""},
    ),
    Place(
        table=_TALK.contact_sign,
        limit=Limit.MESSAGE,
        words="digests of numbers and addresses",
        over=lambda _over: _TALK.contact_sign.c.mention_id.in_(
            select(heard.mention.c.mention_id).where(heard.mention.c.expired_at.is_not(None))
        ),
    ),
    Place(table=tables_report.week_report, limit=Limit.FIGURES, words="weekly reports", over=_figures(tables_report.week_report, "to_at")),
    Place(table=tables_tap.tap_look, limit=Limit.FIGURES, words="looks at actions", over=_figures(tables_tap.tap_look, "at")),
    Place(
        table=tables_bot.bot_signal_seen,
        limit=Limit.FIGURES,
        words="who saw a signal first",
        over=lambda over: tables_bot.bot_signal_seen.c.signal_id.in_(
            select(heard.signal.c.signal_id).where(heard.signal.c.at < over.cut.whole)
        ),
    ),
    Place(table=heard.signal, limit=Limit.FIGURES, words="signals", over=_figures(heard.signal, "at")),
    Place(table=tables_sources.source_run, limit=Limit.FIGURES, words="rounds of sources", over=_figures(tables_sources.source_run, "at")),
)
"""In this order: what others are found by comes after them."""
