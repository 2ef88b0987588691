"""Accounts that rest: a platform that says no to an account, or asks to wait, is left alone for a while (RULES F16, F19)."""

from __future__ import annotations

from datetime import timedelta

from listener.errors import RateLimited, SourceRefused
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger

REFUSED_REST = timedelta(minutes=10)
"""After 401 or 403: with at most three requests a try, no platform counts an attack (Discord bans at 10,000 in ten minutes)."""
UNREACHABLE_REST = timedelta(seconds=15)
LONG_WAIT = timedelta(minutes=15)
"""A platform that asks for more than this gets it, and a person hears of it."""
LONGEST_WAIT = timedelta(days=30)
ACCOUNT_REFUSED, LONG = "account_refused", "long_wait"


def wait_of(limit: RateLimited) -> timedelta:
    """Return how long a platform asked to wait: a second at least, and a tenth more (at most five seconds) so that nobody is early."""
    asked = max(1.0, min(limit.wait_seconds, LONGEST_WAIT.total_seconds()))
    return timedelta(seconds=asked + min(asked / 10, 5.0))


class AccountRest:
    """Shared by whatever talks to platforms in an account's name: gateway, reconciler and own-account watch. By the steady clock."""

    def __init__(self, clock: Clock, alarms: AlarmLedger | None = None) -> None:
        self._clock = clock
        self._alarms = alarms
        self._until: dict[str, tuple[float, str]] = {}

    def resting(self, who: str) -> str:
        """Return why this account (or "entry:12") rests, as a key of outbox.yaml below `held.`; empty when it does not."""
        until, why = self._until.get(who, (0.0, ""))
        return why if until > self._clock.monotonic() else ""

    def rest(self, who: str, span: timedelta, why: str) -> None:
        """Leave it alone for `span`; a longer rest that was asked before goes on."""
        until = self._clock.monotonic() + span.total_seconds()
        if until > self._until.get(who, (0.0, ""))[0] or not self.resting(who):
            self._until[who] = (until, why)

    def failed(self, account: str, error: Exception) -> list[tuple[str, str]]:
        """Let the account rest as the error asks for; return the alarms that this raised, as (kind, number)."""
        if isinstance(error, SourceRefused):
            self.rest(account, REFUSED_REST, ACCOUNT_REFUSED)
            return self._tell(ACCOUNT_REFUSED, account)
        if isinstance(error, RateLimited):
            wait = wait_of(error)
            self.rest(account, wait, "rate_limited")
            return self._tell(LONG, account, f"{wait.total_seconds() / 60:.0f}") if wait > LONG_WAIT else []
        self.rest(account, UNREACHABLE_REST, "account_unreachable")
        return []

    def works(self, account: str) -> None:
        """The platform answers to this account (again)."""
        self._until.pop(account, None)
        if self._alarms is not None:
            for kind in (ACCOUNT_REFUSED, LONG):
                self._alarms.over(kind, subject=account, at=self._clock.now())

    def _tell(self, kind: str, account: str, note: str = "") -> list[tuple[str, str]]:
        number = note or account
        if self._alarms is None or self._alarms.raise_once(kind, account, note=number, at=self._clock.now()):
            return [(kind, number)]
        return []
