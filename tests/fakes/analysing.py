"""A ledger of complaints and the analysing workflow on it, batch by batch until nothing waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from listener.bootstrap import new_analysis
from listener.embedding.hashed import HashedEmbedder
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, Mention
from listener.settings.schema import ListenerSettings
from listener.workflows.analyse_mentions import AnalyseMentions
from tests.fakes.complaints import START, forum_post


class CountingEmbedder(HashedEmbedder):
    """Counts what it encodes, may go by another name, and chokes on a poisoned text."""

    def __init__(self, name: str = "hashed", poison: str = "") -> None:
        super().__init__()
        self.encoded = 0
        self._name = name
        self._poison = poison

    @property
    def model_id(self) -> str:
        return self._name

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._poison and any(self._poison in text for text in texts):
            raise RuntimeError("this text ends the parser")
        self.encoded += len(texts)
        return super().encode(texts)


def post(number: int, text: str) -> Mention:
    return forum_post(number, text, person=number, at=START + timedelta(minutes=number))


def store(ledger: Ledger, *mentions: Mention) -> None:
    ledger.mentions.add_page([Kept(mention=one) for one in mentions], source="forum", next_cursor=None, at=START)


def analysis(ledger: Ledger, insight: Insight, embedder: CountingEmbedder) -> AnalyseMentions:
    settings = ListenerSettings.model_validate({"detection": {"regroup_every": 20}})
    return new_analysis(settings, ledger, insight, embedder, batch_size=8)


def run(workflow: AnalyseMentions) -> None:
    while workflow.once().more:
        pass
