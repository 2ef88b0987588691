"""Moments as insight keeps them: its timestamps are UTC and do not say so. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def naive(moment: datetime) -> datetime:
    """Return an aware moment as a question asks for it: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def aware(moment: datetime) -> datetime:
    """Return a moment of an answer as the rest of the product holds it: aware, in UTC."""
    return moment.replace(tzinfo=UTC)
