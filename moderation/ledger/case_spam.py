"""A case called spam is also a correction of its messages' label, which the nightly learning reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from listener.ledger.changes import note_changes
from listener.ledger.tables import analysis, label_correction, mention
from moderation.ledger.tables import conversation_mention

SPAM, YES = "spam", "yes"


Corrected = list[list[Any]]
"""What a case's act keeps of it: [mention, revision, what a person had said before or None] per message."""


def call_spam(tx: Connection, conversation_id: int, *, by: str, at: datetime) -> Corrected:
    """Correct the label of every message of a conversation, in the caller's transaction; return what was said of them before.

    A message that the analyser did not read yet is corrected at the text as it stands, so that the answer holds once it was read.
    """
    query = (
        select(mention.c.mention_id, mention.c.latest_revision, analysis.c.revision)
        .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
        .join(analysis, analysis.c.mention_id == mention.c.mention_id, isouter=True)
        .where(conversation_mention.c.conversation_id == conversation_id, mention.c.latest_revision >= 0)
        .order_by(mention.c.mention_id)
    )
    revisions = {row.mention_id: row.latest_revision if row.revision is None else row.revision for row in tx.execute(query)}
    said = _said(tx, revisions)
    _add(tx, [(one, revision, YES) for one, revision in revisions.items()], by, at)
    return [[one, revision, said.get(one)] for one, revision in revisions.items()]


def take_back_spam(tx: Connection, corrected: Sequence[Sequence[Any]], *, by: str, at: datetime) -> None:
    """Take the corrections of `call_spam` back: what was said of the messages before stands again."""
    _add(tx, [(int(one), int(revision), before) for one, revision, before in corrected], by, at)


def _said(tx: Connection, revisions: Mapping[int, int]) -> dict[int, str | None]:
    """Return what people say of each message as it stands now."""
    lines = label_correction.c
    query = select(lines.mention_id, lines.revision, lines.value).where(lines.mention_id.in_(list(revisions)), lines.name == SPAM)
    found = tx.execute(query.order_by(lines.correction_id)).all()
    return {row.mention_id: row.value for row in found if row.revision == revisions[row.mention_id]}


def _add(tx: Connection, answers: Sequence[tuple[int, int, str | None]], by: str, at: datetime) -> None:
    lines = [
        {"mention_id": one, "revision": revision, "name": SPAM, "value": value, "made_by": by, "at": at} for one, revision, value in answers
    ]
    if lines:
        tx.execute(insert(label_correction), lines)
        note_changes(tx, [one for one, _, _ in answers])
