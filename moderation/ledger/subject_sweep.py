"""Look through every free text of the ledger for a person's traces, and empty what shows them: reports, notes, alarms, titles, log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import JSON, Column, Connection, Table, Text, select, update

from listener.ledger import tables as heard
from listener.ledger import tables_sources
from listener.ledger.metadata import metadata
from listener.ledger.removal import NO_TITLE
from moderation.audit.chain import ERASED
from moderation.ledger.tables import audit_head, audit_line, outbox_attempt
from moderation.ledger.tables_people import PEOPLE_TABLES
from moderation.policy.traces import Traces

_OTHERS = {
    table.name
    for table in (
        *PEOPLE_TABLES,
        heard.mention,
        heard.revision,
        heard.mention_source,
        heard.mention_brand,
        heard.analysis,
        heard.label,
        heard.embedding,
        heard.change,
        heard.meta,
        tables_sources.source_state,
        tables_sources.source_spend,
        heard.suppressed,
        audit_line,
        audit_head,
        outbox_attempt,
    )
}
"""Not looked through: messages (their own go whole, those of others are theirs), colleagues, and what holds no text of anybody."""
_COLLEAGUES = {"holder", "owner", "author", "who", "team", "name", "name_key", "asked", "brand", "account", "account_name", "occasion"}
_FIXED = {"platform", "realm", "state", "kind", "verb", "language", "template", "source", "digest", "previous", "idempotency_key"}
_OURS = {"account_platform", "account_realm", "account_native_id", "accounts", "key_salt"}
_CHOSEN = {"via", "channel", "ending", "how", "period", "stage", "status", "use", "wording"}
"""Which of our accounts spoke, and words that a program chose: nobody's name, whoever calls himself like one of them."""
_PLACES = {"thread_id", "parent_id", "platform_id", "external_id", "thread_key", "event_key", "shadow_key"}
"""Ids of places, and keys that hold one: each row gets one of its own instead, for two that are both empty would be one place."""
_QUOTES = {heard.report.name}
_WORDS = {"report": "kept digests and reports", "issue": "titles of issues", "audit_line": "lines of the audit log"}


def sweep(tx: Connection, traces: Traces) -> Counter[str]:
    """Empty every text that shows the person and return how many, by place in plain words."""
    found: Counter[str] = Counter()
    for table, key, changed in _all_changes(tx, traces):
        here = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
        tx.execute(update(table).where(*here).values(changed))
        found[_WORDS.get(table.name, f"other texts ({table.name.replace('_', ' ')})")] += 1
    return found


def texts_with(tx: Connection, traces: Traces) -> list[str]:
    """Return which rows show the person in a text ("case note 12"), and change nothing: for somebody to look at."""
    return [f"{table.name.replace('_', ' ')} {' '.join(str(one) for one in key)}" for table, key, _ in _all_changes(tx, traces)]


def _all_changes(tx: Connection, traces: Traces) -> Iterator[tuple[Table, tuple[Any, ...], dict[str, Any]]]:
    for table in metadata.sorted_tables:
        columns = [one for one in table.columns if _may_tell(table, one)]
        if not columns:
            continue
        shown = traces.quoted_by if table.name in _QUOTES else traces.shown_by
        for key, changed in list(_changes(tx, table, columns, shown)):
            yield table, key, changed


def _may_tell(table: Table, column: Column[Any]) -> bool:
    if table.name in _OTHERS or column.primary_key or column.foreign_keys or not isinstance(column.type, Text | JSON):
        return False
    if column.name in _PLACES:
        return True
    return not (column.name.endswith(("_by", "_hash", "_key")) or column.name in _COLLEAGUES | _FIXED | _OURS | _CHOSEN)


def _changes(
    tx: Connection, table: Table, columns: list[Column[Any]], shown: Callable[[str], bool]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    keys = list(table.primary_key.columns)
    query = select(*keys, *columns)
    if table is heard.membership:  # the analyser's own reasons are words of ours; there are as many as messages
        query = query.where(table.c.made_by != heard.MODEL)
    for row in tx.execute(query):
        values = tuple(row)
        changed = {
            column.name: _without(value, shown, _instead(table, column, values[: len(keys)]))
            for column, value in zip(columns, values[len(keys) :], strict=True)
            if _tells(value, shown)
        }
        if changed:
            yield values[: len(keys)], changed


def _instead(table: Table, column: Column[Any], key: tuple[Any, ...]) -> str:
    """Return what stands in a row afterwards, instead of a text that shows the person."""
    if table is heard.issue:
        return NO_TITLE
    return "erased-" + "-".join(str(one) for one in key) if column.name in _PLACES else ""


def _tells(value: Any, shown: Callable[[str], bool]) -> bool:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return any(_tells(one, shown) for pair in value.items() for one in pair)
    return isinstance(value, list) and any(_tells(one, shown) for one in value)


def _without(value: Any, shown: Callable[[str], bool], empty: str = "") -> Any:
    """Return a value with every text in it emptied that shows the person; its shape stays."""
    if isinstance(value, str):
        return empty if shown(value) else value
    if isinstance(value, Mapping):
        return {("" if shown(name) else name): _without(one, shown) for name, one in value.items()}
    return [_without(one, shown) for one in value] if isinstance(value, list) else value


def empty_audit(tx: Connection, traces: Traces, stand_ins: Mapping[str, str]) -> list[int]:
    """Take the person out of lines of the audit log and return their numbers.

    Each line keeps its digest, so that the chain goes on; the line that tells of the erasure names them (`find_break` asks for that).
    """
    emptied: list[int] = []
    rows = tx.execute(select(audit_line.c.seq, audit_line.c.subject, audit_line.c.detail).order_by(audit_line.c.seq)).all()
    for seq, subject, detail in rows:
        if not (traces.shown_by(subject) or traces.shown_by(detail)):
            continue
        kind, _, about = subject.partition(":")
        told = f"{kind}:{stand_ins.get(about, '')}" if traces.shown_by(subject) else subject
        tx.execute(update(audit_line).where(audit_line.c.seq == seq).values(subject=told, detail=ERASED))
        emptied.append(seq)
    return emptied
