"""What the pages about knowledge and the advice beside a reply are fed with."""

from __future__ import annotations

from moderation.inbox.knowledge_parts import AdvicePanel, AdviceParts, KnowledgeParts, Offered
from moderation.knowledge.difference import difference
from moderation.knowledge.fit import fit_word
from moderation.knowledge_desk import KnowledgeDesk, knowledge_desk
from moderation.messages.knowledge_file import knowledge_markdown
from moderation.model.knowledge import Article
from moderation.model.reply import Words, WorkingDraft
from moderation.page_parts.words import words_for
from moderation.parts import Answering
from moderation.workflows.encode_in_time import EncodeInTime
from moderation.workflows.write_reply import WriteReply


def knowledge_with_model(parts: Answering) -> KnowledgeDesk:
    """Return the knowledge of a home whose sentence model may be asked, within a second or so."""
    listening, settings = parts.listening, parts.desk.settings
    return knowledge_desk(
        listening.home,
        settings,
        listening.ledger,
        listening.clock,
        model=lambda: listening.model_id,
        encode=EncodeInTime(listening.embedder, seconds=settings.knowledge.wait_seconds),
        joined=parts.desk.conversation.show.conversations,
    )


def knowledge_parts(parts: Answering, desk: KnowledgeDesk) -> KnowledgeParts:
    """Return the parts of the pages about knowledge."""
    issues = parts.listening.ledger.issues

    def markdown(articles: tuple[Article, ...], language: str) -> str:
        return knowledge_markdown(articles, words_for(language, "knowledge"))

    return KnowledgeParts(keep=desk.keep, refresh=desk.refresh.once, titles=issues.titles, changed=difference, markdown=markdown)


def advice_parts(desk: KnowledgeDesk, write: WriteReply) -> AdviceParts:
    """Return the parts of the advice beside a reply."""

    def panel(case_id: int, language: str) -> AdvicePanel | None:
        found = desk.advise.to(case_id, language)
        if found is None:
            return None
        offered = tuple(Offered(article=one, fit=fit_word(one.fit), used=one.article_id in found.used) for one in found.knowledge)
        return AdvicePanel(
            case_id=case_id,
            language=found.language,
            hint=found.hint,
            promised=found.promised,
            knowledge=offered,
            compliment=found.compliment,
        )

    def insert(case_id: int, article_id: int, words: Words, version: int, person: str) -> None:
        article = desk.offer.usable(article_id, brand=write.case(case_id).brand)
        typed = words.text.rstrip()
        text = f"{typed}\n\n{article.answer}" if typed else article.answer
        write.save(case_id, person, _with_text(words, text), version=version)
        desk.offer.use(article_id, case_id, by=person)

    def keep(case_id: int, words: Words, version: int, person: str) -> None:
        write.save(case_id, person, words, version=version)

    def saved(case_id: int, person: str) -> WorkingDraft | None:
        return write.mine(case_id, person)

    return AdviceParts(panel=panel, coach=desk.advise.coach, insert=insert, keep=keep, saved=saved)


def _with_text(words: Words, text: str) -> Words:
    return Words(text=text, language=words.language, signature=words.signature, template=words.template)
