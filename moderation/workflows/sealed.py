"""A file that only whoever knows the passphrase can read: written and read as a stream, so that its size is no matter.

After the first line come a salt of 16 bytes, the beginning of every nonce (7 bytes), and blocks: four bytes with a length, then that many
bytes of AES-256-GCM over at most 1 MiB. A nonce is that beginning, the block's number and whether it is the last one, so that no block
can be left out, moved or cut off unseen (the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015). The key comes from
the passphrase by scrypt with n = 2^15, r = 8, p = 1 (OWASP's password storage cheat sheet has n = 2^15, r = 8, p = 3 among its choices; a
passphrase here is checked for its length instead).
"""

from __future__ import annotations

import io
import os
import secrets
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from listener.errors import InputError

MAGIC = b"klankbord-sealed-1\n"
LEAST = 16
"""Characters of a passphrase: whoever holds the file may try as many as he likes."""
_BLOCK = 1 << 20
_SALT, _BEGIN, _TAG = 16, 7, 16


def is_sealed(file: Path) -> bool:
    """Tell whether a file is one of these."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


class SealedWriter(io.RawIOBase):
    """Seals what is written to a new file (mode 0600). Not closed, it cannot be opened: its last block says that it is the last."""

    def __init__(self, file: Path, passphrase: str) -> None:
        super().__init__()
        salt, self._begin = secrets.token_bytes(_SALT), secrets.token_bytes(_BEGIN)
        self._cipher = AESGCM(_key(passphrase, salt))
        self._out = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._out.write(MAGIC + salt + self._begin)
        self._waiting = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, given: object) -> int:
        added = bytes(given)  # type: ignore[call-overload]  # whatever a raw file may be given
        self._waiting += added
        while len(self._waiting) > _BLOCK:
            self._seal(bytes(self._waiting[:_BLOCK]), last=False)
            del self._waiting[:_BLOCK]
        return len(added)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._waiting), last=True)
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
        super().close()

    def _seal(self, block: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._begin, self._number, last=last), block, None)
        self._out.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads what was sealed. Raises `InputError` for another passphrase, and for a file that was changed or cut off."""

    def __init__(self, file: Path, passphrase: str) -> None:
        super().__init__()
        self._in: IO[bytes] = file.open("rb")
        self._in.seek(len(MAGIC))
        salt, self._begin = self._in.read(_SALT), self._in.read(_BEGIN)
        self._cipher = AESGCM(_key(passphrase, salt))
        self._ready, self._number, self._over = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, into: object) -> int:
        view = memoryview(into).cast("B")  # type: ignore[arg-type]  # a buffer, as every raw file is given
        while not self._ready and not self._over:
            self._open()
        taken = self._ready[: len(view)]
        view[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)

    def close(self) -> None:
        self._in.close()
        super().close()

    def _open(self) -> None:
        size = int.from_bytes(self._in.read(4), "big")
        sealed = self._in.read(min(size, _BLOCK + _TAG))
        last = not self._in.peek(1)[:1] if isinstance(self._in, io.BufferedReader) else False
        try:
            self._ready = self._cipher.decrypt(_nonce(self._begin, self._number, last=last), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise InputError("The backup cannot be opened: another passphrase, or the file was changed or cut off.") from error
        self._number, self._over = self._number + 1, last


def _nonce(begin: bytes, number: int, *, last: bool) -> bytes:
    return begin + number.to_bytes(4, "big") + bytes([last])


def _key(passphrase: str, salt: bytes) -> bytes:
    if len(passphrase) < LEAST:
        raise InputError(f"A passphrase of a backup has {LEAST} characters or more, such as five words that nobody would guess.")
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode("utf-8"))
