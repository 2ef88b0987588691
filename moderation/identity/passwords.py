"""Passwords: which are accepted, and how they are kept. argon2id, 12 to 128 characters, nothing anybody would guess first (RULES S8)."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from listener.errors import NotAllowed
from listener.text.normal_form import normal_form
from moderation.identity.guessable import is_guessable

SHORTEST = 12
LONGEST = 128
OFFERED = 15
"""What we advise; shorter ones down to `SHORTEST` are accepted."""
AT_ONCE = 2
"""Hashes calculated side by side: each takes 64 MiB, and sign-ins wait for one another rather than for memory."""


class Passwords:
    """Hashes and compares passwords. `hasher` is for tests; the default is RFC 9106's second choice (64 MiB, 3 passes, 4 lanes)."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._nobody = self._hasher.hash("the password of nobody at all")
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._room:
            return self._hasher.hash(as_typed(password))

    def fits(self, password: str, kept: str) -> bool:
        """Tell whether this is the password behind `kept`. With `kept` empty it takes as long and is never right."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobody, as_typed(password)) and bool(kept)
            except (VerifyMismatchError, InvalidHashError):
                return False


def as_typed(password: str) -> str:
    """Return a password in the one form that every keyboard leads to: "é" as one sign or two is the same (NFC, RFC 8265)."""
    return normal_form("NFC", password.encode("utf-8", "replace").decode("utf-8"))


def check_password(password: str, *, known: tuple[str, ...] = ()) -> None:
    """Raise `NotAllowed` for a password that is too short, too long or among the first that somebody would guess.

    Length counts characters, after normalising. `known`: names that belong to the person or the brand. There is no rule about digits,
    capitals or signs: length is what counts.
    """
    length = len(as_typed(password))
    if length < SHORTEST:
        raise NotAllowed(f"A password has at least {SHORTEST} characters; {OFFERED} or more is better.", why="password_short")
    if length > LONGEST:
        raise NotAllowed(f"A password has at most {LONGEST} characters.", why="password_long")
    if is_guessable(as_typed(password), known=known):
        raise NotAllowed(
            "This password is among the first that somebody would guess; take a few words that only you put together.",
            why="password_common",
        )
