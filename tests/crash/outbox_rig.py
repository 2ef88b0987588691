"""Kills the sending process at every place, or at random moments, starts it again, and counts on the platform's own record.

Each life of the process is a fork of this one, which has everything imported, so that a start costs milliseconds. A life ends by SIGKILL:
nothing of its memory is left. `scripts/crash_outbox --kills 100` runs it; the tests do too.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from moderation.ledger import outbox as outbox_ledger
from moderation.model.outbox import EntryState
from moderation.outbox import gateway, reconcile
from moderation.outbox.crash_points import CRASH_AT, POINTS, reach
from moderation.outbox.states import ENDS, POSTED
from tests.crash.outbox_work import CANCEL, EDIT, EXPIRE, SCENES, SEND, TEXTS, Scene, live, prepare
from tests.fakes.desk import open_desk

RESTART_AFTER = "publish.begun"
"""Where the first life dies when a point is only reached in the next one."""
OTHERS = {EDIT: EntryState.NEEDS_HUMAN, CANCEL: EntryState.CANCELLED, EXPIRE: EntryState.EXPIRED}
"""How the answers end that must not leave, whatever happens."""
DOUBTS = ("maybe_there", "not_there_twice")
"""Why the answer that should leave may end with a person: it is not there, and whether it was ever accepted cannot be known."""
ASKED = ("accepted", "refused", "slow")
"""Scenes in which the process is killed at every point they reach; the others add the points that these do not."""
_MOST_LIVES = 4


@dataclass
class Count:
    """What the checker counted over all homes."""

    homes: int = 0
    kills: int = 0
    twice: int = 0
    lost: int = 0
    unapproved: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    @property
    def sound(self) -> bool:
        return not (self.twice or self.lost or self.unapproved or self.wrong)

    def line(self) -> str:
        """Return everything in one line."""
        ends = ", ".join(f"{name} {number}" for name, number in sorted(self.ends.items()))
        return (
            f"{self.kills} kills in {self.homes} homes: {self.twice} twice, {self.lost} lost, {self.unapproved} unapproved; ended as {ends}"
        )


class Rig:
    """Homes are made in `folder`, from one that is prepared once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._prepared = folder / "prepared"
        self.count = Count()
        self._must(lambda: prepare(self._prepared), "prepare")

    def every_point(self, *, every_scene: bool) -> None:
        """Kill once at each point that a scene reaches; those of a second life after a kill in the first.

        Without `every_scene`, scenes beside `ASKED` are killed only at points that no scene before them reached.
        """
        for scene in SCENES:
            home = self._home()
            first = self._trace(home, scene, number=0)
            again = self._home()
            self._life(again, scene, number=0, crash_at=RESTART_AFTER)
            second = self._trace(again, scene, number=1) - first
            wanted = first | second if every_scene or scene.name in ASKED else (first | second) - self.count.reached
            for point in POINTS:
                if point in wanted:
                    self.kill_at(point, scene, second_life=point in second)
            self.count.reached |= first | second

    def random_moments(self, kills: int, *, seed: int) -> None:
        """Kill at random moments, up to three times in a row in one home, until `kills` processes died of it."""
        chance = random.Random(seed)
        longest = self._usual_life()
        wanted = self.count.kills + kills
        while self.count.kills < wanted:
            scene, home = chance.choice(SCENES), self._home()
            for number in range(chance.randint(1, _MOST_LIVES - 1)):
                after = chance.uniform(0, longest)
                self._life(home, scene, number=number, kill_after=after)
            self._finish(home, scene, number=_MOST_LIVES, what=f"seed {seed}, {scene.name}")

    def kill_at(self, point: str, scene: Scene, *, second_life: bool = False) -> None:
        """Kill once at a point, let the next life finish, and count."""
        home, number = self._home(), 0
        if second_life:
            self._life(home, scene, number=0, crash_at=RESTART_AFTER)
            number = 1
        if not self._life(home, scene, number=number, crash_at=point):
            self.count.wrong.append(f"{point} in {scene.name}: the process did not die there")
        self._finish(home, scene, number=number + 1, what=f"{point}, {scene.name}")

    def _finish(self, home: Path, scene: Scene, *, number: int, what: str) -> None:
        """Let the last life end by itself, then count."""
        self._must(lambda: live(home, scene, number=number), what)
        self._check(home, scene, what)
        shutil.rmtree(home)

    def _check(self, home: Path, scene: Scene, what: str) -> None:
        self.count.homes += 1
        with open_desk(home) as desk:
            posts = Counter(post.text for post in desk.platform.posts())
            entries = {entry.draft_id: entry for entry in desk.entries.entries()}
            broken = desk.audit.find_break()
        posted = posts[TEXTS[SEND]]
        state = entries[SEND].state if SEND in entries else None
        self.count.ends[str(state)] += 1
        self.count.twice += sum(number - 1 for number in posts.values() if number > 1)
        self.count.unapproved += sum(number for text, number in posts.items() if text != TEXTS[SEND])
        self.count.lost += state is None or state not in ENDS or (posted == 1) != (state in POSTED)
        if state is EntryState.NEEDS_HUMAN and entries[SEND].reason not in DOUBTS:
            self.count.wrong.append(f"{what}: needs a person because of {entries[SEND].reason}")
        others = {draft: entry.state for draft, entry in entries.items() if draft != SEND}
        if others != (OTHERS if scene.others else {}) or broken is not None:
            self.count.wrong.append(f"{what}: {others}, audit {broken}")
        if not self.count.sound and not self.count.wrong:
            self.count.wrong.append(f"{what}: posted {dict(posts)}, ended {state}")

    def _life(self, home: Path, scene: Scene, *, number: int, crash_at: str = "", kill_after: float | None = None) -> bool:
        """Run one life; return whether it was killed."""
        child = _fork(lambda: live(home, scene, number=number), crash_at=crash_at)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        killed = _ended(child) == -signal.SIGKILL
        self.count.kills += killed
        return killed

    def _trace(self, home: Path, scene: Scene, *, number: int) -> set[str]:
        """Run one life to its end and return the points it passed."""
        passed = home / "passed"

        def note(point: str) -> None:
            reach(point)
            with passed.open("a") as lines:
                lines.write(f"{point}\n")

        def traced() -> None:
            with patch.object(outbox_ledger, "reach", note), patch.object(gateway, "reach", note), patch.object(reconcile, "reach", note):
                live(home, scene, number=number, step=note)

        self._must(traced, f"trace of {scene.name}")
        return set(passed.read_text().split())

    def _usual_life(self) -> float:
        began = time.monotonic()
        home = self._home()
        self._must(lambda: live(home, SCENES[0], number=0), "a usual life")
        return time.monotonic() - began

    def _home(self) -> Path:
        home = Path(tempfile.mkdtemp(dir=self._folder)) / "home"
        shutil.copytree(self._prepared, home)
        return home

    def _must(self, act: Callable[[], None], what: str) -> None:
        if status := _ended(_fork(act)):
            self.count.wrong.append(f"{what}: ended with {status}")


def _fork(act: Callable[[], None], *, crash_at: str = "") -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.environ[CRASH_AT] = crash_at
        act()
        os._exit(0)
    except BaseException:  # the child must never go on as a second parent
        traceback.print_exc()
        os._exit(1)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Run the rig as a command; 1 when anything left twice, was lost, or was not approved."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--kills", type=int, default=100, help="processes to kill at random moments (0: only the enumerated points)")
    asked.add_argument("--seed", type=int, default=20261121, help="of the random moments; the same seed kills at the same moments")
    asked.add_argument("--every-scene", action="store_true", help="kill at every point in every scene, not only in the first three")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        rig.every_point(every_scene=given.every_scene)
        rig.random_moments(given.kills, seed=given.seed)
    missed = sorted(set(POINTS) - rig.count.reached)
    for line in [*rig.count.wrong, *(f"never reached: {point}" for point in missed)]:
        print(line, file=sys.stderr)
    print(f"crash_outbox: {len(POINTS)} points, seed {given.seed}, {rig.count.line()}")
    return 0 if rig.count.sound and not missed else 1


if __name__ == "__main__":
    raise SystemExit(main())
