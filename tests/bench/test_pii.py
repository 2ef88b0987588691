"""The bench counts what is found and what is right as its mapping says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import toxicity
from tests.bench.pii import main, tallied


def row(text: str, *spans: tuple[str, str]) -> dict[str, str]:
    placed = [[kind, text.index(value), text.index(value) + len(value), value] for kind, value in spans]
    return {"id": "1", "text": text, "lang": "nl", "spans": json.dumps(placed)}


def test_an_overlap_of_a_fitting_kind_is_a_hit_and_anything_else_is_wrong() -> None:
    tally = tallied(
        [
            row("Mail jan@voorbeeld.nl", ("EMAIL_ADDRESS", "jan@voorbeeld.nl")),
            row("Bel 06-12345678"),  # found, and labelled nowhere
            row("Ons nummer is geheim", ("PHONE", "geheim")),  # labelled, and not found
            row("Dorpsstraat 12, 1234 AB Ons Dorp", ("ADDRESS", "Dorpsstraat 12, 1234 AB Ons Dorp")),  # in two finds
            row("Utrecht op 3 mei", ("GPE", "Utrecht")),  # a type that is not sought
        ]
    )
    assert tally.recall() == {"email": 1.0, "phone": 0.0, "address": 1.0, "all": 0.6667}
    assert tally.precision() == {"email": 1.0, "phone": 0.0, "postcode": 1.0, "address": 1.0, "all": 0.75}


def test_a_labelled_postcode_is_not_found_by_the_address_beside_it() -> None:
    tally = tallied([row("Dorpsstraat 12, 99 Ergens", ("POSTCODE", "99"), ("ADDRESS", "Dorpsstraat 12"))])
    assert tally.recall()["postcode"] == 0.0


def test_figures_come_as_one_object_per_file_and_a_file_that_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(json.dumps(row("Mail jan@voorbeeld.nl", ("EMAIL", "jan@voorbeeld.nl"))) + "\n", encoding="utf-8")
    assert main([str(file), str(file), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"file": "some.jsonl", "recall": {"email": 1.0, "all": 1.0}, "precision": {"email": 1.0, "all": 1.0}}] * 2
    assert main([str(tmp_path / "none.parquet")]) == 2
    assert "none.parquet" in capsys.readouterr().err


def test_toxicity_is_told_by_functionality(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": "You people are absolute scum", "label": "hateful", "lang": "en", "functionality": "slur_h"},
        {"id": 2, "text": "What a nice day", "label": "non-hateful", "lang": "en", "functionality": "ident_nh"},
        {"id": 3, "text": "I care more about dirt", "label": "hateful", "lang": "en", "functionality": "slur_h"},
    ]
    file = tmp_path / "check.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    figures = toxicity.measured(file)
    assert figures["functionalities"]["slur_h"] == {"label": "hateful", "texts": 2, "right": 0.5}
    assert figures["functionalities"]["ident_nh"]["right"] == 1.0
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2, abs=1e-3)
