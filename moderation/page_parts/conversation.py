"""What the page of a conversation is fed with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moderation.conversation_desk import ConversationDesk
from moderation.inbox.conversation_parts import ConversationParts, no_clocks
from moderation.messages.reasons import outbox_sentence
from moderation.model.clock import CaseClock
from moderation.model.outbox import OutboxEntry
from moderation.page_parts.words import words_for
from moderation.policy.gate import words_of_note
from moderation.workflows.load_wording import load_policy
from moderation.workflows.make_knowledge import MakeKnowledge


def conversation_parts(
    talks: ConversationDesk, *, clocks: Callable[[int], Sequence[CaseClock]] = no_clocks, knowledge: MakeKnowledge | None = None
) -> ConversationParts:
    """Return the parts of a conversation's page over an open desk. `knowledge`: makes an article of a helper's answer."""
    policy = load_policy()

    def said(entry: OutboxEntry, language: str) -> str:
        words = outbox_sentence(entry, words_for(language, "outbox"))
        return f"{words} ({words_of_note(entry.note, policy, language)})" if entry.note else words

    def article(case_id: int, mention_id: int, by: str) -> str:
        talks.endings.must_have_helped(case_id, mention_id)
        return f"/knowledge/{knowledge.from_helper(case_id, mention_id, by).article_id}" if knowledge else ""

    return ConversationParts(
        talks=talks, said=said, colleagues=talks.acts.colleagues, clocks=clocks, make_knowledge=article if knowledge else None
    )
