"""The key that signs feedback links: made once, kept in the home, readable by its user only."""

from __future__ import annotations

import secrets
from pathlib import Path

from listener.errors import SettingsError
from listener.ledger.key_file import key_in

KEY_NAME = "feedback.key"
_BYTES = 32


def feedback_key(home: Path) -> bytes:
    """Return the home's key, made on first use.

    Without it no link handed out earlier opens any more. Raises `SettingsError` when the file is not ours alone or not a key.
    """
    file = home / KEY_NAME
    key = key_in(file, lambda: secrets.token_bytes(_BYTES))
    if len(key) != _BYTES:
        raise SettingsError(
            f"{file} is no key of {_BYTES} bytes. Put it back from a backup, or remove it: then links handed out before end."
        )
    return key
