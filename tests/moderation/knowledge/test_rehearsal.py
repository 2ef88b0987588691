"""The demo's knowledge: what is rehearsed at its end leaves one approved article and the rest as suggestions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import yaml

from listener.settings.resources import shipped_text
from moderation.model.knowledge import ArticleState
from moderation.workflows.rehearse_knowledge import rehearse_knowledge
from tests.fakes.desk import Desk
from tests.fakes.staff_knowledge import KnowledgeDay


@dataclass
class Sends:
    """Lets the platform accept everything that was approved."""

    desk: Desk
    day: KnowledgeDay

    async def send_once(self) -> None:
        for entry in self.desk.entries.entries():
            self.day.accept(entry.entry_id)


def test_the_demo_ends_with_an_approved_article(day: KnowledgeDay) -> None:
    told = [one for one in yaml.safe_load(shipped_text("demo", "rehearsal.yaml"))["knowledge"] if one["language"] == "nl"]
    asked = [day.ask(f"De app logt me steeds uit, {word}") for word in ("alweer", "sinds vandaag", "weer", "de hele dag")]
    issue_id = day.issue(asked, "Uitgelogd")
    sends: Any = Sends(day.desk, day)  # the tests' desk has the few parts of a desk that are asked of it here
    done = asyncio.run(rehearse_knowledge(sends, day.known, told[:1], {"login_loop": issue_id}))
    assert (done.answered, done.approved) == (4, 1)
    (approved,) = day.known.keep.list(states=[ArticleState.APPROVED])
    assert approved.question == told[0]["question"]
    assert "inloggen lukt" in approved.answer.lower()
