"""Carries what is asked in Discord to whoever answers, and the answer back in time.

Discord waits three seconds for a first word, and takes a form or hints only as that first word (its documentation of "Receiving and
Responding", read 2026-11). So what only looks is answered at once; everything else is acknowledged first, and nothing is done for a press
that Discord does not let us acknowledge: whoever pressed was told that it failed, and presses again.
"""

from __future__ import annotations

from typing import Protocol

from moderation.bot.asked import Asked
from moderation.bot.said import Said


class Answers(Protocol):
    """Whoever answers. Each method may block, and is called from a thread of its own."""

    def at_once(self, asked: Asked) -> bool:
        """Tell whether the answer is a form or hints. Then `answer` only looks and changes nothing."""
        ...

    def answer(self, asked: Asked) -> Said:
        """Return what is said; refusals are answers too. Rights are asked here, at the moment of the press.

        Raises nothing that a person could have caused; whatever it raises is logged, and `failed` is shown.
        """
        ...

    def failed(self, asked: Asked) -> Said:
        """Return what is said when something broke or took too long. Asks nobody and cannot fail."""
        ...
