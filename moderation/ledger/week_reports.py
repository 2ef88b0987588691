"""Weekly reports that were made: exactly one a week, whatever the process or its clock did (RULES F14, F15)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from listener.ledger.dialect import insert_missing
from listener.ledger.tables import mention, quarantine
from listener.ledger.transactions import reading, writing
from moderation.ledger.tables_report import week_report


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeReport:
    """One report that is there: its week, when it was made, and the newest mention that it knew."""

    period: str
    from_at: datetime
    to_at: datetime
    made_at: datetime
    up_to: int


class WeekReportLedger:
    """Reads and keeps reports; none is ever changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def made(self) -> list[MadeReport]:
        """Return the reports that there are, in the order in which they were made."""
        columns = (week_report.c.period, week_report.c.from_at, week_report.c.to_at, week_report.c.made_at, week_report.c.up_to)
        with reading(self._engine) as tx:
            return [MadeReport(**row._mapping) for row in tx.execute(select(*columns).order_by(week_report.c.report_id))]

    def figures(self, period: str) -> Mapping[str, Any] | None:
        """Return the kept figures of a week as they were written, or None. Raises ValueError when the line was changed since."""
        with reading(self._engine) as tx:
            row = tx.execute(select(week_report.c.figures, week_report.c.digest).where(week_report.c.period == period)).one_or_none()
        if row is None:
            return None
        if digest_of(row.figures) != row.digest:
            raise ValueError(f"the report of {period} was changed after it was made")
        found: Mapping[str, Any] = row.figures
        return found

    def add(self, figures: Mapping[str, Any], *, from_at: datetime, to_at: datetime, made_at: datetime) -> bool:
        """Keep a week's figures; return False, and keep the first ones, when the week has some already."""
        row = {
            "period": figures["period"],
            "from_at": from_at,
            "to_at": to_at,
            "made_at": made_at,
            "up_to": figures["up_to"],
            "seq": figures["seq"],
            "figures": figures,
            "digest": digest_of(figures),
        }
        with writing(self._engine) as tx:
            return tx.execute(insert_missing(tx.dialect, week_report), row).rowcount == 1

    def read_up_to(self) -> int:
        """Return the newest mention up to which every one was read, or cannot be: counting up to it, nothing falls between two reports.

        By number, which only grows, and not by moments: a clock that was set back hides nobody.
        """
        with reading(self._engine) as tx:
            first = tx.execute(select(func.min(mention.c.mention_id + 0)).where(_unread())).scalar()  # + 0: by the index of what waits
            newest = tx.execute(select(func.max(mention.c.mention_id))).scalar() or 0
        return newest if first is None else first - 1

    def unread(self, from_at: datetime, to_at: datetime) -> tuple[int, int]:
        """Return how many mentions of [from_at, to_at) wait to be read for the first time, and how many could not be read."""
        within = (mention.c.posted_at >= from_at) & (mention.c.posted_at < to_at)
        broken = select(func.count()).join_from(quarantine, mention, quarantine.c.mention_id == mention.c.mention_id)
        with reading(self._engine) as tx:
            waiting = tx.execute(select(func.count()).select_from(mention).where(_unread(), within)).scalar_one()
            unreadable = tx.execute(broken.where(within, mention.c.analysed_revision < 0)).scalar_one()
        return waiting, unreadable


def digest_of(figures: Mapping[str, Any]) -> str:
    """Return the sum by which a report is known to be as it was made."""
    return hashlib.sha256(json.dumps(figures, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _unread() -> Any:
    """A mention has a text, nobody read it yet, and nothing says that it cannot be read. In the words of the index that finds it."""
    waits = mention.c.analysed_revision < mention.c.latest_revision
    set_aside = mention.c.mention_id.in_(select(quarantine.c.mention_id))
    return waits & (mention.c.analysed_revision < 0) & ~set_aside
