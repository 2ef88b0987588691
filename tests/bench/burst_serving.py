"""The service that `scripts/bench_burst` floods: the product's own, on a home of its own, in a process of its own, as `klankbord run` is.

Says where it is called once it runs; ends when its input does, and then says what it cost: processor and most memory, of itself and of
the process that reads texts (the model's loading included).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import sys
import threading
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.clock import SystemClock
from listener.embedding.hashed import HashedEmbedder
from listener.embedding.open import open_embedder
from listener.logs import start_logging
from listener.ports import Embedder
from listener.settings.load import load_settings
from moderation import running
from moderation.bootstrap import answering_on
from moderation.parts import Answering
from moderation.settings import KlankbordSettings

PUBLIC = "Public status page: "


async def serve(parts: Answering) -> None:
    """Serve until somebody writes to (or closes) our input; tell once where we are called."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def until_told() -> None:
        sys.stdin.readline()
        loop.call_soon_threadsafe(stop.set)

    def told(line: str) -> None:
        if line.startswith(PUBLIC):
            print(json.dumps({"address": line.removeprefix(PUBLIC).rstrip("/")}), flush=True)

    threading.Thread(target=until_told, daemon=True).start()
    await running.serve(parts, port=0, public_port=0, stop=stop, say=told)


def cost(who: int) -> tuple[float, float]:
    """Return the seconds of processor and the most memory in MB of this process, or of those it started and that have ended."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Open the home and serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--model", choices=("bundled", "hashed"), default="bundled")
    options = parser.parse_args()
    start_logging(logging.WARNING)
    settings = load_settings(options.home, KlankbordSettings)
    model: Embedder = HashedEmbedder()
    if options.model == "bundled":
        model = open_embedder(settings.model, models_dir=options.home / "models", languages=settings.languages)
    before, _ = cost(resource.RUSAGE_SELF)
    with closing(model), answering_on(options.home, settings, SystemClock(), embedder=model) as parts:
        asyncio.run(serve(parts))
    own, own_most = cost(resource.RUSAGE_SELF)
    others, others_most = cost(resource.RUSAGE_CHILDREN)
    print(json.dumps({"cpu_seconds": own - before + others, "most_mb": own_most, "most_mb_reading": others_most}), flush=True)


if __name__ == "__main__":
    main()
