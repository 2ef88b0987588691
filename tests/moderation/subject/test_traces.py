"""What shows a person, and what does not: too little leaves them on the disk, too much empties what others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderation.policy.traces import Traces
from moderation.workflows.erase_files import erase_files, files_not_read, files_showing

SAID = "Mijn slimme meter vonkt al zes dagen verschrikkelijk hard"
THEIRS = Traces.of(["Jan", "kanarie_vogel", "Anna de Wit"], [SAID, "al weken kapot"], ["Dag Anna, we kijken mee."])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("vraag van @Kanarie_Vogel!", True),
        ("kanarie\\_vogel (Markdown)", True),  # as a digest escapes it
        ("@\u200bkanarie_vogel", True),  # an invisible sign, which keeps a message from calling somebody
        ("> MIJN slimme meter **vonkt** al zes dagen …", True),  # a quote, cut short
        ("de meter vonkt al zes dagen", False),  # what others say too
        ("Beste anna de wit,", True),
        ("Anna belde", False),  # a first name alone is anybody's
        ("Jan belde", False),  # too short to look for everywhere
        ("kanarie_vogels vliegen", False),  # a longer word
        ("al weken kapot", True),  # a short message, and nothing else
        ("het is al weken kapot", False),  # the same words within another's sentence
        ("Dag Anna, we kijken mee.", True),  # what we sent them, whole
        ("Dag Anna, we kijken mee. Bel ons.", False),
        ("", False),
    ],
)
def test_what_shows_a_person(text: str, shown: bool) -> None:
    """Six words in a row are somebody's own; fewer are language."""
    assert THEIRS.shown_by(text) is shown


def test_a_text_of_quotes_shows_short_messages_too() -> None:
    """A digest sets a message between its own words."""
    assert THEIRS.quoted_by("Iemand schreef: 'al weken kapot' (1 juni)")


def test_files_go_records_keep_their_lines_and_the_rest_stays(tmp_path: Path) -> None:
    """What is not about the person is not touched: settings, keys, folders of others, and the modes of files."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "exports" / "a.csv").write_text(f"tekst\n{SAID}\n")
    (tmp_path / "b.md").write_text("niets van hen\n")
    (tmp_path / "klankbord.yaml").write_text("# kanarie_vogel\n")
    (tmp_path / "models" / "words.txt").write_text("kanarie_vogel\n")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF kanarie_vogel")
    record = tmp_path / "posts.jsonl"
    record.write_text('{"id": 1, "text": "Dag kanari\\u0065_vogel"}\n{"id": 2, "text": "Dag allemaal"}\n')
    record.chmod(0o600)
    assert [one.name for one in files_showing(tmp_path, THEIRS)] == ["posts.jsonl", "a.csv"]
    assert [one.name for one in files_not_read(tmp_path)] == ["paper.pdf"]
    assert erase_files(tmp_path, THEIRS) == 2
    assert record.read_text() == '{"id": 1, "text": ""}\n{"id": 2, "text": "Dag allemaal"}\n'
    assert record.stat().st_mode & 0o777 == 0o600
    left = {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()}
    assert left == {"b.md", "klankbord.yaml", "models/words.txt", "paper.pdf", "posts.jsonl"}
