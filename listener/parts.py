"""What the listening half is made of once it is put together; `bootstrap` chooses the parts, everybody else only uses them."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.figures import DigestFigures, Further
from listener.ports import Clock, Embedder, Receiver
from listener.schedule import Watched
from listener.search.store import SearchStore
from listener.settings.schema import ListenerSettings
from listener.text.query import BrandQuery
from listener.workflows.analyse_mentions import AnalyseMentions
from listener.workflows.clean_files import Cleaned, CleanFiles
from listener.workflows.confirm_removals import ConfirmRemovals
from listener.workflows.gather_figures import gather_figures
from listener.workflows.learn_labels import LearnLabels
from listener.workflows.receive_mentions import ReceiveMentions
from listener.workflows.search_mentions import SearchMentions
from listener.workflows.watch_sources import WatchSources


def nothing_further(from_at: datetime, as_of: datetime) -> tuple[Further, ...]:  # noqa: ARG001 - a listener alone adds nothing
    """Return nothing: a listener alone has only its own figures."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Everything the listening half is made of, open and wired, on one locked home.

    `open_sources` builds the enabled sources that are pulled; they are closed with the stack it is given. `receivers` are those that
    platforms call, by source id; what they read goes to `receive`, and
    `open_confirming` wires what asks about removals that are not proven. `further` is what the answering half adds to
    the figures of a stretch of time.
    """

    home: Path
    settings: ListenerSettings
    clock: Clock
    ledger: Ledger
    insight: Insight
    embedder: Embedder
    queries: tuple[BrandQuery, ...]
    analyse: AnalyseMentions
    watch: WatchSources
    search_store: SearchStore
    search: SearchMentions
    open_sources: Callable[[AsyncExitStack], list[Watched]]
    receivers: Mapping[str, Receiver]
    open_confirming: Callable[[AsyncExitStack], ConfirmRemovals]
    receive: ReceiveMentions
    new_learning: Callable[[], LearnLabels]
    rephrase_titles: Callable[[], int]
    further: Callable[[datetime, datetime], tuple[Further, ...]] = nothing_further

    @property
    def model_id(self) -> str:
        """The model whose vectors serve now."""
        return self.analyse.model_id

    def learn_labels(self) -> None:
        """Learn from people's corrections now; the next batch is labelled by it."""
        self.new_learning().once(self.clock.now())
        self.analyse.begin_anew()

    def learn_labels_when_due(self) -> None:
        """Learn from people's corrections once a night."""
        local = self.clock.now().astimezone(self.settings.zone)
        if self.new_learning().due(local, hour=self.settings.labels.learn_hour):
            self.learn_labels()

    def tidy_search(self) -> None:
        """Let words of texts that are gone leave the search's file, at most twice a day."""
        self.search_store.tidy(self.clock.now())

    def clean_files(self) -> Cleaned:
        """Let what was removed leave every file of the home now."""
        return self._clean.once(self.clock.now(), model_id=self.model_id)

    def clean_files_when_due(self) -> None:
        """The same once a night, when something was removed."""
        if self._clean.due(self.clock.now()):
            self.clean_files()

    @property
    def _clean(self) -> CleanFiles:
        search, hour = self.search_store, self.settings.labels.learn_hour
        return CleanFiles(ledger=self.ledger, insight=self.insight, search=search, zone=self.settings.zone, hour=hour)

    @property
    def brand_name(self) -> str:
        """The brand digests speak of; all of them when there are several."""
        return " · ".join(brand.name for brand in self.settings.brands) or "Klankbord"

    @property
    def invented(self) -> bool:
        """Whether this home holds the demo's invented data; a setting of the answering half, so False for a listener alone."""
        return bool(getattr(self.settings, "invented", False))

    @property
    def pseudonym_key(self) -> bytes:
        return pseudonym_key(self.ledger)

    def figures(self, from_at: datetime, as_of: datetime) -> DigestFigures:
        """Return the figures of a stretch of time, as far as insight has caught up with the ledger."""
        figures = gather_figures(
            self.ledger,
            self.insight,
            brand=self.brand_name,
            from_at=from_at,
            as_of=as_of,
            settings=self.settings,
            pseudonym_key=self.pseudonym_key,
            invented=self.invented,
        )
        return replace(figures, further=self.further(from_at, as_of))


def pseudonym_key(ledger: Ledger) -> bytes:
    """Return this home's key for pseudonyms, made once and kept in the ledger."""
    return bytes.fromhex(ledger.meta.keep_first("pseudonym_key", randomness.token_hex(32)))
