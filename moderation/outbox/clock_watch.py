"""Notices that the clock jumped, because caps, expiry and age all lean on it (RULES F13)."""

from __future__ import annotations

from datetime import datetime, timedelta

from listener.ports import Clock

TOLERANCE = timedelta(minutes=2)
HOLD = timedelta(hours=1)
"""How long, by the clock that cannot jump, nothing is sent after a jump: the longest window that caps count in by the hour."""


class ClockWatch:
    """Compares the time of day with the monotonic clock since the last look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._restart()

    def _restart(self) -> None:
        self._wall, self._steady = self._clock.now(), self._clock.monotonic()
        self._jumped_at: float | None = None

    def jumped(self, *, newest: datetime | None, confirmed_at: datetime | None) -> bool:
        """Tell whether the time of day cannot be trusted now.

        newest: the latest moment in the outbox; a clock well before it has gone back, also across a restart. It is trusted again when
        it is back where it should be, after an hour, or when a person confirmed it (`confirmed_at`, by the new time) since the jump.
        """
        now, steady = self._clock.now(), self._clock.monotonic()
        behind = newest is not None and now < newest - TOLERANCE
        drift = abs((now - self._wall).total_seconds() - (steady - self._steady))
        if drift <= TOLERANCE.total_seconds() and not behind:
            self._restart()
            return False
        if self._jumped_at is None:
            self._jumped_at = steady
            self._asked_from = now
        waited = steady - self._jumped_at >= HOLD.total_seconds()
        confirmed = confirmed_at is not None and confirmed_at >= self._asked_from
        if (waited or confirmed) and not behind:
            self._restart()
            return False
        return not (confirmed and behind)
