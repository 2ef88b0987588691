"""The table of recordings: printed once at the end, workers or not, and it counts every file of any folder that it is given."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.source import mention
from tests.modules import ROOT
from tests.replay.readings.all import played
from tests.replay.table import Row, lines

STORY = {"id": 1, "type": "story", "by": "kim", "time": 1_700_000_000, "title": "Storing", "descendants": 0}


def _write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True)
    for name, found in files.items():
        (folder / f"{name}.json").write_text(found if isinstance(found, str) else json.dumps(found), encoding="utf-8")


ASKED = {"method": "get", "uri": "https://x.example/v0/item/1.json"}
ANSWERED = {"status": {"code": 200, "message": "OK"}}
IN_FORMS: tuple[dict[str, object], ...] = (
    {"body": {"string": json.dumps(STORY)}},  # vcrpy
    {"body": {"base64_string": base64.b64encode(gzip.compress(json.dumps(STORY).encode())).decode(), "encoding": "utf-8"}},  # betamax
    {"body": json.dumps(STORY), "status": "200 OK", "code": 200, "headers": {"Content-Type": []}},  # of Go
    {"body": {"string": json.dumps(STORY)}, "status": {"status_code": 200, "category": "Success"}},  # of R
    {"content": json.dumps(STORY), "status_code": 200},  # vcrpy under httpx, once
)


@pytest.mark.parametrize("form", IN_FORMS)
@pytest.mark.parametrize("name", ["interactions", "http_interactions"])
def test_every_recorder_is_understood(tmp_path: Path, form: dict[str, object], name: str) -> None:
    """A recording that another tool kept is no reason to leave it out."""
    _write(tmp_path / "hackernews", kept={name: [{"request": ASKED, "response": {**ANSWERED, **form}}]}, plain={name: [STORY]})
    row = played(tmp_path / "hackernews")
    assert (len(row.passed), row.skipped, row.failed) == (2, {}, {})


def test_a_hit_of_a_search_is_read_as_one(tmp_path: Path) -> None:
    """Hacker News' search is what our source reads all day."""
    hit = {"objectID": "7", "author": "kim", "comment_text": "Hier ook", "created_at_i": 1_700_000_000, "parent_id": 1, "story_id": 1}
    gone = {"objectID": "8", "author": "kim", "created_at_i": 1_700_000_000}
    _write(tmp_path / "hackernews", search={"hits": [hit, gone], "nbHits": 2})
    assert played(tmp_path / "hackernews").passed == {"search.json": "2 items"}


@pytest.fixture
def some(tmp_path: Path) -> Path:
    """Recordings of our own making: a platform that we read, one that we do not, and one that nobody knows."""
    comment = {"id": 2, "type": "comment", "by": "bas", "time": 1_700_000_060, "parent": 1, "text": "Hier ook"}
    _write(tmp_path / "hackernews" / "deep" / "deeper", any_name=STORY, another=comment, torn='{"id": 3, "ti', numbers=[1, 2, 3])
    _write(tmp_path / "linkedin", share={"id": 1})
    _write(tmp_path / "fancy-network", post={"id": 1})
    _write(tmp_path / "LICENSES", ours="none")
    (tmp_path / "README.md").write_text("words", encoding="utf-8")
    (tmp_path / "hackernews" / "notes").write_bytes(b"\xff\xfe\x00")
    return tmp_path


def _run(recordings: Path, *options: str) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "KLANKBORD_"))}
    command = [sys.executable, "-m", "pytest", "tests/replay/test_every_recording.py", "-q", *options]
    done = subprocess.run(
        command, cwd=ROOT, env={**env, "KLANKBORD_RECORDINGS": str(recordings)}, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("options", [("-p", "no:xdist"), ("--numprocesses", "2", "--dist", "loadfile")], ids=["alone", "workers"])
def test_the_table_is_printed_once_and_counts_every_file(some: Path, options: tuple[str, ...]) -> None:
    code, said = _run(some, *options)
    assert code == 0, said
    shown = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.split()[1:] and line.split()[1].isdigit()}
    assert shown["hackernews"] == ["5", "2", "2", "3", "0"]
    assert shown["linkedin"] == ["1", "0", "0", "1", "0"]
    assert shown["fancy-network"] == ["1", "0", "0", "1", "0"]
    assert shown["all"] == ["7", "2", "2", "5", "0"]
    assert said.count("recordings that were played, of") == 1
    assert "1 skipped: no source of ours reads LinkedIn (share.json)" in said


def test_a_recording_that_is_read_wrongly_is_named_and_fails_the_run(some: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a reader would that takes another field for the time."""
    monkeypatch.setattr("listener.sources.hackernews._mention", lambda _: mention("1"))
    row = played(some / "hackernews")
    assert row.figures == (5, 2, 0, 3, 2)
    assert list(row.failed) == ["deep/deeper/another.json", "deep/deeper/any_name.json"]
    assert any("FAILED deep/deeper/any_name.json: AssertionError" in line for line in lines({"hackernews": row}))


def test_reasons_are_counted_and_have_an_example() -> None:
    row = Row(platform="x", passed={"a": "1 post"}, skipped={"b": "old", "c": "old", "d": "none"})
    assert list(lines({"x": row}))[1:4] == [
        "x                       4             1       1        3       0",
        "        2 skipped: old (b …)",
        "        1 skipped: none (d)",
    ]


def test_without_a_folder_the_script_says_what_to_set(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "replay"], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, "set KLANKBORD_RECORDINGS" in done.stderr) == (2, True)
