"""What a refusing HTTP status means where a platform says nothing else: one table for every client we write through. Pure."""

from __future__ import annotations

from collections.abc import Mapping

REFUSALS: Mapping[int, str] = {
    400: "invalid",
    403: "forbidden",
    404: "gone",
    410: "gone",
    413: "too_long",
    422: "invalid",
}
"""Status → `PublishRejected.why`; every other 4xx is a plain no."""
_UNSURE = frozenset({408, 421, 425, 499})
"""4xx that say something about the connection, not about the post."""


def is_refusal(status: int) -> bool:
    """Tell whether this status is a no to what was asked; all others but 2xx say nothing about it. 429 asks to wait and is read before."""
    return 400 <= status < 500 and status not in _UNSURE
