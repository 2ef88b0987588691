"""Who is not collected any more: a list of keyed hashes beside the door of the ledger, and its copy in the home for restored backups."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update

from listener.errors import SettingsError
from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing, ledger_file
from listener.ledger.key_file import key_in
from listener.ledger.page import sound
from listener.ledger.tables import suppressed
from listener.ledger.transactions import reading, writing
from listener.model.mention import Author, Kept

KEY_NAME = "suppression.key"
LIST_NAME = "suppressed.jsonl"
ERASE, OBJECT = "erase", "object"
_BYTES = 32
_ANYBODY = select(suppressed.c.digest).where(suppressed.c.digest > "").limit(1)


class SuppressionLedger:
    """Keeps no name and no id: only whoever has the home's key can tell whether an author is on the list.

    The key lies in `suppression.key` beside the ledger's file, not in it; a ledger in memory has one of its own that dies with it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = ledger_file(str(engine.url))
        self._own: bytes | None = None

    def digest(self, author_key: str) -> str:
        """Return what stands for an author (`Author.key`) on the list."""
        return hmac.new(self._key(), author_key.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def add(self, tx: Connection, author_keys: Iterable[str], *, why: str, at: datetime) -> int:
        """Put authors on the list, in the caller's transaction; return how many were not on it. An erased one stays erased."""
        rows = [{"digest": self.digest(key), "why": why, "at": at} for key in sorted(set(author_keys))]
        return _put(tx, rows)

    def suppressed(self, tx: Connection, authors: Collection[Author]) -> set[str]:
        """Return the keys, as the ledger spells them, of those authors that are on the list. Without a list no key is read or made."""
        if not authors or tx.execute(_ANYBODY).first() is None:
            return set()
        keys = {self.digest(key): key for key in {sound(one.key) for one in authors}}
        found: set[str] = set()
        for some in batches(sorted(keys)):
            found.update(keys[one] for one in tx.execute(select(suppressed.c.digest).where(suppressed.c.digest.in_(some))).scalars())
        return found

    def without_suppressed(self, tx: Connection, kept: Sequence[Kept]) -> Sequence[Kept]:
        """Return what of a page may come in: everything that nobody on the list wrote."""
        stopped = self.suppressed(tx, {one.mention.author for one in kept if one.mention.author is not None})
        if not stopped:
            return kept
        return [one for one in kept if one.mention.author is None or sound(one.mention.author.key) not in stopped]

    def erased(self, author_keys: Iterable[str]) -> set[str]:
        """Return those of these authors that were erased: none of them should be here, unless a backup brought them back."""
        keys = {self.digest(key): key for key in set(author_keys)}
        with reading(self._engine) as tx:
            listed = set(tx.execute(select(suppressed.c.digest).where(suppressed.c.why == ERASE)).scalars())
        return {key for digest, key in keys.items() if digest in listed}

    def count(self) -> int:
        """Return how many authors are on the list."""
        with reading(self._engine) as tx:
            return len(tx.execute(select(suppressed.c.digest)).all())

    def write_list(self, folder: Path) -> None:
        """Write the list beside the ledger, for this user only: an older ledger that is put back knows it then."""
        with reading(self._engine) as tx:
            rows = tx.execute(select(suppressed).order_by(suppressed.c.at, suppressed.c.digest)).mappings().all()
        made = folder / f"{LIST_NAME}.{secrets.token_hex(8)}"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                for row in rows:
                    opened.write(json.dumps({"digest": row["digest"], "why": row["why"], "at": row["at"].isoformat()}) + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            made.replace(folder / LIST_NAME)
        except BaseException:
            made.unlink(missing_ok=True)
            raise

    def read_list(self, folder: Path) -> int:
        """Take over what a list in that folder holds; return how many were not known here."""
        file = folder / LIST_NAME
        if not file.exists():
            return 0
        rows = [_row(json.loads(line)) for line in file.read_text(encoding="ascii").splitlines()]
        with writing(self._engine) as tx:
            return _put(tx, rows)

    def _key(self) -> bytes:
        """Return the home's key, made with the first entry. Raises `SettingsError` when there is a list and its key is gone."""
        if self._own is None and self._file is not None and not (self._file.parent / KEY_NAME).exists() and self.count():
            raise SettingsError(
                f"{self._file.parent / KEY_NAME} is gone, and without it nobody can tell whom not to collect. "
                "Put it back from a backup of the home."
            )
        if self._own is None:
            made = secrets.token_bytes(_BYTES)
            self._own = made if self._file is None else key_in(self._file.parent / KEY_NAME, lambda: made)
        return self._own


def _put(tx: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    added = 0
    for row in rows:
        known = tx.execute(select(suppressed.c.why).where(suppressed.c.digest == row["digest"])).scalar()
        if known is None:
            added += tx.execute(insert_missing(tx.dialect, suppressed), row).rowcount
        elif known != ERASE and row["why"] == ERASE:
            tx.execute(update(suppressed).where(suppressed.c.digest == row["digest"]).values(why=ERASE, at=row["at"]))
    return added


def _row(line: Mapping[str, str]) -> dict[str, object]:
    return {"digest": line["digest"], "why": line["why"], "at": datetime.fromisoformat(line["at"])}
