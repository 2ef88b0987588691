"""What to do with what a platform told by itself: hurry a pull, look again, remove. Nothing else rests on it (RULES F7, F27)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from listener.errors import SourceError
from listener.ledger.ledger import Ledger
from listener.model.mention import Mention, MentionKey, Removal, StoredMention
from listener.model.page import Found, Page
from listener.model.push import Arrived, Connected, Edited, Gone, Pushed
from listener.model.recheck import Wanted
from listener.ports import Clock, Source
from listener.settings.schema import SourceSettings
from listener.sources.looking_up import look_up_of
from listener.sources.purse import Purse
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.follow_edits import edit_of, is_about

logger = logging.getLogger(__name__)

MOST_LOOKED_UP = 20
"""Of one event; what is edited beyond that is read by the next pull, or when it is looked at again."""


class TakePushed:
    """Takes one event of one source. `hurry` brings its next pull forward, by the source's id; it never waits."""

    def __init__(self, ledger: Ledger, collect: CollectMentions, *, clock: Clock, hurry: Callable[[str], None]) -> None:
        self._ledger = ledger
        self._collect = collect
        self._clock = clock
        self._hurry = hurry

    async def once(self, source: Source, settings: SourceSettings, purse: Purse, pushed: Pushed, *, turn: asyncio.Lock) -> bool:
        """Take an event; return whether the ledger changed. Raises `StoreError`; what a platform refuses is left to the next pull.

        Whoever asks the platform has the source's `turn`; while a pull has it, nothing is looked up: the next pull reads it.
        """
        match pushed:
            case Arrived(mentions=mentions, removals=removals, skipped=skipped) if pushed != Arrived():
                page = Page(mentions=mentions, next=None, removals=removals, skipped=skipped)
                stored = await self._collect.beside(settings.id, page, keep=settings.keep, purse=purse)
                return bool(stored.new or stored.edited or stored.removed)
            case Connected() | Arrived():
                self._hurry(settings.id)
            case Edited(keys=keys):
                if not turn.locked():
                    async with turn:
                        return await self._look_again(source, settings, purse, keys)
                self._hurry(settings.id)
            case Gone():
                return await self._remove(settings.id, pushed)
        return False

    async def _look_again(self, source: Source, settings: SourceSettings, purse: Purse, keys: Sequence[MentionKey]) -> bool:
        """Ask how known posts stand now. One that nobody kept may fit only now, and a pull is what finds it."""
        stored = [one for key in dict.fromkeys(keys) if (one := self._ledger.mentions.find(key)) is not None]
        asks = look_up_of(source, settings.kind)
        if asks is None or len(stored) < len(set(keys)):
            self._hurry(settings.id)
        if asks is None or not stored:
            return False
        looked_at = stored[: min(MOST_LOOKED_UP, asks.most)]
        wanted = [_wanted(one) for one in looked_at]
        try:
            found = await asks.look_up(wanted)
        except SourceError as error:
            logger.info("what was edited could not be looked up", extra={"source": settings.id, "error": type(error).__name__})
            self._hurry(settings.id)
            return False
        answers = [
            (before, each) for before, asked, each in zip(looked_at, wanted, found, strict=False) if is_about(asked, each, asks.platform)
        ]
        kept = await self._collect.beside(settings.id, self._page(answers), keep=settings.keep, purse=purse)
        return bool(kept.edited or kept.removed)

    def _page(self, answers: Sequence[tuple[StoredMention, Found]]) -> Page:
        """Return what became of kept posts as a page: those that read as they did are not on it."""
        now, said_to = self._clock.now(), self._collect.said_to
        edits = (edit_of(before, each, now, said_to=said_to) for before, each in answers if isinstance(each, Mention))
        return Page(
            mentions=tuple(one for one in edits if one is not None),
            next=None,
            removals=tuple(each for _, each in answers if isinstance(each, Removal)),
        )

    async def _remove(self, source_id: str, gone: Gone) -> bool:
        """Remove exactly what was named. One that we never had leaves a mark, so that a page under way cannot bring it (RULES F7)."""

        def remove() -> int:
            removals = gone.removals
            if gone.only_known:
                known = self._ledger.mentions.known([one.key for one in removals])
                removals = tuple(one for one in removals if one.key in known)
            return self._ledger.mentions.remove(removals, source=source_id, at=self._clock.now()) if removals else 0

        removed = await self._collect.in_turn(remove)
        if removed:
            logger.info("removed at the platform's word", extra={"source": source_id, "removed": removed})
        return bool(removed)


def _wanted(stored: StoredMention) -> Wanted:
    one = stored.mention
    return Wanted(mention_id=stored.mention_id, realm=one.realm, native_id=one.native_id, root_id=one.root_id, channel=one.channel)
