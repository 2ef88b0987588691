"""Sessions and one-time links in the ledger: found by the hash of their secret, each act noted in the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, exists, insert, select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.people_rows import account_called, account_numbered
from moderation.ledger.tables_people import person, sign_in_link, staff_session
from moderation.model.account import Account, How, Link, OpenSession, Purpose, Stage

_BY_DIGEST = select(staff_session).where(staff_session.c.digest == bindparam("digest"))
"""Made once: every page and every picture on it asks this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A session with whose it is. `account` None: whoever holds the machine. `people`: there are people, so that nobody else gets in."""

    session: OpenSession
    account: Account | None
    language: str
    people: bool


class SessionLedger:
    """Who is signed in, and which links would let somebody in. Holds no secret: callers bring SHA-256 digests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def has_people(self) -> bool:
        """Tell whether anybody was added yet."""
        with reading(self._engine) as tx:
            return _has_people(tx)

    def account(self, name: str) -> Account | None:
        """Return the colleague of this name, however it is spelt."""
        with reading(self._engine) as tx:
            return account_called(tx, name)

    def add_link(self, digest: str, link: Link, *, at: datetime, expires_at: datetime, by: str) -> None:
        """Keep a link; those that are too old go."""
        values = {
            "digest": digest,
            "person_id": link.person_id,
            "name": link.name,
            "purpose": link.purpose.value,
            "trusted": link.trusted,
            "expires_at": expires_at,
        }
        with writing(self._engine) as tx:
            tx.execute(delete(sign_in_link).where(sign_in_link.c.expires_at <= at))
            tx.execute(insert(sign_in_link).values(values))
            detail = {"purpose": link.purpose.value, "terminal": link.trusted, "for": link.name}
            note(tx, at=at, who=by, verb="make_link", subject=_subject(link.person_id), detail=detail)

    def link(self, digest: str, at: datetime) -> Link | None:
        """Return the link with this digest while it works."""
        with reading(self._engine) as tx:
            row = tx.execute(select(sign_in_link).where(sign_in_link.c.digest == digest)).one_or_none()
        return _link_of(row, at)

    def use_link(self, digest: str, at: datetime) -> Link | None:
        """Use a link up and return it, or None when it does not work (any more). Of two who try at once, one gets it."""
        with writing(self._engine) as tx:
            row = tx.execute(delete(sign_in_link).where(sign_in_link.c.digest == digest).returning(sign_in_link)).one_or_none()
            return _link_of(row, at)

    def open(
        self, digest: str, *, account: Account | None, name: str, stage: Stage, how: How, device: str, at: datetime, replacing: str = ""
    ) -> int:
        """Open a session and end the one whose digest is `replacing`. Returns its id."""
        values = {
            "digest": digest,
            "person_id": account.person_id if account else None,
            "name": name,
            "stage": stage.value,
            "how": how.value,
            "device": device,
            "opened_at": at,
            "proved_at": at,
            "seen_at": at,
        }
        with writing(self._engine) as tx:
            tx.execute(delete(staff_session).where(staff_session.c.digest == replacing))
            session_id = int(tx.execute(insert(staff_session).values(values).returning(staff_session.c.session_id)).scalar_one())
            if stage is Stage.IN:
                note(tx, at=at, who=name, verb="sign_in", subject=f"session:{session_id}", detail={"how": how.value})
        return session_id

    def find(self, digest: str) -> Signed | None:
        """Return the session with this digest and whose it is, as both stand now."""
        with reading(self._engine) as tx:
            row = tx.execute(_BY_DIGEST, {"digest": digest}).one_or_none()
            if row is None:
                return None
            account = account_numbered(tx, row.person_id) if row.person_id is not None else None
            return Signed(session=_session_of(row), account=account, language=row.language, people=account is not None or _has_people(tx))

    def touch(self, session_id: int, at: datetime) -> None:
        """Note that its owner did something."""
        self._set(session_id, seen_at=at)

    def prove(self, session_id: int, at: datetime) -> None:
        """Note that its owner showed again who they are."""
        self._set(session_id, seen_at=at, proved_at=at)

    def prefer(self, session_id: int, language: str) -> None:
        """Show this session's pages in `language` from now on."""
        self._set(session_id, language=language)

    def drop(self, session_id: int) -> None:
        """Forget a session that ended by itself: nobody did that, so nothing is noted."""
        with writing(self._engine) as tx:
            tx.execute(delete(staff_session).where(staff_session.c.session_id == session_id))

    def sign_out(self, digest: str, at: datetime) -> None:
        """End one's own session; harmless when it has ended."""
        with writing(self._engine) as tx:
            _end(tx, tx.execute(delete(staff_session).where(staff_session.c.digest == digest).returning(staff_session)), at, "sign_out")

    def end(self, session_id: int, *, at: datetime, by: str) -> bool:
        """End a session; False when it had ended."""
        with writing(self._engine) as tx:
            gone = tx.execute(delete(staff_session).where(staff_session.c.session_id == session_id).returning(staff_session)).all()
            _end(tx, gone, at, "end_session", by=by)
        return bool(gone)

    def end_all(self, *, at: datetime, by: str) -> int:
        """End every session and void every link. Returns how many sessions there were."""
        with writing(self._engine) as tx:
            tx.execute(delete(sign_in_link))
            gone = tx.execute(delete(staff_session).returning(staff_session)).all()
            _end(tx, gone, at, "end_session", by=by)
        return len(gone)

    def sessions(self, person_id: int | None = None) -> list[OpenSession]:
        """Return who is signed in, latest seen first: one person's sessions, or all."""
        query = select(staff_session).where(staff_session.c.stage == Stage.IN.value).order_by(staff_session.c.seen_at.desc())
        if person_id is not None:
            query = query.where(staff_session.c.person_id == person_id)
        with reading(self._engine) as tx:
            return [_session_of(row) for row in tx.execute(query)]

    def forget_before(self, *, seen: datetime, opened: datetime) -> None:
        """Forget sessions that nobody used since `seen` or that were opened before `opened`."""
        with writing(self._engine) as tx:
            tx.execute(delete(staff_session).where((staff_session.c.seen_at <= seen) | (staff_session.c.opened_at <= opened)))

    def _set(self, session_id: int, **values: object) -> None:
        with writing(self._engine) as tx:
            tx.execute(update(staff_session).where(staff_session.c.session_id == session_id).values(**values))


def end_sessions_of(tx: Connection, person_id: int, *, at: datetime, by: str, keep: int = 0) -> int:
    """End every session of one person but `keep`, and void their links, in the caller's transaction. Returns how many there were."""
    tx.execute(delete(sign_in_link).where(sign_in_link.c.person_id == person_id))
    theirs = (staff_session.c.person_id == person_id) & (staff_session.c.session_id != keep)
    gone = tx.execute(delete(staff_session).where(theirs).returning(staff_session)).all()
    _end(tx, gone, at, "end_session", by=by)
    return len(gone)


def _end(tx: Connection, gone: Iterable[Row[Any]], at: datetime, verb: str, *, by: str = "") -> None:
    for row in gone:
        if row.stage == Stage.IN.value:
            note(tx, at=at, who=by or row.name, verb=verb, subject=f"session:{row.session_id}", detail={"of": row.name})


def _has_people(tx: Connection) -> bool:
    return bool(tx.execute(select(exists().select_from(person))).scalar())


def _subject(person_id: int | None) -> str:
    return "colleague:none" if person_id is None else f"colleague:{person_id}"


def _link_of(row: Row[Any] | None, at: datetime) -> Link | None:
    if row is None or row.expires_at <= at:
        return None
    return Link(name=row.name, person_id=row.person_id, purpose=Purpose(row.purpose), trusted=row.trusted)


def _session_of(row: Row[Any]) -> OpenSession:
    return OpenSession(
        session_id=row.session_id,
        person_id=row.person_id,
        name=row.name,
        stage=Stage(row.stage),
        how=How(row.how),
        device=row.device,
        opened_at=row.opened_at,
        proved_at=row.proved_at,
        seen_at=row.seen_at,
    )
