"""What the page that stops an e-mail is fed with: the methods of `StopLinks`, and how many wrong links one client has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from moderation.public.limiter import Limiter
from moderation.workflows.stop_links import Stopping

MOST_WRONG, WRONG_SECONDS = 30, 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopParts:
    """`find` changes nothing; `stop` and `resume` do, and say how it stands then. Each returns None for a link that we did not make."""

    find: Callable[[str], Stopping | None]
    stop: Callable[[str], Stopping | None]
    resume: Callable[[str], Stopping | None]
    wrong: Limiter = field(default_factory=lambda: Limiter(most=MOST_WRONG, window_seconds=WRONG_SECONDS))
