"""What the page of a conversation needs from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.conversation_desk import ConversationDesk
from moderation.model.clock import CaseClock
from moderation.model.outbox import OutboxEntry
from moderation.workflows.case_acts import Colleagues


def no_clocks(case_id: int) -> Sequence[CaseClock]:  # noqa: ARG001 - nothing is kept to a time
    """Return no clock."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationParts:
    """`talks` are the workflows that the page's forms call; notes and questions among them, and nothing that sends those (RULES F33).

    - `said(entry, language)`: where a post of ours stands, in words.
    - `colleagues()`: names of colleagues and teams that may be asked; without any, a name is typed.
    - `clocks(case_id)`: the running clocks of a case, soonest due first.
    - `make_knowledge(case_id, mention_id, by)`: begin an article from a helper's answer and return its address; None where there is no
      knowledge room.
    """

    talks: ConversationDesk
    said: Callable[[OutboxEntry, str], str]
    colleagues: Callable[[], Colleagues] = Colleagues
    clocks: Callable[[int], Sequence[CaseClock]] = no_clocks
    make_knowledge: Callable[[int, int, str], str] | None = None
