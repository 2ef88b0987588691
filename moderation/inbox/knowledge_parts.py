"""What the pages about knowledge and the advice beside a reply need from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from moderation.knowledge.difference import Piece
from moderation.knowledge.fit import Fit
from moderation.model.advice import ChannelHint, CoachAdvice, KnowledgeSuggestion, Promised
from moderation.model.knowledge import Article, Refreshed
from moderation.model.reply import Words, WorkingDraft
from moderation.workflows.keep_knowledge import KeepKnowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An article beside a reply, how near it is in words, and whether it was put into a reply of this case already."""

    article: KnowledgeSuggestion
    fit: Fit
    used: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvicePanel:
    """The advice beside one case. `language` is the one to reply in; `compliment`: the customer only said something kind."""

    case_id: int
    language: str
    hint: ChannelHint
    promised: tuple[Promised, ...]
    knowledge: tuple[Offered, ...]
    compliment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceParts:
    """`panel(case_id, language)` is what stands beside a case, None without one. `coach(case_id, text, language)` looks at a text.

    `insert(case_id, article_id, words, version, person)` puts an article below what was typed and notes that it was used; `keep` saves
    what was typed. Both raise `ActionError`. `saved(case_id, person)` is what somebody is writing, or None.
    """

    panel: Callable[[int, str], AdvicePanel | None]
    coach: Callable[[int, str, str], CoachAdvice | None]
    insert: Callable[[int, int, Words, int, str], None]
    keep: Callable[[int, Words, int, str], None]
    saved: Callable[[int, str], WorkingDraft | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeParts:
    """`keep` are the workflows that forms call; `refresh()` looks at the answered conversations now.

    `titles` names issues by id. `changed(before, after)` is what differs. `markdown(articles, language)` is a file of them.
    """

    keep: KeepKnowledge
    refresh: Callable[[], Refreshed]
    titles: Callable[[list[int]], Mapping[int, str]]
    changed: Callable[[str, str], tuple[Piece, ...]]
    markdown: Callable[[tuple[Article, ...], str], str]
