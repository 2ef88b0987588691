"""What we have of somebody who uses Discord, and what is left after they asked to be forgotten (RULES P14)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOfUser:
    """Counts, of one account of Discord. `colleague` is their name when the account belongs to one, "" otherwise.

    `messages` were heard from them; `opt_outs` and `consents` noted; `conversations` are about their messages; `decisions` on asking them.
    """

    messages: int = 0
    conversations: int = 0
    opt_outs: int = 0
    consents: int = 0
    decisions: int = 0
    colleague: str = ""

    @property
    def nothing(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.messages or self.conversations or self.opt_outs or self.consents or self.decisions or self.colleague)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was removed now: messages with their words, other rows that named the account, and whether a colleague's link went."""

    messages: int
    rows: int
    unlinked: bool
