"""One status update, or one answer, to many threads on five platforms, the process killed again and again; counted where it was posted.

Each life is a fork of this process and ends by SIGKILL: nothing of its memory is left. The homes are copies of one in which the plan is
approved and nothing was drafted yet.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from moderation.model.broadcast import Plan
from moderation.model.policy import House
from tests.fakes.desk import MORNING, NAME, Desk, open_desk
from tests.moderation.status.said import heard, issue_of, published

PLATFORMS = ("feed", "discourse", "matrix", "lemmy", "discord")
WIDE = House(account_names=(f"simulated:{NAME}",), most_per_hour=100, most_per_day=200)
"""Caps that let all leave within the hour: what is tried here is dying, not waiting."""
ACCEPTED = "platform.accepted"


@dataclass(frozen=True)
class Counted:
    """What stands on the platforms: how many threads heard it, how many more than once, and whether our ledger agrees."""

    threads: int
    twice: int
    disagree: int


class Rig:
    """Homes are made in `folder`."""

    def __init__(self, folder: Path, *, threads: int, answers: bool = False) -> None:
        self._folder = folder
        self._prepared = folder / "prepared"
        self._prepared.mkdir()
        with open_desk(self._prepared, house=WIDE, native_key=False) as desk:
            issue = issue_of(desk, heard(desk, threads, platforms=PLATFORMS))
            plan = _answers(desk, issue) if answers else desk.status.planning.plan(published(desk, issue).update_id, "carla")
            assert len(plan.to_post) == threads
            desk.status.sending.tick(plan.plan_id, [item.item_id for item in plan.to_post], "carla")
            self.plan_id = desk.status.sending.approve(plan.plan_id, "bram").plan_id

    def home(self) -> Path:
        """Return a fresh copy of the prepared home."""
        home = Path(tempfile.mkdtemp(dir=self._folder)) / "home"
        shutil.copytree(self._prepared, home)
        return home

    def killed_at_post(self, home: Path, number: int) -> bool:
        """Live until the platform accepted so many posts, then die before anything of the last one is written down here."""
        return _dies(lambda: _live(home, step=_killing(ACCEPTED, number)))

    def killed_at_step(self, home: Path, number: int) -> bool:
        """Live until so many steps of carrying the plan out are done, then die."""
        return _dies(lambda: _live(home, carry=_killing("", number)))

    def finished(self, home: Path) -> Counted:
        """Live on to the end, and count on the platforms' own record."""
        with _later(home) as desk:
            asyncio.run(_to_the_end(desk))
            posts = Counter((post.platform, post.realm, post.thread_id) for post in desk.platform.posts())
            report = desk.status.sending.report(self.plan_id)
            done = [one for one in report if one.entry is not None and one.entry.state.value in ("sent", "found")]
            agree = {(one.item.target.platform, one.item.target.realm, one.item.target.thread_id) for one in done}
        shutil.rmtree(home)
        return Counted(threads=len(posts), twice=sum(1 for count in posts.values() if count > 1), disagree=len(agree ^ set(posts)))


def _answers(desk: Desk, issue: int) -> Plan:
    """Plan one answer for every waiting case of an issue."""
    cases = [one.case.case_id for one in desk.status.answers.affected(issue)]
    return desk.status.answers.plan(issue, cases, {"nl": "De kabel is gerepareerd. Doet alles het weer?"}, "carla")


def _live(home: Path, *, step: Callable[[str], None] = lambda _point: None, carry: Callable[[str], None] | None = None) -> None:
    with open_desk(home, house=WIDE, native_key=False, start=MORNING + timedelta(minutes=30), on_step=step) as desk:
        if carry is not None:
            desk.status.sending._on_step = carry
        asyncio.run(_to_the_end(desk))


def _later(home: Path) -> AbstractContextManager[Desk]:
    return open_desk(home, house=WIDE, native_key=False, start=MORNING + timedelta(minutes=40))


async def _to_the_end(desk: Desk) -> None:
    desk.status.sending.once()
    await desk.settle()


def _killing(point: str, number: int) -> Callable[[str], None]:
    """Return what dies by SIGKILL when `point` ("" for any) is passed for the `number`th time."""
    passed = 0

    def step(name: str) -> None:
        nonlocal passed
        passed += point in ("", name)
        if passed == number and point in ("", name):
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def _dies(act: Callable[[], None]) -> bool:
    """Run one life in a fork; return whether it was killed."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    try:
        act()
        os._exit(0)
    except BaseException:  # the child must never go on as a second parent
        traceback.print_exc()
        os._exit(1)
