"""What a platform is said to have removed, by a message that does not prove it: kept until the platform was asked. Survives a restart."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from listener.ledger.step import set_meta
from listener.ledger.tables import meta
from listener.ledger.transactions import reading, writing

MOST_CLAIMS = 5_000
"""Of one source at a time. What comes beyond them is not kept; the platform is asked about those that are."""
LONGEST_WAIT = timedelta(days=4)
"""A claim that is due later than this was noted by a clock that was set wrong, and is due now (RULES F13)."""
_KEY = "claimed:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A message, by its native id, that is said to be gone; `tries` questions brought no answer, and the next is due at `due_at`."""

    native_id: str
    due_at: datetime
    tries: int = 0


class ClaimLedger:
    """Claims by source: a handful, for most are settled within minutes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, source: str, native_ids: Iterable[str], *, at: datetime) -> int:
        """Keep claims that are to be asked about from now on; return how many found no room. One that waits already stays as it is."""
        with writing(self._engine) as tx:
            held = _held(tx, source)
            fresh = [one for one in dict.fromkeys(native_ids) if one not in held]
            room = max(0, MOST_CLAIMS - len(held))
            held |= {one: Claim(native_id=one, due_at=at) for one in fresh[:room]}
            _keep(tx, source, held.values())
        return len(fresh) - len(fresh[:room])

    def due(self, source: str, now: datetime, *, most: int) -> list[Claim]:
        """Return claims to ask about now, those that wait longest first."""
        with reading(self._engine) as tx:
            waiting = [one for one in _held(tx, source).values() if not now < one.due_at <= now + LONGEST_WAIT]
        return sorted(waiting, key=lambda one: (one.due_at, one.native_id))[:most]

    def settle(self, source: str, *, answered: Iterable[str], later: Iterable[Claim] = ()) -> None:
        """Drop claims that were answered, and keep those that are to be asked about later as they are given."""
        with writing(self._engine) as tx:
            held = _held(tx, source)
            for one in answered:
                held.pop(one, None)
            _keep(tx, source, (held | {one.native_id: one for one in later if one.native_id in held}).values())


def _held(tx: Connection, source: str) -> dict[str, Claim]:
    kept = tx.execute(select(meta.c.value).where(meta.c.key == f"{_KEY}{source}")).scalar()
    found = json.loads(kept) if kept else {}
    return {
        native_id: Claim(native_id=native_id, tries=tries, due_at=datetime.fromisoformat(due_at))
        for native_id, (tries, due_at) in found.items()
    }


def _keep(tx: Connection, source: str, claims: Iterable[Claim]) -> None:
    set_meta(tx, f"{_KEY}{source}", json.dumps({one.native_id: [one.tries, one.due_at.isoformat()] for one in claims}))
