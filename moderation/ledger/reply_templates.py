"""Templates and signatures of the team's own, every version kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from listener.ledger.dialect import insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables_reply import reply_signature, reply_template, reply_template_version
from moderation.model.reply import OWN, ReplyTemplate


class ReplyTemplateLedger:
    """What the team worded itself. Nothing here knows what a template may hold."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, language: str | None = None) -> list[ReplyTemplate]:
        """Return the templates in use, by language and title."""
        query = (
            select(reply_template).where(reply_template.c.retired.is_(False)).order_by(reply_template.c.language, reply_template.c.title)
        )
        if language is not None:
            query = query.where(reply_template.c.language == language)
        with reading(self._engine) as tx:
            return [_of(row) for row in tx.execute(query)]

    def get(self, template_id: int) -> ReplyTemplate | None:
        """Return a template as it stands, in use or not; None when there is none."""
        with reading(self._engine) as tx:
            row = tx.execute(select(reply_template).where(reply_template.c.template_id == template_id)).one_or_none()
        return None if row is None else _of(row)

    def versions(self, template_id: int) -> list[ReplyTemplate]:
        """Return every version of a template, newest first."""
        said = reply_template_version
        query = (
            select(said.c.template_id, said.c.version, said.c.title, said.c.text, said.c.made_by, said.c.at.label("changed_at"))
            .add_columns(reply_template.c.language, reply_template.c.retired)
            .join_from(said, reply_template, reply_template.c.template_id == said.c.template_id)
            .where(said.c.template_id == template_id)
            .order_by(said.c.version.desc())
        )
        with reading(self._engine) as tx:
            return [_of(row) for row in tx.execute(query)]

    def add(self, language: str, title: str, text: str, *, who: str, at: datetime) -> ReplyTemplate:
        """Keep a new template."""
        with writing(self._engine) as tx:
            values = {"language": language, "title": title, "text": text, "made_by": who, "changed_at": at, "version": 1}
            row = tx.execute(insert(reply_template).values(values).returning(reply_template)).one()
            self._keep_version(tx, row)
            note(tx, at=at, who=who, verb="template", subject=f"reply_template:{row.template_id}", detail={"version": 1})
        return _of(row)

    def change(self, template_id: int, version: int, title: str, text: str, *, who: str, at: datetime) -> ReplyTemplate | None:
        """Keep the next version, as a compare-and-set on the one it was made from; None when another is there."""
        same = (reply_template.c.template_id == template_id) & (reply_template.c.version == version) & reply_template.c.retired.is_(False)
        values = {"title": title, "text": text, "made_by": who, "changed_at": at, "version": version + 1}
        with writing(self._engine) as tx:
            row = tx.execute(update(reply_template).where(same).values(values).returning(reply_template)).one_or_none()
            if row is None:
                return None
            self._keep_version(tx, row)
            note(tx, at=at, who=who, verb="template", subject=f"reply_template:{template_id}", detail={"version": version + 1})
        return _of(row)

    def retire(self, template_id: int, *, who: str, at: datetime) -> bool:
        """Take a template out of use; False when it was not in use."""
        used = (reply_template.c.template_id == template_id) & reply_template.c.retired.is_(False)
        with writing(self._engine) as tx:
            done = tx.execute(update(reply_template).where(used).values(retired=True, changed_at=at)).rowcount == 1
            if done:
                note(tx, at=at, who=who, verb="retire_template", subject=f"reply_template:{template_id}", detail={})
        return done

    def signatures(self) -> dict[str, str]:
        """Return the signatures by owner: "team:<name>"."""
        with reading(self._engine) as tx:
            return {row.owner: row.text for row in tx.execute(select(reply_signature))}

    def sign(self, owner: str, text: str, *, who: str, at: datetime) -> None:
        """Keep a signature; an empty one is none."""
        with writing(self._engine) as tx:
            row = {"owner": owner, "text": text, "made_by": who, "changed_at": at}
            change = ["text", "made_by", "changed_at"]
            tx.execute(insert_or_update(tx.dialect, reply_signature, key=["owner"], change=change), row)
            note(tx, at=at, who=who, verb="signature", subject=owner, detail={})

    def _keep_version(self, tx: Any, row: Row[Any]) -> None:
        said = {"template_id": row.template_id, "version": row.version, "title": row.title, "text": row.text}
        tx.execute(insert(reply_template_version).values(**said, made_by=row.made_by, at=row.changed_at))


def _of(row: Row[Any]) -> ReplyTemplate:
    return ReplyTemplate(
        key=f"{OWN}{row.template_id}",
        language=row.language,
        text=row.text,
        title=row.title,
        version=row.version,
        made_by=row.made_by,
        changed_at=row.changed_at,
        retired=row.retired,
    )
