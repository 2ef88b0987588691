"""The process that crash tests kill: imports a file into a home and analyses it, with vectors that need no model.

Usage: python importing.py HOME FILE
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from listener.bootstrap import listening
from listener.clock import SystemClock
from listener.embedding.hashed import HashedEmbedder
from listener.progress import NoProgress
from listener.settings.schema import ListenerSettings
from listener.sources.imports import FileSource
from listener.workflows.import_file import import_file


def main(home: Path, file: Path) -> None:
    """Import and analyse everything, then say "done"."""
    settings = ListenerSettings.model_validate({"detection": {"regroup_every": 150}})
    with listening(home, settings, clock=SystemClock(), embedder=HashedEmbedder(), batch_size=64) as parts:
        source = FileSource(file, platform="import")
        asyncio.run(import_file(source, parts.ledger, (), keep="all", clock=parts.clock, progress=NoProgress()))
        parts.analyse.all(NoProgress())
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
