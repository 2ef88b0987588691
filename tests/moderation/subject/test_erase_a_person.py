"""Somebody asks to be forgotten: every copy of their words, name and handle goes, in every file, and nothing brings them back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest
from sqlalchemy import Table, select

from listener.bootstrap import new_reader
from listener.errors import SettingsError
from listener.ledger.backup import back_up
from listener.ledger.ledger import open_ledger
from listener.ledger.metadata import metadata
from listener.ledger.suppression import KEY_NAME, LIST_NAME
from listener.ledger.tables import analysis, label, label_correction, mention_source
from listener.ledger.transactions import reading
from listener.model.mention import BrandHit, Kept
from moderation.ledger.audit import AuditLedger
from moderation.ledger.tables import draft, outbox
from moderation.ledger.tables_conversation import contact_sign
from moderation.model.subject import Receipt
from moderation.workflows.restore_backup import restore_backup
from moderation.workflows.subjects import Subjects
from tests.fakes.canary_person import ELSEWHERE, HANDLE, NAME, NEEDLES, PERSON, SAID, Planted, plant
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS, House, open_house

PLANTED_IN = {
    "mention",
    "revision",
    "issue",
    "issue_act",
    "conversation",
    "contact_join",
    "case_note",
    "case_question",
    "planning_note",
    "working_draft",
    "conversation_card",
    "contact_mark",
    "draft",
    "outbox",
    "opt_out",
    "consent",
    "feedback_answer",
    "article_version",
    "approval_request",
    "invitation_event",
    "invitation_decision",
    "you_said_message",
    "broadcast_item",
    "shadow_item",
    "subject_request",
    "alarm",
    "audit_line",
    "report",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def house(home: Path) -> Iterator[House]:
    with open_house(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def subjects(house: House) -> Subjects:
    listening = house.parts.listening
    return Subjects(house.home, listening.ledger, house.clock, lambda: new_reader(listening.settings))


@pytest.fixture(scope="module")
def planted(house: House, subjects: Subjects) -> Planted:
    """The person, in every place; what was there before the erasure is checked here, or nothing later would mean anything."""
    planted = plant(house)
    assert tables_showing(house) >= PLANTED_IN
    assert len(PLANTED_IN) >= 12
    assert files_showing(house.home) >= {
        "ledger.db",
        "insight.duckdb.wal",
        "search/search.db-wal",
        "simulated-platform.jsonl",
        "exports/case.json",
        "report.md",
        "klankbord.log",
    }
    assert holds_vector(house, planted)
    with reading(house.parts.listening.ledger.engine) as tx:
        for table in (label_correction, contact_sign):
            assert tx.execute(select(table.c.mention_id).where(table.c.mention_id.in_(planted.mention_ids))).all(), table.name
    return planted


@pytest.fixture(scope="module")
def export(subjects: Subjects, planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert planted
    out = tmp_path_factory.mktemp("asked") / "theirs.json"
    subjects.export("feed", HANDLE, out, by=AUTHOR)
    return out


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a backup lies that was made before."""
    return tmp_path_factory.mktemp("elsewhere") / "before.db"


@pytest.fixture(scope="module")
def receipt(house: House, subjects: Subjects, planted: Planted, export: Path, older: Path) -> Receipt:
    """What the command and the night do, one after the other."""
    assert planted
    assert export.exists()
    back_up(house.parts.listening.ledger.engine, older)
    done = subjects.erase(subjects.subject("feed", NAME), by=AUTHOR)
    house.clock.advance(timedelta(days=1))
    house.parts.listening.clean_files_when_due()
    return done


def tables_showing(house: House) -> set[str]:
    """Return the tables in which a needle stands, in any column, whatever its type."""
    found = set()
    with reading(house.parts.listening.ledger.engine) as tx:
        for table in metadata.sorted_tables:
            for row in tx.exec_driver_sql(f'select * from "{table.name}"'):
                written = " ".join(str(one) for one in row).lower()
                if any(one in written or one.encode().hex() in written for one in NEEDLES):
                    found.add(table.name)
    return found


def files_showing(home: Path) -> set[str]:
    """Return the files of a home in which a needle stands, byte by byte."""
    files = [one for one in home.rglob("*") if one.is_file()]
    return {str(one.relative_to(home)) for one in files if any(needle.encode() in one.read_bytes().lower() for needle in NEEDLES)}


def holds_vector(house: House, planted: Planted) -> set[str]:
    """Return where the person's vector stands: in files as the ledger or insight write it, in insight's columns, in the search's signs."""
    marks = (planted.vector.astype("<f2").tobytes()[:24], planted.vector.astype("<f4").tobytes()[:24])
    files = [one for one in house.home.rglob("*") if one.is_file()]
    found = {one.name for one in files if any(mark in one.read_bytes() for mark in marks)}
    with house.parts.listening.insight.asking() as cursor:
        there = cursor.execute("select embedding from vector").fetchall()
    if any(np.allclose(np.asarray(row[0]), planted.vector, atol=1e-2) for row in there):
        found.add("insight")
    codes = next((house.home / "search").glob("codes-*.bin"), None)
    if codes is not None and np.memmap(codes, dtype=np.uint64, mode="r").reshape(-1, 6, 65_536)[0, :, planted.mention_ids[0]].any():
        found.add("signs")
    return found


def test_nothing_of_them_is_left_in_any_table(house: House, receipt: Receipt) -> None:
    """Not in notes, drafts, reports, titles, what people did, nor in the log of who did what."""
    assert receipt.receipt_id
    assert tables_showing(house) == set()


@pytest.mark.parametrize("table", [label_correction, contact_sign, label, analysis, mention_source], ids=lambda one: str(one.name))
def test_rows_that_only_point_at_their_messages_are_gone_too(house: House, receipt: Receipt, planted: Planted, table: Table) -> None:
    """A label that a colleague gave, or a digest of their number, is about them as much as a text is."""
    assert receipt.receipt_id
    with reading(house.parts.listening.ledger.engine) as tx:
        assert tx.execute(select(table.c.mention_id).where(table.c.mention_id.in_(planted.mention_ids))).all() == []


def test_nothing_of_them_is_left_in_any_file(house: House, receipt: Receipt, planted: Planted) -> None:
    """Whoever copies the disk finds neither words nor handle nor vector, also in logs that databases keep beside their files."""
    assert receipt.receipt_id
    assert files_showing(house.home) == set()
    assert holds_vector(house, planted) == set()


def test_nothing_of_them_is_left_in_a_column_of_insight(house: House, home: Path, receipt: Receipt) -> None:
    """DuckDB packs what it writes, so that bytes alone would prove little."""
    assert receipt.receipt_id
    assert home.joinpath("insight.duckdb").stat().st_size
    with house.parts.listening.insight.asking() as cursor:
        tables = [row[0] for row in cursor.execute("select table_name from duckdb_tables()").fetchall()]
        told = " ".join(str(row) for table in tables for row in cursor.table(table).fetchall()).lower()
    assert tables
    assert [one for one in NEEDLES if one in told] == []
    assert isinstance(cursor, duckdb.DuckDBPyConnection)


def test_the_issue_has_a_title_of_those_who_are_left(house: House, receipt: Receipt, planted: Planted) -> None:
    """Its title was made of their words; an issue without any title would tell nobody what it is about."""
    assert receipt.receipt_id
    issue = house.parts.listening.ledger.issues.get(planted.issue_id)
    assert issue is not None
    assert "meter" in issue.title.lower()


def test_what_was_sent_stays_a_fact(house: House, receipt: Receipt, planted: Planted) -> None:
    """That something left, when, and its id on the platform is ours to keep; the text that addressed them is not."""
    assert receipt.receipt_id
    with reading(house.parts.listening.ledger.engine) as tx:
        row = tx.execute(select(outbox).where(outbox.c.entry_id == planted.entry_id)).one()
    assert (row.state, row.text, bool(row.platform_id), row.started_at is not None) == ("sent", "", True, True)
    posts = [json.loads(line) for line in (house.home / "simulated-platform.jsonl").read_text().splitlines()]
    assert sorted(bool(one["text"]) for one in posts) == [False, False, True, True], "the platform's record keeps its lines"


def test_what_had_not_left_is_called_off(house: House, receipt: Receipt, planted: Planted) -> None:
    """An approved answer whose text went must neither leave empty nor be approved again."""
    assert receipt.receipt_id
    with reading(house.parts.listening.ledger.engine) as tx:
        states = tx.execute(select(outbox.c.state).where(outbox.c.case_id == planted.case_id).order_by(outbox.c.entry_id)).scalars().all()
        drafts = set(tx.execute(select(draft.c.state).where(draft.c.case_id == planted.case_id)).scalars())
    assert states == ["sent", "sent", "cancelled"]
    assert drafts == {"approved", "discarded"}


def test_nothing_brings_them_back(house: House, receipt: Receipt, planted: Planted) -> None:
    """The platform still shows their posts: neither those nor new ones, nor an import under the address that was joined, come in."""
    assert receipt.receipt_id
    ledger, at = house.parts.listening.ledger, house.clock.now()
    again = [
        replace(mention(one, SAID, posted_at=at), platform="feed", realm="forum.example", author=PERSON) for one in ("canary-1", "new")
    ]
    again.append(replace(mention("mail-9", SAID, posted_at=at), platform="mail", realm="example.org", author=ELSEWHERE))
    hit = BrandHit(brand=OURS, directed=True, terms=("x",))
    done = ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in again], source="feed", next_cursor=None, at=at)
    assert (done.new, done.edited) == (0, 0)
    nobody = [replace(one, author=None) for one in again[:1]]
    ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in nobody], source="feed", next_cursor=None, at=at)
    assert ledger.mentions.by_ids(planted.mention_ids) == []
    assert tables_showing(house) == set()


def test_the_log_still_proves_itself(house: House, receipt: Receipt) -> None:
    """Lines that named the person were emptied, and the line of the erasure says which: anything else that changed would be seen."""
    audit = house.parts.desk.audit
    assert audit.find_break() is None
    (line,) = [one for one in audit.lines() if one.verb == "erase_subject"]
    told = json.loads(line.detail)
    assert told["receipt"] == receipt.digest
    assert len(told["emptied"]) == receipt.counts["lines of the audit log"]


def test_the_receipt_counts_and_names_nobody(subjects: Subjects, receipt: Receipt) -> None:
    """It is the proof for the person and for whoever supervises us, and may be kept as long as we like."""
    assert subjects.receipts()[-1] == receipt
    assert receipt.counts["messages"] == 2
    assert receipt.counts["texts and titles of messages, with every edit"] == 3
    assert receipt.counts["notes of colleagues"] == 1
    assert receipt.counts["files of the home"] == 4
    assert receipt.counts["kept digests and reports"] == 1
    assert receipt.made_by == AUTHOR


def test_what_was_handed_over_was_all_of_it(export: Path, planted: Planted, receipt: Receipt) -> None:
    """What `export` tells and what `erase` takes away are read by the same list of places."""
    told = json.loads(export.read_text())
    assert export.stat().st_mode & 0o777 == 0o600
    assert export.with_suffix(".txt").stat().st_mode & 0o777 == 0o600
    assert {one["author_key"] for one in told["kept"]["messages"]} == {PERSON.key, ELSEWHERE.key}
    assert all(receipt.counts[place] == len(rows) for place, rows in told["kept"].items())
    assert SAID in export.with_suffix(".txt").read_text()
    assert planted.mention_ids


def test_others_are_as_they_were(house: House, receipt: Receipt) -> None:
    """A person's erasure is nobody else's: their messages, cases and what we wrote to them stand."""
    assert receipt.receipt_id
    texts = [one.mention.text for one in house.parts.listening.ledger.mentions.latest()]
    assert sum("lekt weer" in one for one in texts) == 4
    assert f"{OURS}: de meter vonkt hard" in texts
    entries = house.parts.desk.outbox.list()
    assert sum(bool(one.post.text) for one in entries) == len(entries) - 3


def test_a_backup_from_before_does_not_bring_them_back(house: House, older: Path, receipt: Receipt, tmp_path: Path) -> None:
    """Backups hold what was there when they were made; whoever puts one back must not undo an erasure."""
    assert receipt.receipt_id
    assert NAME.lower().encode() in older.read_bytes().lower()
    for name in (KEY_NAME, LIST_NAME):
        shutil.copy(house.home / name, tmp_path / name)
    done = restore_backup(tmp_path, older, at=house.clock.now())
    assert done.erased == 2, "the person and the address that was joined"
    assert files_showing(tmp_path) == set()
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        assert AuditLedger(ledger.engine).find_break() is None
        assert ledger.mentions.count() == done.mentions == house.parts.listening.ledger.mentions.count()


def test_a_list_without_its_key_is_no_list(house: House, older: Path, receipt: Receipt, tmp_path: Path) -> None:
    """With another key nobody on it would be known again, and everybody would come back unseen."""
    assert receipt.receipt_id
    shutil.copy(house.home / LIST_NAME, tmp_path / LIST_NAME)
    with pytest.raises(SettingsError, match=r"suppression\.key is gone"):
        restore_backup(tmp_path, older, at=house.clock.now())
    assert not (tmp_path / "ledger.db").exists()
