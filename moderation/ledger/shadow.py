"""Shadow items, a person's verdicts on them, and graduations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, func, insert, select, update

from listener.ledger.dialect import insert_missing
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_leave import shadow_graduation, shadow_item
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.model.shadow import Check, Graduation, Judged, NewShadow, ShadowItem, ShadowKind


class ShadowLedger:
    """What would have been posted, kept as it would have left."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: NewShadow) -> tuple[ShadowItem, bool]:
        """Keep a shadow item and return it, with whether it is new: the same key gives the item that is there."""
        row = {
            "shadow_key": new.key,
            "kind": new.kind.value,
            "subject": new.subject,
            "template": new.template,
            "language": new.language,
            "post": _plain(new.post),
            "why": dict(new.why),
            "live": new.live,
            "at": new.at,
            "case_id": new.case_id,
            "issue_id": new.issue_id,
            "mention_id": new.post.target.mention_id or None,
        }
        with writing(self._engine) as tx:
            added = tx.execute(insert_missing(tx.dialect, shadow_item), row).rowcount == 1
            item = _item(tx.execute(select(shadow_item).where(shadow_item.c.shadow_key == new.key)).one())
            if added:
                detail = {"kind": new.kind.value, "subject": new.subject, "live": new.live}
                note(tx, at=new.at, who="schedule", verb="shadow", subject=f"shadow:{item.shadow_id}", detail=detail)
        return item, added

    def mark_live(self, shadow_id: int) -> None:
        """Note that an item goes on to the outbox after all: its subject graduated since it was first noted."""
        with writing(self._engine) as tx:
            tx.execute(update(shadow_item).where(shadow_item.c.shadow_id == shadow_id).values(live=True))

    def get(self, shadow_id: int) -> ShadowItem | None:
        """Return a shadow item, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(select(shadow_item).where(shadow_item.c.shadow_id == shadow_id)).one_or_none()
        return None if row is None else _item(row)

    def items(
        self, *, kind: ShadowKind | None = None, subject: str = "", waiting: bool | None = None, limit: int | None = None
    ) -> list[ShadowItem]:
        """Return items, newest first; `waiting` True: nobody looked at them yet, False: somebody did."""
        query = select(shadow_item).order_by(shadow_item.c.shadow_id.desc()).limit(limit)
        if kind is not None:
            query = query.where(shadow_item.c.kind == kind.value)
        if subject:
            query = query.where(shadow_item.c.subject == subject)
        if waiting is not None:
            query = query.where(shadow_item.c.judged == "" if waiting else shadow_item.c.judged != "")
        with reading(self._engine) as tx:
            return [_item(row) for row in tx.execute(query)]

    def judge(self, shadow_id: int, check: Check) -> bool:
        """Keep a person's verdict; return False when there is no such item. A later verdict replaces an earlier one; the audit has both."""
        values = {"judged": check.judged.value, "judged_by": check.by, "judged_at": check.at, "judged_note": check.note}
        with writing(self._engine) as tx:
            done = tx.execute(update(shadow_item).where(shadow_item.c.shadow_id == shadow_id).values(values)).rowcount == 1
            if done:
                note(tx, at=check.at, who=check.by, verb="review", subject=f"shadow:{shadow_id}", detail={"judged": check.judged.value})
        return done

    def subjects(self) -> list[tuple[ShadowKind, str]]:
        """Return every kind and subject that ever had an item, in order."""
        query = select(shadow_item.c.kind, shadow_item.c.subject).distinct().order_by(shadow_item.c.kind, shadow_item.c.subject)
        with reading(self._engine) as tx:
            return [(ShadowKind(row.kind), row.subject) for row in tx.execute(query)]

    def counts(self, kind: ShadowKind, subject: str) -> tuple[int, int]:
        """Return how many items there are, and how many of them nobody looked at yet."""
        mine = and_(shadow_item.c.kind == kind.value, shadow_item.c.subject == subject)
        waiting = func.count().filter(shadow_item.c.judged == "")
        with reading(self._engine) as tx:
            row = tx.execute(select(func.count(), waiting).where(mine)).one()
        return int(row[0]), int(row[1])

    def newest_checks(self, kind: ShadowKind, subject: str, limit: int) -> list[Check]:
        """Return the verdicts on the items that were checked last, newest first, at most `limit`."""
        mine = and_(shadow_item.c.kind == kind.value, shadow_item.c.subject == subject, shadow_item.c.judged != "")
        query = select(shadow_item).where(mine).order_by(shadow_item.c.judged_at.desc(), shadow_item.c.shadow_id.desc()).limit(limit)
        with reading(self._engine) as tx:
            return [check for row in tx.execute(query) if (check := _item(row).check) is not None]

    def graduate(self, new: Graduation) -> Graduation:
        """Keep a graduation (its id is ignored) and return it with its id. One that stands for the same subject ends."""
        row = dataclasses.asdict(new) | {"kind": new.kind.value}
        del row["graduation_id"]
        with writing(self._engine) as tx:
            ending = {"void_reason": "replaced", "void_at": new.given_at}
            tx.execute(update(shadow_graduation).where(_standing(new.kind, new.subject)).values(ending))
            kept = _graduation(tx.execute(insert(shadow_graduation).values(row).returning(shadow_graduation)).one())
            detail = {"kind": new.kind.value, "subject": new.subject, "checked": new.checked, "right": new.right}
            note(tx, at=new.given_at, who=new.given_by, verb="graduate", subject=f"graduation:{kept.graduation_id}", detail=detail)
        return kept

    def graduation(self, kind: ShadowKind, subject: str) -> Graduation | None:
        """Return the graduation of a subject that stands, or None."""
        with reading(self._engine) as tx:
            row = tx.execute(select(shadow_graduation).where(_standing(kind, subject))).one_or_none()
        return None if row is None else _graduation(row)

    def graduations(self) -> list[Graduation]:
        """Return every graduation ever given, oldest first."""
        with reading(self._engine) as tx:
            return [_graduation(row) for row in tx.execute(select(shadow_graduation).order_by(shadow_graduation.c.graduation_id))]

    def take_back(self, graduation_id: int, *, reason: str, who: str, at: datetime) -> bool:
        """End a graduation; return False when it had ended already."""
        mine = (shadow_graduation.c.graduation_id == graduation_id) & (shadow_graduation.c.void_reason == "")
        with writing(self._engine) as tx:
            done = tx.execute(update(shadow_graduation).where(mine).values(void_reason=reason, void_at=at)).rowcount == 1
            if done:
                note(tx, at=at, who=who, verb="take_back", subject=f"graduation:{graduation_id}", detail={"reason": reason})
        return done


def empty_posts(tx: Connection, rows: Iterable[Any]) -> None:
    """Take the words and the person out of posts that never left (`shadow_id`, `post`); the rest of what is kept of them stays readable."""
    for row in rows:
        post = {**row.post, "text": "", "title": "", "options": [], "target": {**row.post.get("target", {}), "person": ""}}
        tx.execute(update(shadow_item).where(shadow_item.c.shadow_id == row.shadow_id).values(post=post, why={}, judged_note=""))


def _standing(kind: ShadowKind, subject: str) -> ColumnElement[bool]:
    table = shadow_graduation.c
    return and_(table.kind == kind.value, table.subject == subject, table.void_reason == "")


def _plain(post: OutgoingPost) -> dict[str, Any]:
    return dataclasses.asdict(post) | {"kind": post.kind.value}


def _post(row: dict[str, Any]) -> OutgoingPost:
    made = {
        "account": AccountId(**row["account"]),
        "kind": PostKind(row["kind"]),
        "target": Target(**row["target"]),
        "media": tuple(row["media"]),
        "options": tuple(row["options"]),
    }
    return OutgoingPost(**{**row, **made})


def _item(row: Row[Any]) -> ShadowItem:
    check = None
    if row.judged:
        check = Check(judged=Judged(row.judged), by=row.judged_by, at=row.judged_at, note=row.judged_note)
    return ShadowItem(
        shadow_id=row.shadow_id,
        kind=ShadowKind(row.kind),
        subject=row.subject,
        post=_post(row.post),
        language=row.language,
        template=row.template,
        why=row.why,
        at=row.at,
        live=row.live,
        case_id=row.case_id,
        issue_id=row.issue_id,
        check=check,
    )


def _graduation(row: Row[Any]) -> Graduation:
    return Graduation(**{**dict(row._mapping), "kind": ShadowKind(row.kind)})
