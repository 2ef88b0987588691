"""A brand's corrections turn a shipped head a little, if that helps on corrections it did not see and harms nowhere we can look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from listener.labels.heads import softmax
from listener.labels.offsets import Offset, Real

FEWEST = 12
"""Corrections of one label by one brand; fewer say more about the day than about the brand."""
FOLDS = 5
PENALTIES = (300.0, 100.0, 30.0, 10.0, 3.0)
"""How strongly the shipped weights hold (the precision of a Gaussian prior around them), strongest first."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Answered:
    """Texts with what a shipped head says and what people say. logits: `(n, n_values)`; vectors: `(n, n_dims)`; answers: `(n,)`."""

    logits: Real
    vectors: NDArray[np.float32]
    answers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.answers)

    def some(self, rows: NDArray[np.int64]) -> Answered:
        return Answered(logits=self.logits[rows], vectors=self.vectors[rows], answers=self.answers[rows])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lesson:
    """What came of a brand's corrections of one label. `offset` None: nothing is changed, for the `reason`.

    `before` and `after` are shares of right answers on corrections left out; `checked_before` and `checked_after` on shipped check rows.
    """

    rows: int
    reason: str
    offset: Offset | None = None
    before: float = 0.0
    after: float = 0.0
    checked_before: float = 0.0
    checked_after: float = 0.0


def learn(corrected: Answered, check: Answered, *, name: str) -> Lesson:
    """Return what a brand's corrections teach about one label. The same rows in the same order always give the same.

    The shipped weights are the prior: the turn with the greatest posterior is taken, its strength by log-loss on corrections left out.
    It is adopted only if, on corrections left out, it is right more often and its log-loss is lower, and on the check rows it is right no
    less often. check: rows that were never trained on; empty means that there are none for this label.
    """
    if len(corrected) < FEWEST:
        return Lesson(rows=len(corrected), reason=f"waits for {FEWEST} corrections")
    if len(np.unique(corrected.answers)) < 2:
        return Lesson(rows=len(corrected), reason="all corrections give one answer, so nothing tells when not to give it")
    parts = [np.flatnonzero(np.arange(len(corrected)) % FOLDS == part) for part in range(FOLDS)]
    losses = [_left_out(corrected, parts, penalty)[0] for penalty in PENALTIES]
    penalty = PENALTIES[int(np.argmin(losses))]
    loss, after = _left_out(corrected, parts, penalty)
    before, checked_before = _right(corrected, None), _right(check, None)
    offset = _turned(corrected, penalty, name)
    checked_after = _right(check, offset)
    figures = {"rows": len(corrected), "before": before, "after": after, "checked_before": checked_before, "checked_after": checked_after}
    if after <= before or loss >= _log_loss(corrected.logits, corrected.answers):
        return Lesson(reason="no better on corrections left out", **figures)  # type: ignore[arg-type]  # figures by their names
    if checked_after < checked_before:
        return Lesson(reason="worse on the shipped check rows", **figures)  # type: ignore[arg-type]  # as above
    return Lesson(reason="adopted", offset=offset, **figures)  # type: ignore[arg-type]  # as above


def _left_out(corrected: Answered, parts: list[NDArray[np.int64]], penalty: float) -> tuple[float, float]:
    """Return mean log-loss and share of right answers on corrections that the turn was not made from."""
    logits = corrected.logits.copy()
    for left in parts:
        learned = np.setdiff1d(np.arange(len(corrected)), left)
        logits[left] += _turned(corrected.some(learned), penalty, "").of(corrected.vectors[left])
    return _log_loss(logits, corrected.answers), _share_right(logits, corrected.answers)


def _turned(rows: Answered, penalty: float, name: str) -> Offset:
    """Return the offset with the greatest posterior: log-loss of the rows plus half the penalty times its squared size."""
    n_dims, n_values = rows.vectors.shape[1], rows.logits.shape[1]
    inputs = np.concatenate([rows.vectors.astype(np.float64), np.ones((len(rows), 1))], axis=1)
    right = np.eye(n_values)[rows.answers]

    def loss(flat: Real) -> tuple[float, Real]:
        turn = flat.reshape(n_dims + 1, n_values)
        logits = rows.logits + inputs @ turn
        slope = inputs.T @ (softmax(logits) - right) + penalty * turn / n_dims
        return _log_loss(logits, rows.answers) * len(rows) + penalty * float((turn**2).sum()) / (2 * n_dims), slope.ravel()

    found = minimize(loss, np.zeros((n_dims + 1) * n_values), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    turn = found.x.reshape(n_dims + 1, n_values)
    return Offset(name=name, weights=turn[:-1], bias=turn[-1])


def _right(rows: Answered, offset: Offset | None) -> float:
    return _share_right(rows.logits if offset is None else rows.logits + offset.of(rows.vectors), rows.answers)


def _share_right(logits: Real, answers: NDArray[np.int64]) -> float:
    return round(float((logits.argmax(axis=1) == answers).mean()), 4) if len(answers) else 0.0


def _log_loss(logits: Real, answers: NDArray[np.int64]) -> float:
    risen = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(risen).sum(axis=1)) - risen[np.arange(len(answers)), answers]).mean()) if len(answers) else 0.0
