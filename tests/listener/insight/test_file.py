"""The insight file: nothing outside it can be reached from it, and damage costs figures only until they are counted again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from listener.errors import StoreError, StoreLocked
from listener.insight.file import connect
from listener.insight.sql import query
from listener.insight.store import open_insight
from listener.model.analysis import AnalysedMention

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
Make = Callable[..., AnalysedMention]

REACHING_OUT = [
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/*')",
    "select * from read_parquet('/tmp/x.parquet')",
    "select * from read_json('http://127.0.0.1:1/x.json')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from '/etc/passwd'",
    "select * from 'https://127.0.0.1/x.csv'",
    "attach '{folder}/x.db'",
    "attach '{folder}/x.db' (read_only)",
    "attach 'ducklake:{folder}/x.db' as lake",
    "copy fact to '{folder}/stolen.csv'",
    "copy (select 1) to '{folder}/stolen.parquet' (format parquet)",
    "copy fact from '/etc/passwd'",
    "export database '{folder}/all'",
    "import database '{folder}'",
    "install httpfs",
    "install httpfs from community",
    "install '/tmp/x.duckdb_extension'",
    "load httpfs",
    "load '/tmp/x.duckdb_extension'",
    "set enable_external_access = true",
    "set autoinstall_known_extensions = true",
    "set autoload_known_extensions = true",
    "set allow_community_extensions = true",
    "set lock_configuration = false",
    "set memory_limit = '100GB'",
    "set threads = 64",
    "set profiling_output = '{folder}/profile'",
    "set temp_directory = '{folder}'",
    "set home_directory = '{folder}'",
    "set extension_directory = '{folder}'",
    "set log_query_path = '{folder}/log'",
    "reset enable_external_access",
    "pragma enable_profiling = 'json'",
    "create persistent secret (type s3, key_id 'x', secret 'y')",
    "select * from duckdb_secrets()",
]


@pytest.mark.parametrize("sql", REACHING_OUT)
def test_sql_reaches_no_file_no_network_and_no_setting(sql: str, tmp_path: Path) -> None:
    """RULES S26 and I15: should words of others ever be run as SQL, there is nothing to take and nowhere to bring it."""
    folder = tmp_path / "outside"
    folder.mkdir()
    connection = connect(tmp_path / "insight.duckdb")
    with pytest.raises(duckdb.Error):
        connection.execute(sql.format(folder=folder))
    connection.close()
    assert list(folder.iterdir()) == []


def test_variables_of_the_program_are_not_tables() -> None:
    """DuckDB can read Python variables by name; a query must not reach what happens to lie around."""
    connection = connect(None)
    secret = [{"token": "x"}]
    with pytest.raises(duckdb.CatalogException):
        connection.execute("select * from secret")
    connection.close()
    assert secret


@pytest.mark.parametrize("value", ["'; drop table fact; --", "' or 1=1 --", "x' union select * from read_csv('/etc/passwd') --"])
def test_hostile_words_are_values_only(value: str, mention: Make) -> None:
    with open_insight(None) as insight:
        insight.apply([mention(1, platform=value, author_key=value, labels={value: value}, brands=(value,))], [], 1)
        cards, total = insight.label_mentions(value, NOON - timedelta(days=1), NOON, 5, value=value)
        assert (len(cards), total, insight.count()) == (1, 1, 1)
        assert insight.issue_counts(NOON - timedelta(days=1), NOON)[0].platforms == (value,)


def test_every_query_says_why_it_exists() -> None:
    for name in ("schema", "vectors", "check", "insert_facts", "issue_counts", "issue_trend", "period_totals", "label_mentions"):
        assert query(name).startswith("-- ")


def test_what_was_applied_is_there_after_reopening(tmp_path: Path, mention: Make) -> None:
    path = tmp_path / "insight.duckdb"
    with open_insight(path) as insight:
        insight.apply([mention(1)], [], 7, model_id="m")
    with open_insight(path) as insight:
        assert (insight.count(), insight.applied_seq(), insight.applied_model()) == (1, 7, "m")


def _filled(path: Path, mention: Make) -> bytes:
    with open_insight(path) as insight:
        insight.apply([mention(number) for number in range(1, 400)], [], 400)
    return path.read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda good: b"this is not a database", id="another kind of file"),
        pytest.param(lambda good: good[: len(good) // 2], id="cut in half"),
        pytest.param(lambda good: b"\xff" * 4096 + good[4096:], id="header overwritten"),
        pytest.param(lambda good: good[:12288] + bytes(len(good) - 12288), id="blocks zeroed"),
        pytest.param(lambda good: good[:16], id="almost nothing left"),
    ],
)
def test_a_damaged_file_is_set_aside_and_an_empty_one_opened(
    spoil: Callable[[bytes], bytes], tmp_path: Path, mention: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything in it can be derived again; the damaged file stays for whoever wants to know what happened."""
    path = tmp_path / "insight.duckdb"
    path.write_bytes(spoil(_filled(path, mention)))
    with open_insight(path) as insight:
        assert (insight.count(), insight.applied_seq()) == (0, 0)
        insight.apply([mention(1)], [], 1)
    [aside] = tmp_path.glob("insight.duckdb.damaged-*")
    assert aside.stat().st_size > 0
    assert "set aside" in caplog.text


def test_a_damaged_log_goes_aside_with_its_file(tmp_path: Path, mention: Make) -> None:
    """A log that belongs to a file set aside must not be replayed into the new one."""
    path = tmp_path / "insight.duckdb"
    _filled(path, mention)
    log = tmp_path / "insight.duckdb.wal"
    log.write_bytes(os.urandom(5000))
    with open_insight(path) as insight:
        count = insight.count()
    aside = {one.name.split(".damaged-")[0] for one in tmp_path.glob("*.damaged-*")}
    assert (count, aside) in [(0, {"insight.duckdb", "insight.duckdb.wal"}), (399, set())]


def test_a_file_in_use_elsewhere_is_not_taken_for_damaged(tmp_path: Path) -> None:
    path = tmp_path / "insight.duckdb"
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('held', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreLocked, match=str(holder.pid)):
            connect(path)
    finally:
        holder.communicate()
    assert list(tmp_path.glob("*.damaged-*")) == []


def test_a_place_that_cannot_hold_the_file_is_an_error_and_not_damage(tmp_path: Path) -> None:
    (tmp_path / "insight.duckdb").mkdir()
    with pytest.raises(StoreError, match="cannot be read and written"):
        connect(tmp_path / "insight.duckdb")
    with pytest.raises(StoreError):
        connect(tmp_path / "no-folder" / "insight.duckdb")
