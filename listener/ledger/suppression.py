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

from sqlalchemy import ColumnElement, Connection, Engine, and_, not_, select, update

from listener.errors import SettingsError
from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing, ledger_file
from listener.ledger.key_file import key_in
from listener.ledger.page import key_of, sound
from listener.ledger.page_rows import authors_here
from listener.ledger.tables import suppressed
from listener.ledger.transactions import reading, writing
from listener.model.mention import Author, Kept

KEY_NAME = "suppression.key"
LIST_NAME = "suppressed.jsonl"
ERASE, OBJECT = "erase", "object"
STAND_IN, _ERASED = "expired/expired/", "erased/erased/"
"""How what stands for an author begins whose words were kept long enough, or who was erased; then comes part of the keyed hash."""
_STAND_IN_CHARACTERS = 24
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

    def stand_in(self, author_key: str) -> str:
        """Return what takes the place of an author whose words were kept long enough: always the same, and nobody's name or id."""
        if not author_key or author_key.startswith((STAND_IN, _ERASED)):
            return author_key
        return f"{STAND_IN}{self.digest(author_key)[:_STAND_IN_CHARACTERS]}"

    def stand_in_of_erased(self, author_key: str) -> str:
        """Return what takes the place of an author who was erased, likewise."""
        return f"{_ERASED}{self.digest(author_key)[:_STAND_IN_CHARACTERS]}"

    def add(self, tx: Connection, author_keys: Iterable[str], *, why: str, at: datetime) -> int:
        """Put authors on the list, in the caller's transaction; return how many were not on it. An erased one stays erased."""
        rows = [{"digest": self.digest(key), "why": why, "at": at} for key in sorted(set(author_keys))]
        return _put(tx, rows)

    def suppressed(self, tx: Connection, authors: Collection[Author]) -> set[str]:
        """Return the keys, as the ledger spells them, of those authors that are on the list. Without a list no key is read or made."""
        return self.listed(tx, {sound(one.key) for one in authors})

    def apart(self, tx: Connection, kept: Sequence[Kept]) -> tuple[Sequence[Kept], Sequence[Kept]]:
        """Return what of a page may come in, and what somebody on the list wrote: by whom the platform names, or whom it named before."""
        authors = {at: sound(one.mention.author.key) for at, one in enumerate(kept) if one.mention.author is not None}
        if not kept or tx.execute(_ANYBODY).first() is None:
            return kept, ()
        nameless = {key_of(one.mention): at for at, one in enumerate(kept) if at not in authors}
        authors |= {nameless[key]: author for key, author in authors_here(tx, nameless).items()}
        listed = self.listed(tx, set(authors.values()))
        stopped = {at for at, author in authors.items() if author in listed}
        return [one for at, one in enumerate(kept) if at not in stopped], [kept[at] for at in sorted(stopped)]

    def listed(self, tx: Connection, author_keys: Collection[str]) -> set[str]:
        """Return those of these keys that are on the list."""
        if not author_keys or tx.execute(_ANYBODY).first() is None:
            return set()
        keys = {self.digest(spelled): key for key in author_keys for spelled in _listed_as(key)}
        found: set[str] = set()
        for some in batches(sorted(keys)):
            found.update(keys[one] for one in tx.execute(select(suppressed.c.digest).where(suppressed.c.digest.in_(some))).scalars())
        return found

    def erased(self, author_keys: Iterable[str]) -> set[str]:
        """Return those of these authors that were erased: none of them should be here, unless a backup brought them back."""
        keys = {self.digest(spelled): key for key in set(author_keys) for spelled in _listed_as(key)}
        with reading(self._engine) as tx:
            listed = set(tx.execute(select(suppressed.c.digest).where(suppressed.c.why == ERASE)).scalars())
        return {key for digest, key in keys.items() if digest in listed}

    def count(self) -> int:
        """Return how many authors are on the list."""
        with reading(self._engine) as tx:
            return len(tx.execute(select(suppressed.c.digest)).all())

    def write_list(self, folder: Path) -> None:
        """Write the list beside the ledger, for this user only, where it is not there as it is now: an older ledger that is put back
        knows it then."""
        text = self._list()
        if (folder / LIST_NAME).exists() and (folder / LIST_NAME).read_text(encoding="ascii") == text:
            return
        made = folder / f"{LIST_NAME}.{secrets.token_hex(8)}"
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            made.replace(folder / LIST_NAME)
        except BaseException:
            made.unlink(missing_ok=True)
            raise

    def _list(self) -> str:
        with reading(self._engine) as tx:
            rows = tx.execute(select(suppressed).order_by(suppressed.c.at, suppressed.c.digest)).mappings().all()
        lines = ({"digest": row["digest"], "why": row["why"], "at": row["at"].isoformat()} for row in rows)
        return "".join(f"{json.dumps(line)}\n" for line in lines)

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


def names_somebody(author_key: ColumnElement[str]) -> ColumnElement[bool]:
    """A column of authors' keys holds one that `stand_in` would replace: neither nobody's nor a stand-in."""
    return and_(author_key != "", *(not_(author_key.startswith(one)) for one in (STAND_IN, _ERASED)))


def _listed_as(author_key: str) -> tuple[str, ...]:
    """Return what an author may stand on the list as: their key, and their account in whichever realm ("discord/*/123")."""
    parts = author_key.split("/", 2)
    return (author_key, f"{parts[0]}/*/{parts[2]}") if len(parts) == 3 else (author_key,)


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
