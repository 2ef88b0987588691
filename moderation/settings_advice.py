"""Settings of what stands beside a reply: the word list, the channel grid, and knowledge."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from listener.settings.schema import Section


class ToneLine(Section):
    """One line of your own word list, as in config/lexicons/<language>/tone.yaml."""

    language: Literal["nl", "en"] = Field(description="Language of the replies it is for.")
    phrases: tuple[str, ...] = Field(min_length=1, description="Words to find: 'a|b' either word, 'word*' a beginning, '_' up to three.")
    why: str = Field(min_length=1, max_length=300, description="Why these words put people off.")
    instead: tuple[str, ...] = Field(min_length=1, description="What can be said instead.")
    unless: tuple[str, ...] = Field((), description="Longer phrases in which they do no harm.")
    under_complaint: bool = Field(False, description="True: only wrong to somebody who complains.")


class ToneSettings(Section):
    """Words that put people off, beside the shipped list."""

    more: tuple[ToneLine, ...] = Field((), description="Lines of your own.")
    fewer: tuple[str, ...] = Field((), description="Phrases of the shipped list that you leave out, as they are written there.")


class GridSettings(Section):
    """Which contact is best answered where."""

    file: str = Field("", description="Your own channel grid, seen from the home folder; empty: the shipped one (`klankbord grid show`).")


class KnowledgeSettings(Section):
    """Articles from answered conversations."""

    least_conversations: int = Field(
        3, ge=1, le=100, description="Answered conversations that ask the same before an article is suggested."
    )
    near: float = Field(0.7, ge=0.3, le=0.99, description="How near two questions are that ask the same: the cosine of their vectors.")
    most_conversations: int = Field(4000, ge=100, le=20_000, description="Answered conversations that are compared, the latest ones.")
    offered: int = Field(3, ge=1, le=10, description="Articles beside a reply at most.")
    wait_seconds: float = Field(1.0, gt=0, le=10, description="How long a page waits for the sentence model before it goes by words.")
