"""What an address asks of the queue: read leniently, written the same way each time."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from moderation.inbox.fields import number_of
from moderation.model.clock import ClockState
from moderation.model.queue import Order, QueueChoice, Tab

TEXTS = ("brand", "platform", "language", "cause", "sentiment", "state", "holder", "team")
"""Filters that compare one word."""
STATES = ("open", "claimed", "answered", "closed")
_LONGEST = 120
_YES = {"yes": True, "no": False}
_SAID = {True: "yes", False: "no", None: ""}
_MOST_HOURS = 24 * 400


def choice_of(query: Mapping[str, str]) -> QueueChoice:
    """Return what a query asks for. A value that makes no sense counts as not given."""
    texts = {name: query.get(name, "")[:_LONGEST] for name in TEXTS}
    return QueueChoice(
        **texts if texts["state"] in ("", *STATES) else {**texts, "state": ""},
        words=" ".join(query.get("q", "")[:_LONGEST].split()),
        tab=_one_of(Tab, query.get("tab", ""), Tab.WAITING),
        issue_id=number_of(query.get("issue", "")),
        waiting_hours=_hours(query.get("waiting", "")),
        clock=_one_of(ClockState, query.get("clock", ""), None),
        directed=_YES.get(query.get("directed", "")),
        private=_YES.get(query.get("private", "")),
        order=_one_of(Order, query.get("order", ""), Order.URGENCY),
    )


def asked(choice: QueueChoice) -> dict[str, str]:
    """Return a choice as fields of an address, without those that ask for nothing."""
    said = {
        "tab": "" if choice.tab is Tab.WAITING else choice.tab.value,
        "q": choice.words,
        **{name: getattr(choice, name) for name in TEXTS},
        "issue": "" if choice.issue_id is None else str(choice.issue_id),
        "waiting": "" if choice.waiting_hours is None else f"{choice.waiting_hours:g}",
        "clock": "" if choice.clock is None else choice.clock.value,
        "directed": _SAID[choice.directed],
        "private": _SAID[choice.private],
        "order": "" if choice.order is Order.URGENCY else choice.order.value,
    }
    return {name: value for name, value in said.items() if value}


def query_of(choice: QueueChoice) -> str:
    """Return a choice as what stands after the question mark; `from_query` reads it back."""
    return urlencode(asked(choice), errors="replace")


def from_query(written: str) -> QueueChoice:
    """Return the choice that `query_of` wrote, or as much of it as can be read."""
    return choice_of(dict(parse_qsl(written[:2_000], errors="replace")))


def address(choice: QueueChoice, **changed: str) -> str:
    """Return the address of the queue with this choice, with some fields changed; an empty one is left out."""
    fields = {name: value for name, value in {**asked(choice), **changed}.items() if value}
    return f"/queue?{urlencode(fields, errors='replace')}" if fields else "/queue"


def _hours(written: str) -> float | None:
    hours = number_of(written)
    return float(hours) if hours is not None and 0 < hours <= _MOST_HOURS else None


T = TypeVar("T", bound=StrEnum)
D = TypeVar("D")


def _one_of(kind: type[T], written: str, otherwise: D) -> T | D:
    try:
        return kind(written)
    except ValueError:
        return otherwise
