"""How long tests wait, and how long something may take, on a machine that others keep busy too."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

PATIENCE_SECONDS = 30.0
"""For what comes in a moment: who waits this long for it has a defect before them."""
MOST_TRIES = 40


def busy() -> float:
    """Return how many times as long as on a machine of its own something may take here."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def work_seconds(act: Callable[[], object], *, within: float) -> float:
    """Return the fewest seconds of this process's own work that `act` took: it is tried until it does it within so many, some tries long.

    Others who share a core slow that work down for a while, too; what is slow in itself stays slow.
    """
    fewest = float("inf")
    for _ in range(MOST_TRIES):
        began = time.process_time()
        act()
        fewest = min(fewest, time.process_time() - began)
        if fewest <= within or fewest > 20 * within:
            break
    return fewest
