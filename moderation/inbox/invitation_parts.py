"""What the pages about invitations need: the decisions, what was learned, and the standing text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from moderation.model.invitation import KeptDecision, QuietTime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationParts:
    """Callables that may block.

    - `decisions(state, kind, limit)`: the latest decision about each event, newest first; "" for any. `history(event_id)`: all about one.
    - `counts()`: events per state. `quiet()`: quiet times, all first, then platforms and channels.
    - `snippet(language)`: the standing text by format. Raises `NotAllowed` when it leads nowhere yet.
    - `words(language)`: the texts of invitations.yaml.
    """

    decisions: Callable[[str, str, int], Sequence[KeptDecision]]
    history: Callable[[int], Sequence[KeptDecision]]
    counts: Callable[[], Mapping[str, int]]
    quiet: Callable[[], Sequence[QuietTime]]
    snippet: Callable[[str], Mapping[str, str]]
    words: Callable[[str], Mapping[str, str]]
