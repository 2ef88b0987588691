"""What happened on customers' ways, as far as asking needs it: ids, times, places and authors' keys. Nothing else is ever read.

No table of what mentions express is imported here, and `tests/moderation/invitations/test_neutral_path.py` keeps it so (RULES P30).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, exists, func, or_, select

from listener.ledger.changes import batches
from listener.ledger.private import is_private, is_public
from listener.ledger.tables import mention, revision
from listener.ledger.transactions import reading
from moderation.ledger.conditions import POSTED_STATES, THREAD
from moderation.ledger.going_on import issue_counts, seen_signals
from moderation.ledger.tables import conversation, conversation_mention, outbox, support_case
from moderation.ledger.tables_invitations import invitation_event
from moderation.model.case import CaseState
from moderation.model.invitation import JourneyKind, NewEvent
from moderation.model.post import ANSWERING, Target
from moderation.prompts.going_on import IssueCounts, SeenSignal

_ANSWERING = tuple(sorted(kind.value for kind in ANSWERING))
_LIVE = (CaseState.OPEN.value, CaseState.CLAIMED.value)
MOST_THREADS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation: where it is, when somebody wrote or we answered, and its newest message (0 when all were removed)."""

    platform: str
    realm: str
    moments: tuple[datetime, ...]
    newest_mention_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand for one event: when somebody last wrote there, whether they wait for an answer, whether the talk went on.

    `issue_id` is the issue that the message belongs to now, whatever it was when the event was found.
    """

    last_at: datetime
    talking: bool
    talked_on: bool
    issue_id: int | None


class JourneyLedger:
    """Reads what asking needs. Whoever is given this cannot learn what a mention expresses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ended(self, *, since: datetime, talks: Mapping[int, Talk]) -> list[NewEvent]:
        """Return conversations that ended since: closed by a person, or answered with no word from the customer after that."""
        closed = and_(support_case.c.state == CaseState.CLOSED.value, support_case.c.changed_at >= since)
        answered = and_(support_case.c.state == CaseState.ANSWERED.value, support_case.c.answered_at >= since)
        query = (
            select(support_case, conversation)
            .join_from(support_case, conversation, support_case.c.conversation_id == conversation.c.conversation_id)
            .where(or_(closed, answered))
            .order_by(support_case.c.case_id)
        )
        with reading(self._engine) as tx:
            rows = [row for row in tx.execute(query) if row.conversation_id in talks and talks[row.conversation_id].newest_mention_id]
            issues = _issues(tx, (talks[row.conversation_id].newest_mention_id for row in rows))
        return [_ended(row, talks[row.conversation_id].newest_mention_id, issues) for row in rows]

    def talks(self, *, since: datetime) -> dict[int, Talk]:
        """Return the conversations opened since, by id, with the moments of the customer's messages and of our answers."""
        theirs = (
            select(conversation.c.conversation_id, conversation.c.platform, conversation.c.realm, mention.c.mention_id, mention.c.posted_at)
            .join_from(conversation, conversation_mention, conversation.c.conversation_id == conversation_mention.c.conversation_id)
            .join(mention, mention.c.mention_id == conversation_mention.c.mention_id)
            .where(conversation.c.opened_at >= since, mention.c.latest_revision >= 0, mention.c.posted_at.is_not(None))
        )
        ours = (
            select(support_case.c.conversation_id, outbox.c.started_at)
            .join_from(outbox, support_case, outbox.c.case_id == support_case.c.case_id)
            .where(
                outbox.c.state.in_(POSTED_STATES), outbox.c.kind.in_(_ANSWERING), outbox.c.started_at.is_not(None), outbox.c.removes == ""
            )
        )
        moments: dict[int, list[datetime]] = defaultdict(list)
        newest: dict[int, tuple[datetime, int]] = {}
        places: dict[int, tuple[str, str]] = {}
        with reading(self._engine) as tx:
            for row in tx.execute(theirs):
                moments[row.conversation_id].append(row.posted_at)
                places[row.conversation_id] = row.platform, row.realm
                newest[row.conversation_id] = max(newest.get(row.conversation_id, (row.posted_at, 0)), (row.posted_at, row.mention_id))
            for answer in tx.execute(ours):
                moments[answer.conversation_id].append(answer.started_at)
        return {
            one: Talk(platform=places[one][0], realm=places[one][1], moments=tuple(sorted(moments[one])), newest_mention_id=newest[one][1])
            for one in sorted(places)
        }

    def threads_of(self, issue_id: int, *, resolved_at: datetime) -> list[NewEvent]:
        """Return one event per public thread about an issue that is said to be resolved; the busiest threads, at most 25."""
        query = select(mention, THREAD.label("thread")).where(mention.c.issue_id == issue_id, is_public(), mention.c.latest_revision >= 0)
        threads: dict[tuple[str, str, str], list[Row[Any]]] = defaultdict(list)
        with reading(self._engine) as tx:
            for row in tx.execute(query.order_by(mention.c.mention_id)):
                threads[row.platform, row.realm, row.thread].append(row)
        busiest = sorted(threads.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST_THREADS]
        return [_resolved(issue_id, resolved_at, thread, rows) for (_, _, thread), rows in busiest]

    def standing(self, event: NewEvent, talks: Mapping[int, Talk]) -> Standing:
        """Return how things stand for an event now."""
        if event.conversation_id is not None:
            return self._of_talk(event, talks.get(event.conversation_id))
        here = and_(mention.c.platform == event.platform, mention.c.realm == event.realm, mention.c.latest_revision >= 0)
        thread = or_(mention.c.root_id == event.thread_id, mention.c.native_id == event.thread_id)
        last = select(func.max(mention.c.posted_at)).where(here, thread)
        if event.kind is JourneyKind.NTH_VISIT:
            last = last.where(mention.c.author_key == event.person_key)
        live = (
            select(func.count())
            .select_from(support_case)
            .join(conversation, support_case.c.conversation_id == conversation.c.conversation_id)
            .where(
                support_case.c.state.in_(_LIVE),
                ~_nothing_new(),
                conversation.c.platform == event.platform,
                conversation.c.realm == event.realm,
                conversation.c.thread_id == event.thread_id,
                conversation.c.author_key == event.person_key,
                conversation.c.author_key != "",
            )
        )
        with reading(self._engine) as tx:
            last_at = tx.execute(last).scalar() or event.happened_at
            return Standing(
                last_at=max(last_at, event.happened_at),
                talking=bool(tx.execute(live).scalar_one()),
                talked_on=False,
                issue_id=event.issue_id or _issues(tx, [event.mention_id]).get(event.mention_id),
            )

    def _of_talk(self, event: NewEvent, talk: Talk | None) -> Standing:
        state = select(support_case.c.state).where(support_case.c.case_id == event.case_id, ~_nothing_new())
        with reading(self._engine) as tx:
            talking = tx.execute(state).scalar() in _LIVE
            issue_id = _issues(tx, [event.mention_id]).get(event.mention_id)
        if talk is None:
            return Standing(last_at=event.happened_at, talking=talking, talked_on=False, issue_id=issue_id)
        return Standing(
            last_at=talk.moments[-1],
            talking=talking,
            talked_on=not talking and talk.newest_mention_id != event.mention_id,
            issue_id=issue_id,
        )

    def target(self, mention_id: int, *, to_person: bool = False) -> Target | None:
        """Return the place right below a mention, bound to what it says now; None when it is gone.

        `to_person`: to its author alone, as always below a private message.
        """
        query = (
            select(mention, revision.c.content_hash, THREAD.label("thread"), is_private().label("private"))
            .join_from(
                mention, revision, and_(revision.c.mention_id == mention.c.mention_id, revision.c.revision == mention.c.latest_revision)
            )
            .where(mention.c.mention_id == mention_id, mention.c.latest_revision >= 0)
        )
        with reading(self._engine) as tx:
            row = tx.execute(query).one_or_none()
        if row is None:
            return None
        return Target(
            platform=row.platform,
            realm=row.realm,
            thread_id=row.thread,
            parent_id=row.native_id,
            mention_id=mention_id,
            revision=row.latest_revision,
            content_hash=row.content_hash,
            person=(row.author_native_id or "") if to_person or row.private else "",
        )

    def signals(self, *, since: datetime, kinds: Collection[str]) -> list[SeenSignal]:
        """Return signals of these kinds raised since, with the communities that their evidence stands in."""
        with reading(self._engine) as tx:
            return seen_signals(tx, since=since, kinds=kinds)

    def issue_counts(self, *, now: datetime) -> list[IssueCounts]:
        """Return every issue that was spoken of lately, with its mentions per day, oldest day first, and where they stand."""
        with reading(self._engine) as tx:
            return issue_counts(tx, now=now)


def _nothing_new() -> ColumnElement[bool]:
    """Tell whether a case's talk ended with the message that is its newest still.

    Such a case may be open all the same: a colleague took it up again, or a low score in the feedback did. Neither is a word of the
    customer's, and neither may decide whether they are asked (RULES P30, P31).
    """
    here = and_(conversation_mention.c.mention_id == mention.c.mention_id, mention.c.latest_revision >= 0, mention.c.posted_at.is_not(None))
    newest = (
        select(mention.c.mention_id)
        .join_from(conversation_mention, mention, here)
        .where(conversation_mention.c.conversation_id == support_case.c.conversation_id)
        .order_by(mention.c.posted_at.desc(), mention.c.mention_id.desc())
        .limit(1)
        .correlate(support_case)
        .scalar_subquery()
    )
    ended = invitation_event.c.kind == JourneyKind.CONVERSATION_CLOSED.value
    return exists().where(ended, invitation_event.c.case_id == support_case.c.case_id, invitation_event.c.mention_id == newest)


def _issues(tx: Any, mention_ids: Iterable[int]) -> dict[int, int | None]:
    query = select(mention.c.mention_id, mention.c.issue_id)
    found: dict[int, int | None] = {}
    for some in batches(sorted(set(mention_ids))):
        found |= {row.mention_id: row.issue_id for row in tx.execute(query.where(mention.c.mention_id.in_(some)))}
    return found


def _ended(row: Row[Any], newest: int, issues: Mapping[int, int | None]) -> NewEvent:
    """One stretch of talk ends once: its newest message names it, whether it was answered first and closed later."""
    closed = row.state == CaseState.CLOSED.value
    return NewEvent(
        key=f"ended/{row.case_id}/{newest}",
        kind=JourneyKind.CONVERSATION_CLOSED,
        platform=row.platform,
        realm=row.realm,
        thread_id=row.thread_id,
        mention_id=newest,
        person_key=row.author_key,
        happened_at=row.changed_at if closed else row.answered_at,
        conversation_id=row.conversation_id,
        case_id=row.case_id,
        issue_id=issues.get(newest),
        answered=row.answered_at is not None,
    )


def _resolved(issue_id: int, resolved_at: datetime, thread: str, rows: list[Row[Any]]) -> NewEvent:
    head = next((row for row in rows if row.native_id == thread), rows[0])
    return NewEvent(
        key=f"resolved/{issue_id}/{resolved_at.isoformat()}/{head.platform}/{head.realm}/{thread}",
        kind=JourneyKind.STATUS_RESOLVED,
        platform=head.platform,
        realm=head.realm,
        thread_id=thread,
        mention_id=head.mention_id,
        person_key=head.author_key,
        happened_at=resolved_at,
        issue_id=issue_id,
    )
