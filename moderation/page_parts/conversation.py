"""What the page of a conversation is fed with."""

from __future__ import annotations

from moderation.conversation_desk import ConversationDesk
from moderation.inbox.conversation_parts import ConversationParts
from moderation.messages.reasons import outbox_sentence
from moderation.model.outbox import OutboxEntry
from moderation.page_parts.words import words_for
from moderation.policy.gate import words_of_note
from moderation.workflows.load_wording import load_policy


def conversation_parts(talks: ConversationDesk) -> ConversationParts:
    """Return the parts of a conversation's page over an open desk."""
    policy = load_policy()

    def said(entry: OutboxEntry, language: str) -> str:
        words = outbox_sentence(entry, words_for(language, "outbox"))
        return f"{words} ({words_of_note(entry.note, policy, language)})" if entry.note else words

    return ConversationParts(talks=talks, said=said, colleagues=talks.acts.colleagues)
