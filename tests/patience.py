"""How long tests wait, and how long something may take, on a machine that others keep busy too."""

from __future__ import annotations

import os

PATIENCE_SECONDS = 30.0
"""For what comes in a moment: who waits this long for it has a defect before them."""


def busy() -> float:
    """Return how many times as long as on a machine of its own something may take here."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
