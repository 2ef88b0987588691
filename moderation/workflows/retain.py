"""Once a night: let go of what was kept long enough, everywhere, a few rows at a time, and write a receipt of it."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from listener.ledger.expiry import Cut, LetGo
from listener.ledger.ledger import Ledger
from listener.ports import Clock, Progress
from listener.progress import NoProgress
from listener.settings.schema import RetentionSettings
from moderation.ledger.retention import RetentionLedger, held_by_cases
from moderation.ledger.retention_limits import Over
from moderation.model.retention import Agreed, Limits, agree, awake, months_before
from moderation.model.subject import Receipt
from moderation.workflows.retain_digests import KeptDigests
from moderation.workflows.retain_files import drop_backups, old_backups

logger = logging.getLogger(__name__)

KEY = "retention"
SCHEDULE = "schedule"
WORDS, COUNTED, DIGESTS, BACKUPS = "words of messages", "messages that count no longer", "kept digests", "backups"


class Retain:
    """Lets go of what is over time. What was cut off, by a stop or a crash, is found again by the next run; two runs change nothing more.

    clean: writes the home's other files anew, by whoever holds them. name_again: gives issues whose title went another one.
    """

    def __init__(
        self,
        home: Path,
        ledger: Ledger,
        settings: RetentionSettings,
        clock: Clock,
        *,
        zone: tzinfo,
        hour: int,
        clean: Callable[[], object] = lambda: None,
        name_again: Callable[[], object] = lambda: None,
        stopped: Callable[[], bool] = lambda: False,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self._home = home
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._zone = zone
        self._hour = hour
        self._clean = clean
        self._name_again = name_again
        self._stopped = stopped
        self._rest = rest
        self._places = RetentionLedger(ledger.engine, ledger.suppression)
        self._looked: float | None = None

    @property
    def wanted(self) -> Limits:
        """The limits of the settings."""
        given = self._settings
        return Limits(**{name: getattr(given, name) for name in ("raw_days", "x_days", "closed_cases_days", "aggregates_months")})

    def agreed(self) -> Agreed:
        """Return which limits hold now, and note it: the first time is when this home was told. A clock that leaps holds everything."""
        before, now_at, looked = Agreed.read(self._ledger.meta.get(KEY)), self._clock.now(), self._clock.monotonic()
        passed = None if self._looked is None else timedelta(seconds=looked - self._looked)
        self._looked = looked
        now = agree(awake(before, now_at, passed=passed), self.wanted, now_at)
        if now != before:
            self._ledger.meta.set(KEY, now.written())
        return now

    def known(self) -> Agreed:
        """Return what was agreed, without noting anything."""
        return Agreed.read(self._ledger.meta.get(KEY))

    def when_due(self) -> Receipt | None:
        """Run once a night from the hour on, as soon as this home had its notice; not while nobody knows whether the clock is right."""
        agreed, now = self.agreed(), self._clock.now()
        if agreed.held_until is not None:
            logger.warning("the clock leapt: nothing is let go for now", extra={"until": agreed.held_until.isoformat()})
            return None
        local = now.astimezone(self._zone)
        ran = agreed.last_at is not None and agreed.last_at.astimezone(self._zone).date() >= local.date()
        if agreed.standing is None or ran or local.hour < self._hour:
            return None
        return self.once(agreed.standing, by=SCHEDULE)

    def show(self, limits: Limits | None = None, *, ahead: timedelta = timedelta()) -> dict[str, int]:
        """Return how much of each place would go by these limits (None: the settings'), now or so long from now, and change nothing."""
        now = self._clock.now() + ahead
        over = over_at(now, limits or self.wanted)
        held = held_by_cases(over)
        going = sum(len(some) - self._places.held(some, held) for some in self._ledger.expiry.due(over.cut))
        counted = {WORDS: going, COUNTED: self._ledger.expiry.uncounted_count(over.cut)}
        counted |= self._places.count(over) | {BACKUPS: len(old_backups(self._home, now, self._settings.backups_days))}
        return {place: things for place, things in counted.items() if things}

    def words_over(self, limits: Limits) -> int:
        """Return of how many messages words would go by these limits, what cases hold included: one quick count."""
        return self._ledger.expiry.count(over_at(self._clock.now(), limits).cut)

    def once(self, limits: Limits, *, by: str, progress: Progress | None = None) -> Receipt | None:
        """Let go of everything over these limits; return the receipt, or None when nothing was, or when it was told to stop."""
        begun, bar = self._clock.now(), progress or NoProgress()
        counts: Counter[str] = Counter()
        bar.start("Letting go of what was kept long enough", None)
        over = over_at(begun, limits)
        for place, things in self._steps(over, begun):
            counts[place] += things
            bar.advance(things)
            if self._stopped():
                self._receipt(counts, over, by, begun)
                return None
        bar.finish()
        counts[BACKUPS] += drop_backups(self._home, begun, self._settings.backups_days)
        self._name_again()  # also where a platform deleted what a title was made of since the last night
        receipt = self._receipt(counts, over, by, begun)
        self._ledger.meta.set(KEY, replace(Agreed.read(self._ledger.meta.get(KEY)), last_at=begun).written())
        if counts[WORDS] or counts[COUNTED]:
            self._clean()
        logger.info("kept long enough", extra={"things": sum(counts.values())})
        return receipt

    def receipts(self) -> list[Receipt]:
        """Return the newest receipts."""
        return self._places.receipts()

    def _receipt(self, counts: Counter[str], over: Over, by: str, at: datetime) -> Receipt | None:
        told = {place: things for place, things in counts.items() if things}
        return self._places.receipt(told, over, by=by, at=at) if told else None

    def _steps(self, over: Over, at: datetime) -> Iterator[tuple[str, int]]:
        """Do everything, one short transaction after the other with a rest as long between them; yield what each did."""
        held = held_by_cases(over)
        digests = KeptDigests(self._ledger.reports)
        since = Agreed.read(self._ledger.meta.get(KEY)).last_at
        for some in self._ledger.expiry.due(over.cut):
            done: LetGo = self._in_turn(partial(self._ledger.expiry.let_go, some, at=at, held=held))
            digests.forget(done)
            yield WORDS, done.expired
        after = 0
        while some := self._ledger.expiry.uncounted(over.cut, after=after):
            after = some[-1]
            yield COUNTED, self._in_turn(partial(self._ledger.expiry.drop, some, at=at, held=held))
        cleared = self._places.clear(over)
        while (step := self._in_turn(partial(next, cleared, None))) is not None:
            yield step
        self._places.forget_words(since=since, at=at)
        yield DIGESTS, digests.forget_old(over.cut) + self._ledger.reports.drop_before(over.cut.whole)

    def _in_turn(self, work: Callable[[], Any]) -> Any:
        """Do a step, and leave the ledger to others for as long as it took."""
        begun = time.monotonic()
        done = work()
        self._rest(min(1.0, time.monotonic() - begun))
        return done


def over_at(now: datetime, limits: Limits) -> Over:
    """Return before which moments time is over."""
    raw, x = now - timedelta(days=limits.raw_days), now - timedelta(days=limits.x_days)
    whole = months_before(now, limits.aggregates_months)
    return Over(cut=Cut(raw=raw, x=max(raw, x), whole=whole), case=now - timedelta(days=limits.closed_cases_days))
