"""Pull one source until it is caught up, and keep what fits: each page and its cursor land in the ledger together or not at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar

from listener.errors import BudgetSpent, RateLimited, SettingsError, SourceError, SourceRefused, SourceUnavailable, StoreError
from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, Mention, StoredMention
from listener.model.page import Cursor, LostPlace, Page
from listener.ports import Clock, Source
from listener.signals.breaker import open_for
from listener.sources.purse import Purse
from listener.text.query import BrandQuery
from listener.workflows.keep_mentions import Keep, add_all, read_each, repaired, said_to_before, select_kept

logger = logging.getLogger(__name__)

MOST_EQUAL_PAGES = 3

P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one round on one source brought. `error` is None when it ended well; `wait_seconds` is what the platform asked for.

    `again_at` is the earliest moment of the next pull, where failures in a row or a cap say so. `behind`: more is there than a round reads.
    `requests` went out for it. `lost` are places that were not shown to us at its end.
    """

    source: str
    pages: int = 0
    seen: int = 0
    new: int = 0
    edited: int = 0
    removed: int = 0
    skipped: int = 0
    gap: str = ""
    lost: tuple[LostPlace, ...] = ()
    error: SourceError | None = None
    wait_seconds: float = 0.0
    missed: int = 0
    again_at: datetime | None = None
    behind: bool = False
    requests: int = 0


class CollectMentions:
    """Reads sources into the ledger. One object serves all sources; it holds no state of its own.

    What is written is written in one thread, in turn: sources that compete for the ledger's one lock would wait for each other without
    order, some for too long; and while a page is being written, the event loop goes on.
    """

    def __init__(self, ledger: Ledger, queries: Sequence[BrandQuery], *, clock: Clock) -> None:
        self._ledger = ledger
        self._queries = tuple(queries)
        self._clock = clock
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="collect")

    async def round(self, source: Source, *, keep: Keep = "matching", most_pages: int = 50, purse: Purse | None = None) -> Collected:
        """Pull until caught up, at most `most_pages` pages, and note in the ledger how it went. Never raises `SourceError`.

        purse: the one that this source was built with; without it nothing is capped and only what pages tell of is counted.
        """
        purse = purse or Purse()
        await self.begin(source.source_id, purse)
        before = purse.requests_today
        result = await self._read_on(source, keep, most_pages, purse)
        return replace(result, requests=max(0, purse.requests_today - before))

    async def begin(self, source_id: str, purse: Purse) -> None:
        """Let a purse know what its source spent today, in turn with what is noted of it: nothing is counted twice, or not at all."""

        def take_over() -> None:
            purse.begin(self._ledger.sources.spent(source_id, self._clock.now().astimezone(UTC).date()))

        await self.in_turn(take_over)

    def said_to(self, kept: StoredMention) -> str:
        """Return the brand to whose own account a kept mention came; "" where it only speaks of one."""
        return said_to_before(kept, self._queries)

    async def beside(self, source_id: str, page: Page, *, keep: Keep, purse: Purse) -> Collected:
        """Store what came beside the pulls of a source (a stream, a look-up), by the same way; where pulls go on reading stays as it is.

        What it cost was counted in `purse` already, and is noted before it is stored: a process that dies in between spends nothing twice.
        """
        await self.note_spent(source_id, purse)
        return await self.in_turn(self._store, page, source_id, keep, Collected(source=source_id), moves=False)

    async def _read_on(self, source: Source, keep: Keep, most_pages: int, purse: Purse) -> Collected:
        name = source.source_id
        result, tried = Collected(source=name), set[Cursor | None]()
        try:
            while result.pages < most_pages:
                cursor = self._ledger.mentions.cursor(name)
                tried.add(cursor)
                page = await self._pulled(source, cursor, purse)
                result = await self.in_turn(self._store, page, name, keep, result)
                if page.all_lost:
                    raise _refused(page)
                if not page.more:
                    break
                if page.next in tried and (repeats := result.pages - len(tried) + 1) >= MOST_EQUAL_PAGES:
                    gap = f"{name} led to the same page {repeats} times; reading stopped there"
                    result = await self.in_turn(self._stopped, result, gap)
                    break
            else:
                result = replace(result, behind=True)
        except SourceError as error:
            return await self.in_turn(self._failed, result, error)
        finally:
            purse.settle()
            await self.note_spent(name, purse)
        await self.in_turn(self._went_well, result)
        return result

    async def in_turn(self, write: Callable[P, Result], *given: P.args, **named: P.kwargs) -> Result:
        """Do something with the ledger after all that was asked for before, and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, partial(write, *given, **named))

    async def note_spent(self, name: str, purse: Purse) -> None:
        """Note what went out of a purse. What a full or busy ledger cannot keep is kept in the purse: a cap holds while nothing is written.

        Raises `StoreError`.
        """

        def note() -> None:
            spent = purse.told()
            try:
                self._ledger.sources.note_spent(name, spent, at=self._clock.now())
            except BaseException:
                purse.tell_again(spent)
                raise

        await self.in_turn(note)

    def _went_well(self, result: Collected) -> None:
        self._ledger.sources.note_ok(result.source, at=self._clock.now(), new=result.new, seen=result.seen, missed=result.missed)

    def broke(self, source_id: str, error: Exception) -> Collected:
        """Note a round that ended in another way: it took too long, the file of secrets is wrong, or our own reader is at fault."""
        failure: SourceError
        if isinstance(error, SettingsError):
            failure = SourceRefused(str(error), cause="token_missing")
        elif isinstance(error, TimeoutError):
            failure = SourceUnavailable("It took longer than a round may; the log tells more.")
        else:
            failure = SourceUnavailable(f"Our own reader failed ({type(error).__name__}); the log tells more.")
        try:
            return self._failed(Collected(source=source_id), failure)
        except StoreError:  # the ledger itself may be what failed
            return Collected(source=source_id)

    async def _pulled(self, source: Source, cursor: Cursor | None, purse: Purse) -> Page:
        """Pull one page, and note at once what it cost: a process that dies later must not spend the same money again."""
        page = await source.pull(cursor)
        purse.count(page.requests)
        purse.pay(page.cost_usd)
        if page.cost_usd:
            await self.note_spent(source.source_id, purse)
        return page

    def _stopped(self, result: Collected, gap: str) -> Collected:
        self._ledger.sources.note_gap(result.source, gap, at=self._clock.now())
        return replace(result, gap=gap)

    def _store(self, page: Page, source_id: str, keep: Keep, so_far: Collected, *, moves: bool = True) -> Collected:
        now = self._clock.now()

        def choose(mentions: Sequence[Mention]) -> list[Kept]:
            return select_kept([repaired(one, now) for one in mentions], self._queries, self._ledger, keep)

        kept, unread = read_each(page.mentions, choose)
        save = partial(self._ledger.mentions.add_page, source=source_id, at=now)
        added, skipped = add_all(
            kept,
            (*page.skipped, *unread),
            whole=partial(
                save, next_cursor=page.next, removals=page.removals, gap=page.gap, lost=page.lost if moves else None, moves=moves
            ),
            alone=partial(save, next_cursor=self._ledger.mentions.cursor(source_id)),
        )
        logger.info("page stored", extra={"source": source_id, "seen": len(page.mentions), "new": added.new, "edited": added.edited})
        return replace(
            so_far,
            pages=so_far.pages + 1,
            seen=so_far.seen + len(page.mentions),
            new=so_far.new + added.new,
            edited=so_far.edited + added.edited,
            removed=so_far.removed + added.removed,
            skipped=so_far.skipped + len(skipped),
            gap=page.gap or so_far.gap,
            lost=page.lost if moves else so_far.lost,
            missed=so_far.missed + page.missed,
        )

    def _failed(self, result: Collected, error: SourceError) -> Collected:
        """Note why a round ended, and when the next one may begin at the earliest."""
        now, name = self._clock.now(), result.source
        before = self._ledger.sources.state(name)
        wait, cause, open_until, kind = 0.0, "", None, "blind"
        if isinstance(error, RateLimited):
            kind, wait = "waiting", error.wait_seconds
        elif isinstance(error, SourceRefused):
            kind, cause = "refused", error.cause
        elif isinstance(error, BudgetSpent):
            kind, wait = "capped", (next_day(now) - now).total_seconds()
            if before is None or before.state != "capped":
                result = self._stopped(result, f"{name} was not read from {now:%Y-%m-%d %H:%M} UTC until the next day: {error}")
        else:
            pause = open_for((before.failures if before else 0) + 1)
            open_until = now + pause if pause else None
        self._ledger.sources.note_failure(name, at=now, error=str(error), kind=kind, wait_seconds=wait, cause=cause, open_until=open_until)
        logger.warning("source failed", extra={"source": name, "kind": kind, "cause": cause, "wait_seconds": wait})
        again_at = next_day(now) if kind == "capped" else open_until
        return replace(result, error=error, wait_seconds=wait if kind == "waiting" else 0.0, again_at=again_at)


def _refused(page: Page) -> SourceRefused:
    """Return what it means that none of a source's places is shown to us: it is refused, and somebody has to act."""
    said = "; ".join(f"{one.name}: {one.why.rstrip('.')}" for one in page.lost)
    return SourceRefused(f"None of its places is shown to us. {said}.", cause=page.lost[0].cause)


def next_day(now: datetime) -> datetime:
    """Return the next midnight in UTC, where caps begin anew."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
