"""What the page of a conversation needs from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moderation.conversation_desk import ConversationDesk
from moderation.model.outbox import OutboxEntry
from moderation.workflows.case_acts import Colleagues


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationParts:
    """`talks` are the workflows that the page's forms call; notes and questions among them, and nothing that sends those (RULES F33).

    - `said(entry, language)`: where a post of ours stands, in words.
    - `colleagues()`: names of colleagues and teams that may be asked; without any, a name is typed.
    - `matrix(issue_id, language)`: where an issue stands in the value-irritant matrix, in words; empty when nowhere.
    - `make_knowledge(case_id, mention_id, by)`: begin an article from a helper's answer and return its address; None where there is no
      knowledge room.
    """

    talks: ConversationDesk
    said: Callable[[OutboxEntry, str], str]
    colleagues: Callable[[], Colleagues] = Colleagues
    matrix: Callable[[int, str], str] | None = None
    make_knowledge: Callable[[int, int, str], str] | None = None
