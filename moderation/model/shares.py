"""A share or a mean with how sure it is: both are shown with their interval, or not at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`did` of `of`, with the ends of the 95 % interval (Wilson) of the share, None where there is nothing to divide by."""

    did: int = 0
    of: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean of `n` answers with its 95 % interval; None where they are too few to say."""

    n: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
