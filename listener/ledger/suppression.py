"""Who is not collected any more: a list of keyed hashes beside the door of the ledger, and its copy in the home for restored backups."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, and_, not_, select

from listener.errors import SettingsError
from listener.ledger.dialect import ledger_file
from listener.ledger.key_file import key_in
from listener.ledger.page import key_of, sound
from listener.ledger.page_rows import authors_here, find_known
from listener.ledger.suppressed_rows import ALLOW, ERASE, Stands, put, standing
from listener.ledger.tables import suppressed
from listener.ledger.transactions import reading, writing
from listener.model.mention import Kept

KEY_NAME = "suppression.key"
LIST_NAME = "suppressed.jsonl"
STAND_IN, _ERASED = "expired/expired/", "erased/erased/"
"""How what stands for an author begins whose words were kept long enough, or who was erased; then comes part of the keyed hash."""
_ANYWHERE = "/*/"
"""In the key of an account that is the same in every realm of its platform."""
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
        """Put authors on the list, in the caller's transaction; return how many were not kept out. An erased one stays erased."""
        digests = {self.digest(key) for key in author_keys}
        stood = standing(tx, digests)
        put(tx, [(one, why, stood.get(one, Stands()).after_all(at)) for one in sorted(digests)])
        return sum(one not in stood or not stood[one].out for one in digests)

    def allow(self, tx: Connection, author_keys: Iterable[str], *, at: datetime) -> int:
        """Let authors be collected again, in the caller's transaction; return how many of these keys were kept out.

        They stay on the list, with when that was: what they wrote before does not come in, and a ledger from before their erasure is still
        erased when it is put back.
        """
        stood = standing(tx, {self.digest(key) for key in author_keys})
        since = at
        for one in stood.values():
            since = one.after_all(since)
        put(tx, [(one, ALLOW, since) for one in sorted(stood)])
        return sum(one.out for one in stood.values())

    def standing(self, tx: Connection, author_keys: Collection[str]) -> dict[str, Stands]:
        """Return what the list says of each of these authors that it knows. Without a list no key is read or made."""
        if not author_keys or tx.execute(_ANYBODY).first() is None:
            return {}
        digests = {key: [self.digest(spelled) for spelled in _listed_as(key)] for key in author_keys}
        known = standing(tx, {one for some in digests.values() for one in some})
        found: dict[str, Stands] = {}
        for key, some in digests.items():
            for one in some:
                if one in known:
                    found[key] = found.get(key, Stands()) | known[one]
        return found

    def apart(self, tx: Connection, kept: Sequence[Kept]) -> tuple[Sequence[Kept], Sequence[Kept]]:
        """Return what of a page may come in, and what may not: by whoever is kept out, or by somebody who is not any more and wrote it
        before that. An author is whom the platform names, or whom it named before."""
        authors = {at: sound(one.mention.author.key) for at, one in enumerate(kept) if one.mention.author is not None}
        if not kept or tx.execute(_ANYBODY).first() is None:
            return kept, ()
        nameless = {key_of(one.mention): at for at, one in enumerate(kept) if at not in authors}
        authors |= {nameless[key]: author for key, author in authors_here(tx, nameless).items()}
        stands = self.standing(tx, set(authors.values()))
        theirs = {at: stands[author] for at, author in authors.items() if author in stands}
        stopped = {at for at, one in theirs.items() if one.out}
        early = {at for at, one in theirs.items() if not one.out and one.allowed is not None and kept[at].mention.posted_at < one.allowed}
        if early:
            here = find_known(tx, {key_of(kept[at].mention) for at in early})
            stopped |= {at for at in early if key_of(kept[at].mention) not in here}
        return [one for at, one in enumerate(kept) if at not in stopped], [kept[at] for at in sorted(stopped)]

    def listed(self, tx: Connection, author_keys: Collection[str]) -> set[str]:
        """Return those of these keys that are kept out."""
        return {key for key, one in self.standing(tx, author_keys).items() if one.out}

    def erased(self, author_keys: Iterable[str], *, anew: Collection[str] = ()) -> set[str]:
        """Return those of these authors that were erased and of whom nothing should be here, unless a backup brought it back.

        anew: digests whose erasure this ledger learned of (`read_list`), also of those who are allowed again since.
        """
        keys = set(author_keys)
        with reading(self._engine) as tx:
            found = {key for key, one in self.standing(tx, keys).items() if one.gone}
        if not anew:
            return found
        return found | {key for key in keys if any(self.digest(one) in anew for one in _listed_as(key))}

    def count(self) -> int:
        """Return of how many authors the list says anything."""
        with reading(self._engine) as tx:
            return len(tx.execute(select(suppressed.c.digest).distinct()).all())

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
            rows = tx.execute(select(suppressed).order_by(suppressed.c.at, suppressed.c.digest, suppressed.c.why)).mappings().all()
        lines = ({"digest": row["digest"], "why": row["why"], "at": row["at"].isoformat()} for row in rows)
        return "".join(f"{json.dumps(line)}\n" for line in lines)

    def read_list(self, folder: Path) -> set[str]:
        """Take over what a list in that folder holds; return the digests of those who were erased after this ledger last knew of it."""
        file = folder / LIST_NAME
        if not file.exists():
            return set()
        lines = [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]
        with writing(self._engine) as tx:
            new = put(tx, [(line["digest"], line["why"], datetime.fromisoformat(line["at"])) for line in lines])
        return {digest for digest, why in new if why == ERASE}

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
    return (author_key, f"{parts[0]}{_ANYWHERE}{parts[2]}") if len(parts) == 3 else (author_key,)
