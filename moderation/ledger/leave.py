"""Opt-outs and consent in the ledger: who may be contacted, by their key only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_leave import consent, opt_out
from moderation.model.leave import Consent, OptOut


class LeaveLedger:
    """Who asked to be left alone, and who agreed to be asked. An opt-out goes before any consent."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def opted_out(self, person_key: str) -> bool:
        """Return whether this person asked not to be contacted. Nobody in particular ("") never did."""
        return self.opt_out(person_key) is not None

    def opt_out(self, person_key: str) -> OptOut | None:
        """Return the latest opt-out of this person that stands, or None."""
        return self.opt_outs_of([person_key]).get(person_key)

    def opt_outs_of(self, person_keys: Iterable[str]) -> dict[str, OptOut]:
        """Return the latest standing opt-out of each of these people who has one, by key."""
        found: dict[str, OptOut] = {}
        standing = select(opt_out).where(opt_out.c.ended_at.is_(None)).order_by(opt_out.c.at, opt_out.c.opt_out_id)
        with reading(self._engine) as tx:
            for some in batches(sorted({key for key in person_keys if key})):
                found |= {row.person_key: _opt_out(row) for row in tx.execute(standing.where(opt_out.c.person_key.in_(some)))}
        return found

    def opt_outs(self, *, ended: bool = False) -> list[OptOut]:
        """Return the opt-outs that stand, oldest first; with `ended` those too that were taken back."""
        query = select(opt_out).order_by(opt_out.c.at, opt_out.c.opt_out_id)
        if not ended:
            query = query.where(opt_out.c.ended_at.is_(None))
        with reading(self._engine) as tx:
            return [_opt_out(row) for row in tx.execute(query)]

    def add_opt_out(self, new: OptOut) -> bool:
        """Keep an opt-out; return False when this very message was read before, also when that opt-out was taken back since."""
        row = dataclasses.asdict(new)
        row["mention_id"] = new.mention_id or None
        with writing(self._engine) as tx:
            added = tx.execute(insert_missing(tx.dialect, opt_out), row).rowcount == 1
            if added:
                detail = {"how": new.how, "mention": new.mention_id}
                note(tx, at=new.at, who=new.noted_by, verb="opt_out", subject=f"person:{new.person_key}", detail=detail)
        return added

    def end_opt_out(self, person_key: str, *, who: str, at: datetime, why: str) -> bool:
        """Take a person's opt-outs back, at their own wish; return False when none stood."""
        mine = (opt_out.c.person_key == person_key) & opt_out.c.ended_at.is_(None)
        with writing(self._engine) as tx:
            done = tx.execute(update(opt_out).where(mine).values(ended_at=at, ended_by=who)).rowcount > 0
            if done:
                note(tx, at=at, who=who, verb="end_opt_out", subject=f"person:{person_key}", detail={"why": why})
        return done

    def consent(self, person_key: str, channel: str) -> Consent | None:
        """Return what this person last agreed to on this channel and did not withdraw, or None. An opt-out does not end it here."""
        mine = (consent.c.person_key == person_key) & (consent.c.channel == channel) & consent.c.withdrawn_at.is_(None)
        query = select(consent).where(mine).order_by(consent.c.given_at.desc(), consent.c.consent_id.desc()).limit(1)
        with reading(self._engine) as tx:
            row = tx.execute(query).one_or_none()
        return None if row is None else _consent(row)

    def consents(self, person_key: str = "") -> list[Consent]:
        """Return every consent given, withdrawn or not, oldest first; of one person, or of all."""
        query = select(consent).order_by(consent.c.given_at, consent.c.consent_id)
        if person_key:
            query = query.where(consent.c.person_key == person_key)
        with reading(self._engine) as tx:
            return [_consent(row) for row in tx.execute(query)]

    def add_consent(self, new: Consent) -> None:
        """Keep what somebody agreed to."""
        with writing(self._engine) as tx:
            tx.execute(insert(consent).values(dataclasses.asdict(new)))
            detail = {"channel": new.channel, "wording": new.wording}
            note(tx, at=new.given_at, who=new.noted_by, verb="consent", subject=f"person:{new.person_key}", detail=detail)

    def withdraw(self, person_key: str, channel: str, *, who: str, at: datetime) -> bool:
        """End a person's consent on one channel; return False when there was none."""
        mine = (consent.c.person_key == person_key) & (consent.c.channel == channel) & consent.c.withdrawn_at.is_(None)
        with writing(self._engine) as tx:
            done = tx.execute(update(consent).where(mine).values(withdrawn_at=at)).rowcount > 0
            if done:
                note(tx, at=at, who=who, verb="withdraw_consent", subject=f"person:{person_key}", detail={"channel": channel})
        return done


def _opt_out(row: Row[Any]) -> OptOut:
    values = dict(row._mapping)
    del values["opt_out_id"]
    return OptOut(**{**values, "mention_id": row.mention_id or 0})


def _consent(row: Row[Any]) -> Consent:
    values = dict(row._mapping)
    del values["consent_id"]
    return Consent(**values)
