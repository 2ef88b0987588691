"""When kept posts are looked at again: a question at a time per source, beside its pulls and never at the same time as one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from listener.ledger.ledger import Ledger
from listener.model.recheck import Asker, RecheckRule
from listener.ports import Clock
from listener.schedule import Watched
from listener.sources.context import SourceContext
from listener.sources.looking_up import LookUp, look_up_of
from listener.sources.purse import Purse
from listener.sources.recheck_rules import rule_of
from listener.sources.registry import build_source
from listener.workflows.recheck_mentions import FAILED_WAIT, Asking, Rechecked, RecheckMentions

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=20)
"""After a start: sources are read first."""
BREATH = timedelta(seconds=0.2)
QUESTION_SECONDS = 150.0
"""A question that takes longer is given up and asked again: a pull of the same source may wait for it."""


class RecheckSchedule:
    """Looks again for each source that was asked to. A question holds up no pull but its own source's, and that one once at most."""

    def __init__(
        self,
        scheduler: AsyncIOScheduler,
        recheck: RecheckMentions,
        watched: Sequence[Watched],
        *,
        clock: Clock,
        arrived: asyncio.Event,
    ) -> None:
        self._scheduler = scheduler
        self._recheck = recheck
        self._watched = [(one, one.asking) for one in watched if one.asking is not None]
        self._clock = clock
        self._arrived = arrived

    def start(self) -> None:
        """Schedule the first question of each source, one after the other. What is due is in the ledger: a restart goes on there."""
        for place, (one, asking) in enumerate(self._watched):
            self._plan(one, asking, FIRST_WAIT + timedelta(seconds=place))

    def _plan(self, one: Watched, asking: Asking, wait: timedelta) -> None:
        self._scheduler.add_job(
            self._question,
            "date",
            run_date=self._clock.now() + max(wait, BREATH),
            args=[one, asking],
            id=f"recheck:{one.settings.id}",
            replace_existing=True,
            misfire_grace_time=None,
        )

    async def _question(self, one: Watched, asking: Asking) -> None:
        result = Rechecked(source=one.settings.id, wait=FAILED_WAIT)
        try:
            async with one.turn, asyncio.timeout(QUESTION_SECONDS):
                result = await self._recheck.once(asking)
        except Exception:  # a source must never end its own schedule: the question is asked again
            logger.exception("looking again broke off", extra={"source": one.settings.id})
        finally:
            if result.looked.edited or result.looked.removed:
                self._arrived.set()
            self._plan(one, asking, result.wait)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Built:
    """One source that looks again, before it is known which others do."""

    watched: Watched
    rule: RecheckRule
    look_up: LookUp
    allowance: Purse


def look_again(watched: Sequence[Watched], context: SourceContext, ledger: Ledger, closing: AsyncExitStack) -> None:
    """Let each source look again that can be asked for single posts; coverage tells from now on what is promised.

    A source of its own is built for it, beside the one that is pulled, with a purse that holds its share. Raises `SettingsError` where
    less is asked for than a platform's terms allow.
    """
    built: list[Built] = []
    for one in watched:
        settings, rule, allowance = one.settings, rule_of(one.settings), Purse()
        look_up = None
        if rule is not None:
            source = build_source(settings, context=replace(context, purse=allowance))
            closing.push_async_callback(source.aclose)
            look_up = look_up_of(source, settings.kind)
            if look_up is not None:
                built.append(Built(watched=one, rule=rule, look_up=look_up, allowance=allowance))
        ledger.rechecks.describe(settings.id, rule if look_up is not None else None)
    for each in built:
        each.watched.asking = _asking(each, built)


def _asking(one: Built, built: Sequence[Built]) -> Asking:
    """Return how a source asks: for what it showed, unless one before it did, and for what is nobody's and it can see."""
    same = [other for other in built if other.look_up.platform == one.look_up.platform]
    before = same[: same.index(one)]
    settings = one.watched.settings
    asker = Asker(
        source=settings.id,
        platform=one.look_up.platform,
        rule=one.rule,
        before=tuple(other.watched.settings.id for other in before),
        all_askers=tuple(other.watched.settings.id for other in same),
        adopts=one.look_up.realms - {realm for other in before for realm in other.look_up.realms},
    )
    return Asking(
        asker=asker,
        look_up=one.look_up,
        purse=one.watched.purse,
        allowance=one.allowance,
        most_requests=settings.budget_requests_per_day,
        most_usd=settings.budget_usd_per_day,
        share=settings.recheck_share,
    )
