"""What the metrics are fed with."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from moderation.inbox.metrics import Metrics
from moderation.inbox.metrics_parts import MetricsParts
from moderation.inbox.timing import PageTimes
from moderation.ledger.house_counts import HouseCountLedger
from moderation.parts import Answering

_STATM = Path("/proc/self/statm")


def metrics_parts(parts: Answering) -> MetricsParts:
    """Return the metrics of an open home; answers are counted from now on."""
    listening, times = parts.listening, PageTimes()
    counts = HouseCountLedger(listening.ledger.engine)

    def now() -> Metrics:
        drawn = parts.draw.times()
        return Metrics(
            house=counts.now(listening.clock.now()),
            stored=listening.insight.count(),
            waiting=listening.ledger.mentions.unanalysed_count(),
            memory_bytes=memory_bytes(),
            cpu_seconds=time.process_time(),
            charts_drawn=drawn.made,
            charts_seconds=drawn.seconds,
            pages=times.now(),
        )

    return MetricsParts(now=now, times=times)


def memory_bytes() -> int:
    """Return the memory that this process holds; where the system does not tell, the most that it ever held."""
    try:
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
