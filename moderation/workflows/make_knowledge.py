"""Begin an article from an answer that a customer of ours gave to another."""

from __future__ import annotations

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.knowledge.propose import ONLY_LINKED
from moderation.knowledge.wording import proposed_answer, proposed_question
from moderation.ledger.cases import CaseLedger
from moderation.ledger.knowledge import KnowledgeLedger
from moderation.model.knowledge import Article, EvidenceLine, NewArticle
from moderation.model.languages import LANGUAGES


class MakeKnowledge:
    """Keeps suggestions that a person asked for. Their words are still the helper's: with the message, they go (RULES F7)."""

    def __init__(self, ledger: Ledger, cases: CaseLedger, knowledge: KnowledgeLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._cases = cases
        self._knowledge = knowledge
        self._clock = clock

    def from_helper(self, case_id: int, mention_id: int, by: str) -> Article:
        """Keep what the helper wrote as a suggestion, without names and personal data; the one there is when it was kept before.

        Raises `NotAllowed` when the case or the message is not there (any more).
        """
        row = self._cases.get(case_id)
        answered = self._ledger.mentions.by_ids([mention_id])
        asked = self._ledger.mentions.by_ids(row.mention_ids[:1]) if row is not None else []
        if row is None or not answered or not asked:
            raise NotAllowed("The conversation or the helper's message is not there any more.", key="know_gone")
        if kept := self._kept(mention_id):
            return kept
        question, answer = asked[0], answered[0]
        found = self._ledger.analyses.languages([question.mention_id]).get(question.mention_id, "")
        language = found if found in LANGUAGES else LANGUAGES[0]
        titled, said = _may_be_quoted(question), _may_be_quoted(answer)
        new = NewArticle(
            language=language,
            brands=frozenset({row.brand}),
            question=proposed_question(question.mention.text, language=language, customer=_name(question)) if titled else "",
            answer=proposed_answer(answer.mention.text, language=language, customer=_name(answer)) if said else "",
            evidence=(
                EvidenceLine(mention_id=question.mention_id, case_id=case_id, entry_id=None, fit=1.0),
                EvidenceLine(mention_id=answer.mention_id, case_id=case_id, entry_id=None, fit=1.0),
            ),
            made_by=by,
            issue_id=row.issue_id,
            question_mention_id=question.mention_id if titled else None,
            answer_mention_id=answer.mention_id if said else None,
        )
        return self._knowledge.add(new, at=self._clock.now())

    def _kept(self, mention_id: int) -> Article | None:
        """Return the article whose first wording is this message's, so that a second press makes no second one."""
        for article_id, mentions in self._knowledge.resting_on().items():
            if mention_id in mentions and any(one.answer_mention_id == mention_id for one in self._knowledge.versions(article_id)):
                return self._knowledge.get(article_id)
        return None


def _may_be_quoted(stored: StoredMention) -> bool:
    """What somebody told us in private is worded by a person of ours, or not at all."""
    return stored.mention.platform not in ONLY_LINKED and not stored.private


def _name(stored: StoredMention) -> str:
    return stored.mention.author.name if stored.mention.author else ""
