"""What the page about requests of people needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.model.subject_request import Ending, SubjectRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestParts:
    """`all()`: open requests first, by the day they are due. `extend(number, why, by)`, `end(number, how, why, by)`: or `InputError`."""

    all: Callable[[], Sequence[SubjectRequest]]
    extend: Callable[[int, str, str], object]
    end: Callable[[int, Ending, str, str], object]
