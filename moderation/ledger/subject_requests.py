"""Requests of people about what is kept of them, in the ledger: noted, extended once, ended; who asked goes when they end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, or_, select, update

from listener.ledger.dialect import MOST_ID
from listener.ledger.suppression import SuppressionLedger
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_subject import subject_request
from moderation.model.subject_request import Ending, RequestKind, SubjectRequest, Via

_OPEN = subject_request.c.ended_at.is_(None)
_SHOWN = [one for one in subject_request.c if one.name not in ("digest", "files")]


class SubjectRequestLedger:
    """`person` is a whole key, or for somebody of whom nothing is here what was typed (`typed_as`)."""

    def __init__(self, engine: Engine, suppression: SuppressionLedger) -> None:
        self._engine = engine
        self._suppression = suppression

    def add(
        self,
        kind: RequestKind,
        person: str,
        *,
        via: Via,
        received_at: datetime,
        due_at: datetime,
        by: str,
        carry_out: bool = False,
        noted_at: datetime | None = None,
    ) -> SubjectRequest:
        """Note a request and return it; one of this kind that is open for them already is that one, and its clock goes on.

        noted_at: when it was written down, where that was later than when it came.
        """
        platform = person.partition("/")[0]
        with writing(self._engine) as tx:
            same = self._open_of(tx, [person], (kind,))
            if same:
                if carry_out:
                    tx.execute(update(subject_request).where(subject_request.c.request_id == same[0]).values(carry_out=True))
                return _one(tx, same[0])
            values: dict[str, Any] = {
                "kind": kind.value,
                "digest": self._digest(person),
                "person": person,
                "platform": platform,
                "via": via.value,
            }
            values |= {"received_at": received_at, "due_at": due_at, "made_by": by, "carry_out": carry_out, "files": []}
            values |= dict.fromkeys(("extended_by", "extended_why", "ending", "ended_by", "ended_why"), "")
            made = tx.execute(insert(subject_request).values(values).returning(subject_request.c.request_id)).scalar_one()
            _note(tx, "ask_subject", made, at=noted_at or received_at, who=by, kind=kind.value, via=via.value)
            return _one(tx, made)

    def get(self, request_id: int) -> SubjectRequest | None:
        """Return a request, or None when there is none."""
        if not 0 < request_id <= MOST_ID:
            return None
        with reading(self._engine) as tx:
            row = tx.execute(select(*_SHOWN).where(subject_request.c.request_id == request_id)).one_or_none()
        return None if row is None else _read(row)

    def all(self, *, ended: bool = True) -> list[SubjectRequest]:
        """Return requests: open ones by the moment they are due, then (with `ended`) the others, newest first."""
        with reading(self._engine) as tx:
            query = select(*_SHOWN) if ended else select(*_SHOWN).where(_OPEN)
            found = [_read(row) for row in tx.execute(query)]
        there = sorted((one for one in found if one.open), key=lambda one: (one.due_at, one.request_id))
        return there + sorted((one for one in found if not one.open), key=lambda one: -one.request_id)

    def open_of(self, people: Collection[str]) -> list[SubjectRequest]:
        """Return what is open for a person by all the names they may have been noted under."""
        with reading(self._engine) as tx:
            return [_one(tx, one) for one in self._open_of(tx, people, tuple(RequestKind))]

    def to_carry_out(self) -> list[SubjectRequest]:
        """Return what the program still has to end, oldest first: pressed by the person themselves, or begun and cut off."""
        mine = _OPEN & (subject_request.c.carry_out | subject_request.c.begun_at.is_not(None))
        with reading(self._engine) as tx:
            return [_read(row) for row in tx.execute(select(*_SHOWN).where(mine).order_by(subject_request.c.request_id))]

    def begin(self, request_id: int, person: str, files: Iterable[str], *, at: datetime) -> list[str]:
        """Note that the erasure of `person` begins and which files it takes away; return these with those of a try that was cut off."""
        mine = subject_request.c.request_id == request_id
        with writing(self._engine) as tx:
            before = tx.execute(select(subject_request.c.files).where(mine)).scalar_one()
            named = sorted({*before, *files})
            tx.execute(update(subject_request).where(mine & _OPEN).values(person=person, files=named, begun_at=at))
        return named

    def extend(self, request_id: int, *, due_at: datetime, why: str, by: str, at: datetime) -> None:
        """Give a request its later day, with what the person was told. The caller made sure that it may."""
        values = {"due_at": due_at, "extended_at": at, "extended_by": by, "extended_why": why}
        mine = (subject_request.c.request_id == request_id) & _OPEN & subject_request.c.extended_at.is_(None)
        with writing(self._engine) as tx:
            if tx.execute(update(subject_request).where(mine).values(values)).rowcount:
                _note(tx, "extend_subject", request_id, at=at, who=by)

    def end(self, request_id: int, ending: Ending, *, why: str, by: str, at: datetime) -> bool:
        """End a request by hand; False when it had ended."""
        with writing(self._engine) as tx:
            return _end(tx, [request_id], ending, why=why, by=by, at=at, receipt_id=None) == [request_id]

    def end_kinds(
        self,
        tx: Connection,
        people: Collection[str],
        endings: Mapping[RequestKind, Ending],
        *,
        by: str,
        at: datetime,
        receipt_id: int | None,
    ) -> list[int]:
        """End what is open for a person, in the caller's transaction; return the numbers."""
        ended: list[int] = []
        for kind, ending in endings.items():
            ended += _end(tx, self._open_of(tx, people, (kind,)), ending, why="", by=by, at=at, receipt_id=receipt_id)
        return ended

    def _open_of(self, tx: Connection, people: Collection[str], kinds: Collection[RequestKind]) -> list[int]:
        theirs = or_(subject_request.c.digest.in_([self._digest(one) for one in people]), subject_request.c.person.in_(list(people)))
        mine: ColumnElement[bool] = _OPEN & theirs & subject_request.c.kind.in_([one.value for one in kinds])
        return list(tx.execute(select(subject_request.c.request_id).where(mine).order_by(subject_request.c.request_id)).scalars())

    def _digest(self, person: str) -> str:
        """Return what stands for somebody here: another one than on the list of those who are not collected."""
        return self._suppression.digest(f"request {person.lower()}")


def _end(tx: Connection, ids: Collection[int], ending: Ending, *, why: str, by: str, at: datetime, receipt_id: int | None) -> list[int]:
    values = {"ended_at": at, "ending": ending.value, "ended_by": by, "ended_why": why, "receipt_id": receipt_id}
    gone = {"person": "", "files": [], "carry_out": False}
    ended = []
    for one in ids:
        mine = (subject_request.c.request_id == one) & _OPEN
        if tx.execute(update(subject_request).where(mine).values(values | gone)).rowcount:
            _note(tx, "end_subject", one, at=at, who=by, ending=ending.value)
            ended.append(one)
    return ended


def _note(tx: Connection, verb: str, request_id: int, *, at: datetime, who: str, **detail: object) -> None:
    note(tx, at=at, who=who, verb=verb, subject=f"request:{request_id}", detail=detail)


def _one(tx: Connection, request_id: int) -> SubjectRequest:
    return _read(tx.execute(select(*_SHOWN).where(subject_request.c.request_id == request_id)).one())


def _read(row: Row[Any]) -> SubjectRequest:
    told = dict(row._mapping)
    return SubjectRequest(
        **{**told, "kind": RequestKind(told["kind"]), "via": Via(told["via"]), "ending": Ending(told["ending"])},
    )
