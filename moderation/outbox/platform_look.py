"""What the gateway asks a platform just before a send: whose account this is, and whether the place takes posts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

from listener.errors import SourceError, SourceRefused
from listener.ports import Clock
from moderation.model.outbox import EntryState, OutboxEntry, Outcome
from moderation.model.post import AccountId, PlaceNow
from moderation.outbox.account_rest import REFUSED_REST, UNREACHABLE_REST, AccountRest
from moderation.outbox.restored import RestoredLedger
from moderation.outbox.same_text import normalised
from moderation.outbox.send_round import Round
from moderation.ports import Publisher

logger = logging.getLogger(__name__)

RESTORED_LOOK = timedelta(days=30)
"""How far back a post is looked for when the ledger may have forgotten it."""


class PlatformLook:
    """Asks, and lets whoever does not answer rest. Nothing here posts."""

    def __init__(
        self,
        publishers: Mapping[str, Publisher],
        rest: AccountRest,
        restored: RestoredLedger | None,
        clock: Clock,
        *,
        send_seconds: float,
    ) -> None:
        self._publishers = publishers
        self._rest = rest
        self._restored = restored
        self._clock = clock
        self._send_seconds = send_seconds

    async def whoami(self, account_key: str, this: Round) -> AccountId | None:
        """Ask, once per run, whose account this is; None when the platform cannot say."""
        if account_key not in this.accounts:
            try:
                async with asyncio.timeout(self._send_seconds):
                    this.accounts[account_key] = await self._publishers[account_key].whoami()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one account, the others go on
                logger.warning("an account cannot be reached", extra={"account": account_key, "error": str(error) or type(error).__name__})
                this.accounts[account_key] = None
                this.alarms.extend(self._rest.failed(account_key, error))
            else:
                self._rest.works(account_key)
        return this.accounts[account_key]

    async def place(self, entry: OutboxEntry) -> Outcome | str:
        """Ask about the place; return how the entry ends, why it is held, or an empty string when it may go on.

        After a restored ledger, what was approved anew may be there already: that is looked up too.
        """
        publisher, target = self._publishers[entry.post.account.key], entry.post.target
        try:
            async with asyncio.timeout(self._send_seconds):
                place = await publisher.place_now(target)
                if self._restored is not None and self._restored.doubtful and await self._is_there(publisher, entry):
                    return Outcome(state=EntryState.NEEDS_HUMAN, reason="already_there")
        except (SourceError, TimeoutError) as error:
            logger.warning("a place cannot be asked about", extra={"entry_id": entry.entry_id, "error": str(error)})
            span = REFUSED_REST if isinstance(error, SourceRefused) else UNREACHABLE_REST
            self._rest.rest(entry_key(entry), span, "place_unreachable")
            return "place_unreachable"
        except Exception:  # whatever is wrong with one publisher, the posts of the others leave
            logger.exception("a publisher failed while a place was asked about", extra={"entry_id": entry.entry_id})
            self._rest.rest(entry_key(entry), UNREACHABLE_REST, "place_unreachable")
            return "place_unreachable"
        if place in (PlaceNow.GONE, PlaceNow.SHARED) or (place is PlaceNow.LOCKED and not entry.post.edits):
            return Outcome(state=EntryState.CANCELLED, reason=f"target_{place.value}")
        return ""

    async def _is_there(self, publisher: Publisher, entry: OutboxEntry) -> bool:
        seen = await publisher.own_posts(entry.post.target, self._clock.now() - RESTORED_LOOK)
        return any(normalised(one.text) == normalised(entry.post.text) for one in seen)


def entry_key(entry: OutboxEntry) -> str:
    """Return the name under which one entry rests, when its place cannot be asked about."""
    return f"entry:{entry.entry_id}"
