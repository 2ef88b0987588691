"""Keys of a home: each made once, kept in a file of its own that only its user can read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from listener.errors import SettingsError


def key_in(file: Path, new: Callable[[], bytes]) -> bytes:
    """Return what a key's file holds, made with `new` on first use. Of two processes that make it at once, one wins for both.

    Raises `SettingsError` when others can read the file.
    """
    if not file.exists():
        _make(file, new())
    if file.stat().st_mode & 0o077:
        raise SettingsError(f"{file} can be read by others; run: chmod 600 {file}")
    return file.read_bytes()


def _make(file: Path, key: bytes) -> None:
    """Write the whole key under another name first, so that nobody ever reads half of it."""
    made = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(key)
            opened.flush()
            os.fsync(opened.fileno())
        try:
            os.link(made, file)
        except FileExistsError:
            return
    finally:
        made.unlink()
