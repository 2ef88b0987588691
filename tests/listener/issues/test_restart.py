"""A process that is started again after every batch must decide what one that never stopped decides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from listener.bootstrap import new_analysis
from listener.demo.scenario import build_scenario
from listener.demo.texts import load_texts
from listener.embedding.hashed import HashedEmbedder
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import Kept
from listener.settings.resources import shipped_text
from listener.settings.schema import ListenerSettings

START = datetime(2026, 3, 2, tzinfo=UTC)
SETTINGS = ListenerSettings.model_validate({"detection": {"regroup_every": 100}})


def decided(ledger: Ledger, *, restart: bool) -> list[Any]:
    """Analyse everything and return what stood in the ledger after each batch."""
    workflow = new_analysis(SETTINGS, ledger, None, HashedEmbedder(), batch_size=64)
    seen: list[Any] = []
    more = True
    while more:
        more = workflow.once().more
        seen.append((sorted(ledger.issues.placed(), key=str), [(one.issue_id, one.title) for one in ledger.issues.all()]))
        if restart:
            workflow = new_analysis(SETTINGS, ledger, None, HashedEmbedder(), batch_size=64)
    return seen


def test_restarting_after_every_batch_changes_no_issue_no_title_and_no_place(tmp_path: Path) -> None:
    """An issue's number is what a community manager bookmarks; a night of crashes must not shuffle them."""
    scenario = build_scenario(load_texts(shipped_text), start=START)
    posts = [Kept(mention=event.mention) for event in scenario.events if event.kind == "post" and event.mention is not None][:400]
    outcomes = []
    for restart in (False, True):
        with open_ledger(f"sqlite:///{tmp_path / str(restart) / 'ledger.db'}") as ledger:
            ledger.mentions.add_page(posts, source="forum", next_cursor=None, at=START)
            outcomes.append(decided(ledger, restart=restart))
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0][-1][1]) >= 5
