"""Tries to get in, devices that somebody came in from before, and tokens of programs: all by hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from listener.ledger.dialect import insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.people_rows import accounts_of, people_query
from moderation.ledger.tables_people import api_token, known_device, person, sign_in_try
from moderation.model.account import Account, ApiToken
from moderation.model.person import Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """What was tried before in the window. `wait_until`: no further try before then; None when this one may go on."""

    before: int
    wait_until: datetime | None = None


class TryLedger:
    """Counts tries: a try counts from the moment it begins, so that a hundred at once are a hundred."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, account: str, address: str, at: datetime, *, window: timedelta, per_account: int, per_address: int | None) -> Tries:
        """Count a try, unless too many were made: then it is not counted and has to wait. `per_address` None: however many."""
        with writing(self._engine) as tx:
            tx.execute(delete(sign_in_try).where(sign_in_try.c.at <= at - window))
            limits = [(sign_in_try.c.account_key == account, per_account)]
            if per_address is not None:
                limits.append((sign_in_try.c.address_key == address, per_address))
            before = 0
            for mine, most in limits:
                count, first = tx.execute(select(func.count(), func.min(sign_in_try.c.at)).where(mine)).one()
                if count >= most:
                    return Tries(before=count, wait_until=first + window)
                before = before or count
            tx.execute(insert(sign_in_try).values(account_key=account, address_key=address, at=at))
        return Tries(before=before)

    def forgive(self, account: str) -> None:
        """Forget the tries for an account after a right one."""
        with writing(self._engine) as tx:
            tx.execute(delete(sign_in_try).where(sign_in_try.c.account_key == account))


class DeviceLedger:
    """Browsers in which somebody came in before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def remember(self, digest: str, person_id: int, at: datetime, *, forget_before: datetime) -> None:
        """Know this device as theirs from now on; those not seen since `forget_before` go."""
        with writing(self._engine) as tx:
            tx.execute(delete(known_device).where(known_device.c.seen_at <= forget_before))
            row = {"digest": digest, "person_id": person_id, "seen_at": at}
            tx.execute(insert_or_update(tx.dialect, known_device, key=["digest"], change=["person_id", "seen_at"]), row)

    def knows(self, digest: str, person_id: int) -> bool:
        """Tell whether this person came in from this device before."""
        with reading(self._engine) as tx:
            theirs = select(known_device.c.digest).where(known_device.c.digest == digest, known_device.c.person_id == person_id)
            return tx.execute(theirs).scalar() is not None


class TokenLedger:
    """Tokens with which programs act for a person."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, digest: str, person_id: int, label: str, scopes: Iterable[Right], *, at: datetime, expires_at: datetime, by: str
    ) -> ApiToken:
        """Keep a new token by its hash."""
        written = sorted(scope.value for scope in scopes)
        values = {"digest": digest, "person_id": person_id, "label": label, "scopes": written, "made_at": at, "expires_at": expires_at}
        with writing(self._engine) as tx:
            row = tx.execute(insert(api_token).values(values).returning(api_token)).one()
            detail = {"of": f"colleague:{person_id}", "scopes": written, "until": expires_at.isoformat()}
            note(tx, at=at, who=by, verb="make_token", subject=f"token:{row.token_id}", detail=detail)
        return _token_of(row)

    def of(self, person_id: int | None = None) -> list[ApiToken]:
        """Return one person's tokens, newest first, or everybody's; those that ended too."""
        query = select(api_token).order_by(api_token.c.token_id.desc())
        if person_id is not None:
            query = query.where(api_token.c.person_id == person_id)
        with reading(self._engine) as tx:
            return [_token_of(row) for row in tx.execute(query)]

    def find(self, digest: str, at: datetime) -> tuple[ApiToken, Account] | None:
        """Return a token that works now and whose it is; None for one that ended, or whose owner is disabled."""
        with reading(self._engine) as tx:
            row = tx.execute(select(api_token).where(api_token.c.digest == digest)).one_or_none()
            if row is None or row.revoked_at is not None or row.expires_at <= at:
                return None
            account = accounts_of(tx, people_query().where(person.c.person_id == row.person_id))[0]
        return None if account.person.disabled else (_token_of(row), account)

    def touch(self, token_id: int, at: datetime) -> None:
        """Note that a token was used."""
        with writing(self._engine) as tx:
            tx.execute(update(api_token).where(api_token.c.token_id == token_id).values(used_at=at))

    def revoke(self, token_id: int, *, at: datetime, by: str, person_id: int | None = None) -> bool:
        """End a token (of `person_id` only, when given); False when there is none that could still be used."""
        mine = [api_token.c.token_id == token_id, api_token.c.revoked_at.is_(None)]
        if person_id is not None:
            mine.append(api_token.c.person_id == person_id)
        with writing(self._engine) as tx:
            gone = tx.execute(update(api_token).where(*mine).values(revoked_at=at)).rowcount == 1
            if gone:
                note(tx, at=at, who=by, verb="revoke_token", subject=f"token:{token_id}", detail={})
        return gone


def end_tokens_of(tx: Connection, person_id: int, *, at: datetime, by: str, why: str) -> int:
    """End every token of one person that could still be used, in the caller's transaction; return how many. `why` is kept with each."""
    theirs = (api_token.c.person_id == person_id) & api_token.c.revoked_at.is_(None)
    gone = list(tx.execute(update(api_token).where(theirs).values(revoked_at=at).returning(api_token.c.token_id)).scalars())
    for token_id in sorted(gone):
        note(tx, at=at, who=by, verb="revoke_token", subject=f"token:{token_id}", detail={"why": why})
    return len(gone)


def _token_of(row: Row[Any]) -> ApiToken:
    return ApiToken(
        token_id=row.token_id,
        person_id=row.person_id,
        label=row.label,
        scopes=frozenset(Right(one) for one in row.scopes),
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
