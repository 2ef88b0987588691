"""Answered conversations on a ledger of its own, and the knowledge that comes of them: for its room's tests and its pages."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import update

from listener.embedding.hashed import HashedEmbedder
from listener.ledger.ledger import open_ledger
from listener.ledger.transactions import writing
from listener.model.analysis import Analysis, AnalysisStep, Label, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, BrandHit, Kept, Removal
from moderation.inbox.knowledge_parts import KnowledgeParts
from moderation.knowledge.difference import difference
from moderation.knowledge_desk import KnowledgeDesk, knowledge_desk
from moderation.ledger.answered import note_answer
from moderation.ledger.tables import outbox
from moderation.messages.knowledge_file import knowledge_markdown
from moderation.model.knowledge import Article, ArticleState
from moderation.model.outbox import EntryState
from moderation.page_parts.words import words_for
from moderation.settings import KlankbordSettings
from moderation.workflows.keep_knowledge import ArticleDetail
from moderation.workflows.open_cases import open_cases
from tests.fakes.desk import Desk, mention, open_desk

BRAND = "Stroomwerk"
MODEL = HashedEmbedder(256)

OUTAGE = (
    (
        "Hoe krijg ik compensatie voor de stroomstoring van maandag?",
        "Hoi Merel,\n\nCompensatie vraag je aan via Mijn gegevens. Je hebt je klantnummer nodig.",
    ),
    (
        "Krijg ik compensatie voor de stroomstoring van maandag?",
        "Dag Joost, compensatie vraag je aan via Mijn gegevens, met je klantnummer.\n– Team Stroomwerk",
    ),
    (
        "Is er compensatie voor de stroomstoring maandag en hoe krijg ik die?",
        "Compensatie vraag je aan via Mijn gegevens. Het duurt vijf dagen.",
    ),
)
METER = (
    ("Waar lees ik mijn meterstand af op de nieuwe meter?", "De meterstand lees je af op het scherm: druk twee keer op de knop."),
    ("Waar vind ik de meterstand op de nieuwe meter?", "Druk twee keer op de knop van de meter, dan zie je de meterstand."),
    ("De nieuwe meter: waar lees ik de meterstand af?", "De meterstand staat op het scherm na twee keer drukken op de knop."),
)


@dataclass
class KnowledgeDay:
    """A desk with answered conversations. `answer` adds one, `analyse` lets the analyser read, `remove` takes a message away."""

    desk: Desk
    known: KnowledgeDesk
    heard: int = 0

    def ask(
        self, text: str, *, language: str = "nl", author: str = "", brand: str = BRAND, labels: Sequence[Label] = (), **changed: Any
    ) -> int:
        """Let a customer ask something, read by the analyser; return the mention's id."""
        self.heard += 1
        name = author or f"klant{self.heard}"
        who = Author(platform="feed", realm="forum.example", native_id=name, name=name.title())
        one = mention(f"q{self.heard}", text, **{"author": who, "posted_at": self.desk.clock.now(), **changed})
        kept = Kept(mention=one, hits=(BrandHit(brand=brand, directed=True, terms=(brand.lower(),)),))
        self.desk.ledger.mentions.add_page([kept], source="feed", next_cursor=None, at=self.desk.clock.now())
        found = self.desk.ledger.mentions.find(one.key)
        assert found is not None
        self.analyse(found.mention_id, text, language, labels)
        self.desk.clock.advance(timedelta(minutes=11))
        open_cases(self.desk.ledger, self.desk.cases, now=self.desk.clock.now())
        return found.mention_id

    def analyse(self, mention_id: int, text: str, language: str, labels: Sequence[Label] = ()) -> None:
        """Keep what the analyser would: language, labels, and the vector of a text."""
        analysis = Analysis(
            mention_id=mention_id, revision=0, language=language, card_id=mention_id, text_hash=f"h{mention_id}", labels=tuple(labels)
        )
        vector = NewEmbedding(text_hash=f"h{mention_id}", model=MODEL.model_id, vector=MODEL.encode([text])[0])
        self.desk.ledger.analyses.save(AnalysisStep(at=self.desk.clock.now(), analyses=(analysis,), embeddings=(vector,)))

    def case_of(self, mention_id: int) -> int:
        """Return the case that a message opened."""
        return next(row.case_id for row in self.desk.cases.rows() if mention_id in row.mention_ids)

    def answer(self, text: str, answer: str, *, language: str = "nl", **asked: Any) -> tuple[int, int]:
        """Let a customer ask and somebody answer, up to the platform's acceptance; return mention and case."""
        mention_id = self.ask(text, language=language, **asked)
        case_id = self.case_of(mention_id)
        row = self.desk.cases.get(case_id)
        assert row is not None
        self.desk.inbox.claim(case_id, "anna", row.version)
        draft = self.desk.inbox.draft_reply(case_id, "anna", answer, language=language)
        self.accept(self.desk.inbox.send(draft.draft_id, "anna").entry_id)
        return mention_id, case_id

    def accept(self, entry_id: int) -> None:
        """Let the platform have accepted a post: what the gateway writes then, without its looks before and after."""
        values = {"state": EntryState.SENT.value, "platform_id": f"post-{entry_id}", "changed_at": self.desk.clock.now()}
        with writing(self.desk.ledger.engine) as tx:
            tx.execute(update(outbox).where(outbox.c.entry_id == entry_id).values(values))
            note_answer(tx, entry_id)

    def answer_all(self, *groups: Sequence[tuple[str, str]], language: str = "nl") -> list[int]:
        """Answer every question of these groups; return the mentions."""
        return [self.answer(question, answer, language=language)[0] for group in groups for question, answer in group]

    def issue(self, mention_ids: Sequence[int], title: str = "Storing maandag") -> int:
        """Put messages into one new issue."""
        at = self.desk.clock.now()
        members = tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="test", at=at) for one in mention_ids)
        step = AnalysisStep(at=at, new_issues=(NewIssue(temporary_id=-1, title=title, created_at=at),), memberships=members)
        self.desk.ledger.analyses.save(step)
        return max(one.issue_id for one in self.desk.ledger.issues.all())

    def remove(self, mention_id: int) -> None:
        """Let a customer take a message away."""
        (stored,) = self.desk.ledger.mentions.by_ids([mention_id])
        key = stored.mention.key
        gone = Removal(platform=key.platform, realm=key.realm, native_id=key.native_id)
        self.desk.ledger.mentions.remove([gone], source="feed", at=self.desk.clock.now())

    def suggested(self) -> list[Article]:
        """Look for knowledge, and return all suggestions."""
        self.known.refresh.once()
        return list(self.known.keep.list(states=[ArticleState.SUGGESTED]))

    def shown(self, article_id: int) -> ArticleDetail:
        """Return an article that is there, whole."""
        found = self.known.keep.show(article_id)
        assert found is not None
        return found

    def approved(self, article: Article, *, question: str = "", answer: str = "", by: str = "bram") -> Article:
        """Reword and approve a suggestion."""
        edited = self.known.keep.edit(
            article.article_id, article.turn, question or "Hoe vraag ik iets terug?", answer or article.answer, by=by, may_approve=True
        )
        return self.known.keep.approve(article.article_id, edited.turn, by=by)

    def room(self) -> KnowledgeParts:
        """Return the parts of the pages about knowledge."""
        return KnowledgeParts(
            keep=self.known.keep,
            refresh=self.known.refresh.once,
            titles=self.desk.ledger.issues.titles,
            changed=difference,
            markdown=lambda articles, language: knowledge_markdown(articles, words_for(language, "knowledge")),
        )


@cache
def empty_ledger() -> Path:
    """Return a ledger without a row, migrated once for all tests of a run."""
    file = Path(tempfile.mkdtemp()) / "ledger.db"
    with open_ledger(f"sqlite:///{file}") as ledger:
        ledger.tidy()
    return file


@contextmanager
def open_knowledge_day(home: Path, **settings: Any) -> Iterator[KnowledgeDay]:
    """Open a desk with its knowledge; the sentence model is the hashed one, and answers at once."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty_ledger(), home / "ledger.db")
    chosen = KlankbordSettings.model_validate({"brands": [{"name": BRAND}], "knowledge": {"near": 0.55, **settings}})
    with open_desk(home) as desk:
        known = knowledge_desk(home, chosen, desk.ledger, desk.clock, model=lambda: MODEL.model_id, encode=MODEL.encode)
        yield KnowledgeDay(desk, known)
