"""Tokens with which programs act for a person: made with fewer rights or the same, shown once, ended at will."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.ways_in import TokenLedger
from moderation.model.account import Account, ApiToken
from moderation.model.person import RIGHTS, Person, Right
from moderation.workflows.manage_people import one_line

PREFIX = "klankbord_"
"""Every token begins with it, so that a scanner for lost secrets knows one when it sees it."""
LONGEST_DAYS = 366
USUAL_DAYS = 90
LONGEST_LABEL = 60
_SEEN_EVERY = timedelta(minutes=5)


class HoldTokens:
    """Makes, lists, checks and ends tokens."""

    def __init__(self, tokens: TokenLedger, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock

    def make(self, account: Account, label: str, scopes: frozenset[Right], *, days: int = USUAL_DAYS, by: str) -> tuple[str, ApiToken]:
        """Return a new token, which is shown nowhere again, and what is kept of it.

        Raises `NotAllowed` for a right that the person does not have, none at all, a missing label or more than a year.
        """
        clean = one_line(label, LONGEST_LABEL)
        if not clean:
            raise NotAllowed("A token needs a name, such as what it is for.", why="label_needed")
        if not scopes:
            raise NotAllowed("A token needs at least one right.", why="scope_needed")
        if not scopes <= RIGHTS[account.person.role]:
            beyond = ", ".join(sorted(scope.value for scope in scopes - RIGHTS[account.person.role]))
            raise NotAllowed(f"The role {account.person.role.value} does not have: {beyond}.", why="scope_beyond")
        if not 1 <= days <= LONGEST_DAYS:
            raise NotAllowed(f"A token lasts 1 to {LONGEST_DAYS} days.", why="days")
        token, now = PREFIX + secrets.token_urlsafe(32), self._clock.now()
        kept = self._tokens.add(_digest(token), account.person_id, clean, scopes, at=now, expires_at=now + timedelta(days=days), by=by)
        return token, kept

    def person(self, token: str) -> Person | None:
        """Return whom a token acts for, with its scopes and never more than the role has now; None when it does not work."""
        now = self._clock.now()
        found = self._tokens.find(_digest(token), now) if token.startswith(PREFIX) else None
        if found is None:
            return None
        kept, account = found
        if kept.used_at is None or now - kept.used_at >= _SEEN_EVERY:
            self._tokens.touch(kept.token_id, now)
        who = account.person
        return Person(
            name=who.name,
            role=who.role,
            shown=who.shown,
            brands=who.brands,
            teams=who.teams,
            language=who.language,
            second_step=who.second_step,
            scopes=kept.scopes,
        )

    def of(self, account: Account) -> list[ApiToken]:
        """Return a person's tokens, newest first; those that ended too."""
        return self._tokens.of(account.person_id)

    def all(self) -> list[ApiToken]:
        """Return everybody's tokens, newest first."""
        return self._tokens.of()

    def revoke(self, token_id: int, *, by: str, of: Account | None = None) -> bool:
        """End a token (only one of `of`, when given); False when there is none that still works."""
        return self._tokens.revoke(token_id, at=self._clock.now(), by=by, person_id=of.person_id if of else None)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
