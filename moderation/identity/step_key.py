"""The key with which secrets of second steps are encrypted: made once, kept in the home, readable by its user only, never in the ledger."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from listener.errors import SettingsError
from listener.ledger.key_file import key_in

KEY_NAME = "second-step.key"


class StepKey:
    """Encrypts and decrypts with the home's key, which is made on first use."""

    def __init__(self, home: Path) -> None:
        self._file = home / KEY_NAME

    def locked(self, secret: str) -> str:
        """Return `secret` as the ledger may keep it."""
        return self._fernet().encrypt(secret.encode("ascii")).decode("ascii")

    def opened(self, kept: str) -> str:
        """Return the secret behind `kept`. Raises `SettingsError` when the key is another one than it was locked with."""
        secret = self.tried(kept)
        if secret is None:
            raise SettingsError(
                f"{self._file} is not the key with which second steps were kept. Put it back from where you keep it, or run "
                "`klankbord person reset-second-step NAME` for everybody."
            )
        return secret

    def tried(self, given: str) -> str | None:
        """Return the secret behind what somebody handed us; None when we did not lock it."""
        try:
            return self._fernet().decrypt(given.encode("utf-8", "replace")).decode("ascii")
        except InvalidToken:
            return None

    def _fernet(self) -> Fernet:
        key = key_in(self._file, Fernet.generate_key)
        try:
            return Fernet(key.strip())
        except ValueError as error:
            raise SettingsError(f"{self._file} is no key. Put it back from where you keep it.") from error
