"""The bench of the volume alarm counts windows and false alarms as its docstring says."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.bench.volume import main, read_series

START = datetime(2026, 3, 2, tzinfo=UTC)


def written(
    path: Path, values: list[int], *, marked: range = range(0), step: timedelta = timedelta(hours=1), skip_zero: bool = False
) -> Path:
    """Write a series; hours of `marked` are labelled as an anomaly."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["series", "created_at", "value", "label"])
        for at, value in enumerate(values):
            if value or not skip_zero:
                rows.writerow(["one", (START + at * step).isoformat(), value, "anomaly_window" if at in marked else "normal"])
    return path


def test_a_window_holds_when_an_alarm_falls_inside_and_other_alarms_are_false(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = [3, 2, 4, 3] * 84
    values[100], values[250] = 90, 200
    assert main([str(written(tmp_path / "a.csv", values, marked=range(240, 260))), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == "a.csv"
    assert told["series"] == {"one": {"windows": 1, "found": 1, "false_alarms_per_week": 0.5}}
    assert set(told["baselines"]) == {"z_score", "farrington"}


def test_without_marks_the_first_hour_of_ten_times_the_median_is_to_be_found(tmp_path: Path) -> None:
    values = [1, 0, 2, 0] * 10 + [9, 10, 40]
    found = read_series(written(tmp_path / "b.csv", values, skip_zero=True))[0]
    assert list(found.counts) == values
    assert found.windows == ((41, 44),)


def test_a_burst_in_the_first_day_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path / "c.csv", [1, 1, 1, 50, 60, 1, 1])), "--json", "--no-baselines"]) == 0
    assert json.loads(capsys.readouterr().out)["series"]["one"] == {"windows": 0, "found": 0, "false_alarms_per_week": 0.0}


def test_a_table_is_printed_and_a_strange_file_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path / "d.csv", [2, 3] * 30))]) == 0
    assert "klankbord" in capsys.readouterr().out
    assert main([str(written(tmp_path / "e.csv", [1, 2, 3], step=timedelta(minutes=7)))]) == 2
    assert "whole part of an hour" in capsys.readouterr().err
    assert main([str(tmp_path / "missing.csv")]) == 2
