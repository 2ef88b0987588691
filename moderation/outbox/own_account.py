"""The watch over our own accounts: a post there that Klankbord did not send is an alarm within minutes (RULES S33)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from listener.errors import SourceError
from listener.ledger.meta import MetaLedger
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.post import SeenPost
from moderation.outbox.account_rest import AccountRest
from moderation.outbox.same_text import normalised
from moderation.outbox.send_round import Told
from moderation.ports import Publisher

logger = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=1)
"""How far back each look goes: further than any pause of the service that people do not notice."""
LEDGER_BACK = timedelta(days=2)
ANSWER_SECONDS = 30.0
_SINCE = "own_account_watch_since"


class OwnAccountWatch:
    """Compares what our accounts show with what left from here. What was there before the first look ever is nobody's alarm.

    Answers that people give on the platform itself are alarms too: the watch cannot tell a colleague from a thief, and says so once each.
    """

    def __init__(
        self,
        outbox: OutboxLedger,
        publishers: Mapping[str, Publisher],
        meta: MetaLedger,
        alarms: AlarmLedger,
        rest: AccountRest,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._publishers = publishers
        self._meta = meta
        self._told = Told(alarms, clock)
        self._rest = rest
        self._clock = clock

    async def run_once(self) -> tuple[tuple[str, str], ...]:
        """Look at every account once, side by side; return the alarms that are new, as (kind, link or id)."""
        found = await asyncio.gather(*(self._look(key, publisher) for key, publisher in self._publishers.items()))
        return tuple(alarm for one in found for alarm in one)

    async def _look(self, key: str, publisher: Publisher) -> list[tuple[str, str]]:
        if self._rest.resting(key):
            return []
        now = self._clock.now()
        since = max(self._first_look(key, now), now - LOOK_BACK)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                account, seen = await publisher.whoami(), await publisher.own_latest(since)
        except (SourceError, TimeoutError) as error:
            logger.warning("an own account cannot be watched", extra={"account": key, "error": str(error)})
            return self._rest.failed(key, error)
        if account.key != key or not seen:  # a swapped account is the gateway's alarm
            return []
        ours = self._outbox.left_from(account, since=since - LEDGER_BACK)  # read after the platform: what it shows was written down before
        ids = {entry.platform_id for entry in ours} | {entry.post.edits for entry in ours}
        texts = {normalised(entry.post.text) for entry in ours}
        strangers = [one for one in seen if one.platform_id not in ids and normalised(one.text) not in texts and one.posted_at >= since]
        # a platform may show an older post of ours as new (moved, shown again): the ledger knows its id
        return [alarm for one in strangers if self._outbox.posted_as(account, one.platform_id) is None for alarm in self._tell(key, one)]

    def _tell(self, key: str, post: SeenPost) -> list[tuple[str, str]]:
        return self._told.new([("unknown_own_post", post.url or post.platform_id)], about=f"{key}#{post.platform_id}")

    def _first_look(self, key: str, now: datetime) -> datetime:
        return datetime.fromisoformat(self._meta.keep_first(f"{_SINCE}/{key}", now.isoformat()))
