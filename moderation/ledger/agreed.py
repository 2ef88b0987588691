"""Who agreed to hear what we do about an issue: in feedback, or in the conversation itself as noted by hand."""

from __future__ import annotations

from sqlalchemy import Connection, and_, exists, or_, select, true

from listener.ledger.tables import mention
from moderation.ledger.feedback_rows import about_issue
from moderation.ledger.tables import conversation, conversation_mention
from moderation.ledger.tables_feedback import feedback, feedback_answer, tell_agreement
from moderation.model.action import Agreed
from moderation.model.feedback import TELL


def read_agreed(tx: Connection, issue_id: int) -> list[Agreed]:
    """Return conversations about an issue (merged ones too) whose customer agreed, in order of opening.

    A no by hand outweighs a yes in feedback. Only conversations that still have a message are among them: there we can write.
    """
    mine = conversation_mention.c.conversation_id == conversation.c.conversation_id
    there = and_(mine, mention.c.mention_id == conversation_mention.c.mention_id, mention.c.latest_revision >= 0)
    about = exists().where(there, about_issue(mention.c.issue_id, issue_id))
    asked_about = exists().where(feedback.c.conversation_id == conversation.c.conversation_id, about_issue(feedback.c.issue_id, issue_id))
    said_yes = exists().where(
        feedback.c.conversation_id == conversation.c.conversation_id,
        feedback_answer.c.feedback_id == feedback.c.feedback_id,
        feedback_answer.c.question == TELL,
        feedback_answer.c.value == "yes",
    )
    noted = select(tell_agreement.c.agreed).where(tell_agreement.c.conversation_id == conversation.c.conversation_id).scalar_subquery()
    query = (
        select(conversation)
        .where(or_(about, asked_about), exists().where(there), or_(noted.is_(true()), and_(noted.is_(None), said_yes)))
        .order_by(conversation.c.conversation_id)
    )
    return [
        Agreed(
            conversation_id=row.conversation_id,
            platform=row.platform,
            realm=row.realm,
            thread_id=row.thread_id,
            author_key=row.author_key,
        )
        for row in tx.execute(query)
    ]


def latest_message(tx: Connection, conversation_id: int) -> int | None:
    """Return the latest message of a conversation that is still there: the one to write below."""
    query = (
        select(mention.c.mention_id)
        .join_from(mention, conversation_mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .where(conversation_mention.c.conversation_id == conversation_id, mention.c.latest_revision >= 0)
        .order_by(mention.c.posted_at.desc(), mention.c.mention_id.desc())
        .limit(1)
    )
    return tx.execute(query).scalar()
