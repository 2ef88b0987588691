"""The promise clock: before "next update by 15:00" lapses an honest "no news yet" is ready; after it, the record says broken."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.status import StatusLedger
from moderation.model.status import Promise, PromiseState, StatusUpdate
from moderation.workflows.publish_status import PublishStatus

logger = logging.getLogger(__name__)
_SHORTEST, _LONGEST = timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """What one look of the promise clock did: drafts it prepared, promises it wrote down as broken."""

    prepared: tuple[StatusUpdate, ...] = ()
    broken: tuple[Promise, ...] = ()


class KeepPromises:
    """Nothing it prepares is published by itself: a person presses."""

    def __init__(self, status: StatusLedger, publish: PublishStatus, clock: Clock, *, ahead: timedelta) -> None:
        self._status = status
        self._publish = publish
        self._clock = clock
        self._ahead = ahead

    def once(self) -> Ticked:
        """Write down what went by, and prepare "no news yet" for what is due within `ahead`. Looking twice does nothing twice."""
        now = self._clock.now()
        broken = self._status.break_promises(at=now)
        near = [one for one in self._status.promises(PromiseState.OPEN) if one.due_at - self._ahead <= now]
        there = {update.for_promise for update in self._status.updates() if update.for_promise is not None} if near else set()
        prepared = [self._prepare(one, now) for one in near if one.promise_id not in there]
        return Ticked(prepared=tuple(one for one in prepared if one is not None), broken=tuple(broken))

    def _prepare(self, promise: Promise, now: datetime) -> StatusUpdate | None:
        """The next promise is as far ahead as this one was, within an hour and a day."""
        span = min(max(promise.due_at - promise.made_at, _SHORTEST), _LONGEST)
        try:
            return self._publish.no_news(promise, next_update_at=max(promise.due_at, now) + span)
        except NotAllowed as error:
            logger.warning("no draft could be made for a promise", extra={"promise": promise.promise_id, "error": str(error)})
            return None
