"""How often answers agree with people's labels, and how well what is said of their sureness comes true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

BINS = 15


def macro_f1(truth: Sequence[str], chosen: Sequence[str]) -> float:
    """Return the mean F1 of the answers that occur in the truth."""
    return round(float(f1_score(truth, chosen, labels=sorted(set(truth)), average="macro", zero_division=0)), 4)


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return the mean distance between how sure answers are and how often they are right, over bins with equally many rows."""
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return round(float(sum(abs(sure[part].mean() - right[part].mean()) * len(part) for part in parts) / len(sure)), 4)
