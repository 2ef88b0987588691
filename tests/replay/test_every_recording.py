"""Every recording in KLANKBORD_RECORDINGS, found in its folder and not by a list: what fits a source of ours is read, and read rightly."""

from __future__ import annotations

import csv
import random
import traceback
from pathlib import Path

import pytest

from tests.conftest import recordings_path
from tests.replay.reading import NotOurs
from tests.replay.readings.all import NO_RECORDINGS, every_reading, files_in, platforms_in, played
from tests.replay.table import told_of

pytestmark = pytest.mark.recordings


@pytest.mark.parametrize("platform", platforms_in(recordings_path()))
def test_the_recordings_of_a_platform_are_read_or_told_why_not(recordings: Path, platform: str, request: pytest.FixtureRequest) -> None:
    """Ids, times, authors and parents as the recording says them; the table at the end of the run counts every file once."""
    row = played(recordings / platform)
    told_of(request.node, row)
    assert row.failed == {}
    names = {str(path.relative_to(recordings / platform)) for path in (recordings / platform).rglob("*") if path.is_file()}
    assert row.passed.keys() | row.skipped.keys() == names
    assert len(row.passed) + len(row.skipped) == len(names) == row.files
    assert all(row.skipped.values())


def test_the_folders_hold_every_recording_that_the_index_names(recordings: Path) -> None:
    """None lies where nobody looks. Recordings without an index are as good."""
    played_files = {str(path.relative_to(recordings)) for name in platforms_in(recordings) for path in files_in(recordings / name)}
    everywhere = {str(path.relative_to(recordings)) for path in recordings.rglob("*") if path.is_file() and path.parent != recordings}
    assert {name for name in everywhere if name.partition("/")[0] not in NO_RECORDINGS and not name.startswith(".")} == played_files
    if (recordings / "INDEX.tsv").is_file():
        with (recordings / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
            assert {row["file"] for row in csv.DictReader(index, delimiter="\t")} <= played_files


def test_recordings_with_parts_taken_away_or_put_wrong_raise_nothing_of_their_own(recordings: Path) -> None:
    """Platforms change their answers without a word: what cannot be read is told, and never ends a round."""
    chance = random.Random(7)
    count, raised = 0, dict[str, str]()
    for path, reading in every_reading(recordings):
        try:
            count += reading.alter(path, chance)
        except NotOurs:
            continue
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            raised[str(path.relative_to(recordings))] = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
    assert raised == {}
    assert count > 0
