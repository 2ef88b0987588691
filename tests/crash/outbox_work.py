"""The work whose process is killed: answers approved, one to be sent, one overtaken by an edit, one cancelled, one left to expire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from listener.model.mention import BrandHit, Kept
from moderation.outbox.crash_points import reach
from moderation.outbox.states import SENDABLE
from moderation.publishers.simulated import Fault
from moderation.workflows.approve_draft import Outbox
from tests.fakes.desk import MORNING, Desk, edited, mention, open_desk

SEND, EDIT, CANCEL, EXPIRE = 1, 2, 3, 4
"""The drafts' ids, in the order in which `prepare` makes them."""
TEXTS = {
    SEND: "We zien het, de stroom is om drie uur terug.",
    EDIT: "Wat vervelend dat het nog niet werkt.",
    CANCEL: "We bellen je morgen terug.",
    EXPIRE: "We zoeken het vandaag voor je uit.",
}


@dataclass(frozen=True)
class Scene:
    """What happens to each request in turn, and whether the platform knows a repeated key.

    `others`: beside the answer that is sent, one is overtaken by an edit, one cancelled and one left to expire.
    """

    name: str
    faults: tuple[Fault, ...] = ()
    native_key: bool = False
    others: bool = False


SCENES = (
    Scene("accepted", others=True),
    Scene("refused", (Fault.REFUSE,)),
    Scene("slow", (Fault.SLOW,)),
    Scene("accepted, answer lost", (Fault.ACCEPT_THEN_ERROR,)),
    Scene("accepted, seen late", (Fault.ACCEPT_LATE,), native_key=True),
    Scene("lost, key known", (Fault.LOSE,), native_key=True),
    Scene("lost twice, key known", (Fault.LOSE, Fault.LOSE), native_key=True),
    Scene("lost, key unknown", (Fault.LOSE,)),
)


def prepare(home: Path) -> None:
    """Make a home with four messages and a draft answer to each."""
    with open_desk(home) as desk:
        for draft_id, mention_id in zip(TEXTS, desk.hear(*(mention(str(n)) for n in TEXTS)), strict=True):
            desk.draft(mention_id, TEXTS[draft_id])


def live(home: Path, scene: Scene, *, number: int, step: Callable[[str], None] = reach) -> None:
    """Do the work, or what is left of it. `number` counts the lives of the process: each starts ten minutes after the one before.

    Requests are counted in a file, for the platform's faults are told per request, over all lives.
    """
    requests = home / "requests"
    used = requests.read_text().count("\n") if requests.exists() else 0

    def counted(point: str) -> None:
        if point == "platform.received":
            with requests.open("a") as note:
                note.write("request\n")
        step(point)

    start = MORNING + timedelta(minutes=15 + 10 * number)
    with open_desk(home, start=start, faults=scene.faults[used:], native_key=scene.native_key, on_step=counted) as desk:
        asyncio.run(_work(desk, others=scene.others))


async def _work(desk: Desk, *, others: bool) -> None:
    """Every press is one that a person may repeat after the process died; pressing again must change nothing."""
    if others:
        _others(desk)
    desk.outbox.approve(SEND, "anna")
    await desk.settle()


def _others(desk: Desk) -> None:
    Outbox(desk.entries, desk.drafts, desk.switch, desk.precheck, desk.clock, approval_hours=0.01).approve(EXPIRE, "anna")
    desk.clock.advance(timedelta(minutes=1))
    desk.outbox.approve(EDIT, "anna")
    _customer_edits(desk)
    entry = desk.outbox.approve(CANCEL, "anna")
    if entry.state in SENDABLE:
        desk.outbox.cancel(entry.entry_id, "bram", "al gebeld")


def _customer_edits(desk: Desk) -> None:
    changed = edited(mention(str(EDIT)), "Laat maar, het werkt weer", at=MORNING + timedelta(minutes=12))
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
    desk.ledger.mentions.add_page([Kept(mention=changed, hits=(hit,))], source="feed", next_cursor=None, at=desk.clock.now())
