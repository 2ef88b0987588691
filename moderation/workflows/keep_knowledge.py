"""What people do with knowledge: find, read, reword, approve, merge, retire, take back, and carry it out as a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.knowledge.wording import same_words
from moderation.knowledge.words import content_words, rarity, word_fit
from moderation.ledger.knowledge import KnowledgeLedger
from moderation.ledger.knowledge_acts import KnowledgeActs
from moderation.model.knowledge import Article, ArticleAct, ArticleState, ArticleVersion, Evidence

MOST_QUESTION, MOST_ANSWER, MOST_REASON = 300, 6_000, 300
LISTED = (ArticleState.SUGGESTED, ArticleState.APPROVED, ArticleState.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDetail:
    """An article whole: its wordings and acts newest first, what it rests on, and the articles it could go into."""

    article: Article
    versions: tuple[ArticleVersion, ...]
    evidence: tuple[Evidence, ...]
    acts: tuple[ArticleAct, ...]
    mergeable: tuple[Article, ...]


class KeepKnowledge:
    """Articles for people. `brands` are those a person may see; None means all of them."""

    def __init__(self, ledger: Ledger, knowledge: KnowledgeLedger, acts: KnowledgeActs, clock: Clock) -> None:
        self._ledger = ledger
        self._knowledge = knowledge
        self._acts = acts
        self._clock = clock

    def list(
        self, words: str = "", *, states: Iterable[ArticleState] = LISTED, language: str = "", brands: Collection[str] | None = None
    ) -> tuple[Article, ...]:
        """Return articles, those that a person should look at first: flagged, then suggested by evidence, then the rest by use.

        With `words` only those that share some, the best first.
        """
        found = self._knowledge.all(tuple(states), language=language, brands=brands)
        if not words.strip():
            order = {ArticleState.SUGGESTED: 0, ArticleState.APPROVED: 1}
            return tuple(
                sorted(found, key=lambda one: (one.flag is None, order.get(one.state, 2), -one.evidence - one.used, one.article_id))
            )
        asked = content_words(words)
        texts = [content_words(f"{one.question} {one.question} {one.answer}") for one in found]
        weights = rarity([*texts, asked])
        scored = [(word_fit(asked, text, weights), one) for one, text in zip(found, texts, strict=True)]
        return tuple(one for fit, one in sorted(scored, key=lambda pair: (-round(pair[0], 6), pair[1].article_id)) if fit > 0)

    def show(self, article_id: int, *, brands: Collection[str] | None = None) -> ArticleDetail | None:
        """Return an article whole, or None when there is none (for somebody of these brands)."""
        article = self._seen(article_id, brands)
        if article is None:
            return None
        live = (ArticleState.SUGGESTED, ArticleState.APPROVED)
        others = self._knowledge.all(live, language=article.language, brands=brands)
        return ArticleDetail(
            article=article,
            versions=tuple(self._knowledge.versions(article_id)),
            evidence=tuple(self._knowledge.evidence(article_id, brands=brands)),
            acts=tuple(self._knowledge.acts(article_id)),
            mergeable=tuple(one for one in others if one.article_id != article_id and one.brands == article.brands),
        )

    def edit(
        self, article_id: int, turn: int, question: str, answer: str, *, by: str, reason: str = "", may_approve: bool = False
    ) -> Article:
        """Reword an article as a new version. Raises `NotAllowed` when something is missing or too long, or an approved article is
        edited by somebody who may not approve; `ActionError` when it changed meanwhile.
        """
        now = self._known(article_id)
        if now.state is ArticleState.APPROVED and not may_approve:
            raise NotAllowed(f"Article {article_id} is approved; somebody who may approve has to change it.", key="know_approver")
        asked, said = _tidy(question, MOST_QUESTION, "question"), _tidy(answer, MOST_ANSWER, "answer")
        if (asked, said) == (now.question, now.answer):
            return now
        standing = next(one for one in self._knowledge.versions(article_id) if one.version == now.version)
        sources = (
            self._still_theirs(asked, standing.question_mention_id),
            self._still_theirs(said, standing.answer_mention_id),
        )
        why = reason.strip()[:MOST_REASON]
        return self._acts.edit(article_id, turn, asked, said, by=by, at=self._clock.now(), reason=why, sources=sources)

    def approve(self, article_id: int, turn: int, *, by: str) -> Article:
        """Let an article be offered beside replies. Raises as `KnowledgeActs` does."""
        return self._acts.approve(article_id, turn, by=by, at=self._clock.now())

    def retire(self, article_id: int, turn: int, *, by: str) -> Article:
        """Offer an article no more. Raises as `KnowledgeActs` does."""
        return self._acts.retire(article_id, turn, by=by, at=self._clock.now())

    def check(self, article_id: int, turn: int, *, by: str) -> Article:
        """Say that a flagged article still holds. Raises as `KnowledgeActs` does."""
        return self._acts.check(article_id, turn, by=by, at=self._clock.now())

    def merge(self, article_id: int, turn: int, into: int, *, by: str) -> Article:
        """Let an article go into another. Raises as `KnowledgeActs` does."""
        return self._acts.merge(article_id, turn, into, by=by, at=self._clock.now())

    def undo(self, act_id: int, *, by: str, article_id: int | None = None) -> Article:
        """Take the last act back; with `article_id` only when it is an act on that article. Raises as `KnowledgeActs` does."""
        if article_id is not None and act_id not in {one.act_id for one in self._knowledge.acts(article_id)}:
            raise NotAllowed(f"Article {article_id} has no act {act_id}.", key="know_no_act")
        return self._acts.undo(act_id, by=by, at=self._clock.now())

    def _still_theirs(self, text: str, mention_id: int | None) -> int | None:
        """Return the message whose words these still are, or None: reworded by us, they stay when that message goes."""
        if mention_id is None:
            return None
        found = self._ledger.mentions.by_ids([mention_id])
        return mention_id if found and same_words(text, found[0].mention.text) else None

    def _known(self, article_id: int) -> Article:
        found = self._knowledge.get(article_id)
        if found is None:
            raise NotAllowed(f"There is no article {article_id}.", key="know_none")
        return found

    def _seen(self, article_id: int, brands: Collection[str] | None) -> Article | None:
        found = self._knowledge.get(article_id)
        theirs = found is not None and (brands is None or not found.brands or bool(found.brands & frozenset(brands)))
        return found if theirs else None


def _tidy(text: str, most: int, what: str) -> str:
    kept = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    if not kept:
        raise NotAllowed(f"The {what} is empty.", key=f"know_empty_{what}")
    if len(kept) > most:
        raise NotAllowed(f"The {what} has {len(kept)} characters; at most {most} fit.", key=f"know_long_{what}", fields={"most": most})
    return kept
