"""Which kept posts are to be looked at again next, and what looking brought: rows per stretch of neighbours (`tables_recheck.py`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, delete, exists, func, insert, or_, select, update

from listener.ledger.dialect import insert_missing
from listener.ledger.recheck_coverage import read_rechecks
from listener.ledger.tables import mention, mention_source
from listener.ledger.tables_recheck import recheck, recheck_day, recheck_state
from listener.ledger.transactions import reading, writing
from listener.model.page import Spent
from listener.model.recheck import AHEAD, ALWAYS, Asker, Due, Looked, RecheckCoverage, RecheckRule, Stretch, Wanted, due_after

MOST_NEIGHBOURS = 20_000
"""Ids that one stretch spans at most, so that looking for the few posts of a small source reads little at a time."""
MOST_STRETCHES = 200
"""Stretches looked through for one question: those of a small source hold few posts each, or none any more."""
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckStanding:
    """How a source stands with looking again. `tries`: looks in a row that were not believed; `wait_until`: not asked before."""

    state: str = "ok"
    note: str = ""
    wait_until: datetime | None = None
    tries: int = 0


class RecheckLedger:
    """Stretches of mentions with when each was looked at, and the days of each source. Survives restarts: all of it is in the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self, source: str, rule: RecheckRule | None) -> None:
        """Note what is promised of a source's posts, for coverage lines; None: nothing is, and nobody asks."""
        hours = timedelta(hours=1)
        promised = {
            "every_hours": 0 if rule is None else rule.every // hours,
            "young_days": 0 if rule is None or rule.young is None else rule.young // timedelta(days=1),
            "then_hours": 0 if rule is None else rule.later // hours,
        }
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, recheck_state), _new_state(source))
            tx.execute(update(recheck_state).where(recheck_state.c.source == source).values(promised))

    def due(self, asker: Asker, now: datetime, *, most: int) -> Due:
        """Return up to `most` posts that are to be looked at, those looked at longest ago first.

        What is new since the last stretch counts as looked at when it was first seen. Stretches without posts of this source are handed
        out as well: they were looked through, and are noted with the others.
        """
        wanted: list[Wanted] = []
        stretches: list[Stretch] = []
        with reading(self._engine) as tx:
            for first_id, last_id in _candidates(tx, asker, now):
                room = most - len(wanted)
                found = tx.execute(_members(asker, first_id, last_id).limit(room)).all()
                end = found[-1].mention_id if len(found) == room else last_id
                newest = max((row.first_seen_at for row in found), default=None)
                stretches.append(Stretch(first_id=first_id, last_id=end, members=len(found), newest_at=newest))
                wanted += [_wanted(row) for row in found]
                if len(wanted) >= most:
                    break
        return Due(wanted=tuple(wanted), stretches=tuple(stretches))

    def newest(self, asker: Asker, *, but: Collection[int], most: int) -> list[Wanted]:
        """Return posts of a source that were seen lately and are none of those named, newest first: to see whether it shows anything."""
        with reading(self._engine) as tx:
            last = tx.execute(select(func.max(mention.c.mention_id))).scalar() or 0
            newest_first = _members(asker, last - MOST_NEIGHBOURS, last, newest_first=True).limit(most + len(but))
            return [_wanted(row) for row in tx.execute(newest_first) if row.mention_id not in but][:most]

    def note_looked(self, source: str, due: Due, *, answered: int, gone: Collection[int] = (), at: datetime) -> None:
        """Note that the first `answered` posts of `due` were looked at; the others stay due. Neighbours become one stretch."""
        looked = list(_looked(due, answered, gone))
        if not looked:
            return
        with writing(self._engine) as tx:
            for one in looked:
                _take_out(tx, source, one)
            rows = [
                {"source": source, "first_id": s.first_id, "last_id": s.last_id, "members": s.members, "newest_at": s.newest_at}
                for s in _joined(looked)
            ]
            tx.execute(insert(recheck), [{**row, "looked_at": at} for row in rows])

    def note_found(self, source: str, looked: Looked, spent: Spent, *, at: datetime) -> None:
        """Add what a look brought and cost to the day's (UTC)."""
        counts = {name: getattr(looked, name) for name in Looked.__slots__}
        counts |= {"requests": spent.requests, "micro_usd": spent.micro_usd}
        row = {"source": source, "day": at.astimezone(UTC).date()}
        mine = (recheck_day.c.source == source) & (recheck_day.c.day == row["day"])
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, recheck_day), row | dict.fromkeys(counts, 0))
            tx.execute(update(recheck_day).where(mine).values({name: recheck_day.c[name] + count for name, count in counts.items()}))

    def note_standing(self, source: str, standing: RecheckStanding, *, at: datetime) -> None:
        """Note how a source stands with looking again, and why."""
        values = {"state": standing.state, "note": standing.note[:MOST_CHARACTERS], "wait_until": standing.wait_until, "at": at}
        with writing(self._engine) as tx:
            tx.execute(insert_missing(tx.dialect, recheck_state), _new_state(source))
            tx.execute(update(recheck_state).where(recheck_state.c.source == source).values({**values, "tries": standing.tries}))

    def standing(self, source: str) -> RecheckStanding:
        """Return how a source stands with looking again."""
        columns = [recheck_state.c[name] for name in RecheckStanding.__slots__]
        with reading(self._engine) as tx:
            row = tx.execute(select(*columns).where(recheck_state.c.source == source)).one_or_none()
        return RecheckStanding() if row is None else RecheckStanding(**row._mapping)

    def spent(self, source: str, day: date) -> Spent:
        """Return what looking again cost a source on a day (UTC)."""
        query = select(recheck_day.c.requests, recheck_day.c.micro_usd)
        with reading(self._engine) as tx:
            row = tx.execute(query.where(recheck_day.c.source == source, recheck_day.c.day == day)).one_or_none()
        return Spent() if row is None else Spent(requests=row.requests, micro_usd=row.micro_usd)

    def coverage(self, now: datetime) -> Mapping[str, RecheckCoverage]:
        """Return how far each source that promises something keeps it."""
        with reading(self._engine) as tx:
            return read_rechecks(tx, now)


def _new_state(source: str) -> dict[str, Any]:
    counts = dict.fromkeys(("every_hours", "young_days", "then_hours", "tries"), 0)
    return {"source": source, "state": "ok", "note": "", "at": None, "wait_until": None, **counts}


def _candidates(tx: Connection, asker: Asker, now: datetime) -> Iterator[tuple[int, int]]:
    """Yield stretches of ids that are due, those looked at longest ago first; what is behind the last stretch is one of them."""
    rule = asker.rule
    is_young = recheck.c.newest_at > now - (rule.young if rule.young is not None else ALWAYS)
    soon, late = recheck.c.looked_at <= now - due_after(rule.every), recheck.c.looked_at <= now - due_after(rule.later)
    is_due = or_(late, and_(soon, is_young)) if rule.young is not None else soon
    is_due = or_(is_due, recheck.c.looked_at > now + AHEAD)
    query = select(recheck.c.first_id, recheck.c.last_id, recheck.c.looked_at).where(recheck.c.source == asker.source, is_due)
    rows = [(row.looked_at, row.first_id, row.last_id) for row in tx.execute(query.order_by(recheck.c.looked_at).limit(MOST_STRETCHES))]
    newest = _behind_the_last(tx, asker.source, now - due_after(rule.every))
    for _, first_id, last_id in sorted([*rows, *newest]):
        yield first_id, last_id


def _behind_the_last(tx: Connection, source: str, seen_before: datetime) -> list[tuple[datetime, int, int]]:
    """Return the first ids that no stretch of the source holds, with when they were first seen: none that are newer than `seen_before`."""
    until = tx.execute(select(func.max(recheck.c.last_id)).where(recheck.c.source == source)).scalar() or 0
    after = select(mention.c.mention_id).where(mention.c.mention_id > until).order_by(mention.c.mention_id).limit(1)
    first = tx.execute(after).scalar()
    if first is None:
        return []
    ids = mention.c.mention_id
    query = select(func.max(ids), func.min(mention.c.first_seen_at))
    end, seen = tx.execute(query.where(ids > until, ids < first + MOST_NEIGHBOURS, mention.c.first_seen_at <= seen_before)).one()
    return [] if end is None else [(seen, until + 1, int(end))]


def _members(asker: Asker, first_id: int, last_id: int, *, newest_first: bool = False) -> Select[Any]:
    """Return the query for the posts between two ids that this source is to ask for, by id: those whose words are here."""
    columns = (mention.c.mention_id, mention.c.realm, mention.c.native_id, mention.c.root_id, mention.c.channel, mention.c.first_seen_at)
    between = and_(mention.c.mention_id >= first_id, mention.c.mention_id <= last_id)
    # of what lost its words nothing is left to follow, and X would be paid for it
    has_words = and_(mention.c.latest_revision >= 0, mention.c.expired_at.is_(None))
    platform = mention.c.platform.concat("") == asker.platform  # as text of its own: a database would look it up by its index otherwise
    mine = and_(_shown_by([asker.source]), ~_shown_by(asker.before)) if asker.before else _shown_by([asker.source])
    if asker.adopts:
        mine = or_(mine, and_(mention.c.realm.in_(sorted(asker.adopts)), ~_shown_by(asker.all_askers or (asker.source,))))
    order = mention.c.mention_id.desc() if newest_first else mention.c.mention_id
    return select(*columns).where(between, has_words, platform, mine).order_by(order)


def _wanted(row: Row[Any]) -> Wanted:
    return Wanted(mention_id=row.mention_id, realm=row.realm, native_id=row.native_id, root_id=row.root_id, channel=row.channel)


def _shown_by(sources: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(mention_source.c.mention_id == mention.c.mention_id, mention_source.c.source.in_(sources))


def _looked(due: Due, answered: int, gone: Collection[int]) -> Iterator[Stretch]:
    """Yield the stretches, or the parts of them, of which every post was answered for; `gone` ones are no members any more."""
    left = answered
    at = 0
    for one in due.stretches:
        posts = due.wanted[at : at + one.members]
        at += one.members
        if left <= 0 and posts:
            return
        whole = len(posts) <= left
        posts = posts[:left]
        left -= len(posts)
        members = sum(post.mention_id not in gone for post in posts)
        last_id = one.last_id if whole else posts[-1].mention_id
        yield Stretch(first_id=one.first_id, last_id=last_id, members=members, newest_at=one.newest_at)
        if not whole:
            return


def _take_out(tx: Connection, source: str, one: Stretch) -> None:
    """Take what was looked at out of the row that held it; what is left of that row stays as it was."""
    mine = (recheck.c.source == source) & (recheck.c.first_id == one.first_id)
    row = tx.execute(select(recheck).where(mine)).one_or_none()
    if row is None:
        return
    tx.execute(delete(recheck).where(mine))
    if row.last_id > one.last_id:
        left = {"first_id": one.last_id + 1, "members": max(0, row.members - one.members)}
        tx.execute(insert(recheck), {**row._mapping, **left})


def _joined(looked: Sequence[Stretch]) -> list[Stretch]:
    """Return stretches that follow each other as one, as long as it spans no more ids than one may."""
    joined: list[Stretch] = []
    for one in sorted(looked, key=lambda each: each.first_id):
        before = joined[-1] if joined else None
        if before is not None and before.last_id + 1 == one.first_id and one.last_id - before.first_id < MOST_NEIGHBOURS:
            newest = max((at for at in (before.newest_at, one.newest_at) if at is not None), default=None)
            members = before.members + one.members
            joined[-1] = Stretch(first_id=before.first_id, last_id=one.last_id, members=members, newest_at=newest)
        else:
            joined.append(one)
    return joined
