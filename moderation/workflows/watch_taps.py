"""Did the tap close? Every done action is looked at once a week, and a closed one again for a while: what was said stays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.actions import ActionLedger
from moderation.ledger.tap import TapLedger
from moderation.model.action import Action, ActionState
from moderation.model.tap import TapEffect, TapLook, TapPrior, TapReason, TapRule, TapSeries, TapVerdict
from moderation.reports.tap import measure_tap, pooled
from moderation.reports.week import week_name

logger = logging.getLogger(__name__)

LOOKED_AT_WEEKS = 27
"""How long an action is looked at that did not close its tap: as long as weeks after it are counted, and the one it settled in."""
WATCHED_WEEKS = 12
"""How long a closed tap is looked at again."""
MOST_AT_ONCE = 10
"""Looks in one round: each takes up to a second of a processor, and nobody waits for them."""
LATEST_WEEKS = 4
"""Weeks that tell by themselves whether a closed tap came open again."""


class CountsContacts(Protocol):
    """Counts contacts a day around an action. `moderation/insight/tap.py`."""

    def series(self, action: Action, first_day: date, last_day: date, *, zone: tzinfo) -> TapSeries:
        """Return the days from `first_day` up to and including `last_day`."""
        ...


class WatchTaps:
    """Looks at done actions. Every look may be taken again: a week keeps its first one."""

    def __init__(
        self, actions: ActionLedger, looks: TapLedger, contacts: CountsContacts, clock: Clock, *, zone: tzinfo, rule: TapRule | None = None
    ) -> None:
        self._actions = actions
        self._looks = looks
        self._contacts = contacts
        self._clock = clock
        self._zone = zone
        self._rule = rule or TapRule()

    def once(self) -> list[TapLook]:
        """Take the looks that are due, some at once, and return them; the rest are taken in the next round."""
        now = self._clock.now()
        taken: list[TapLook] = []
        for action in self._actions.all(state=ActionState.DONE):
            if len(taken) >= MOST_AT_ONCE:
                break
            mine = [look for look in self._looks.of(action.action_id) if look.done_at == action.closed_at]
            if action.closed_at is not None and _due(action.closed_at, mine, now, self._zone):
                look = self._look(action, mine, now)
                if self._looks.keep(look):
                    logger.info("action looked at", extra={"action": action.action_id, "verdict": look.effect.verdict.value})
                    taken.append(look)
        return taken

    def now(self, action_id: int) -> TapLook:
        """Return what a look at this moment says, and keep nothing. Raises `NotAllowed` when there is no such action."""
        action = self._actions.get(action_id)
        if action is None:
            raise NotAllowed(f"There is no action {action_id}.")
        earlier = [look for look in self._looks.of(action_id) if look.done_at == action.closed_at]
        return self._look(action, earlier, self._clock.now())

    def _look(self, action: Action, earlier: Sequence[TapLook], now: datetime) -> TapLook:
        done_at = action.closed_at
        if action.state is not ActionState.DONE or done_at is None:
            return TapLook(action_id=action.action_id, done_at=now, week=_week(now, self._zone), at=now, effect=_NOT_DONE)
        series, prior = self._series(action, now), self._prior(action.action_id)
        effect, came_back = measure_tap(series, self._rule, prior=prior), False
        if any(look.effect.verdict is TapVerdict.CLOSED for look in earlier):
            latest = measure_tap(series, replace(self._rule, latest_weeks_after=LATEST_WEEKS), prior=prior)
            if latest.verdict is TapVerdict.NOT_CLOSED:
                effect, came_back = replace(latest, reason=TapReason.CAME_BACK), True
        return TapLook(
            action_id=action.action_id,
            done_at=done_at,
            week=_week(now, self._zone),
            at=now,
            effect=effect,
            came_back=came_back,
        )

    def _series(self, action: Action, now: datetime) -> TapSeries:
        """Return the days to look at: as many as the rule takes, not reaching into what another action on the same issue changed."""
        assert action.closed_at is not None  # noqa: S101 - a done action has a day; this tells the type checker
        done = action.closed_at.astimezone(self._zone).date()
        settle = timedelta(weeks=self._rule.settle_weeks)
        first = done - settle - timedelta(weeks=self._rule.most_weeks_before)
        last = now.astimezone(self._zone).date() - timedelta(days=1)
        for other in self._actions.all(issue_id=action.issue_id, state=ActionState.DONE):
            if other.action_id != action.action_id and other.closed_at is not None:
                changed = other.closed_at.astimezone(self._zone).date()
                if changed < done:
                    first = max(first, changed + settle / 2)
                elif changed > done:
                    last = min(last, changed - settle / 2)
        return self._contacts.series(action, first, last, zone=self._zone)

    def _prior(self, action_id: int) -> TapPrior:
        """Return what the house's other actions did, each at its newest look that could measure anything."""
        others = [one.action_id for one in self._actions.all(state=ActionState.DONE) if one.action_id != action_id]
        latest = self._looks.latest(others)
        return pooled([look.effect.alone for _, look in sorted(latest.items()) if look.effect.alone is not None])


_NOT_DONE = TapEffect(
    verdict=TapVerdict.CANNOT_TELL, reason=TapReason.NOT_DONE, weeks_before=0, weeks_after=0, contacts_before=0, contacts_after=0
)


def _due(done_at: datetime, looks: Sequence[TapLook], now: datetime, zone: tzinfo) -> bool:
    """Tell whether a look is due: once an ISO week, as long as an action is looked at, and a closed one watched."""
    if any(look.week == _week(now, zone) for look in looks):
        return False
    closed = next((look.at for look in looks if look.effect.verdict is TapVerdict.CLOSED), None)
    if closed is not None:
        return now <= closed + timedelta(weeks=WATCHED_WEEKS)
    return now <= done_at + timedelta(weeks=LOOKED_AT_WEEKS)


def _week(at: datetime, zone: tzinfo) -> str:
    return week_name(at.astimezone(zone).date())
