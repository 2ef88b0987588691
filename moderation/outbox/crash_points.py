"""Every place on the way of a public write, or of a message to our own people, where the process may die: tests kill it there (RULES F2).

Without the environment variable KLANKBORD_CRASH_AT none of this has any effect.
"""

from __future__ import annotations

import os
import signal

CRASH_AT = "KLANKBORD_CRASH_AT"

_MOVES = ("approve", "start", "restart", "sent", "refused", "unknown", "recovered", "found", "absent", "human", "cancelled", "expired")
_STEPS = ("begun", "moved", "noted", "committed")
"""Of one durable move: before its transaction, after the row changed, after the audit line, after the commit."""

POINTS: tuple[str, ...] = (
    "gateway.entered",
    "gateway.chosen",
    "gateway.account_known",
    "gateway.place_known",
    "gateway.target_known",
    "gateway.gate_passed",
    "publish.begun",
    "publish.answered",
    "republish.begun",
    "republish.answered",
    "platform.received",
    "platform.accepted",
    "reconcile.begun",
    "reconcile.first_look",
    "reconcile.second_look",
    *(f"{move}.{step}" for move in _MOVES for step in _STEPS),
)
DELIVERY_POINTS: tuple[str, ...] = (
    "tell.begun",
    "tell.ready",
    "tell.worded",
    "tell.carried",
    "tell.finished",
    "mail.connected",
    "mail.signed_in",
    "mail.named",
    "mail.written",
    "mail.ended",
    "mail.answered",
    "post.checked",
    "post.answered",
    "webhook.answered",
    *(f"{move}.{step}" for move in ("due", "claim", "end", "lost") for step in ("begun", "moved", "committed")),
)
"""Of a digest. `mail.named`: the server takes a text; `mail.written`: all of it but its end has gone; `mail.ended`: its end has."""
_KNOWN = frozenset((*POINTS, *DELIVERY_POINTS))


def reach(point: str) -> None:
    """Die at once, as by kill -9, if the environment names this point. An unknown point raises KeyError: each one has to be in the list."""
    if point not in _KNOWN:
        raise KeyError(point)
    if os.environ.get(CRASH_AT) == point:
        os.kill(os.getpid(), signal.SIGKILL)
