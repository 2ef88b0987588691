"""scripts/bench_sources [--sources N] [--pages N] [--json]: mentions a second, CPU and memory of reading many sources at once.

By default twenty sources of five hundred pages, as the rules name them, against a platform on loopback in another process; then the same
beside one platform that never answers. Told: how many mentions a second reach the ledger, CPU per mention, most memory, how long the
event loop (and so the inbox) was held up at most, and what the dead platform cost the others.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.clock import SystemClock
from listener.ledger.ledger import open_ledger
from listener.model.mention import Author, Mention
from listener.model.page import Cursor, Page
from listener.settings.schema import BrandSettings, HttpSettings
from listener.sources.http import HttpClient
from listener.text.query import compile_brand
from listener.workflows.collect_mentions import CollectMentions
from tests.bench.sources_site import PER_PAGE, platform_of_pages

PROBE_SECONDS = 0.01


class PagedSource:
    """A source of `pages` pages that asks over our own HTTP client; its cursor is the number of pages read."""

    def __init__(self, name: str, address: str, *, pages: int, http: HttpClient) -> None:
        self._name = name
        self._address = address
        self._pages = pages
        self._http = http

    @property
    def source_id(self) -> str:
        return self._name

    async def pull(self, cursor: Cursor | None) -> Page:
        at = int(cursor or 0)
        answer = await self._http.get(f"{self._address}/{self._name}/{at}", allow_http=True, allow_private=True)
        mentions = tuple(
            Mention(
                platform="bench",
                realm="bench.example",
                native_id=one["id"],
                text=one["text"],
                posted_at=datetime.fromtimestamp(one["at"], UTC),
                author=Author(platform="bench", realm="bench.example", native_id=one["by"], name=one["by"]),
            )
            for one in json.loads(answer.body)
        )
        return Page(mentions=mentions, next=Cursor(str(at + 1)), more=at + 1 < self._pages)

    async def aclose(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run. `held_up_seconds` is the longest time in which the event loop did nothing else."""

    mentions: int
    wall_seconds: float
    cpu_seconds: float
    held_up_seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="scripts/bench_sources", description=__doc__, formatter_class=shape)
    parser.add_argument("--sources", type=int, default=20, metavar="N", help="sources that are read at once (20)")
    parser.add_argument("--pages", type=int, default=500, metavar="N", help=f"pages of {PER_PAGE} mentions that each has (500)")
    parser.add_argument("--json", action="store_true", help="one object instead of lines")
    options = parser.parse_args(arguments)
    with platform_of_pages() as address:
        alone = asyncio.run(measured(address, sources=options.sources, pages=options.pages))
        beside = asyncio.run(measured(address, sources=options.sources, pages=options.pages, dead=1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {
        "mentions": f"{alone.mentions:,}",
        "rate": f"{alone.mentions / alone.wall_seconds:,.0f} mentions/s",
        "CPU": f"{1000 * alone.cpu_seconds / alone.mentions:.2f} ms a mention, {alone.cpu_seconds / alone.wall_seconds:.2f} cores",
        "memory": f"{peak:,.0f} MB at most",
        "event loop": f"held up {1000 * alone.held_up_seconds:.0f} ms at most",
        "a dead platform beside them": f"{beside.wall_seconds - alone.wall_seconds:+.2f} s",
    }
    print(json.dumps({"stages": figures}) if options.json else "\n".join(f"{name:<28} {said}" for name, said in figures.items()))
    return 0 if alone.mentions == beside.mentions == options.sources * options.pages * PER_PAGE else 1


async def measured(address: str, *, sources: int, pages: int, dead: int = 0) -> Measured:
    """Read every page of `sources` sources into a new ledger, with `dead` more that never answer, and return what that took."""
    http = HttpClient(HttpSettings.model_validate({}), clock=SystemClock())
    query = compile_brand(BrandSettings.model_validate({"name": "Stroomwerk"}))
    with tempfile.TemporaryDirectory() as folder, open_ledger(f"sqlite:///{folder}/ledger.db") as ledger:
        collect = CollectMentions(ledger, [query], clock=SystemClock())
        hanging = [asyncio.create_task(collect.round(PagedSource("dead", address, pages=1, http=http))) for _ in range(dead)]
        probe = asyncio.create_task(_longest_hold())
        began, cpu = time.monotonic(), time.process_time()
        every = [PagedSource(f"s{n}", address, pages=pages, http=http) for n in range(sources)]
        results = await asyncio.gather(*(collect.round(one, most_pages=pages) for one in every))
        wall, spent = time.monotonic() - began, time.process_time() - cpu
        for one in (*hanging, probe):
            one.cancel()
        held = await probe
        await asyncio.gather(*hanging, return_exceptions=True)
        await http.aclose()
    return Measured(mentions=sum(one.new for one in results), wall_seconds=wall, cpu_seconds=spent, held_up_seconds=held)


async def _longest_hold() -> float:
    """Return, when cancelled, by how much the worst of many short sleeps was late."""
    longest = 0.0
    while True:
        before = time.monotonic()
        try:
            await asyncio.sleep(PROBE_SECONDS)
        except asyncio.CancelledError:
            return longest
        longest = max(longest, time.monotonic() - before - PROBE_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main())
