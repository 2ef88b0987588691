"""What we have of somebody who uses Discord, and what became of it when they asked to be forgotten (RULES P14)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOfUser:
    """Counts, of one account of Discord. `colleague` is their name when the account belongs to one, "" otherwise.

    `messages` were heard from them; `opt_outs` and `consents` noted; `conversations` are about their messages; `decisions` on asking them;
    `more` is everything else that is about them: notes, questions, answers, what was read in their messages. `out`: nothing more is
    collected of them. `copy_asked`: they asked for a copy and still wait for it. `forgetting`: the request under way to forget them, or 0.
    """

    messages: int = 0
    conversations: int = 0
    opt_outs: int = 0
    consents: int = 0
    decisions: int = 0
    more: int = 0
    colleague: str = ""
    out: bool = False
    copy_asked: bool = False
    forgetting: int = 0

    @property
    def others(self) -> int:
        """What is kept beside messages."""
        return self.conversations + self.opt_outs + self.consents + self.decisions + self.more

    @property
    def nothing(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.messages or self.others or self.colleague)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What becomes of a press. `done`: it is over; else it is noted as request `request_id`, and the service ends it.

    `messages` and `rows` are what was there to go, `unlinked` whether a colleague's link went.
    """

    request_id: int
    done: bool
    messages: int
    rows: int
    unlinked: bool
