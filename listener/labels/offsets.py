"""What a brand's corrections changed: a small turn of a shipped head, kept apart from it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Offset:
    """Added to a head's logits: `vectors @ weights + bias`. weights: float64 `(n_dims, n_values)`; bias: `(n_values,)`."""

    name: str
    weights: Real
    bias: Real

    def of(self, vectors: NDArray[np.float32]) -> Real:
        """Return float64 `(n, n_values)` to add to logits."""
        return vectors.astype(np.float64) @ self.weights + self.bias

    def written(self) -> dict[str, Any]:
        """Return the offset as JSON can keep it, weights as float16; `Offset.read` gives it back."""
        packed = base64.b64encode(self.weights.astype("<f2").tobytes()).decode()
        return {"name": self.name, "bias": [round(float(one), 6) for one in self.bias], "weights": packed}

    @classmethod
    def read(cls, written: dict[str, Any]) -> Offset:
        """Return the offset that `written` describes."""
        bias = np.array(written["bias"], dtype=np.float64)
        flat = np.frombuffer(base64.b64decode(written["weights"]), dtype="<f2").astype(np.float64)
        return cls(name=written["name"], weights=flat.reshape(-1, len(bias)), bias=bias)
