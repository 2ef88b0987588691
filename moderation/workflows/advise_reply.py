"""What stands beside a reply: where the grid would answer, what we promised this customer before, what is known, and the coach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.text.personal_data import find_personal_data
from moderation.coach.look import CoachFacts, look, only_compliment
from moderation.coach.promises import promised_in_all
from moderation.ledger.cases import CaseLedger
from moderation.ledger.our_words import OurWords
from moderation.model.advice import ChannelHint, CoachAdvice, KnowledgeSuggestion, Promised
from moderation.model.case import CaseRow
from moderation.model.grid import ContactFacts, GridHistory
from moderation.model.languages import LANGUAGES
from moderation.policy.grid import hint_for
from moderation.workflows.load_coach import load_coach_words
from moderation.workflows.offer_knowledge import OfferKnowledge

MOST_READ = 20
"""Messages of a conversation in which personal data are looked for, the latest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Advice for one case before anything is written. `language` is the one to reply in, `used` are articles put into a reply already."""

    case_id: int
    language: str
    hint: ChannelHint
    promised: tuple[Promised, ...]
    knowledge: tuple[KnowledgeSuggestion, ...]
    used: frozenset[int]
    compliment: bool


class AdviseReply:
    """Advice only: nothing here forbids. `joined` gives the conversations that are one with a case's, its own among them."""

    def __init__(
        self,
        ledger: Ledger,
        cases: CaseLedger,
        words: OurWords,
        knowledge: OfferKnowledge,
        grid: Callable[[], GridHistory],
        *,
        zone: tzinfo,
        joined: Callable[[int], Collection[int]] | None = None,
        spoken: Callable[[int], str] = lambda _conversation_id: "",
    ) -> None:
        self._ledger = ledger
        self._cases = cases
        self._words = words
        self._knowledge = knowledge
        self._grid = grid
        self._zone = zone
        self._joined = joined
        self._spoken = spoken

    def to(self, case_id: int, language: str) -> Advice | None:
        """Return the advice for a case, worded in the reader's `language`; None when there is no such case or nothing of it is left."""
        row = self._cases.get(case_id)
        if row is None:
            return None
        messages = self._messages(row)
        known = self._knowledge.to_case(messages, language=self.reply_language(row), brand=row.brand)
        return Advice(
            case_id=case_id,
            language=self.reply_language(row),
            hint=self._hint(row, _facts(row, messages, knowledge=bool(known)), language),
            promised=self._promised(row),
            knowledge=known,
            used=frozenset(one.article_id for one in self._knowledge.used_in(case_id)),
            compliment=only_compliment(_causes(row)),
        )

    def coach(self, case_id: int, text: str, language: str) -> CoachAdvice | None:
        """Return what the coach sees in a text for a case, in the text's language; None when there is no such case."""
        row = self._cases.get(case_id)
        if row is None:
            return None
        messages = self._messages(row)
        facts = CoachFacts(said=messages[-1].mention.text if messages else "", causes=_causes(row), promised=self._promised(row))
        return look(text, load_coach_words(language), facts)

    def hint(self, case_id: int, language: str) -> ChannelHint | None:
        """Return what the grid says about a case, in the reader's language; None when there is no such case."""
        row = self._cases.get(case_id)
        if row is None:
            return None
        messages = self._messages(row)
        known = self._knowledge.to_case(messages, language=self.reply_language(row), brand=row.brand)
        return self._hint(row, _facts(row, messages, knowledge=bool(known)), language)

    def reply_language(self, row: CaseRow) -> str:
        """Return the language to reply in: what a person put right on the card, else the customer's, else our default."""
        known = (self._spoken(row.conversation_id), row.language)
        return next((one for one in known if one in LANGUAGES), LANGUAGES[0])

    def _hint(self, row: CaseRow, facts: ContactFacts, language: str) -> ChannelHint:
        held = self._grid()
        return hint_for(facts, held.now, language=language, came_in=held.at(row.opened_at) if row.opened_at else None)

    def _messages(self, row: CaseRow) -> Sequence[StoredMention]:
        found = self._ledger.mentions.by_ids(row.mention_ids[-MOST_READ:])
        return sorted(found, key=lambda one: (one.mention.posted_at, one.mention_id))

    def _promised(self, row: CaseRow) -> tuple[Promised, ...]:
        talks = {row.conversation_id, *(self._joined(row.case_id) if self._joined is not None else ())}
        posts = self._words.to_customer(talks)
        return tuple(
            sorted(
                {one for language in LANGUAGES for one in promised_in_all(posts, zone=self._zone, words=load_coach_words(language))},
                key=lambda one: one.at,
                reverse=True,
            )
        )


def _causes(row: CaseRow) -> frozenset[str]:
    return frozenset(value for name, value in row.labels if name == "cause")


def _facts(row: CaseRow, messages: Sequence[StoredMention], *, knowledge: bool) -> ContactFacts:
    told = any(name == "personal_data" for name, _ in row.labels) or any(
        find_personal_data(f"{one.mention.title}\n{one.mention.text}") for one in messages
    )
    return ContactFacts(
        platform=row.platform,
        causes=_causes(row),
        personal_data=told,
        spam=row.spam,
        directed=row.directed,
        question=any(name == "question" for name, _ in row.labels),
        negative=("sentiment", "negative") in row.labels,
        knowledge=knowledge,
        private=row.private,
    )
