"""How the house stands in numbers, for whoever watches it by machine: counts and ages, nobody's words and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNow:
    """One source: seconds since it was last read, None when it never was; and whether it is blind."""

    source: str
    lag_seconds: float | None
    blind: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseCounts:
    """Counts by state. `clocks`: live cases by the colour of the clock that is due first. `oldest_outbox_seconds`: of unfinished ones."""

    sources: tuple[SourceNow, ...]
    quarantined: int
    cases: Mapping[str, int]
    clocks: Mapping[str, int]
    outbox: Mapping[str, int]
    oldest_outbox_seconds: float
    alarms: int
    digests: int
    reports: int
    deliveries: Mapping[str, int]
