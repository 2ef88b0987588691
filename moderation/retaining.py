"""Wires the job that lets go of what was kept long enough, and what `run` says of it at its start."""

from __future__ import annotations

from collections.abc import Callable

from listener.issues.prepare import Reader
from listener.parts import Listening
from moderation.workflows.name_again import name_again
from moderation.workflows.retain import Retain


def retaining(listening: Listening, reader: Callable[[], Reader] | None, stopped: Callable[[], bool] = lambda: False) -> Retain:
    """Return the job of a running service."""
    settings, ledger, clock = listening.settings, listening.ledger, listening.clock

    return Retain(
        listening.home,
        ledger,
        settings.retention,
        clock,
        zone=settings.zone,
        hour=settings.labels.learn_hour,
        clean=listening.clean_files,
        name_again=lambda: 0 if reader is None else name_again(ledger, reader(), clock),
        stopped=stopped,
    )


def notice_of(retain: Retain) -> str:
    """Return what somebody who starts the service should know of words that will go, "" when they were told long ago."""
    agreed = retain.agreed()
    if agreed.coming is None or agreed.from_at is None:
        return ""
    limits = agreed.coming
    return (
        f"From {agreed.from_at:%Y-%m-%d} words of messages are let go after {limits.raw_days} days (X: {limits.x_days}); figures stay. "
        "`klankbord retention show` says what would go; retention.raw_days in klankbord.yaml keeps them longer, up to 400."
    )
