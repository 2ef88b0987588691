"""What the list of people who are not collected says of each: when they were last erased, objected, and were allowed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_or_update
from listener.ledger.tables import suppressed

ERASE, OBJECT, ALLOW = "erase", "object", "allow"
_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What the list says of one author, each the last time that it was so; None where it never was."""

    erased: datetime | None = None
    objected: datetime | None = None
    allowed: datetime | None = None

    @property
    def put(self) -> datetime | None:
        """When they were last put on the list."""
        return later(self.erased, self.objected)

    @property
    def out(self) -> bool:
        """Whether nothing of them is collected."""
        return self.put is not None and (self.allowed is None or self.put > self.allowed)

    @property
    def gone(self) -> bool:
        """Whether they were erased and not allowed since: none of them should be here."""
        return self.erased is not None and (self.allowed is None or self.erased > self.allowed)

    def after_all(self, at: datetime) -> datetime:
        """Return `at`, or the first moment after everything here where a clock went back: what is said last has to hold."""
        last = later(self.put, self.allowed)
        return at if last is None else max(at, last + _NEXT)

    def __or__(self, other: Stands) -> Stands:
        """What two say of the same author together."""
        return Stands(
            erased=later(self.erased, other.erased),
            objected=later(self.objected, other.objected),
            allowed=later(self.allowed, other.allowed),
        )


_FIELDS = {ERASE: "erased", OBJECT: "objected", ALLOW: "allowed"}


def standing(tx: Connection, digests: Collection[str]) -> dict[str, Stands]:
    """Return what the list says of each digest that it knows."""
    found: dict[str, Stands] = {}
    for some in batches(sorted(digests)):
        for row in tx.execute(select(suppressed).where(suppressed.c.digest.in_(some))):
            found[row.digest] = replace(found.get(row.digest, Stands()), **{_FIELDS[row.why]: row.at})
    return found


def put(tx: Connection, lines: Iterable[tuple[str, str, datetime]]) -> list[tuple[str, str]]:
    """Write down lines of digest, why and when, each where it is later than what stands there; return which those were."""
    given = list(lines)
    known = standing(tx, {digest for digest, _, _ in given})
    rows: list[Mapping[str, object]] = []
    for digest, why, at in given:
        stood = getattr(known.get(digest, Stands()), _FIELDS[why])
        if stood is None or at > stood:
            rows.append({"digest": digest, "why": why, "at": at})
    if rows:
        tx.execute(insert_or_update(tx.dialect, suppressed, key=["digest", "why"], change=["at"]), rows)
    return [(str(row["digest"]), str(row["why"])) for row in rows]


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two moments that may not be there."""
    return max((at for at in (one, other) if at is not None), default=None)
