"""The bench of labels counts what it says it counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.bench.labels import baseline, labelled, main
from tests.bench.reading import UnreadableFile
from tests.bench.scoring import calibration_error, macro_f1


def csv(folder: Path, *lines: str) -> Path:
    file = folder / "rows.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_the_column_of_the_task_goes_before_label_and_other_answers_are_dropped(tmp_path: Path) -> None:
    file = csv(tmp_path, "id,text,label,sentiment", "1,a,joy,positive", "2,b,joy,mixed", "3,c,anger,negative")
    assert [(row.id, row.answer) for row in labelled("sentiment", file, None)] == [("1", "positive"), ("3", "negative")]


def test_reasons_of_airline_tweets_are_read_as_causes(tmp_path: Path) -> None:
    file = csv(tmp_path, "id,text,label,negativereason", "1,a,negative,Late Flight", "2,b,negative,Can't Tell", "3,c,negative,Lost Luggage")
    assert [row.answer for row in labelled("cause", file, None)] == ["promise_not_kept", "service_failed"]


def test_a_file_without_any_of_the_answers_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = csv(tmp_path, "id,text,label", "1,a,joy")
    with pytest.raises(UnreadableFile, match="negative, neutral, positive"):
        labelled("sentiment", file, None)
    assert main(["sentiment", str(tmp_path / "gone.csv")]) == 2
    assert "gone.csv" in capsys.readouterr().err


def test_macro_f1_counts_the_answers_that_occur() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "a", "b"]) == 1.0
    assert macro_f1(["a", "a", "b"], ["a", "a", "c"]) == 0.5


def test_calibration_error_is_nothing_where_sureness_comes_true() -> None:
    sure = np.repeat([0.5, 1.0], 300)
    right = np.concatenate([np.tile([True, False], 150), np.ones(300, dtype=bool)])
    assert calibration_error(sure, right) < 0.01
    assert calibration_error(np.full(600, 0.9), np.tile([True, False], 300)) == pytest.approx(0.4, abs=0.01)


def test_the_baseline_learns_what_words_tell(tmp_path: Path) -> None:
    file = csv(
        tmp_path, "id,text,label", "1,nice and good,positive", "2,bad and awful,negative", "3,good day,positive", "4,awful day,negative"
    )
    assert baseline(labelled("sentiment", file, None), ["good", "awful"]) == ["positive", "negative"]
