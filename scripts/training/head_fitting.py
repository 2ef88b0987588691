"""How a head is fitted: words first, then a layer over vector, words and counts, then calibration; all on inner folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

FOLDS = 5
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
VECTOR_SCALE, WORD_SCALE = 4.0, 2.0
"""Vectors have unit length over 384 axes and word scores lie around one: scaled, one penalty fits both. Folded into the weights."""
WORD_STRENGTH = 0.15
MANY = 10_000

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Word weights `(BUCKETS, n_columns)`, and how rare each bucket is; a text's score is its weights' sum over its length."""

    weights: Real
    rarity: Real

    def scores(self, words: sparse.csr_matrix) -> Real:
        """Return float64 `(n, n_columns)`."""
        lengths = np.sqrt(words @ self.rarity**2)
        lengths[lengths == 0] = 1.0
        scores: Real = np.asarray(words @ self.weights) / lengths[:, None]
        return scores


def rarity_of(words: sparse.csr_matrix) -> Real:
    """Return log((1 + n) / (1 + rows with the bucket)) + 1 for every bucket."""
    rows = np.bincount(words.indices, minlength=words.shape[1])
    rarity: Real = np.log((1 + words.shape[0]) / (1 + rows)) + 1
    return rarity


def fit_words(words: sparse.csr_matrix, answers: NDArray[np.int64], n_values: int, rarity: Real) -> Words:
    """Fit a linear support vector machine per value on words scaled by rarity (one column for two values)."""
    scaled = words.multiply(rarity[None, :]).tocsr()
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1.0
    scaled = sparse.diags(1 / lengths) @ scaled
    columns = []
    for value in range(n_values) if n_values > 2 else (1,):
        machine = LinearSVC(C=WORD_STRENGTH, class_weight="balanced", tol=1e-3, random_state=0)
        machine.fit(scaled, answers == value)
        columns.append(machine.coef_[0] * rarity)
    return Words(np.stack(columns, axis=1), rarity)


def out_of_fold_scores(words: sparse.csr_matrix, answers: NDArray[np.int64], n_values: int, rarity: Real, seed: int) -> Real:
    """Return word scores of rows by machines that did not see them."""
    scores = np.zeros((words.shape[0], n_values if n_values > 2 else 1))
    for learned, left in folds(answers, seed):
        scores[left] = fit_words(words[learned], answers[learned], n_values, rarity).scores(words[left])
    return scores


def folds(answers: NDArray[np.int64], seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the inner folds: rows to learn from and rows left out, answers spread alike."""
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(np.zeros(len(answers)), answers))


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A fitted and calibrated layer, `inputs @ weights + bias`; `favour` weighs the values when one has to be chosen."""

    weights: Real
    bias: Real
    favour: Real
    figures: dict[str, float]


def fit_layer(inputs: Real, answers: NDArray[np.int64], n_values: int, *, seed: int) -> Layer:
    """Fit a multinomial logistic regression and calibrate it by what it says of rows it did not see.

    The penalty is the one with the least log-loss on rows left out; with many rows, where it matters little, one fold decides.
    """
    width = n_values if n_values > 2 else 1
    parts = folds(answers, seed)
    losses = []
    for strength in STRENGTHS:
        some = parts if len(answers) < MANY else parts[:1]
        seen = [(left, _logits(inputs, answers, learned, left, strength, seed)) for learned, left in some]
        losses.append(np.mean([_log_loss(_nothing(width), logits, answers[left]) for left, logits in seen]))
    strength = STRENGTHS[int(np.argmin(losses))]
    logits = np.zeros((len(answers), width))
    for learned, left in parts:
        logits[left] = _logits(inputs, answers, learned, left, strength, seed)
    scale, shift = _calibration(logits, answers)
    model = _regression(inputs, answers, strength, seed)
    moved = logits * scale + shift
    favour = _favour(moved, answers)
    chosen = (moved + np.log(favour)).argmax(axis=1) if width > 1 else (moved[:, 0] > 0).astype(np.int64)
    figures = {"rows": float(len(answers)), "strength": strength, "macro_f1": round(macro_f1(chosen, answers), 4)}
    return Layer(model.coef_.T * scale, model.intercept_ * scale + shift, favour, figures)


def _logits(
    inputs: Real, answers: NDArray[np.int64], learned: NDArray[np.int64], left: NDArray[np.int64], strength: float, seed: int
) -> Real:
    model = _regression(inputs[learned], answers[learned], strength, seed)
    logits: Real = inputs[left] @ model.coef_.T + model.intercept_
    return logits


def _regression(inputs: Real, answers: NDArray[np.int64], strength: float, seed: int) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=300, tol=1e-3, random_state=seed).fit(inputs, answers)


def _nothing(width: int) -> Real:
    return np.array([1.0, *[0.0] * width])


def _favour(logits: Real, answers: NDArray[np.int64]) -> Real:
    """Return a factor per value that makes rare answers be chosen often enough for the best macro-F1 on rows left out; 1 for two values.

    One number decides all: probabilities are divided by (share of the answer) ** tilt.
    """
    if logits.shape[1] == 1:
        return np.ones(2)
    shares = np.bincount(answers, minlength=logits.shape[1]) / len(answers)
    tilts = np.linspace(0.0, 1.0, 11)
    scores = [macro_f1((logits - tilt * np.log(shares)).argmax(axis=1), answers) for tilt in tilts]
    favour: Real = (shares / shares.max()) ** -tilts[int(np.argmax(scores))]
    return favour


def _calibration(logits: Real, answers: NDArray[np.int64]) -> tuple[float, Real]:
    """Return the scale and the shift per value that make probabilities true on rows left out (vector scaling, Guo et al. 2017)."""
    width = logits.shape[1]
    begin = np.array([1.0, *[0.0] * width])
    found = minimize(_log_loss, begin, args=(logits, answers), method="L-BFGS-B", bounds=[(0.05, 5.0), *[(-3.0, 3.0)] * width])
    return float(found.x[0]), found.x[1:]


def _log_loss(parameters: Real, logits: Real, answers: NDArray[np.int64]) -> float:
    moved = logits * parameters[0] + parameters[1:]
    if moved.shape[1] == 1:
        moved = np.concatenate([np.zeros_like(moved), moved], axis=1)
    risen = moved - moved.max(axis=1, keepdims=True)
    right = risen[np.arange(len(answers)), answers]
    return float((np.log(np.exp(risen).sum(axis=1)) - right).mean())


def macro_f1(chosen: Sequence[int] | NDArray[np.int64], answers: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the mean of the F1 over the answers that occur."""
    said, right = np.asarray(chosen), np.asarray(answers)
    scores = []
    for value in np.unique(right):
        hit = float(((said == value) & (right == value)).sum())
        scores.append(2 * hit / max(1.0, float((said == value).sum() + (right == value).sum())))
    return float(np.mean(scores))
