"""What a conversation's page shows around its messages: removed ones, copies, labels, and what others wrote in the thread."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, select, union

from listener.ledger.changes import batches
from listener.ledger.labels import labels_now
from listener.ledger.private import is_public
from listener.ledger.tables import analysis, mention
from listener.ledger.transactions import reading
from moderation.ledger.conditions import is_ours
from moderation.ledger.tables import conversation, conversation_mention

MOST_AROUND = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A message that was removed: when it came to us and when it went. Nothing else of it is kept."""

    mention_id: int
    conversation_id: int
    came_at: datetime
    removed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the analyser and people say of one message. `card_id` is the first of its near-identical texts."""

    language: str
    card_id: int
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a conversation stands."""

    conversation_id: int
    brand: str
    platform: str
    realm: str
    thread_id: str
    author_key: str


class ThreadLedger:
    """Reads conversations for people. It changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def place(self, conversation_id: int) -> Place | None:
        """Return where a conversation stands and whose it is, or None."""
        query = select(conversation).where(conversation.c.conversation_id == conversation_id)
        with reading(self._engine) as tx:
            row = tx.execute(query).one_or_none()
        if row is None:
            return None
        return Place(
            conversation_id=row.conversation_id,
            brand=row.brand,
            platform=row.platform,
            realm=row.realm,
            thread_id=row.thread_id,
            author_key=row.author_key,
        )

    def message_ids(self, conversation_ids: Collection[int]) -> dict[int, int]:
        """Return the messages of these conversations that are there, each with its conversation."""
        query = (
            select(conversation_mention.c.mention_id, conversation_mention.c.conversation_id)
            .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
            .where(conversation_mention.c.conversation_id.in_(sorted(conversation_ids)), mention.c.latest_revision >= 0)
        )
        with reading(self._engine) as tx:
            return {row.mention_id: row.conversation_id for row in tx.execute(query)}

    def issue_by_message(self, mention_ids: Collection[int]) -> dict[int, int]:
        """Return the issue that each of these messages is in, of those that are in one."""
        found: dict[int, int] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(mention_ids))):
                query = select(mention.c.mention_id, mention.c.issue_id).where(
                    mention.c.mention_id.in_(some), mention.c.issue_id.is_not(None)
                )
                found |= {row.mention_id: row.issue_id for row in tx.execute(query)}
        return found

    def gone(self, conversation_ids: Collection[int]) -> list[Gone]:
        """Return the messages of these conversations that were removed, in the order in which they came."""
        query = (
            select(
                mention.c.mention_id,
                mention.c.removed_at,
                mention.c.first_seen_at,
                conversation_mention.c.conversation_id,
                conversation_mention.c.joined_at,
            )
            .join_from(conversation_mention, mention, conversation_mention.c.mention_id == mention.c.mention_id)
            .where(conversation_mention.c.conversation_id.in_(sorted(conversation_ids)), mention.c.latest_revision < 0)
            .order_by(conversation_mention.c.joined_at, mention.c.mention_id)
        )
        with reading(self._engine) as tx:
            return [
                Gone(
                    mention_id=row.mention_id,
                    conversation_id=row.conversation_id,
                    came_at=row.first_seen_at,
                    removed_at=row.removed_at or row.joined_at,
                )
                for row in tx.execute(query)
            ]

    def known(self, mention_ids: Collection[int]) -> dict[int, Known]:
        """Return what is known of these messages, by id; nothing for those that nobody read yet."""
        found: dict[int, Known] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(mention_ids)):
                labels = labels_now(tx, mention.c.mention_id.in_(some))
                query = select(analysis.c.mention_id, analysis.c.language, analysis.c.card_id).where(analysis.c.mention_id.in_(some))
                for row in tx.execute(query):
                    found[row.mention_id] = Known(language=row.language, card_id=row.card_id, labels=labels.get(row.mention_id, {}))
        return found

    def around(self, place: Place, *, leave_out: Collection[int]) -> list[int]:
        """Return the newest public messages in the same thread that are neither in the conversation nor ours, oldest first."""
        first = (mention.c.platform == place.platform, mention.c.realm == place.realm, mention.c.native_id == place.thread_id)
        in_thread = union(
            select(mention.c.mention_id).where(mention.c.root_id == place.thread_id),
            select(mention.c.mention_id).where(*first, mention.c.root_id == ""),
        )
        # Not as plain columns: SQLite would go through everything of the platform by its index instead of through the thread.
        here = and_(mention.c.platform.concat("") == place.platform, mention.c.realm.concat("") == place.realm)
        query = (
            select(mention.c.mention_id)
            .where(mention.c.mention_id.in_(in_thread), here, mention.c.latest_revision >= 0, is_public(), ~is_ours())
            .order_by(mention.c.posted_at.desc(), mention.c.mention_id.desc())
            .limit(MOST_AROUND + len(leave_out))
        )
        with reading(self._engine) as tx:
            found = [one for one in tx.execute(query).scalars() if one not in set(leave_out)]
        return found[:MOST_AROUND][::-1]
