"""scripts/bench_burst [--rate N] [--minutes N] [--model NAME] [--json]: everybody writes at once, and nothing may be lost (RULES F23, B3).

The product's own service runs on an empty home, in a process of its own, with its analyser and cases. Half of the mentions are said in a
room that it pulls from a homeserver on loopback, every three seconds; half are posted to its public address by a signed webhook, one each,
and sent again when they are not acknowledged. The load comes from this process. Told: what was lost or is there twice, what was
acknowledged before it was kept, how soon the webhook was, how long after the last mention everything was stored, then understood; the
service's processor and memory, beside plain inserts of the same rows. --minutes 60 is the long form. Ends 1 when anything is amiss.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.burst_home import Checked, Held, Reader, is_directed, make_home, plain_inserts, reader_of
from tests.bench.burst_load import Flood, flood
from tests.fakes.matrix import FakeMatrix
from tests.fakes.site import open_site

SERVING = Path(__file__).parent / "burst_serving.py"
LOOK_SECONDS = 0.25
TOLD_EACH_SECONDS = 10.0
STUCK_SECONDS = 60.0
"""Without any progress for so long, what is missing does not come any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything a run found. Seconds are counted from the moment at which the last mention was sent."""

    flood: Flood
    checked: Checked
    at_end: Held
    last: Held
    directed: int
    stored_seconds: float
    analysed_seconds: float
    cost: Mapping[str, float]
    plain: tuple[float, float]
    load: tuple[float, float]

    def amiss(self) -> list[str]:
        """Return what must not be, each in a few words."""
        found = {
            "lost": self.checked.lost,
            "there twice": self.checked.double,
            "nobody sent": self.checked.strange,
            "acknowledged before they were kept": len(self.flood.early),
            "never acknowledged": len(self.flood.given_up),
            "never understood": self.last.waiting,
            "to us without a case": self.directed - self.last.in_cases,
        }
        return [f"{count:,} {what}" for what, count in found.items() if count]

    def figures(self) -> dict[str, str]:
        """Return the figures to read, by name."""
        sent, cpu = len(self.flood.sent), 1000 * self.cost["cpu_seconds"] / len(self.flood.sent)
        took, plain_cpu = np.array(self.flood.acknowledged or [np.nan]) * 1000, 1000 * self.plain[1] / max(1, self.last.stored)
        behind, drained = self.at_end.waiting, self.at_end.waiting / max(self.analysed_seconds, 1e-9)
        return {
            "sent": f"{sent:,} in {self.flood.seconds:.1f} s, {sent / self.flood.seconds:.1f} mentions/s",
            "stored": f"{self.last.stored:,}, {self.checked.lost:,} lost, {self.checked.double:,} twice",
            "webhook": f"{len(self.flood.acknowledged):,} acknowledged, {len(self.flood.early):,} too early, "
            f"refused and sent again: {dict(self.flood.refused) or 0}",
            "acknowledgement": f"p50 {np.percentile(took, 50):.0f} ms, p99 {np.percentile(took, 99):.0f} ms, most {took.max():.0f} ms",
            "all stored": f"{self.stored_seconds:.1f} s after the last was sent",
            "all understood": f"{self.analysed_seconds:.1f} s after it; {behind:,} waited then, {drained:,.0f} mentions/s",
            "cases": f"{self.last.in_cases:,} of {self.directed:,} that speak to us stand in one",
            "memory": f"{self.cost['most_mb']:,.0f} MB at most, and {self.cost['most_mb_reading']:,.0f} MB where texts are read",
            "CPU": f"{cpu:.2f} ms a mention",
            "plain inserts": f"{plain_cpu:.3f} ms a mention, {self.last.stored / self.plain[0]:,.0f} mentions/s; "
            f"ours takes {cpu / plain_cpu:,.0f} times the CPU",
            "load": f"{self.load[0]:.1f} at the beginning, {self.load[1]:.1f} at the end, {os.cpu_count()} cores",
        }


@asynccontextmanager
async def served(home: Path, model: str, ended: dict[str, Any]) -> AsyncIterator[str]:
    """Serve a home in a process of its own; hand out where it is called, and fill `ended` with what it says at its end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, str(SERVING), str(home), "--model", model, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        if not line:
            raise SystemExit("the service did not start; see above")
        yield json.loads(line)["address"]
        process.stdin.close()
        ended.update(json.loads(await asyncio.wait_for(process.stdout.readline(), 60)))
        await asyncio.wait_for(process.wait(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def measured(home: Path, *, rate: float, count: int, model: str, say: Callable[[str], None]) -> Outcome:
    """Pour `count` mentions into a new home at `home`, `rate` a second, and return what came of it."""
    room, so_far, cost = FakeMatrix(), Flood(), dict[str, Any]()
    directed = sum(is_directed(number) for number in range(1, count + 1))
    began_at = os.getloadavg()[0]
    async with open_site() as site:
        site.answer = room
        make_home(home, port=site.port)
        async with served(home, model, cost) as address:
            with reader_of(home) as reader:
                telling = asyncio.create_task(_tell(reader, so_far, say))
                await flood(address, room, reader, rate=rate, count=count, so_far=so_far)
                sent_at, at_end = time.monotonic(), reader.held()
                await _until(reader, lambda held: held.stored >= count)
                stored_at = time.monotonic()
                last = await _until(reader, lambda held: held.waiting == 0 and held.in_cases >= directed)
                analysed_at, checked = time.monotonic(), reader.check(so_far.sent)
                telling.cancel()
                with suppress(asyncio.CancelledError):
                    await telling
    return Outcome(
        flood=so_far,
        checked=checked,
        at_end=at_end,
        last=last,
        directed=directed,
        stored_seconds=stored_at - sent_at,
        analysed_seconds=analysed_at - sent_at,
        cost=cost,
        plain=plain_inserts(home, home.with_name("plain")),
        load=(began_at, os.getloadavg()[0]),
    )


async def _until(reader: Reader, done: Callable[[Held], bool]) -> Held:
    """Return what is held once it is `done`, or when nothing moved for too long."""
    held, moved = reader.held(), time.monotonic()
    while not done(held) and time.monotonic() - moved < STUCK_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        before, held = held, reader.held()
        moved = moved if held == before else time.monotonic()
    return held


async def _tell(reader: Reader, so_far: Flood, say: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(TOLD_EACH_SECONDS)
        held = reader.held()
        p99 = np.percentile(so_far.acknowledged or [0.0], 99) * 1000
        say(f"{len(so_far.sent):,} sent, {held.stored:,} stored, {held.waiting:,} wait to be understood, acknowledged in p99 {p99:.0f} ms")


def main(arguments: Sequence[str] | None = None) -> int:
    """Pour, and print; 0 when nothing is amiss."""
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="scripts/bench_burst", description=__doc__, formatter_class=shape)
    parser.add_argument("--rate", type=float, default=50.0, metavar="N", help="mentions a second (50)")
    parser.add_argument("--minutes", type=float, default=2.0, metavar="N", help="how long (2; 60 for the long form)")
    parser.add_argument("--model", choices=("bundled", "hashed"), default="bundled", help="what reads texts: the bundled model, or hashes")
    parser.add_argument("--json", action="store_true", help="one object instead of lines")
    options = parser.parse_args(arguments)
    count = max(2, round(options.rate * options.minutes * 60))

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="bench-burst-") as folder:
        found = asyncio.run(measured(Path(folder) / "home", rate=options.rate, count=count, model=options.model, say=say))
    figures, amiss = found.figures(), found.amiss()
    lines = [*(f"{name:<16} {said}" for name, said in figures.items()), *(f"AMISS {one}" for one in amiss)]
    print(json.dumps({"stages": figures, "amiss": amiss}) if options.json else "\n".join(lines))
    return 1 if amiss else 0


if __name__ == "__main__":
    raise SystemExit(main())
