"""Acts on cases: each is a compare-and-set on the case's version, one line that says what it was before, and one audit line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update

from listener.errors import ActionError, AlreadyClaimed, NotAllowed
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.case_changes import audit_detail, before_of, changed, check, restored
from moderation.ledger.case_facts import touch
from moderation.ledger.case_spam import call_spam, take_back_spam
from moderation.ledger.tables import conversation, support_case
from moderation.ledger.tables_queue import case_act
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb, BulkDone, CaseAct, NewAct, Refusal, Undone


class CaseActLedger:
    """Every change of a case's work by a person is one act. Two people who decide on one version: one of them acts, the other is told."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def do(self, new: NewAct, case_id: int, version: int, *, by: str, at: datetime, whom_sees: Collection[str] | None = None) -> CaseAct:
        """Do one act. Raises `AlreadyClaimed` when somebody else holds the case or it changed since `version`; else `NotAllowed`.

        `whom_sees` are the brands of whoever gets the case, None for all: one of another brand is not given to them.
        """
        with writing(self._engine) as tx:
            _check_whom(tx, new, case_id, whom_sees)
            return act_on(tx, new, case_id, version, by=by, at=at)

    def do_all(
        self,
        new: NewAct,
        chosen: Sequence[tuple[int, int]],
        *,
        by: str,
        at: datetime,
        brands: Collection[str] | None = None,
        whom_sees: Collection[str] | None = None,
    ) -> BulkDone:
        """Do one act to each (case, version) in one transaction; those that may not are left as they are and named.

        `brands`: those the person sees; a case of another is refused as if it were not there.
        """
        done: list[CaseAct] = []
        refused: list[Refusal] = []
        with writing(self._engine) as tx:
            for case_id, version in dict(chosen).items():
                try:
                    _check_brand(tx, case_id, brands)
                    _check_whom(tx, new, case_id, whom_sees)
                    done.append(act_on(tx, new, case_id, version, by=by, at=at, bulk_id=done[0].act_id if done else None))
                except ActionError as error:
                    refused.append(Refusal(case_id=case_id, why=str(error)))
            if done:
                tx.execute(update(case_act).where(case_act.c.act_id == done[0].act_id).values(bulk_id=done[0].act_id))
        return BulkDone(act_id=done[0].act_id if done else None, done=tuple(done), refused=tuple(refused))

    def undo(self, act_id: int, *, by: str, at: datetime, brands: Collection[str] | None = None) -> Undone:
        """Take an act back, with all that were done together with it. Raises `NotAllowed` when none of them can be taken back any more.

        An act can be taken back while its case did not change since. The case is as it was then, but for its version, which grows.
        """
        with writing(self._engine) as tx:
            asked = tx.execute(select(case_act.c.bulk_id).where(case_act.c.act_id == act_id)).one_or_none()
            if asked is None:
                raise NotAllowed(f"There is no act {act_id} on a case.", key="act_unknown")
            together = case_act.c.act_id == act_id if asked.bulk_id is None else case_act.c.bulk_id == asked.bulk_id
            done: list[int] = []
            refused: list[Refusal] = []
            first: ActionError | None = None
            for row in tx.execute(select(case_act).where(together).order_by(case_act.c.act_id)).all():
                try:
                    _check_brand(tx, row.case_id, brands)
                    _take_back(tx, row, by=by, at=at)
                    done.append(row.case_id)
                except ActionError as error:
                    first = first or error
                    refused.append(Refusal(case_id=row.case_id, why=str(error)))
        if not done:
            raise first or NotAllowed(f"There is nothing to take back of act {act_id}.", key="act_unknown")
        return Undone(case_ids=tuple(done), refused=tuple(refused))

    def acts(self, case_id: int) -> list[CaseAct]:
        """Return what was done to a case, oldest first, also what was taken back."""
        with reading(self._engine) as tx:
            found = tx.execute(select(case_act).where(case_act.c.case_id == case_id).order_by(case_act.c.act_id)).all()
        return [act_of(row) for row in found]

    def act(self, act_id: int) -> tuple[CaseAct, ...]:
        """Return an act with all that were done together with it, or nothing when there is none."""
        with reading(self._engine) as tx:
            mine = or_(case_act.c.act_id == act_id, case_act.c.bulk_id == act_id)
            return tuple(act_of(row) for row in tx.execute(select(case_act).where(mine).order_by(case_act.c.act_id)).all())

    def can_be_undone(self, act_id: int) -> bool:
        """Tell whether the act stands and its case did not change since; of acts done together, whether that goes for one of them."""
        mine = or_(case_act.c.act_id == act_id, case_act.c.bulk_id == act_id)
        query = (
            select(case_act.c.act_id)
            .join_from(case_act, support_case, case_act.c.case_id == support_case.c.case_id)
            .where(mine, case_act.c.undone_at.is_(None), case_act.c.version == support_case.c.version)
        )
        with reading(self._engine) as tx:
            return tx.execute(query.limit(1)).scalar() is not None


def act_on(tx: Connection, new: NewAct, case_id: int, version: int, *, by: str, at: datetime, bulk_id: int | None = None) -> CaseAct:
    """Do an act in the caller's transaction. Raises as `CaseActLedger.do` does, and has then changed nothing."""
    mine = support_case.c.case_id == case_id
    row = tx.execute(select(support_case).where(mine)).one_or_none()
    if row is None:
        raise NotAllowed(f"There is no case {case_id}.", key="case_unknown")
    check(row, new, by=by)
    values = changed(tx, row, new, by=by)
    same = mine & (support_case.c.version == version)
    if tx.execute(update(support_case).where(same).values(**values, version=version + 1, changed_at=at)).rowcount != 1:
        held = f" {row.holder} holds it." if row.holder not in ("", by) else ""
        raise AlreadyClaimed(f"Case {case_id} changed since you read it; look at it again.{held}", key="case_changed")
    before = before_of(row)
    if new.verb is ActVerb.SPAM:
        before["corrected"] = call_spam(tx, row.conversation_id, by=by, at=at)
    act_id = _keep(tx, new, row, before, by=by, at=at, bulk_id=bulk_id)
    touch(tx, mine, stale=True)
    note(tx, at=at, who=by, verb=new.verb.value, subject=f"case:{case_id}", detail=audit_detail(new, version, act_id))
    return act_of(tx.execute(select(case_act).where(case_act.c.act_id == act_id)).one())


def _keep(tx: Connection, new: NewAct, row: Row[Any], before: dict[str, Any], *, by: str, at: datetime, bulk_id: int | None) -> int:
    line = {
        "case_id": row.case_id,
        "verb": new.verb.value,
        "made_by": by,
        "at": at,
        "detail": {
            "whom": new.whom,
            "team": new.team,
            "until": None if new.until is None else new.until.isoformat(),
            "issue_changes": new.issue_changes,
            "ending": "" if new.ending is None else new.ending.value,
        },
        "before": before,
        "version": row.version + 1,
        "bulk_id": bulk_id,
    }
    return int(tx.execute(insert(case_act).values(line).returning(case_act.c.act_id)).scalar_one())


def _take_back(tx: Connection, act: Row[Any], *, by: str, at: datetime) -> None:
    if act.undone_at is not None:
        raise NotAllowed(
            f"Act {act.act_id} on case {act.case_id} was taken back before, by {act.undone_by}.",
            key="act_undone",
            fields={"who": act.undone_by},
        )
    same = (support_case.c.case_id == act.case_id) & (support_case.c.version == act.version)
    values = {**restored(act.before), "version": act.version + 1}
    if tx.execute(update(support_case).where(same).values(values)).rowcount != 1:
        raise NotAllowed(f"Case {act.case_id} changed since; what was done then cannot be taken back any more.", key="act_late")
    if act.before.get("corrected"):
        take_back_spam(tx, act.before["corrected"], by=by, at=at)
    tx.execute(update(case_act).where(case_act.c.act_id == act.act_id).values(undone_at=at, undone_by=by))
    touch(tx, support_case.c.case_id == act.case_id, stale=True)
    note(tx, at=at, who=by, verb=f"undo {act.verb}", subject=f"case:{act.case_id}", detail={"act": act.act_id, "version": act.version})


def _check_brand(tx: Connection, case_id: int, brands: Collection[str] | None) -> None:
    if brands is None:
        return
    query = select(conversation.c.brand).join_from(support_case, conversation).where(support_case.c.case_id == case_id)
    if tx.execute(query).scalar() not in brands:
        raise NotAllowed(f"There is no case {case_id}.", key="case_unknown")


def _check_whom(tx: Connection, new: NewAct, case_id: int, sees: Collection[str] | None) -> None:
    if not new.whom or sees is None:
        return
    brand = tx.execute(select(conversation.c.brand).join_from(support_case, conversation).where(support_case.c.case_id == case_id)).scalar()
    if brand is not None and brand not in sees:
        raise NotAllowed(
            f"{new.whom} does not see {brand}, so case {case_id} cannot be theirs.",
            key="whom_brand",
            fields={"name": new.whom, "brand": brand},
        )


def act_of(row: Row[Any]) -> CaseAct:
    """Return a row of the table as a record."""
    told = row.detail
    return CaseAct(
        act_id=row.act_id,
        case_id=row.case_id,
        verb=ActVerb(row.verb),
        made_by=row.made_by,
        at=row.at,
        version=row.version,
        whom=told["whom"],
        team=told["team"],
        until=None if told["until"] is None else datetime.fromisoformat(told["until"]),
        issue_changes=told["issue_changes"],
        ending=Ending(told["ending"]) if told["ending"] else None,
        bulk_id=row.bulk_id,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )
