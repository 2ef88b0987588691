"""Link a colleague's account at Discord: they get a code here, where they are signed in, and type it there. So both sides are theirs."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from listener.errors import InputError
from listener.ports import Clock
from moderation.ledger.bot_people import BotPeopleLedger
from moderation.ledger.people import Act
from moderation.model.person import Person

CODE_LASTS = timedelta(minutes=15)
_SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without those that look like another."""
_LONG = 10


class LinkDiscord:
    """Codes and links; every one is noted in the audit log."""

    def __init__(self, ledger: BotPeopleLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def new_code(self, person_id: int, *, by: str) -> str:
        """Return a code that links this person's account once, within `CODE_LASTS`; the one before is void."""
        code = "".join(secrets.choice(_SIGNS) for _ in range(_LONG))
        now = self._clock.now()
        self._ledger.keep_code(person_id, _digest(code), Act(by=by, at=now), expires_at=now + CODE_LASTS)
        return f"{code[: _LONG // 2]}-{code[_LONG // 2 :]}"

    def redeem(self, code: str, discord_id: str) -> Person | None:
        """Link whoever the code was made for to the account that typed it; None for a wrong, used or old code.

        Raises `NotAllowed` when the account is another colleague's.
        """
        return self._ledger.use_code(_digest(code), discord_id, at=self._clock.now())

    def link(self, person_id: int, discord_id: str, *, by: str) -> None:
        """Link without a code, for whoever holds the machine. Raises `InputError` for no id, `NotAllowed` when it is somebody else's."""
        if not (discord_id.isascii() and discord_id.isdigit() and 15 <= len(discord_id) <= 20):
            raise InputError("Write the account's id, such as 1160000000000000001: in Discord, with developer mode on, 'Copy User ID'.")
        self._ledger.link(person_id, discord_id, Act(by=by, at=self._clock.now()))

    def unlink(self, person_id: int, *, by: str) -> bool:
        """Forget the account; return whether there was one."""
        return self._ledger.unlink(person_id, Act(by=by, at=self._clock.now()))

    def linked(self, person_id: int) -> bool:
        """Tell whether this person linked an account."""
        return bool(self._ledger.discord_id(person_id))


def _digest(code: str) -> str:
    """Return what is kept of a code. Spaces, dashes and case do not matter to who types it."""
    typed = "".join(sign for sign in code.upper() if sign.isalnum())[:64]
    return hashlib.sha256(typed.encode()).hexdigest()
