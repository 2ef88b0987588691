"""Texts measured as the platform measures them. Too long is refused before approval; nothing is ever cut (RULES F32). Pure."""

from __future__ import annotations

from collections.abc import Callable

from listener.errors import NotAllowed
from listener.text.shorten import graphemes
from moderation.model.post import Limits

_WAYS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "graphemes": lambda text: sum(1 for _ in graphemes(text)),
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}


def length(text: str, limits: Limits) -> int:
    """Return the length of `text` in the unit that `limits` counts in. An unknown unit raises KeyError."""
    return _WAYS[limits.counts](text)


def must_fit(text: str, limits: Limits) -> None:
    """Raise `NotAllowed` with both figures when `text` is empty or longer than the platform takes."""
    if not text.strip():
        raise NotAllowed("The text is empty.")
    counted = length(text, limits)
    if counted > limits.most:
        raise NotAllowed(f"The text has {counted} {limits.counts}; this platform takes {limits.most}. Shorten it; nothing is cut for you.")
