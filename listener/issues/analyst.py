"""The analyser's memory and its order of steps: read a batch, place it, raise signals, regroup. Nothing here touches disk or clock.

Its state is a function of the ledger: `restore` with what was saved gives an analyst that decides the next batch exactly as the one
that saved it would have. Times come from the mentions themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from listener.issues.bars import Bars
from listener.issues.drafting import StepDraft
from listener.issues.features import Space, space_of
from listener.issues.group import regroup
from listener.issues.join import nearest_issue
from listener.issues.memory import Memory
from listener.issues.prepare import Prepared, Reader, Reading, TextsAlone
from listener.issues.scan import look, scan
from listener.issues.window import Entry
from listener.labels.labeller import Labeller
from listener.labels.lexicon import Lexicons
from listener.labels.rules import text_rules
from listener.model.analysis import AnalysedMention, Analysis, AnalysisStep, Label, Remembered
from listener.model.issue import Issue, Signal
from listener.model.mention import StoredMention
from listener.settings.schema import DetectionSettings
from listener.signals.rules import SignalRules
from listener.text.language import Languages
from listener.text.near import CardIndex

CHUNK = 256
SENTIMENT = "sentiment"
LIKELY = 0.5
WIDE = 0.5
"""How far the wider of the two circles in which bursts are sought reaches from "near" towards "linked"."""


class Analyst:
    """Understands mentions batch by batch. Use: `restore` once, then `prepare` → encode → `conclude` → save → `saved`, again and again.

    settings: windows, thresholds and sizes. brands: words that all mentions of a brand share. lexicons and stopwords: by language.
    labeller: says what mentions express; by the lexicons and the text rules alone when left out.
    One thread at a time. After a failed save the analyst is ahead of the ledger: throw it away and restore a new one.
    """

    def __init__(
        self,
        settings: DetectionSettings,
        *,
        lexicons: Mapping[str, Lexicons],
        stopwords: Mapping[str, frozenset[str]],
        brands: Sequence[str] = (),
        languages: Languages | None = None,
        labeller: Labeller | None = None,
        untold: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        known = languages or Languages.from_lists(**stopwords)
        self._reader = Reader(brands=brands, stopwords=stopwords, languages=known, untold=untold)
        self._labeller = labeller or Labeller(lexicons, rules=text_rules(lexicons))
        self._rules = SignalRules(settings)
        self._memory = Memory(timedelta(days=max(settings.issue_window_days, settings.baseline_days + 1)))
        self._cards = CardIndex()
        self._since_regroup = 0

    def restore(
        self,
        mentions: Sequence[AnalysedMention],
        stored: Sequence[StoredMention],
        issues: Sequence[Issue],
        locked: Mapping[int, int | None],
        signals: Sequence[Signal],
        analysed_since_regroup: int = 0,
    ) -> None:
        """Fill an empty analyst from the ledger.

        mentions: what was analysed within the window (since latest posted_at minus `issue_window_days`), in any order, with their
        present issue. stored: their texts; a mention without one (removed meanwhile) is left out. issues: all, merged ones included.
        locked: mention id → issue (None: loose) for every membership a person made. signals: those of the window.
        """
        texts = {one.mention_id: one for one in stored}
        self._memory.know(issues, locked, signals)
        for fact in sorted(mentions, key=lambda one: one.mention_id):
            if fact.mention_id not in texts:
                continue
            reading = self._reader.read(texts[fact.mention_id])
            self._cards.add(fact.card_id, fact.mention_id, reading.clean)
            self._memory.window.add([_entry(reading, fact.card_id, fact.vector, fact.labels.get(SENTIMENT, ""))])
            self._memory.place(fact.mention_id, fact.issue_id)
        self._since_regroup = analysed_since_regroup

    def prepare(self, stored: Sequence[StoredMention]) -> Prepared:
        """Return the batch with everything its texts alone tell; nothing is remembered yet."""
        return self._reader.prepare(stored)

    def texts_alone(self) -> TextsAlone:
        """Return what reads a text as this analyst does, alone, and leaves nothing behind."""
        return TextsAlone(self._reader, self._labeller)

    def conclude(
        self, prepared: Prepared, vectors: Mapping[str, NDArray[np.float32]], said: Mapping[str, Sequence[Label]] | None = None
    ) -> AnalysisStep:
        """Place a batch: cards, labels, issues, new issues that bursts reveal, signals.

        `vectors` holds one per hash of `prepared.to_embed`; `said`, by the same hashes, the labels of models put in a head's place.
        Mentions are looked at in order of their time, each only beside earlier ones. A person's membership is left as it is.
        """
        labels = self._labeller.labels(
            [reading.to_label for reading in prepared.readings], [vectors[reading.clean.hash] for reading in prepared.readings], said
        )
        entries = [
            self._carded(reading, vectors[reading.clean.hash], _sentiment(said_of))
            for reading, said_of in zip(prepared.readings, labels, strict=True)
        ]
        self._memory.window.add(entries)
        self._forget_old(entries)
        snapshot = self._memory.window.snapshot()
        space = space_of(snapshot)
        draft = StepDraft(self._memory, snapshot, self._reader, space)
        bars = Bars(snapshot, draft.issues, rules=self._rules, signals=self._memory.signals(), unsettled=self._since_regroup + len(entries))
        fresh = np.array(sorted(snapshot.rows[e.mention_id] for e in entries if e.mention_id in snapshot.rows), dtype=np.int64)
        for start in range(0, len(fresh), CHUNK):
            self._place_rows(draft, space, bars, fresh[start : start + CHUNK])
        self._since_regroup += len(entries)
        return draft.step(analyses=tuple(_analysis(*one) for one in zip(prepared.readings, entries, labels, strict=True)))

    def regroup(self, now: datetime) -> AnalysisStep:
        """Group the window anew: known issues keep their ids and people's decisions, new groups become issues, titles follow."""
        snapshot = self._memory.window.snapshot()
        draft = StepDraft(self._memory, snapshot, self._reader, at=now)
        if len(snapshot.entries) >= self._settings.min_issue_mentions:
            space = space_of(snapshot)
            found = regroup(
                snapshot,
                space,
                known=self._memory.issues_of(snapshot),
                fixed=self._memory.fixed_rows(snapshot),
                lasting=self._memory.lasting(now - timedelta(days=self._settings.baseline_days)),
                min_mentions=self._settings.min_issue_mentions,
                remembered=self._memory.remembered(),
            )
            draft.take_over(found)
            draft.retitle()
        self._since_regroup = 0
        return draft.step(regrouped=len(snapshot.entries))

    def saved(self, mapping: Mapping[int, int]) -> None:
        """Replace temporary issue ids by the ones the ledger gave."""
        self._memory.renumber(mapping)

    def forget(self, mention_ids: Iterable[int]) -> bool:
        """Drop removed mentions from everything held here; return whether the newest one was among them, so that the window is another."""
        gone = list(mention_ids)
        latest = self._memory.window.latest()
        self._memory.forget(gone)
        self._memory.forget_remembered()
        self._cards.forget(gone)
        return self._memory.window.latest() != latest

    def unremembered(self) -> list[int]:
        """Return issues none of whose mentions is in the window, and of which `remember` has to be told before the next step."""
        return self._memory.unremembered()

    def remember(self, issues: Iterable[Remembered]) -> None:
        """Take in what issues were about whose mentions have left the window, so that they can come back under their number."""
        self._memory.remember(issues)

    def _place_rows(self, draft: StepDraft, space: Space, bars: Bars, rows: NDArray[np.int64]) -> None:
        """Place each mention and look for what it completes in three circles: its own wording, its subject, all it may be linked to."""
        snapshot, rules = draft.snapshot, self._rules
        linked = space.above(space.link, rows)
        further = (space.near - space.link)[np.ix_(space.group[rows], space.group)]
        above = linked - further
        circles = (above >= 0, linked >= (1 - WIDE) * further, linked >= 0)
        for at, row in enumerate(int(one) for one in rows):
            entry = snapshot.entries[row]
            joined = nearest_issue(above[at, :row], draft.issues[:row])
            draft.join(row, joined)
            if not entry.clean.text:
                continue
            signals = self._memory.signals()
            sudden, slow = bars.sudden(row, signals), bars.slow(row, signals)
            burst = scan(snapshot, row, [circle[at] for circle in circles], rules=rules.looks, bar=sudden)
            burst = burst or look(snapshot, row, np.flatnonzero(linked[at, :row] >= 0), rules.slow, slow)
            if burst is not None:
                draft.burst(burst, rules)
            else:
                draft.watch_issue(row, rules, sudden=sudden, slow=slow)
            draft.watch_copies(row, rules)

    def _carded(self, reading: Reading, vector: NDArray[np.float32], sentiment: str) -> Entry:
        mention_id = reading.stored.mention_id
        self._cards.forget([mention_id] if mention_id in self._memory.window else [])
        card = self._cards.find(reading.clean)
        card = mention_id if card is None else card
        self._cards.add(card, mention_id, reading.clean)
        return _entry(reading, card, vector, sentiment)

    def _forget_old(self, entries: Sequence[Entry]) -> None:
        gone = self._memory.drop_old()
        self._cards.forget(gone)
        if any(entry.mention_id not in self._memory.window for entry in entries):
            self._memory.forget_remembered()  # something outside the window was written or edited


def _sentiment(labels: Sequence[Label]) -> str:
    """Return what the ledger will say about a mention's sentiment: its label if it is more likely than not, else ""."""
    return next((one.value for one in labels if one.name == SENTIMENT and one.probability >= LIKELY), "")


def _entry(reading: Reading, card_id: int, vector: NDArray[np.float32], sentiment: str) -> Entry:
    return Entry(
        mention_id=reading.stored.mention_id,
        card_id=card_id,
        author=reading.author,
        language=reading.language,
        posted_at=reading.stored.mention.posted_at,
        clean=reading.clean,
        grams=reading.grams,
        vector=vector,
        place=f"{reading.stored.mention.platform}/{reading.stored.mention.realm}",
        sentiment=sentiment,
        private=reading.stored.private,
    )


def _analysis(reading: Reading, entry: Entry, labels: tuple[Label, ...]) -> Analysis:
    return Analysis(
        mention_id=entry.mention_id,
        revision=reading.stored.revision,
        language=reading.language,
        card_id=entry.card_id,
        text_hash=reading.clean.hash,
        labels=labels,
    )
