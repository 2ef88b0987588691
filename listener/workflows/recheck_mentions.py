"""Look again at what is kept, one question at a time: edits are followed, and what its platform says is gone goes (RULES P5, P11)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from listener.errors import BudgetSpent, RateLimited, SourceError, SourceRefused
from listener.ledger.ledger import Ledger
from listener.ledger.rechecks import RecheckStanding
from listener.model.mention import Mention, Removal, StoredMention
from listener.model.page import Found, Page, Skip, Spent
from listener.model.recheck import Asker, Due, Looked, Wanted
from listener.ports import Clock, LooksUp
from listener.signals.doubt import is_doubtful
from listener.sources.purse import Purse
from listener.workflows.collect_mentions import CollectMentions, next_day
from listener.workflows.follow_edits import edit_of, is_about

logger = logging.getLogger(__name__)

NOTHING_DUE = timedelta(minutes=10)
FAILED_WAIT = timedelta(minutes=10)
REFUSED_WAIT = timedelta(hours=1)
DOUBTED_WAIT = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=1)
"""No wait is longer; one that seems so was noted by a clock that was set wrong, and holds no more."""
MOST_DOUBTS = 3
"""So often the same posts are asked for again when the answer is not believed; then the others have their turn."""
CONTROLS = 3
FORGETS_AUTHORS = frozenset({"reddit"})
"""Platforms that ask for the ids of deleted accounts to go while what they wrote stands (RULES P11)."""


@dataclass
class Asking:
    """One source that looks again. `allowance` is the purse that `look_up` was built with: filled anew for each question from `purse`.

    share: the part of the day's caps that looking again may use. `stood` are posts that its platform showed lately.
    """

    asker: Asker
    look_up: LooksUp
    purse: Purse
    allowance: Purse
    most_requests: int | None = None
    most_usd: float | None = None
    share: float = 0.5
    stood: tuple[Wanted, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """What one question brought, and how long to wait before the next."""

    source: str
    looked: Looked = field(default_factory=Looked)
    wait: timedelta = NOTHING_DUE
    error: SourceError | None = None


class RecheckMentions:
    """Asks for kept posts that are due, a question's worth at a time. What was not asked, or not believed, stays due."""

    def __init__(self, ledger: Ledger, collect: CollectMentions, *, clock: Clock) -> None:
        """collect: what is found goes through the same door as what is pulled, and is written in the same turn."""
        self._ledger = ledger
        self._collect = collect
        self._clock = clock

    async def once(self, one: Asking) -> Rechecked:
        """Ask one question and apply its answer. Never raises `SourceError`."""
        name, now = one.asker.source, self._clock.now()
        standing = await asyncio.to_thread(self._ledger.rechecks.standing, name)
        if standing.wait_until is not None and now < standing.wait_until <= now + LONGEST_WAIT:
            return Rechecked(source=name, wait=standing.wait_until - now)
        due = await asyncio.to_thread(self._ledger.rechecks.due, one.asker, now, most=one.look_up.most)
        if not due.wanted:
            await self._in_turn(self._ledger.rechecks.note_looked, name, due, answered=0, at=now)
            return Rechecked(source=name, wait=timedelta(seconds=1) if due.stretches else NOTHING_DUE)
        try:
            await self._fill(one, now)
            found, believed = await self._asked(one, due, tries=standing.tries)
        except SourceError as error:
            return await self._failed(one, error, await self._settle(one))
        spent = await self._settle(one)
        if not believed:
            return await self._doubted(one, due, found, standing, spent)
        looked = await self._apply(one, due, found)
        await self._in_turn(self._ledger.rechecks.note_found, name, looked, Spent(), at=self._clock.now())
        if standing.state != "ok":
            await self._in_turn(self._ledger.rechecks.note_standing, name, RecheckStanding(), at=now)
        return Rechecked(source=name, looked=looked, wait=timedelta(seconds=one.look_up.rest_seconds(spent.requests)))

    async def _fill(self, one: Asking, now: datetime) -> None:
        """Put into the allowance what looking again may still use today. Raises `BudgetSpent` when that is nothing."""
        await self._settle(one)  # of a question that broke off
        await self._collect.begin(one.asker.source, one.purse)
        used = await asyncio.to_thread(self._ledger.rechecks.spent, one.asker.source, now.astimezone(UTC).date())
        requests = None if one.most_requests is None else int(one.most_requests * one.share) - used.requests
        usd = None if one.most_usd is None else one.most_usd * one.share - used.usd
        one.allowance.refill(one.purse, most_requests=requests, most_usd=usd)

    async def _asked(self, one: Asking, due: Due, *, tries: int) -> tuple[Sequence[Found], bool]:
        """Return what was found, and whether it is believed.

        When most of it is gone: only if other posts that stood lately still do, or if it is said for the third time, an hour apart, while
        some of the same answer stand. When nothing of it is there, and nothing else either: never.
        """
        control = one.stood or tuple(await self._newest(one, due))
        control = tuple(each for each in control if each not in due.wanted)
        found = await one.look_up.look_up(due.wanted, control=control)
        if not is_doubtful([not isinstance(each, Removal) for each in found if not isinstance(each, Skip)], answered=len(found)):
            return found, True
        stands = await one.look_up.look_up(control) if control and any(not isinstance(each, Skip) for each in found) else ()
        insisted = tries + 1 >= MOST_DOUBTS and any(isinstance(each, Mention) for each in found)
        return found, insisted or any(isinstance(each, Mention) for each in stands)

    async def _newest(self, one: Asking, due: Due) -> list[Wanted]:
        ids = {each.mention_id for each in due.wanted}
        return await asyncio.to_thread(self._ledger.rechecks.newest, one.asker, but=ids, most=CONTROLS)

    async def _apply(self, one: Asking, due: Due, found: Sequence[Found]) -> Looked:
        """Follow what was found in one step, then note that these posts were looked at: a crash in between looks at them again."""
        name, now = one.asker.source, self._clock.now()
        answers = [(asked, each) for asked, each in zip(due.wanted, found, strict=False) if is_about(asked, each, one.asker.platform)]
        stored = {each.mention_id: each for each in await asyncio.to_thread(self._stored, [asked for asked, _ in answers])}
        stand = [(stored[asked.mention_id], each) for asked, each in answers if isinstance(each, Mention) and asked.mention_id in stored]
        gone = {asked.mention_id: each for asked, each in answers if isinstance(each, Removal)}
        said_to = self._collect.said_to
        changed = [mention for before, each in stand if (mention := edit_of(before, each, now, said_to=said_to)) is not None]
        nameless = [before.mention_id for before, each in stand if _lost_its_author(before, each)]
        page = Page(mentions=tuple(changed), next=None, removals=tuple(gone.values()))
        edited = removed = 0
        if changed or gone:
            taken = await self._collect.beside(name, page, keep="matching", purse=one.purse)
            edited, removed = taken.edited, taken.removed
        if nameless:
            await self._in_turn(self._ledger.mentions.forget_authors, nameless)
        await self._in_turn(self._ledger.rechecks.note_looked, name, due, answered=len(found), gone=gone.keys(), at=now)
        shown = [asked for asked, each in answers if isinstance(each, Mention)]
        one.stood = tuple(shown[-CONTROLS:]) or one.stood
        unsure = sum(isinstance(each, Skip) for each in found)
        looked = Looked(asked=len(found), edited=edited, removed=removed, unsure=unsure)
        logger.info("kept posts looked at", extra={"source": name, "asked": looked.asked, "edited": edited, "unsure": unsure})
        if gone:
            logger.info("kept posts are gone", extra={"source": name, "removed": removed, "mentions": sorted(gone)})
        return looked

    def _stored(self, asked: Sequence[Wanted]) -> list[StoredMention]:
        return self._ledger.mentions.by_ids(each.mention_id for each in asked)

    async def _settle(self, one: Asking) -> Spent:
        """Note what a question cost, in the source's own purse and among what looking again cost, before anything else is written."""
        spent = one.allowance.told()
        one.purse.count(spent.requests)
        one.purse.pay(spent.usd)
        await self._collect.note_spent(one.asker.source, one.purse)
        if spent != Spent():
            await self._in_turn(self._ledger.rechecks.note_found, one.asker.source, Looked(), spent, at=self._clock.now())
        return spent

    async def _failed(self, one: Asking, error: SourceError, spent: Spent) -> Rechecked:
        """Note why a question failed; it is asked again when the platform, or the cap, allows."""
        now = self._clock.now()
        state, wait = "blind", FAILED_WAIT
        if isinstance(error, RateLimited):
            state, wait = "waiting", timedelta(seconds=min(error.wait_seconds, REFUSED_WAIT.total_seconds()) + 1)
        elif isinstance(error, SourceRefused):
            state, wait = "refused", REFUSED_WAIT
        elif isinstance(error, BudgetSpent):
            state, wait = "capped", next_day(now) - now
        note = RecheckStanding(state=state, note=str(error), wait_until=now + wait)
        await self._in_turn(self._ledger.rechecks.note_standing, one.asker.source, note, at=now)
        logger.warning("looking again failed", extra={"source": one.asker.source, "kind": state, "requests": spent.requests})
        return Rechecked(source=one.asker.source, wait=wait, error=error)

    async def _doubted(self, one: Asking, due: Due, found: Sequence[Found], before: RecheckStanding, spent: Spent) -> Rechecked:
        """Keep what a platform says is gone when it may be the platform that is: tell it, and ask again in an hour, three times at most."""
        name, now, tries = one.asker.source, self._clock.now(), before.tries + 1
        gone = sum(isinstance(each, Removal) for each in found)
        note = f"{name}: of {len(found)} kept posts {gone} are said to be gone, and nothing else is shown either; all of them are kept."
        if tries == 1:
            await self._in_turn(self._ledger.sources.note_gap, name, note, at=now)
        if tries >= MOST_DOUBTS:
            await self._in_turn(self._ledger.rechecks.note_looked, name, due, answered=len(found), at=now)
        standing = RecheckStanding(state="doubted", note=note, wait_until=now + DOUBTED_WAIT, tries=tries % MOST_DOUBTS)
        await self._in_turn(self._ledger.rechecks.note_standing, name, standing, at=now)
        logger.warning("what looking again found is not believed", extra={"source": name, "gone": gone, "requests": spent.requests})
        return Rechecked(source=name, wait=DOUBTED_WAIT)

    async def _in_turn(self, write: Callable[..., object], *given: object, **named: object) -> None:
        await self._collect.in_turn(write, *given, **named)


def _lost_its_author(before: StoredMention, found: Mention) -> bool:
    """Tell whether somebody deleted the account under which a post still stands."""
    return found.author is None and before.mention.author is not None and found.platform in FORGETS_AUTHORS
