"""Feedback in the ledger: links handed out, answers kept page by page, clicks on review links, and cases that a low score opens again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select, update

from listener.ledger.dialect import insert_missing, insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.ledger.brand_conditions import about_brands
from moderation.ledger.feedback_counts import asked_count
from moderation.ledger.feedback_recovery import recover
from moderation.ledger.feedback_rows import invite_of, read_responses
from moderation.ledger.tables import conversation
from moderation.ledger.tables_feedback import feedback, feedback_answer, feedback_invite, review_click
from moderation.model.feedback import Asked, FeedbackFigures, ImportedResponse, Invite, NewInvite, RecoveryRule, Response
from moderation.reports.feedback import LEAST, feedback_figures


class FeedbackLedger:
    """Who was asked, what they answered, and nothing that tells who they are beyond the conversation they were asked about."""

    def __init__(self, engine: Engine, *, recovery: RecoveryRule | None = None, least: int = LEAST) -> None:
        self._engine = engine
        self._recovery = recovery or RecoveryRule()
        self._least = least

    def add_invite(self, new: NewInvite) -> int:
        """Keep a link that is about to be handed out; return its id."""
        values = {
            "token_hash": new.token_hash,
            "use": new.use.value,
            "asked": new.asked.value,
            "conversation_id": new.conversation_id,
            "issue_id": new.issue_id,
            "from_invite_id": new.from_invite_id,
            "channel": new.channel,
            "language": new.language,
            "by_hand": new.by_hand,
            "made_at": new.made_at,
            "expires_at": new.expires_at,
        }
        with writing(self._engine) as tx:
            return int(tx.execute(insert(feedback_invite).values(values).returning(feedback_invite.c.invite_id)).scalar_one())

    def invite(self, token_hash: str) -> Invite | None:
        """Return the link with this hash, used, expired or not; None when there is none."""
        with reading(self._engine) as tx:
            row = tx.execute(select(feedback_invite).where(feedback_invite.c.token_hash == token_hash)).one_or_none()
        return None if row is None else invite_of(row)

    def has_conversation(self, conversation_id: int) -> bool:
        """Tell whether there is such a conversation."""
        with reading(self._engine) as tx:
            query = select(conversation.c.conversation_id).where(conversation.c.conversation_id == conversation_id)
            return tx.execute(query).scalar() is not None

    def keep(self, invite_id: int, answers: Mapping[str, str], *, at: datetime, last: bool) -> bool:
        """Keep a page's answers, in one transaction; `last` ends the link. An answer "" takes back what was said before.

        Returns False, and keeps nothing, when the link was used or expired meanwhile. A page sent twice is kept once. A low score opens
        the conversation's case again.
        """
        with writing(self._engine) as tx:
            row = tx.execute(select(feedback_invite).where(feedback_invite.c.invite_id == invite_id).with_for_update()).one_or_none()
            if row is None or row.used_at is not None or row.expires_at <= at:
                return False
            feedback_id = _response_of(tx, row, at)
            _write_answers(tx, feedback_id, answers, at)
            ends = {"used_at": at} if last else {}
            tx.execute(
                update(feedback_invite).where(feedback_invite.c.invite_id == invite_id).values(opened_at=row.opened_at or at, **ends)
            )
            if last:
                tx.execute(update(feedback).where(feedback.c.feedback_id == feedback_id).values(ended_at=at))
            recover(tx, feedback_id, self._recovery, at)
        return True

    def answers(self, invite_id: int) -> dict[str, str]:
        """Return what was answered through a link so far, by question."""
        query = (
            select(feedback_answer.c.question, feedback_answer.c.value)
            .join_from(feedback_answer, feedback, feedback_answer.c.feedback_id == feedback.c.feedback_id)
            .where(feedback.c.invite_id == invite_id)
        )
        with reading(self._engine) as tx:
            return {row.question: row.value for row in tx.execute(query)}

    def click(self, invite_id: int, name: str, *, at: datetime) -> None:
        """Note that somebody went on to a review site; however often they press, it is one."""
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, review_click), {"invite_id": invite_id, "name": name, "at": at})

    def responses(
        self,
        *,
        conversation_id: int | None = None,
        issue_id: int | None = None,
        feedback_id: int | None = None,
        limit: int | None = None,
        brands: frozenset[str] | None = None,
    ) -> list[Response]:
        """Return responses, newest first; those of one conversation or issue (merged ones too), or all; about `brands`, None for all."""
        about = () if brands is None else (about_brands(brands, feedback.c.conversation_id, feedback.c.issue_id),)
        with reading(self._engine) as tx:
            return read_responses(tx, conversation_id=conversation_id, issue_id=issue_id, feedback_id=feedback_id, limit=limit, where=about)

    def figures(
        self, from_at: datetime, to_at: datetime, issue_id: int | None = None, *, brands: frozenset[str] | None = None
    ) -> FeedbackFigures:
        """Return the figures of responses begun, and of people asked, in [from_at, to_at): of one issue (merged ones too), or of all.

        `brands`: only what is about these, or about none; None for all.
        """
        period: tuple[ColumnElement[bool], ...] = (feedback.c.begun_at >= from_at, feedback.c.begun_at < to_at)
        if brands is not None:
            period = (*period, about_brands(brands, feedback.c.conversation_id, feedback.c.issue_id))
        with reading(self._engine) as tx:
            return feedback_figures(
                read_responses(tx, issue_id=issue_id, where=period),
                from_at=from_at,
                to_at=to_at,
                within=asked_count(tx, Asked.WITHIN_FEEDBACK, from_at, to_at, issue_id, brands),
                bare=asked_count(tx, Asked.BARE, from_at, to_at, issue_id, brands),
                issue_id=issue_id,
                least=self._least,
            )

    def add_imported(self, rows: Sequence[ImportedResponse]) -> int:
        """Keep rows of another channel's survey, in one transaction; return how many were new (by channel and external id)."""
        new = 0
        with writing(self._engine) as tx:
            for one in rows:
                values = {
                    "source": "import",
                    "external_id": one.external_id,
                    "channel": one.channel,
                    "language": one.language,
                    "begun_at": one.at,
                    "ended_at": one.at,
                }
                made = tx.execute(insert_missing(tx.dialect, feedback).returning(feedback.c.feedback_id), values).scalar()
                if made is not None:
                    new += 1
                    _write_answers(tx, int(made), one.answers, one.at)
        return new


def _response_of(tx: Connection, invite: Row[Any], at: datetime) -> int:
    """Return the response that a link belongs to, begun now if this is its first page."""
    values = {
        "invite_id": invite.invite_id,
        "source": "form",
        "channel": invite.channel,
        "language": invite.language,
        "conversation_id": invite.conversation_id,
        "issue_id": invite.issue_id,
        "begun_at": at,
    }
    tx.execute(insert_missing(tx.dialect, feedback), values)
    return int(tx.execute(select(feedback.c.feedback_id).where(feedback.c.invite_id == invite.invite_id)).scalar_one())


def _write_answers(tx: Connection, feedback_id: int, answers: Mapping[str, str], at: datetime) -> None:
    gone = [question for question, value in answers.items() if not value]
    if gone:
        tx.execute(delete(feedback_answer).where(feedback_answer.c.feedback_id == feedback_id, feedback_answer.c.question.in_(gone)))
    said = [{"feedback_id": feedback_id, "question": question, "value": value, "at": at} for question, value in answers.items() if value]
    if said:
        tx.execute(insert_or_update(tx.dialect, feedback_answer, key=["feedback_id", "question"], change=["value", "at"]), said)
