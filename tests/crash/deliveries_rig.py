"""Kills the process that tells our own people, at every place or at random moments, starts it again, and counts in the servers' books.

Each life is a fork of this process, which has everything imported, so that a start costs milliseconds. A life ends by SIGKILL: nothing of
its memory is left. `scripts/crash_deliveries --kills 100` runs it; the tests do too.
"""

from __future__ import annotations

import argparse
import logging
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

from listener.ledger.ledger import open_ledger
from moderation.ledger.alarms import AlarmLedger
from moderation.model.delivery import DeliveryState
from moderation.outbox.crash_points import DELIVERY_POINTS
from moderation.workflows.deliver import ALARM
from tests.crash.deliveries_book import SERVER_POINTS, Book, open_book
from tests.crash.deliveries_work import PATHS, SCENES, Scene, live, prepare
from tests.fakes.deliveries import Telling

POINTS = (*DELIVERY_POINTS, *SERVER_POINTS)
DIES_FIRST = "mail.ended"
"""Where the first life dies when a point is only reached in the next one."""
_MOST_LIVES = 4


@dataclass
class Count:
    """What the checker counted over all homes. `silent`: nobody knows what became of it, and no alarm says so."""

    homes: int = 0
    kills: int = 0
    twice: int = 0
    lost: int = 0
    silent: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    @property
    def sound(self) -> bool:
        return not (self.twice or self.lost or self.silent or self.wrong)

    def line(self) -> str:
        """Return everything in one line."""
        ends = ", ".join(f"{name} {number}" for name, number in sorted(self.ends.items()))
        return f"{self.kills} kills in {self.homes} homes: {self.twice} twice, {self.lost} lost, {self.silent} silent; ended as {ends}"


class Rig:
    """Homes are made in `folder`, from one that is prepared once."""

    def __init__(self, folder: Path, book: Book) -> None:
        self._folder = folder
        self._book = book
        self._prepared = folder / "prepared"
        self.count = Count()
        prepare(self._prepared)
        live(self._home(SCENES[0]), book)  # in this process: what a life imports and reads for the first time costs half a second

    def every_point(self, *, every_pass: bool) -> None:
        """Kill at each point that a scene reaches, and at those of a second life; without `every_pass` once a point, over all scenes."""
        for scene in SCENES:
            first = self._trace(self._home(scene), scene)
            again = self._home(scene)
            self._life(again, kill_at=DIES_FIRST)
            second = self._trace(again, scene)
            for passed, later in ((first, False), (second, True)):
                for point, often in passed.items():
                    if every_pass or point not in self.count.reached:
                        for number in range(1, often + 1 if every_pass else 2):
                            self.kill_at(point, scene, number=number, second_life=later)
                    self.count.reached.add(point)

    def random_moments(self, kills: int, *, seed: int) -> None:
        """Kill at random moments, up to three times in a row in one home, until `kills` processes died of it."""
        chance = random.Random(seed)
        longest = self._usual_life()
        wanted = self.count.kills + kills
        while self.count.kills < wanted:
            scene = chance.choice(SCENES)
            home, died = self._home(scene), 0
            for _ in range(chance.randint(1, _MOST_LIVES - 1)):
                died += self._life(home, kill_after=chance.uniform(0, longest))
            self._finish(home, scene, kills=died, what=f"seed {seed}, {scene.name}")

    def kill_at(self, point: str, scene: Scene, *, number: int = 1, second_life: bool = False) -> None:
        """Kill at the `number`th pass of a point, let the next life finish, and count."""
        home = self._home(scene)
        died = self._life(home, kill_at=DIES_FIRST) if second_life else False
        if not self._life(home, kill_at=point, number=number):
            self.count.wrong.append(f"{point} in {scene.name}: the process did not die there")
        self._finish(home, scene, kills=died + 1, what=f"{point}, {scene.name}, pass {number}")

    def _finish(self, home: Path, scene: Scene, *, kills: int, what: str) -> None:
        """Let the last life end by itself, then count."""
        self._must(lambda: live(home, self._book), what)
        self._check(home, most_unknown=kills + sum(map(len, scene.faults.values())), what=what)
        shutil.rmtree(home)

    def _check(self, home: Path, *, most_unknown: int, what: str) -> None:
        """Hold the ledger against the books. No more messages may end as unknown than processes died and answers were lost."""
        self.count.homes += 1
        self._book.settle()
        with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
            telling = Telling(ledger=ledger)
            wants = {one.subscription_id: one.wants for one in telling.subscriptions.all()}
            messages = [one for one in telling.rows() if one.carried_by is None]
            unended = [one for one in telling.rows() if one.state not in (DeliveryState.SENT, DeliveryState.UNKNOWN)]
            alarms = AlarmLedger(ledger.engine).up(ALARM)
        taken = dict(self._book.taken)
        unknown = {f"delivery:{one.delivery_id}" for one in messages if one.state is DeliveryState.UNKNOWN}
        told = {one.subscription_id: one for one in messages}
        before = (self.count.twice, self.count.lost, self.count.silent)
        self.count.twice += sum(number - 1 for number in taken.values() if number > 1) + len(messages) - len(told)
        self.count.silent += len(unknown ^ alarms)
        self.count.lost += len(unended) + len(wants) - len(told)
        for number, one in told.items():
            to = PATHS.get(wants[number].address, wants[number].address)
            self.count.ends[one.state.value] += 1
            self.count.lost += one.state is DeliveryState.SENT and taken.get(to) != 1
        if len(unknown) > most_unknown:
            self.count.wrong.append(f"{what}: {len(unknown)} unknown, at most {most_unknown} can be")
        if before != (self.count.twice, self.count.lost, self.count.silent):
            self.count.wrong.append(f"{what}: taken {taken}, ended {[one.state.value for one in messages]}, alarms {sorted(alarms)}")

    def _life(self, home: Path, *, kill_at: str = "", number: int = 1, kill_after: float | None = None) -> bool:
        """Run one life; return whether it was killed."""
        book = self._book
        book.kill_at, book.kill_pass, book.victim = kill_at if kill_at in SERVER_POINTS else "", number, None
        child = _fork(lambda: live(home, book, step=_killing(kill_at, number)))
        book.victim = child
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        killed = _ended(child) == -signal.SIGKILL
        book.kill_at = ""
        book.settle()
        self.count.kills += killed
        return killed

    def _trace(self, home: Path, scene: Scene) -> dict[str, int]:
        """Run one life to its end and return how often it passed each point, in the order of the first time."""
        passed, before = home / "passed", self._book.taken.copy()

        def note(point: str) -> None:
            with passed.open("a") as lines:
                lines.write(f"{point}\n")

        self._must(lambda: live(home, self._book, step=note), f"trace of {scene.name}")
        self._book.settle()
        found = Counter(passed.read_text().split())
        for door, mine in (("http", lambda to: to.startswith("/")), ("smtp", lambda to: not to.startswith("/"))):
            often = sum(count for to, count in (self._book.taken - before).items() if mine(to))
            found.update({f"{door}.received": often, f"{door}.accepted": often} if often else {})
        return dict(found)

    def _usual_life(self) -> float:
        home = self._home(SCENES[0])
        began = time.monotonic()
        self._must(lambda: live(home, self._book), "a usual life")
        return time.monotonic() - began

    def _home(self, scene: Scene) -> Path:
        self._book.settle()
        self._book.anew(scene.faults)
        home = Path(tempfile.mkdtemp(dir=self._folder)) / "home"
        shutil.copytree(self._prepared, home)
        return home

    def _must(self, act: Callable[[], None], what: str) -> None:
        if status := _ended(_fork(act)):
            self.count.wrong.append(f"{what}: ended with {status}")


def _killing(point: str, number: int) -> Callable[[str], None]:
    """Return what dies by SIGKILL when a point is passed for the `number`th time."""
    passed = 0

    def step(name: str) -> None:
        nonlocal passed
        passed += name == point
        if name == point and passed == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def _fork(act: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        act()
        os._exit(0)
    except BaseException:  # the child must never go on as a second parent
        traceback.print_exc()
        os._exit(1)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> int:
    """Run the rig as a command; 1 when anything was told twice, was lost, or ended as unknown without an alarm."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--kills", type=int, default=100, help="processes to kill at random moments (0: only the enumerated points)")
    asked.add_argument("--seed", type=int, default=20261126, help="of the random moments; the same seed kills at the same moments")
    asked.add_argument("--every-pass", action="store_true", help="kill at every pass of every point in every scene")
    given = asked.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server's own: that it is asked for a name in the clear
    with tempfile.TemporaryDirectory() as folder, open_book() as book:
        rig = Rig(Path(folder), book)
        rig.every_point(every_pass=given.every_pass)
        rig.random_moments(given.kills, seed=given.seed)
    missed = sorted(set(POINTS) - rig.count.reached)
    for line in [*rig.count.wrong, *(f"never reached: {point}" for point in missed)]:
        print(line, file=sys.stderr)
    print(f"crash_deliveries: {len(POINTS)} points, seed {given.seed}, {rig.count.line()}")
    return 0 if rig.count.sound and not missed else 1


if __name__ == "__main__":
    raise SystemExit(main())
