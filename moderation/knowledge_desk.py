"""Knowledge and advice put together on an open ledger: for pages, commands and the schedule alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from listener.settings.wording import stop_words
from moderation.ledger.cards import CardLedger
from moderation.ledger.cases import CaseLedger
from moderation.ledger.grid import GridLedger
from moderation.ledger.knowledge import KnowledgeLedger
from moderation.ledger.knowledge_acts import KnowledgeActs
from moderation.ledger.our_words import OurWords
from moderation.model.grid import Grid
from moderation.settings import KlankbordSettings
from moderation.workflows.advise_reply import AdviseReply
from moderation.workflows.encode_in_time import Encode
from moderation.workflows.keep_grid import KeepGrid
from moderation.workflows.keep_knowledge import KeepKnowledge
from moderation.workflows.load_grid import read_grid
from moderation.workflows.make_knowledge import MakeKnowledge
from moderation.workflows.offer_knowledge import OfferKnowledge
from moderation.workflows.refresh_knowledge import RefreshKnowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeDesk:
    """`keep`: what people do with articles. `refresh`: suggestions and flags. `offer`: beside a reply. `make`: from a helper's answer.

    `advise` is everything beside a reply; `grids` says where contacts are best answered and what people change of that, `words` reads how
    they went.
    """

    keep: KeepKnowledge
    refresh: RefreshKnowledge
    offer: OfferKnowledge
    make: MakeKnowledge
    advise: AdviseReply
    grids: KeepGrid
    words: OurWords

    @property
    def grid(self) -> Grid:
        """The channel grid that holds."""
        return self.grids.now()


def knowledge_desk(
    home: Path,
    settings: KlankbordSettings,
    ledger: Ledger,
    clock: Clock,
    *,
    model: Callable[[], str] | None = None,
    encode: Encode | None = None,
    joined: Callable[[int], Collection[int]] | None = None,
) -> KnowledgeDesk:
    """Return the desk. Without `model` the one that the newest text was read with; without `encode` new wordings wait for the service."""
    engine, chosen = ledger.engine, settings.knowledge
    store, cases, words = KnowledgeLedger(engine), CaseLedger(engine), OurWords(engine)
    which = model or ledger.analyses.newest_model
    grids = KeepGrid(GridLedger(engine), clock, file=lambda: read_grid(home, settings.grid.file))
    grids.now()
    stops: Mapping[str, Collection[str]] = stop_words()
    offer = OfferKnowledge(ledger, store, clock, model=which, encode=encode, stop_words=stops, most=chosen.offered)
    return KnowledgeDesk(
        keep=KeepKnowledge(ledger, store, KnowledgeActs(engine), clock),
        refresh=RefreshKnowledge(
            ledger,
            store,
            clock,
            model=which,
            encode=encode,
            near=chosen.near,
            least=chosen.least_conversations,
            most=chosen.most_conversations,
            signatures=[settings.outbox.signature],
            stop_words=stops,
        ),
        offer=offer,
        make=MakeKnowledge(ledger, cases, store, clock),
        advise=AdviseReply(
            ledger, cases, words, offer, grids.history, zone=settings.zone, joined=joined, spoken=CardLedger(engine).language
        ),
        grids=grids,
        words=words,
    )
