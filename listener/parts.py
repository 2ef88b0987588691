"""What the listening half is made of once it is put together; `bootstrap` chooses the parts, everybody else only uses them."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.ports import Clock, Embedder
from listener.schedule import Watched
from listener.settings.schema import ListenerSettings
from listener.text.query import BrandQuery
from listener.workflows.analyse_mentions import AnalyseMentions


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Everything the listening half is made of, open and wired, on one locked home.

    `open_sources` builds the enabled sources; they are closed with the stack it is given.
    """

    home: Path
    settings: ListenerSettings
    clock: Clock
    ledger: Ledger
    insight: Insight
    embedder: Embedder
    queries: tuple[BrandQuery, ...]
    analyse: AnalyseMentions
    open_sources: Callable[[AsyncExitStack], list[Watched]]

    @property
    def model_id(self) -> str:
        return self.embedder.model_id

    @property
    def brand_name(self) -> str:
        """The brand digests speak of; all of them when there are several."""
        return " · ".join(brand.name for brand in self.settings.brands) or "Klankbord"

    @property
    def invented(self) -> bool:
        return bool(getattr(self.settings, "invented", False))

    @property
    def pseudonym_key(self) -> bytes:
        return pseudonym_key(self.ledger)


def pseudonym_key(ledger: Ledger) -> bytes:
    """Return this home's key for pseudonyms, made once and kept in the ledger."""
    return bytes.fromhex(ledger.meta.keep_first("pseudonym_key", randomness.token_hex(32)))
