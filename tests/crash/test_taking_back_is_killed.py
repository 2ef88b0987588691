"""A post is taken back while the process is killed at every place on the way: in the end it is gone, once, and nothing else is."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from moderation.ledger import outbox as outbox_ledger
from moderation.model.outbox import EntryState
from moderation.outbox import gateway, reconcile
from moderation.outbox.crash_points import reach
from moderation.outbox.states import POSTED
from moderation.publishers.simulated import Fault
from tests.crash.outbox_rig import _ended, _fork
from tests.fakes.desk import MORNING, mention, open_desk

WRONG, RIGHT = "Dit was niet goed.", "Dit blijft staan."


@pytest.fixture(scope="module")
def posted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two answers that stand on the platform; the first is entry 1."""
    home = tmp_path_factory.mktemp("posted")
    with open_desk(home) as desk:
        for text, mention_id in zip((WRONG, RIGHT), desk.hear(mention("1"), mention("2")), strict=True):
            desk.approved(mention_id, text)
        asyncio.run(desk.settle())
    return home


def live(home: Path, faults: tuple[Fault, ...], *, number: int, step: Callable[[str], None] = reach) -> None:
    """Press until it is known to be gone, as a person would who came back after the crash; each life starts ten minutes later."""
    requests = home / "requests"
    used = requests.read_text().count("\n") if requests.exists() else 0

    def counted(point: str) -> None:
        if point == "platform.received":
            with requests.open("a") as note:
                note.write("request\n")
        step(point)

    start = MORNING + timedelta(minutes=60 + 10 * number)
    with open_desk(home, start=start, faults=faults[used:], on_step=counted) as desk:
        back = desk.replies.take_back
        back(1, "anna", shown=back.look(1).shown)
        asyncio.run(desk.settle())


def reached(home: Path, faults: tuple[Fault, ...]) -> list[str]:
    """Return the points that one life passes, in order."""
    passed = home / "passed"

    def note(point: str) -> None:
        reach(point)
        with passed.open("a") as lines:
            lines.write(f"{point}\n")

    def traced() -> None:
        with patch.object(outbox_ledger, "reach", note), patch.object(gateway, "reach", note), patch.object(reconcile, "reach", note):
            live(home, faults, number=0, step=note)

    assert _ended(_fork(traced)) == 0
    return list(dict.fromkeys(passed.read_text().split()))


def check(home: Path, what: str) -> None:
    """Read the platform's own record, and ours."""
    with open_desk(home) as desk:
        standing = {post.text: not post.removed for post in desk.platform.posts()}
        removals = [entry for entry in desk.entries.entries() if entry.post.removes]
        (removal,) = removals
        given_up = (removal.state, removal.reason) == (EntryState.NEEDS_HUMAN, "still_there_twice")  # says so, and a person looks
        assert standing == {WRONG: given_up, RIGHT: True}, what
        assert given_up or removal.state in POSTED, (what, removal)
        assert desk.audit.find_break() is None, what
        assert all(entry.state is EntryState.SENT for entry in desk.entries.entries() if not entry.post.removes), what


SCENES = {"accepted": (), "answer lost": (Fault.ACCEPT_THEN_ERROR,), "request lost": (Fault.LOSE,)}


def test_killed_at_every_point_it_is_gone_in_the_end_and_nothing_else_is(posted: Path, tmp_path: Path) -> None:
    """RULES F2 for taking back. Later scenes are killed at the points that no scene before them reached."""
    tried: set[str] = set()
    for name, faults in SCENES.items():
        home = tmp_path / name
        shutil.copytree(posted, home)
        points = [point for point in reached(home, faults) if point not in tried]
        check(home, f"{name}, undisturbed")
        for point in points:
            home = tmp_path / f"{name} {point}"
            shutil.copytree(posted, home)
            assert _ended(_fork(partial(live, home, faults, number=0), crash_at=point)) == -signal.SIGKILL, point
            assert _ended(_fork(partial(live, home, faults, number=1))) == 0, point
            check(home, f"{name}, {point}")
            shutil.rmtree(home)
        tried |= set(points)
    assert {"approve.moved", "start.committed", "publish.begun", "platform.received", "restart.committed", "found.moved"} <= tried
