"""Make the daily digest exactly once a day, whatever the process was doing when it fell due (RULES F14, F15)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listener.digest.markdown import digest_markdown
from listener.ledger.ledger import Ledger
from listener.model.figures import DigestFigures
from listener.ports import Clock

logger = logging.getLogger(__name__)

Figures = Callable[[datetime, datetime], DigestFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A digest that should exist by now: its name in the ledger, and the stretch it speaks of."""

    kind: str
    period: str
    from_at: datetime
    as_of: datetime


def digest_due(now: datetime, *, zone: ZoneInfo, hour: int) -> Due:
    """Return the newest daily digest that should exist at `now`: the last one whose local hour has come. It covers the day up to then."""
    local = now.astimezone(zone)
    day = local.date() if local.hour >= hour else local.date() - timedelta(days=1)
    ends, begins = (datetime.combine(one, time(hour), tzinfo=zone).astimezone(UTC) for one in (day, day - timedelta(days=1)))
    return Due(kind="digest", period=day.isoformat(), from_at=begins, as_of=ends)


class TellWhenDue:
    """Looks whether a digest is missing, makes it and keeps it, for the pages. Who is told of it, and how, is for `Deliver`."""

    def __init__(
        self,
        ledger: Ledger,
        figures: Figures,
        *,
        clock: Clock,
        zone: ZoneInfo,
        language: str,
        digest_hour: int,
        templates: Mapping[str, str],
    ) -> None:
        self._ledger = ledger
        self._figures = figures
        self._clock = clock
        self._zone = zone
        self._language = language
        self._digest_hour = digest_hour
        self._templates = templates

    async def once(self) -> list[Due]:
        """Make what is missing and return it. The first ever start makes no digest of days nobody listened."""
        now = self._clock.now()
        due = digest_due(now, zone=self._zone, hour=self._digest_hour)
        return [due] if await self._make(due, now) else []

    async def _make(self, due: Due, now: datetime) -> bool:
        if self._ledger.reports.made(due.kind, due.period):
            return False
        figures = await asyncio.to_thread(self._figures, due.from_at, due.as_of)  # pages and sending go on meanwhile
        if not figures.mentions and not figures.coverage:
            return False
        body = digest_markdown(figures, language=self._language, zone=self._zone, templates=self._templates)
        if not self._ledger.reports.add(due.kind, due.period, now, body):
            return False
        logger.info("made", extra={"kind": due.kind, "period": due.period})
        return True
