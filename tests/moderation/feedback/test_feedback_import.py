"""Surveys of other channels come into the same table: wrong rows are told exactly, known ones left alone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from listener.errors import InputError
from listener.progress import NoProgress
from listener.sources.import_csv import CsvReader
from listener.sources.import_rows import look_at
from moderation.cli import klankbord
from moderation.feedback_desk import review_links
from moderation.ledger.feedback import FeedbackLedger
from moderation.settings import ReviewSite
from moderation.workflows.import_feedback import FeedbackImport, columns_for, import_feedback

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HEAD = "channel,at,csat,effort,recommend,searched_first,avoidable,text,external_id\n"


def brought_in(ledger: FeedbackLedger, file: Path, text: str, **mapped: str) -> FeedbackImport:
    file.write_text(text, encoding="utf-8")
    reader = CsvReader(file, look_at(file))
    return import_feedback(reader.rows(), ledger, columns_for(reader.columns, mapped), zone=AMSTERDAM, progress=NoProgress())


def test_a_survey_of_another_channel_is_read_whole(ledger: FeedbackLedger, tmp_path: Path) -> None:
    row = 'telephone,2026-03-01 10:00,4,6,9,ja,nee,"Netjes, dank",t-1\n'
    done = brought_in(ledger, tmp_path / "calls.csv", HEAD + row)
    assert (done.read, done.new, done.wrong) == (1, 1, ())
    (one,) = ledger.responses()
    assert (one.channel, one.source, one.external_id, one.begun_at.hour) == ("telephone", "import", "t-1", 9)
    assert one.answers == {
        "satisfaction": "4", "effort": "6", "recommend": "9", "searched_first": "yes", "avoidable": "no", "text": "Netjes, dank",
    }  # fmt: skip


def test_each_wrong_row_is_told_by_line_and_column_and_the_others_are_kept(ledger: FeedbackLedger, tmp_path: Path) -> None:
    rows = (
        "telephone,2026-03-01,4,,,,,,t-1\n"
        "telephone,2026-03-01,7,,,,,,t-2\n"
        "telephone,gisteren,4,,,,,,t-3\n"
        "telephone,2026-03-01,4,,,misschien,,,t-4\n"
        "telephone,2026-03-01,4,,,,,,\n"
        ",2026-03-01,4,,,,,,t-6\n"
        "telephone,2026-03-01,,,,,,,t-7\n"
        "telephone,2026-03-01,4\n"
        "counter,2026-03-01,1,,,,,,t-1\n"
    )
    done = brought_in(ledger, tmp_path / "calls.csv", HEAD + rows)
    assert [(line, reason.partition(":")[0]) for line, reason in done.wrong[:6]] == [
        (3, "csat"), (4, "at"), (5, "searched_first"), (6, "external_id"), (7, "channel"), (8, "no question is answered"),
    ]  # fmt: skip
    assert done.wrong[6][0] == 9
    assert (done.read, done.new, len(done.wrong)) == (9, 2, 7)
    assert {(one.channel, one.external_id) for one in ledger.responses()} == {("telephone", "t-1"), ("counter", "t-1")}


def test_an_import_done_twice_counts_once(ledger: FeedbackLedger, tmp_path: Path) -> None:
    text = HEAD + "".join(f"mail,2026-03-01,{n % 5 + 1},,,,,,m-{n}\n" for n in range(1_203))
    first = brought_in(ledger, tmp_path / "mail.csv", text)
    again = brought_in(ledger, tmp_path / "mail.csv", text)
    assert (first.new, first.known, again.new, again.known) == (1_203, 0, 0, 1_203)
    assert len(ledger.responses()) == 1_203


def test_other_columns_are_named_and_a_wrong_name_is_told(ledger: FeedbackLedger, tmp_path: Path) -> None:
    text = "Kanaal;Wanneer;Cijfer;Nummer\nbalie;2026-03-01;5;9\n"
    done = brought_in(ledger, tmp_path / "balie.csv", text, channel="Kanaal", at="Wanneer", satisfaction="Cijfer", external_id="Nummer")
    assert done.new == 1
    with pytest.raises(InputError, match="no column 'Score'"):
        columns_for(("Kanaal",), {"satisfaction": "Score"})
    with pytest.raises(InputError, match="No column holds at"):
        columns_for(("channel", "external_id"), {})
    with pytest.raises(InputError, match="no field 'smile'"):
        columns_for(("channel",), {"smile": "channel"})


def test_the_command_tells_what_it_did_and_where_the_file_is_wrong(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "calls.csv"
    home.mkdir()
    (home / "klankbord.yaml").write_text("brands:\n- name: Stroomwerk\npublic:\n  base_url: https://k.example.nl\n", encoding="utf-8")
    file.write_text(HEAD + "telephone,2026-03-01,4,,,,,,t-1\ntelephone,2026-03-01,9,,,,,,t-2\n", encoding="utf-8")
    run = CliRunner().invoke(klankbord, ["--home", str(home), "feedback", "import", str(file)])
    assert isinstance(run.exception, InputError)
    assert "2 rows read: 1 new, 0 known, 1 wrong." in run.output
    assert "calls.csv:3: csat" in run.output
    shown = CliRunner().invoke(
        klankbord, ["--home", str(home), "feedback", "figures", "--from", "2026-02-01", "--to", "2026-04-01", "--json"]
    )
    assert json.loads(shown.output)["all"]["responses"] == 1
    link = CliRunner().invoke(klankbord, ["--home", str(home), "feedback", "link", "--thread", "forum"])
    assert link.output.startswith("https://k.example.nl/f/all/")


def test_review_sites_get_names_of_their_own_in_our_addresses() -> None:
    sites = [ReviewSite(name=name, url="https://r.example.org") for name in ("De Kaart", "de-kaart", "★★★", "Kiyoh")]
    assert [one.slug for one in review_links(sites)] == ["de-kaart", "de-kaart-2", "site", "kiyoh"]


def test_a_long_import_is_done_in_reasonable_time(ledger: FeedbackLedger, tmp_path: Path) -> None:
    """A busy month of telephone surveys: 5,000 rows well within a minute on a slow machine."""
    import time

    text = HEAD + "".join(f"telephone,2026-03-01,{n % 5 + 1},{n % 7 + 1},{n % 11},ja,nee,,c-{n}\n" for n in range(5_000))
    began = time.monotonic()
    assert brought_in(ledger, tmp_path / "year.csv", text).new == 5_000
    assert timedelta(seconds=time.monotonic() - began) < timedelta(seconds=60)
