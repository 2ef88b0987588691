"""Conversations and cases: opened for messages addressed to us, held by one person at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Engine

from listener.ledger.tables import mention
from listener.ledger.transactions import once_per_reading, reading, writing
from moderation.ledger.case_acts import act_on
from moderation.ledger.case_opening import TakeInRule, take_in, waiting_mentions
from moderation.ledger.case_rows import read_cases
from moderation.model.case import CaseRow, CaseState, Ending, Opened
from moderation.model.case_act import ActVerb, NewAct

LIVE = (CaseState.OPEN, CaseState.CLAIMED)


class CaseLedger:
    """The work on conversations. Every change grows `version`; a change names the version it was decided on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take_in(
        self, *, now: datetime, not_before: datetime, read_by: datetime, limit: int = 500, own_authors: Collection[str] = ()
    ) -> Opened:
        """Open or join conversations for messages that speak to us and are in none yet; one transaction. See `case_opening` for which.

        Looks at every message since `not_before`: `FollowLedger.step` is for all day.
        """
        rule = TakeInRule(not_before=not_before, read_by=read_by, own_authors=own_authors)
        with reading(self._engine) as tx:
            ids = [one.mention_id for one in waiting_mentions(tx, rule, limit=limit)]
        if not ids:
            return Opened(opened=0, joined=0)
        with writing(self._engine) as tx:
            found = waiting_mentions(tx, rule, limit=limit, among=mention.c.mention_id.in_(ids))
            return take_in(tx, found, at=now, read_by=read_by)

    def rows(self, states: Iterable[CaseState] = LIVE, *, case_id: int | None = None) -> list[CaseRow]:
        """Return cases in these states with what triage needs, by id. A case whose messages were all removed is left out."""
        with reading(self._engine) as tx:
            return read_cases(tx, states=[state.value for state in states], case_id=case_id)

    def get(self, case_id: int) -> CaseRow | None:
        """Return one case in whatever state, or None when there is none or nothing of it is left to read."""
        found = once_per_reading(self._engine, ("case", case_id), lambda: tuple(self.rows(tuple(CaseState), case_id=case_id)))
        return found[0] if found else None

    def claim(self, case_id: int, agent: str, version: int, *, at: datetime) -> None:
        """Give the case to `agent`, as a compare-and-set on `version`: of two people, one wins.

        Raises `AlreadyClaimed` when somebody else has it or it changed since it was read, `NotAllowed` when it does not exist or is closed.
        """
        self._act(NewAct(verb=ActVerb.CLAIM), case_id, agent, version, at)

    def release(self, case_id: int, agent: str, version: int, *, at: datetime) -> None:
        """Take the case from `agent` and put it back in the queue. Raises as `claim` does."""
        self._act(NewAct(verb=ActVerb.RELEASE), case_id, agent, version, at)

    def close(self, case_id: int, agent: str, version: int, *, at: datetime, ending: Ending | None = None) -> None:
        """End the work on a case. A new message of the customer opens it again. Raises as `claim` does."""
        self._act(NewAct(verb=ActVerb.CLOSE, ending=ending), case_id, agent, version, at)

    def _act(self, new: NewAct, case_id: int, agent: str, version: int, at: datetime) -> None:
        with writing(self._engine) as tx:
            act_on(tx, new, case_id, version, by=agent, at=at)
