"""The key that signs feedback links: made once, kept in the home, readable by its user only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from listener.errors import SettingsError

KEY_NAME = "feedback.key"
_BYTES = 32


def feedback_key(home: Path) -> bytes:
    """Return the home's key, made on first use. Of two processes that make it at once, one wins for both.

    Without it no link handed out earlier opens any more. Raises `SettingsError` when the file is not ours alone or not a key.
    """
    file = home / KEY_NAME
    if not file.exists():
        _make(file)
    if file.stat().st_mode & 0o077:
        raise SettingsError(f"{file} can be read by others; run: chmod 600 {file}")
    key = file.read_bytes()
    if len(key) != _BYTES:
        raise SettingsError(
            f"{file} is no key of {_BYTES} bytes. Put it back from a backup, or remove it: then links handed out before end."
        )
    return key


def _make(file: Path) -> None:
    """Write the whole key under another name first, so that nobody ever reads half of it."""
    made = file.with_name(f"{KEY_NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_bytes(_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(made, file)
        except FileExistsError:
            return
    finally:
        made.unlink()
