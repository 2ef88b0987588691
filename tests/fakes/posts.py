"""Made-up posts for the analyser: chatter over many topics, events with words of their own, and a runner that stands in for the ledger."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.embedding.hashed import HashedEmbedder
from listener.issues.analyst import Analyst
from listener.model.analysis import AnalysedMention, AnalysisStep
from listener.model.issue import Issue, Signal
from listener.model.mention import Author, Mention, StoredMention
from listener.settings.schema import DetectionSettings
from listener.settings.wording import lexicons, stop_words
from tests.bench.replaying import IssueIds

START = datetime(2026, 3, 2, tzinfo=UTC)
EMBEDDER = HashedEmbedder(dims=128)
TOPICS = 25
_SYLLABLES = [
    "ba",
    "ke",
    "di",
    "lo",
    "mu",
    "fra",
    "gri",
    "sto",
    "plu",
    "va",
    "ne",
    "ri",
    "to",
    "ju",
    "scha",
    "vle",
    "kni",
    "bro",
    "dwa",
    "zi",
]


def settings(**changed: Any) -> DetectionSettings:
    return DetectionSettings.model_validate(changed)


def analyst(**changed: Any) -> Analyst:
    return Analyst(settings(**changed), brands=("Stroomwerk",), lexicons=lexicons(), stopwords=stop_words())


def stored(mention_id: int, text: str, at: datetime, author: str | None = "", revision: int = 0) -> StoredMention:
    """A stored mention; `author` "" gives each its own author, None none at all."""
    who = None if author is None else Author(platform="x", realm="x", native_id=author or f"person-{mention_id}")
    mention = Mention(platform="x", realm="x", native_id=str(mention_id), text=text, posted_at=at, author=who)
    return StoredMention(mention_id=mention_id, revision=revision, mention=mention, first_seen_at=at)


def vocabulary(topic: str, size: int = 14) -> list[str]:
    """Invented words of a topic; the same name gives the same words."""
    chance = random.Random(topic)
    return ["".join(chance.choice(_SYLLABLES) for _ in range(3)) for _ in range(size)]


def said(topic: str, chance: random.Random, words: int = 7) -> str:
    return " ".join(chance.sample(vocabulary(topic), words))


def numbered(posts: Sequence[tuple[datetime, str, str | None]]) -> list[StoredMention]:
    """Stored mentions, in order of time, from (time, text, author)."""
    return [stored(at, text, when, who) for at, (when, text, who) in enumerate(sorted(posts, key=lambda post: post[0]), start=1)]


def chatter(days: float, per_day: int = 60, seed: int = 1) -> list[tuple[datetime, str, str | None]]:
    """People talking about many topics at all hours, each topic as often as any other."""
    chance = random.Random(seed)
    return [
        (START + timedelta(days=chance.random() * days), said(f"topic-{chance.randrange(TOPICS)}", chance), "")
        for _ in range(int(days * per_day))
    ]


def event(
    topic: str, begin: datetime, posts: int, hours: float, *, author: str | None = "", seed: int = 2
) -> list[tuple[datetime, str, str | None]]:
    """Posts about one new thing, evenly spread over some hours."""
    chance = random.Random(seed)
    return [(begin + timedelta(hours=hours * at / posts), said(topic, chance), author) for at in range(posts)]


@dataclass
class Desk:
    """An analyst with a stand-in for the ledger. `steps` are all steps so far, with temporary ids as they came."""

    analyst: Analyst
    ids: IssueIds = field(default_factory=IssueIds)
    steps: list[AnalysisStep] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    facts: dict[int, AnalysedMention] = field(default_factory=dict)
    texts: dict[int, StoredMention] = field(default_factory=dict)
    created: dict[int, Issue] = field(default_factory=dict)
    since_regroup: int = 0

    def read(self, batch: Sequence[StoredMention]) -> AnalysisStep:
        prepared = self.analyst.prepare(batch)
        hashes = list(prepared.to_embed)
        vectors = dict(zip(hashes, EMBEDDER.encode([prepared.to_embed[one] for one in hashes]), strict=True))
        step = self.analyst.conclude(prepared, vectors)
        self.since_regroup += len(batch)
        self.texts |= {one.mention_id: one for one in batch}
        for one in step.analyses:
            self.facts[one.mention_id] = _fact(self.texts[one.mention_id], one, vectors[one.text_hash])
        return self._take(step)

    def read_all(self, posts: Sequence[StoredMention], size: int = 50, regroup_every: int = 0) -> None:
        done = 0
        for start in range(0, len(posts), size):
            batch = posts[start : start + size]
            self.read(batch)
            done += len(batch)
            if regroup_every and done >= regroup_every:
                self.regroup(batch[-1].mention.posted_at)
                done = 0

    def regroup(self, now: datetime) -> AnalysisStep:
        self.since_regroup = 0
        return self._take(self.analyst.regroup(now))

    def restarted(self, fresh: Analyst, *, locked: dict[int, int | None] | None = None, issues: Sequence[Issue] | None = None) -> Desk:
        """A desk with a new analyst, filled from what was kept, as after a restart."""
        known = list(issues) if issues is not None else list(self.created.values())
        mentions = [_placed(fact, self.ids.places.get(fact.mention_id)) for fact in self.facts.values()]
        fresh.restore(mentions, list(self.texts.values()), known, locked or {}, self.signals, analysed_since_regroup=self.since_regroup)
        return Desk(fresh, self.ids, self.steps, self.signals, self.facts, self.texts, self.created, self.since_regroup)

    def members(self, issue_id: int) -> set[int]:
        return {mention_id for mention_id, place in self.ids.places.items() if place == issue_id}

    def _take(self, step: AnalysisStep) -> AnalysisStep:
        before = len(self.ids.titles)
        self.signals += self.ids.save(self.analyst, step)
        for at, new in enumerate(step.new_issues):
            number = before + 1 + at
            self.created[number] = Issue(issue_id=number, title=new.title, title_by="model", created_at=new.created_at)
        for number, title in self.ids.titles.items():
            known = self.created[number]
            self.created[number] = Issue(issue_id=number, title=title, title_by=known.title_by, created_at=known.created_at)
        self.steps.append(step)
        return step


def _fact(one: StoredMention, analysis: Any, vector: Any) -> AnalysedMention:
    return AnalysedMention(
        mention_id=one.mention_id,
        card_id=analysis.card_id,
        issue_id=None,
        platform="x",
        realm="x",
        source="x",
        channel="",
        brands=(),
        directed=False,
        author_key=one.mention.author.key if one.mention.author else "",
        language=analysis.language,
        posted_at=one.mention.posted_at,
        first_seen_at=one.first_seen_at,
        text_hash=analysis.text_hash,
        labels={},
        vector=vector,
    )


def _placed(fact: AnalysedMention, issue_id: int | None) -> AnalysedMention:
    return replace(fact, issue_id=issue_id)
