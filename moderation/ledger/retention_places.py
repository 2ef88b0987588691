"""Every table of the ledger: how long what stands there is kept. A test fails when one is not here."""

from __future__ import annotations

from sqlalchemy import Table

from listener.ledger import tables as heard
from listener.ledger import tables_recheck, tables_sources
from moderation.ledger import (
    tables,
    tables_bot,
    tables_clocks,
    tables_conversation,
    tables_delivery,
    tables_feedback,
    tables_grid,
    tables_invitations,
    tables_knowledge,
    tables_leave,
    tables_matrix,
    tables_people,
    tables_queue,
    tables_reply,
    tables_status,
    tables_subject,
)
from moderation.ledger.retention_cleared import CLEARED
from moderation.ledger.retention_limits import Limit, Place

_TALK, _FEED, _LEAVE, _ASK = tables_conversation, tables_feedback, tables_leave, tables_invitations
_IDS = "ids, states and moments; no words, no names"
_OURS = "our own work: colleagues, settings, what we said"
_EXPIRY = "the listening half empties it (ledger/expiry.py)"


def _all(tables_of: tuple[Table, ...], limit: Limit, why: str) -> tuple[Place, ...]:
    return tuple(Place(table=one, limit=limit, why=why) for one in tables_of)


SEEN_TO: tuple[Place, ...] = (
    *_all(
        (
            heard.mention,
            heard.revision,
            heard.analysis,
            heard.embedding,
            heard.quarantine,
            heard.label,
            heard.mention_brand,
            heard.mention_source,
        ),
        Limit.MESSAGE,
        _EXPIRY,
    ),
    Place(
        table=heard.report, limit=Limit.RAW, why="quotes and titles in kept digests go with their messages, the whole digest with figures"
    ),
    Place(
        table=heard.issue, limit=Limit.MESSAGE, why="a title that is the beginning of a message goes with it; others are phrases of many"
    ),
    Place(table=heard.issue_act, limit=Limit.MESSAGE, why="as titles; the rest is what colleagues did"),
    Place(table=tables_leave.shadow_item, limit=Limit.CASE, why="the post inside is emptied by RetentionLedger"),
    Place(table=tables_knowledge.article_version, limit=Limit.MESSAGE, why="words of a message go with it; reworded ones are ours"),
    Place(table=tables_knowledge.article_vector, limit=Limit.MESSAGE, why="made anew from the messages that are left"),
    *_all((tables_recheck.recheck, tables_recheck.recheck_state, tables_recheck.recheck_day), Limit.STAYS, _IDS),
    *_all(
        (heard.label_correction, heard.membership, heard.change, tables_sources.source_state, tables_sources.source_spend),
        Limit.STAYS,
        _IDS,
    ),
    *_all((heard.suppressed, heard.meta), Limit.STAYS, "keyed hashes of whom not to collect; what the home remembers of itself"),
    *_all(
        (tables.conversation_mention, tables.support_case, tables_clocks.clock_told, _TALK.contact_sign_read, _TALK.contact_reading),
        Limit.STAYS,
        _IDS,
    ),
    *_all((_TALK.case_ending, tables_queue.case_act, tables_queue.case_fact, tables_queue.queue_mark), Limit.STAYS, _IDS),
    *_all((_FEED.feedback, _FEED.feedback_invite, _FEED.review_click, _FEED.feedback_recovery), Limit.STAYS, _IDS),
    *_all((_ASK.community_visits, _ASK.visit_reading, _LEAVE.shadow_graduation, _LEAVE.opt_out_reading), Limit.STAYS, _IDS),
    *_all((tables_knowledge.article_evidence, tables_knowledge.article_use, tables_knowledge.article_brand), Limit.STAYS, _IDS),
    *_all((tables_status.broadcast_told, tables_status.broadcast_plan, tables.outbox_attempt), Limit.STAYS, _IDS),
    *_all((tables_knowledge.article, tables_knowledge.article_act), Limit.STAYS, _OURS),
    *_all((_FEED.improvement_action, _FEED.action_act, tables_matrix.issue_place), Limit.STAYS, _OURS),
    *_all((tables_grid.grid_version, tables_grid.matrix_version, tables_queue.queue_view), Limit.STAYS, _OURS),
    *_all((tables_reply.reply_template, tables_reply.reply_template_version, tables_reply.reply_signature), Limit.STAYS, _OURS),
    *_all((tables_status.status_update, tables_status.public_status, tables_status.status_promise), Limit.STAYS, "what we published"),
    *_all((tables.approval, tables.standing_approval, tables.outbox_switch), Limit.STAYS, _OURS),
    *_all((tables.audit_line, tables.audit_head), Limit.STAYS, "the record of what we did: ids and hashes, no texts"),
    *_all(tables_people.PEOPLE_TABLES, Limit.STAYS, _OURS),
    *_all(tuple(one for one in tables_bot.BOT_TABLES if one is not tables_bot.bot_signal_seen), Limit.STAYS, _OURS),
    *_all(tables_delivery.DELIVERY_TABLES, Limit.STAYS, "what colleagues asked to be told, and that it went; its words are never kept"),
    *_all(
        (tables_subject.subject_receipt, tables_subject.subject_request), Limit.STAYS, "proof of what was done; it does not say for whom"
    ),
)

PLACES: tuple[Place, ...] = (*CLEARED, *SEEN_TO)
