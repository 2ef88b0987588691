"""Everything that is SQLite's own lives in one file; all the rest is SQL that PostgreSQL takes too (no server needed to see it)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Insert, Table, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from listener.ledger import dialect, tables, tables_recheck, tables_sources
from listener.ledger.expiry import Cut
from listener.ledger.ledger import Ledger
from listener.ledger.transactions import writing
from listener.model.mention import Kept
from listener.model.page import Skip, Spent
from listener.model.push import StreamStanding
from listener.model.recheck import Asker, Looked, RecheckRule
from moderation.ledger import tables as answering
from moderation.ledger import tables_bot as _bot  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_clocks as _clocks  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_conversation as _conversation  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_delivery as _delivery  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_feedback as _feedback  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_grid as _grid  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_invitations as _invitations  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_knowledge as _knowledge  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_leave  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_matrix as _matrix  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_outbox as _outbox  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_people as _people  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_queue as _queue  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_reply as _reply  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_report as _report  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_status as _status  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_subject as _subject  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_tap as _tap  # noqa: F401 - its table joins the others'
from tests.listener.ledger.making import HIT, MODEL, NOON, add, analyse, later, mention, removal, step

ROOT = Path(__file__).resolve().parents[3]
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy does not type it
SQLITE = sqlite_dialect.dialect()


def everything(ledger: Ledger) -> None:
    """Call every method of the ledger, on the paths that have statements of their own."""
    add(ledger, mention("1"), mention("2", "een ander"), mention("3", "weer een ander"))
    skipped = [Skip(where="row 1", reason="no text")]
    ledger.mentions.add_page([], source="file", next_cursor=None, at=NOON, skipped=skipped, gap="older posts are gone")
    ledger.analyses.save(step(ledger.mentions.unanalysed(2)))
    analyse(ledger)
    add(ledger, mention("1", "anders", edited_at=later(1)), mention("2", "een ander", edited_at=later(2)), removals=[removal("3")])
    ledger.mentions.note_try(1)
    ledger.mentions.quarantine(1, 1, "analyse", "error")
    ledger.mentions.quarantined()
    ledger.mentions.requeue(1)
    analyse(ledger, issue=1)
    ledger.mentions.add_page([Kept(mention=mention("4"), hits=(HIT,))], source="other", next_cursor=None, at=NOON)
    ledger.mentions.remove([removal("4")], source="re-check", at=NOON)
    for read in (ledger.mentions.count, ledger.mentions.unanalysed_count, ledger.mentions.latest, ledger.analyses.cards):
        read()
    ledger.mentions.known([mention("1").key])
    ledger.mentions.find(mention("1").key)
    ledger.mentions.by_ids([1, 2])
    ledger.mentions.revisions(1)
    ledger.mentions.cursor("news")
    ledger.analyses.vectors(["x"], MODEL)
    ledger.analyses.vectors_of([1], MODEL)
    ledger.analyses.changes_left(0)
    ledger.analyses.without_vector(MODEL, 5, before=9)
    ledger.analyses.without_vector_count(MODEL)
    ledger.analyses.text_count()
    ledger.analyses.models()
    ledger.analyses.newest_model()
    ledger.analyses.last_regroup_model()
    ledger.analyses.analysed(since=NOON, model=MODEL)
    ledger.analyses.changes_since(0, 5, MODEL)
    ledger.analyses.removed_since(0)
    ledger.analyses.languages([1])
    ledger.analyses.text_hashes([1])
    ledger.analyses.remembered([1, 2], MODEL, 3)
    ledger.analyses.last_seq()
    ledger.analyses.removed_since(0)
    ledger.analyses.keep_vectors(())
    ledger.analyses.drop_vectors("another")
    ledger.analyses.analysed_count()
    ledger.analyses.last_regroup_count()
    ledger.analyses.latest_posted_at()
    _everything_about_issues(ledger)
    _everything_about_labels(ledger)
    _everything_about_sources(ledger)
    _everything_about_rechecks(ledger)
    _everything_about_reports(ledger)
    _everything_that_ends(ledger)
    ledger.check()


def _everything_about_labels(ledger: Ledger) -> None:
    ledger.labels.correct(1, "sentiment", "positive", by="anna", at=NOON)
    ledger.labels.standing()
    ledger.labels.standing([1])
    ledger.labels.undo(1, "sentiment", by="anna", at=NOON)
    ledger.labels.record(1)
    ledger.labels.last_correction()


def _everything_about_issues(ledger: Ledger) -> None:
    ledger.issues.move(1, 2, by="anna", at=NOON)
    ledger.issues.rename(1, "titel", by="anna", at=NOON)
    ledger.issues.mute(1, muted=True, by="anna", at=NOON)
    ledger.issues.resolve(1, resolved=True, by="anna", at=NOON)
    ledger.issues.pin(1, pinned=True, by="anna", at=NOON)
    ledger.issues.merge(1, 2, by="anna", at=NOON)
    ledger.issues.undo(1, by="anna", at=NOON)
    ledger.issues.merge(1, 2, by="anna", at=NOON)
    ledger.issues.split(2, ledger.issues.members(2)[:1], title="half", by="anna", at=NOON)
    ledger.issues.undo(2, by="anna", at=NOON)
    ledger.issues.signals(since=NOON, issue_id=2, limit=3)
    ledger.issues.all()
    ledger.issues.get(1)
    ledger.issues.titles([1])
    ledger.issues.placed_in([1])
    ledger.issues.members(2)
    ledger.issues.locked()
    ledger.issues.record(1)
    ledger.issues.acts(1)
    ledger.issues.last_act()
    ledger.issues.placed()
    ledger.issues.last_act()
    ledger.issues.placed()


def _everything_about_rechecks(ledger: Ledger) -> None:
    rule = RecheckRule(every=timedelta(days=1), young=timedelta(days=7), then=timedelta(days=7))
    asker = Asker(source="b", platform="reddit", rule=rule, before=("a",), all_askers=("a", "b"), adopts=frozenset({"reddit.com"}))
    ledger.rechecks.describe("b", rule)
    ledger.rechecks.note_looked("b", ledger.rechecks.due(asker, later(9_000), most=1), answered=1, at=later(9_000))
    ledger.rechecks.note_looked("b", ledger.rechecks.due(asker, later(99_000), most=9), answered=1, at=later(99_000))
    ledger.rechecks.newest(asker, but=(), most=1)
    ledger.rechecks.note_found("b", Looked(asked=1), Spent(requests=1), at=NOON)
    ledger.rechecks.note_standing("b", ledger.rechecks.standing("b"), at=NOON)
    ledger.rechecks.spent("b", NOON.date())
    ledger.rechecks.coverage(NOON)
    ledger.mentions.forget_authors([1])
    ledger.mentions.private_among([1])


def _everything_about_sources(ledger: Ledger) -> None:
    ledger.sources.describe("news", kind="feed")
    ledger.sources.note_ok("news", at=NOON, new=1, seen=2)
    ledger.sources.note_failure("news", at=NOON, error="no answer", kind="blind", wait_seconds=3)
    ledger.sources.note_gap("news", "older posts are gone", at=NOON)
    ledger.sources.note_canary("news", "found", at=NOON)
    ledger.sources.note_spent("news", Spent(requests=1), at=NOON)
    ledger.sources.spent("news", NOON.date())
    ledger.sources.silent(NOON)
    ledger.sources.lost_now(["news"])
    ledger.sources.coverage(NOON)
    ledger.sources.skips("file")
    ledger.sources.gaps("file", since=NOON)
    ledger.sources.states()
    ledger.sources.last_failure("news")
    ledger.streams.keep("news", StreamStanding(up=True, since=NOON, heard_at=NOON))
    ledger.streams.standing("news")
    ledger.streams.forget("news")
    ledger.claims.add("news", ["9"], at=NOON)
    ledger.claims.due("news", NOON, most=1)
    ledger.claims.settle("news", answered=["9"])
    ledger.meta.set("a", "b")
    ledger.meta.keep_first("a", "c")
    ledger.meta.get("a")


def _everything_about_reports(ledger: Ledger) -> None:
    ledger.reports.add("weekly", "2026-W10", NOON, "tekst")
    ledger.reports.made("weekly", "2026-W10")
    ledger.reports.periods("weekly")
    for number, _, _ in ledger.reports.kept("weekly"):
        ledger.reports.word_anew(number, "andere tekst")
    ledger.reports.drop_before(later(1))


def _everything_that_ends(ledger: Ledger) -> None:
    """What is kept long enough, and who is not collected."""
    cut = Cut(raw=later(9), x=later(9), whole=later(9))
    ledger.expiry.begun()
    ledger.expiry.count(cut)
    for some in ledger.expiry.due(cut):
        ledger.expiry.let_go(some, at=later(9))
    ledger.expiry.uncounted_count(cut)
    ledger.expiry.drop(ledger.expiry.uncounted(cut), at=later(9))
    with writing(ledger.engine) as tx:
        ledger.suppression.add(tx, ["reddit:reddit.com:kim"], why="erase", at=NOON)
        ledger.suppression.allow(tx, ["reddit:reddit.com:kim"], at=NOON)
        ledger.suppression.listed(tx, ["reddit:reddit.com:kim"])
    ledger.suppression.erased(["reddit:reddit.com:kim"])
    ledger.suppression.count()


def test_every_statement_the_ledger_runs_is_also_postgresqls(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many machines need PostgreSQL by address, not by rewriting. Caught while the whole ledger is used."""
    made: list[str] = []

    def twin(name: str, original: Callable[..., Insert]) -> Callable[..., Insert]:
        """Return `original`, which also notes what it would have made for PostgreSQL."""

        def build(asked: Dialect, *arguments: Any, **named: Any) -> Insert:
            made.append(str(original(POSTGRESQL, *arguments, **named).compile(dialect=POSTGRESQL)))
            return original(asked, *arguments, **named)

        assert original is getattr(dialect, name)
        return build

    def catch(_connection: object, statement: object, *_rest: object) -> None:
        if isinstance(statement, ClauseElement) and not isinstance(statement, sqlite_dialect.Insert):
            made.append(str(statement.compile(dialect=POSTGRESQL)))

    for module in [module for name, module in sys.modules.items() if name.startswith("listener.ledger.")]:
        for name in ("insert_missing", "insert_or_update"):
            if module is not dialect and hasattr(module, name):
                monkeypatch.setattr(module, name, twin(name, getattr(module, name)))
    event.listen(ledger.engine, "before_execute", catch)
    everything(ledger)
    event.remove(ledger.engine, "before_execute", catch)
    assert len(set(made)) > 80
    touched = {table.name for table in _listening_tables() if any(table.name in sql for sql in made)}
    assert touched == {table.name for table in _listening_tables()}
    assert any("FOR UPDATE" in sql for sql in made), "rows of a page stay locked where several may write at once"
    assert any("ON CONFLICT (mention_id) DO UPDATE SET" in sql for sql in made)
    assert any(sql.startswith("INSERT INTO mention ") and sql.endswith("ON CONFLICT DO NOTHING") for sql in made)


def test_every_public_method_is_in_that_test(ledger: Ledger) -> None:
    """A method added later must not slip past it."""
    source = Path(__file__).read_text(encoding="utf-8") + Path(__file__).with_name("making.py").read_text(encoding="utf-8")
    rooms: tuple[object, ...] = (ledger.mentions, ledger.analyses, ledger.expiry, ledger.issues, ledger.sources, ledger.streams)
    rooms = (*rooms, ledger.rechecks, ledger.claims, ledger.reports, ledger.meta)
    public = {name for room in rooms for name in vars(type(room)) if not name.startswith("_")}
    assert {name for name in public if f".{name}" not in source} <= {"body", "state"}, "body is used by made, state by the schedule"


@pytest.mark.parametrize("table", answering.outbox.metadata.sorted_tables, ids=lambda table: str(table.name))
def test_every_table_and_index_is_also_postgresqls(table: Table) -> None:
    """Ids become BIGSERIAL, moments TIMESTAMP WITH TIME ZONE; partial indexes keep their condition."""
    made = str(CreateTable(table).compile(dialect=POSTGRESQL))
    assert "AUTOINCREMENT" not in made
    assert "DATETIME" not in made
    indexes = {str(index.name): str(CreateIndex(index).compile(dialect=POSTGRESQL)) for index in table.indexes}
    if table is tables.mention:
        assert "BIGSERIAL" in made
        assert "TIMESTAMP WITH TIME ZONE" in made
        assert "WHERE analysed_revision < latest_revision" in indexes["ix_mention_waiting"]
        assert "WHERE placed_by_person IS true" in indexes["ix_mention_placed_by_person"]


def test_inserts_that_may_meet_a_row_say_the_same_to_both() -> None:
    """These two are the only statements that each database spells for itself."""
    for name in (POSTGRESQL, SQLITE):
        skip = str(dialect.insert_missing(name, tables.meta).compile(dialect=name))
        change = str(dialect.insert_or_update(name, tables.meta, key=["key"], change=["value"]).compile(dialect=name))
        assert skip.endswith("ON CONFLICT DO NOTHING")
        assert change.replace('"', "").endswith("ON CONFLICT (key) DO UPDATE SET value = excluded.value")


def test_only_one_file_knows_a_database_by_name() -> None:
    """SQL that only one of them takes would otherwise be found by the first customer on the other.

    The words of the search are a file of their own, made from the ledger; it is SQLite's whatever the ledger is.
    """
    modules = {
        file: ast.parse(file.read_text(encoding="utf-8")) for half in ("listener", "moderation") for file in (ROOT / half).rglob("*.py")
    }
    knowing = {file.relative_to(ROOT).as_posix() for file, tree in modules.items() if any(_names_a_database(tree))}
    assert knowing - {"listener/search/words.py"} == {"listener/ledger/dialect.py", "listener/ledger/transactions.py"}, (
        "transactions only catches the driver's errors"
    )
    assert len(modules) > 50


def _names_a_database(tree: ast.AST) -> Iterator[bool]:
    """Yield True for each import of a driver or dialect, and each statement written as text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield any(name.name.split(".")[0] in {"sqlite3", "psycopg", "pg8000"} or "dialects" in name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module is not None and ("sqlalchemy.dialects" in node.module or node.module == "sqlite3")
            yield node.module == "sqlalchemy" and any(name.name in {"text", "dialects", "literal_column"} for name in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr == "exec_driver_sql"


def _listening_tables() -> list[Table]:
    return [value for file in (tables, tables_sources, tables_recheck) for value in vars(file).values() if isinstance(value, Table)]
