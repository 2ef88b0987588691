"""What a source is tried on: a platform holding five posts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from listener.ports import Source


@dataclass
class Bench:
    """A platform holding five posts (ids in `ids`), and how to open a source on it, add a post, and break it."""

    ids: set[str]
    open: Callable[[], Source]
    post: Callable[[], str]
    break_down: Callable[[], None] | None
    interfere: Callable[[Callable[[], None]], None] | None = None
    """Have something called before each request, which may raise; None where the site is what is asked."""
