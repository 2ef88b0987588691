"""klankbord.yaml: a mistake is told with its line, its key and an accepted value, and a secret is never read from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.errors import SettingsError
from listener.settings.load import load_settings, read_settings
from listener.settings.schema import ListenerSettings
from moderation.settings import KlankbordSettings

FILE = Path("somewhere/klankbord.yaml")


def read(text: str) -> KlankbordSettings:
    return read_settings(text, KlankbordSettings, file=FILE)


def mistake(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(text)
    return str(caught.value)


def test_a_home_without_settings_has_the_defaults(tmp_path: Path) -> None:
    """Importing a file into a fresh home has to work before anybody wrote a setting."""
    assert load_settings(tmp_path, ListenerSettings) == ListenerSettings.model_validate({})


def test_settings_come_from_the_file_in_the_home(tmp_path: Path) -> None:
    (tmp_path / "klankbord.yaml").write_text("\ufefftimezone: Europe/Brussels\nbrands: [{name: Zoemvolt}]\n", encoding="utf-8")
    settings = load_settings(tmp_path, ListenerSettings)
    assert settings.timezone == "Europe/Brussels"
    assert settings.brands[0].name == "Zoemvolt"


def test_a_file_in_another_encoding_is_named_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "klankbord.yaml").write_bytes("brands: [{name: Café}]".encode("cp1252"))
    with pytest.raises(SettingsError, match=r"klankbord\.yaml is not UTF-8 text \(byte 19\)"):
        load_settings(tmp_path, ListenerSettings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a value out of range: the range and an example
        ("digest:\n  hour: 25\n", "line 2: digest.hour cannot be 25; write a whole number from 0 to 23, such as 9"),
        # the wrong type
        ("web: {port: open}\n", "line 1: web.port cannot be 'open'; write a whole number from 0 to 65535, such as 8642"),
        # one of a few words
        ("digest:\n\n  language: klingon\n", "line 3: digest.language cannot be 'klingon'; write one of nl, en, de, fr"),
        # a slip in a key, at the top and inside
        ("langauges: [nl]\n", "line 1: langauges is not a setting; did you mean 'languages'?"),
        ("digest:\n  hours: 9\n", "line 2: digest.hours is not a setting; did you mean 'hour'?"),
        # a key like no other: what is known there
        ("report:\n  sound: loud\n", "line 2: report.sound is not a setting; known here: weekday, hour"),
        # inside a list, counted from 1
        ("sources:\n- {id: a, kind: feed}\n- {id: b, kind: feed, keep: some}\n", "line 3: sources[2].keep cannot be 'some'"),
        # a key that is needed
        ("brands:\n- aliases: [x]\n", "line 2: brands[1].name is missing; write text, not empty"),
        # deep in a nested query
        ("brands:\n- name: x\n  query:\n    any:\n    - {al: [b]}\n", "line 5: brands[1].query.any[1].al is not a setting; did you mean"),
        # a section that is none
        ("model: 3\n", "line 1: model cannot be 3; write a section with name, batch_size, timeout_seconds"),
        # a rule of our own
        ("timezone: Europe/Amsterdm\n", "line 1: timezone cannot be 'Europe/Amsterdm'; not a time zone; write one like 'Europe/Amsterdam'"),
        ("sources:\n- {id: a, kind: feed}\n- {id: a, kind: feed}\n", "line 1: sources cannot be a list; two sources are called 'a'"),
        # not YAML, or not the kind of YAML that settings are
        ("digest: [\n", "line 2: this is not YAML"),
        ("digest:\n\thour: 9\n", "line 2: this is not YAML"),
        ("- digest\n", "line 1: write settings as `key: value`"),
        ("digest: {hour: 8}\n\ndigest: {hour: 9}\n", "line 3: digest stands here and on line 1; keep one of them"),
        ("web: {port: 1, port: 2}\n", "line 1: web.port stands here and on line 1; keep one of them"),
        ("a: &all [nl]\nlanguages: *all\n", "line 2: *all refers to another place; write the value out"),
        ("[" * 60, "line 1: nested deeper than 30 levels"),
        ("a: \x00\n", "this is not YAML"),
        # a tag that would make an object
        ("timezone: !!python/object/apply:os.getcwd []\n", "line 1: this is not YAML: could not determine a constructor"),
    ],
)  # fmt: skip
def test_a_mistake_names_line_key_and_what_is_accepted(text: str, expected: str) -> None:
    told = mistake(text)
    assert told.startswith(str(FILE))
    assert expected in told


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    """Mending one line, starting again and finding the next one is how people give up."""
    told = mistake("web: {port: x}\ndigest:\n  hour: 99\ntimezon: x\n").splitlines()
    assert [line.partition("line ")[2][0] for line in told] == ["1", "3", "4"]


def test_a_hundred_mistakes_are_a_dozen_lines() -> None:
    told = mistake("".join(f"wrong{number}: 1\n" for number in range(100))).splitlines()
    assert len(told) == 13
    assert told[-1] == "… and 88 more"


def test_a_file_of_megabytes_is_refused_unread() -> None:
    assert "larger than 1 MB" in mistake("#" * 1_100_000)


def test_a_section_with_everything_commented_out_is_the_default() -> None:
    """The file that `init` writes shows every section; an empty one must not be a mistake."""
    assert read("digest:\n  #hour: 9\nbrands:\nmodel: {name: }\n") == KlankbordSettings.model_validate({})


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("delivery:\n  discord_webhook: https://discord.com/api/webhooks/123456/hidden-part\n", "KLANKBORD_DISCORD_WEBHOOK"),
        ("sources:\n- {id: r, kind: reddit,\n   client_secret: hidden-part}\n", "KLANKBORD_REDDIT_CLIENT_SECRET"),
        ("sources:\n- {id: r,\n   reddit_client_id: hidden-part}\n", "KLANKBORD_REDDIT_CLIENT_ID"),
        ("outbox:\n  token: hidden-part\n", "KLANKBORD_REDDIT_CLIENT_ID, KLANKBORD_REDDIT_CLIENT_SECRET"),
        ("http:\n  contact: https://me:hidden-part@example.org\n", "KLANKBORD_"),
        ("brands:\n- name: ghp_0a1B2c3D4e5F6g7H8hidden-part\n", "KLANKBORD_"),
        ("outbox:\n  signature: eyJhbGciOi.eyJzdWIi.hidden-part\n", "KLANKBORD_"),
        ("outbox:\n  signature: a8Kq2Lz9Xv4Bn7Mw1Rt6Yp3Dhidden-part\n", "KLANKBORD_"),
    ],
)
def test_a_secret_in_the_file_is_refused_without_showing_it(text: str, variable: str) -> None:
    """The file is copied, pasted into issues and kept in version control; an error text ends up in logs."""
    told = mistake(text)
    assert f"line {2 + text.startswith('sources')}" in told
    assert "looks like a secret" in told
    assert variable in told
    assert "hidden-part" not in told


@pytest.mark.parametrize(
    "text",
    [
        "delivery: {discord_webhook: true}",
        "model: {name: sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2}",
        "brands: [{name: Token, aliases: [secret garden, hottentottententententoonstelling]}]",
        "sources: [{id: f, kind: feed, url: 'https://forum.example.nl/viewforum.php?f=2012&sort=20260331'}]",
        "outbox: {account: 'simulated:stroomloket'}",
    ],
)
def test_ordinary_values_do_not_look_like_secrets(text: str) -> None:
    assert read(text)
