"""What the staff pages are fed with: one callable per thing a page shows or does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from listener.digest.markdown import digest_markdown
from listener.digest.reason import reason_sentence
from listener.ledger.transactions import one_reading
from listener.settings.wording import templates
from moderation.inbox.conversation_parts import ConversationParts
from moderation.inbox.live import Live
from moderation.inbox.page_records import CaseDetail
from moderation.inbox.parts import StaffParts
from moderation.inbox.shown import named, shown_mention
from moderation.inbox.sign_in import SignIn
from moderation.ledger.object_brands import ObjectBrandLedger
from moderation.ledger.pulse import PulseLedger
from moderation.ledger.ways_in import TokenLedger
from moderation.messages.reasons import why_sentence
from moderation.model.clock import CaseClock
from moderation.page_parts.api import api_parts, reading_noted
from moderation.page_parts.conversation import conversation_parts
from moderation.page_parts.dashboard import dashboard_parts
from moderation.page_parts.deliveries import delivery_parts
from moderation.page_parts.exports import export_rows
from moderation.page_parts.feedback import feedback_page_parts
from moderation.page_parts.invitations import invitation_parts
from moderation.page_parts.issue_figures import IssueFiguresRoom
from moderation.page_parts.issues import issue_parts
from moderation.page_parts.knowledge import advice_parts, knowledge_parts, knowledge_with_model
from moderation.page_parts.metrics import metrics_parts
from moderation.page_parts.outbox import outbox_parts
from moderation.page_parts.people import people_parts
from moderation.page_parts.plans import plan_parts
from moderation.page_parts.queue import entry_of, queue_parts
from moderation.page_parts.readers import without_private
from moderation.page_parts.reply import reply_parts
from moderation.page_parts.report import report_parts
from moderation.page_parts.requests import request_parts
from moderation.page_parts.scope import about, within
from moderation.page_parts.search import search_parts, words_in_cases
from moderation.page_parts.shadow import shadow_parts
from moderation.page_parts.status import status_parts
from moderation.page_parts.words import words_for
from moderation.parts import Answering, Desk
from moderation.workflows.hold_tokens import HoldTokens


def staff_parts(parts: Answering, sign_in: SignIn) -> StaffParts:
    """Return the pages' parts over an open home."""
    listening = parts.listening
    zone = listening.settings.zone
    known = knowledge_with_model(parts)
    figures = IssueFiguresRoom(listening, lambda brands: about(listening, brands))
    whole = StaffParts(
        clock=listening.clock,
        zone=zone,
        sign_in=sign_in,
        brand=listening.brand_name,
        issues=lambda: figures.issues(None),
        issue=lambda issue_id, offset, limit: figures.issue(None, issue_id, offset, limit),
        queue=queue_parts(parts.desk.queueing, listening.ledger, listening.clock, case_ids_for=words_in_cases(parts)),
        case=lambda case_id: case_now(parts, case_id, figures),
        signals=lambda limit: listening.ledger.issues.signals(limit=limit),
        reason=reason_sentence,
        why=lambda reason, language: why_sentence([reason], words_for(language, "triage")),
        digest=figures.digest,
        digest_markdown=lambda language: digest_markdown(figures.digest(), language=language, zone=zone, templates=templates(language)),
        coverage=figures.coverage,
        invented=listening.invented,
        status=status_parts(parts.desk.status),
        invitations=invitation_parts(parts.desk.inviting),
        outbox=outbox_parts(parts.desk, listening.home),
        search=search_parts(parts),
        report=report_parts(listening, lambda brands: about(listening, brands), parts.draw),
        exports=export_rows(parts.desk),
        metrics=metrics_parts(parts),
        dashboard=dashboard_parts(parts, lambda brands: about(listening, brands)),
        knowledge=knowledge_parts(parts, known),
        advice=advice_parts(known, parts.desk.replies.write),
        shadow=shadow_parts(parts.desk),
        plans=plan_parts(parts.desk, figures, parts.draw),
        feedback=feedback_page_parts(parts.desk, parts.draw),
        reply=reply_parts(parts.desk.replies),
        conversation=_conversation(parts.desk),
        issue_room=issue_parts(listening.ledger, parts.desk.status, listening.clock, figures, reader=parts.reader),
        live=Live(PulseLedger(listening.ledger.engine)),
        one_state=lambda: one_reading(listening.ledger.engine),
        objects=ObjectBrandLedger(listening.ledger.engine),
        people=people_parts(parts),
        requests=request_parts(parts),
        tokens=HoldTokens(TokenLedger(listening.ledger.engine), listening.clock).person,
        api=api_parts(parts.desk),
        deliveries=delivery_parts(parts),
        noted=reading_noted(parts.desk),
        base_url=parts.desk.settings.web.base_url,
    )
    return replace(whole, within=lambda brands: within(whole, parts, brands), readers=lambda mine: without_private(mine, parts.desk))


def _conversation(desk: Desk) -> ConversationParts:
    def clocks(case_id: int) -> Sequence[CaseClock]:
        row = desk.cases.get(case_id)
        return desk.clocks.of(row) if row else ()

    return conversation_parts(desk.conversation, clocks=clocks, knowledge=desk.knowledge.make)


def case_now(parts: Answering, case_id: int, figures: IssueFiguresRoom) -> CaseDetail | None:
    """Return a case with its messages and the issue they belong to; None when there is none."""
    found = parts.desk.inbox.show(case_id)
    if found is None or not found.mentions:
        return None
    titles = parts.listening.ledger.issues.titles([found.summary.issue_id] if found.summary.issue_id is not None else [])
    return CaseDetail(
        entry=entry_of(found.summary, found.mentions[-1], titles, parts.listening.clock.now()),
        mentions=tuple(shown_mention(one, author=named(one)) for one in found.mentions),
        issue=next((one for one in figures.issues(None).issues if one.issue_id == found.summary.issue_id), None),
    )
