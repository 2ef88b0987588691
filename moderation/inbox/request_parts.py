"""What the page about requests of people needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from moderation.model.subject_request import Ending, RequestKind, SubjectRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as somebody at the desk writes it down: what is asked for, by which account, and the day on which it came."""

    kind: RequestKind
    platform: str
    account: str
    received: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """What people asked for.

    - `all()`: open requests first, by the day they are due. `extend(number, why, by)`, `end(number, how, why, by)`: or `InputError`.
    - `note(asked, by)`: notes a request; returns it, and whether it waited already. Raises as `KeepRequests.add` does.
    - `today()`: the day it is where people count days. `platforms()`: those of which anything is here.
    """

    all: Callable[[], Sequence[SubjectRequest]]
    extend: Callable[[int, str, str], object]
    end: Callable[[int, Ending, str, str], object]
    note: Callable[[Asked, str], tuple[SubjectRequest, bool]]
    today: Callable[[], date]
    platforms: Callable[[], Collection[str]]
