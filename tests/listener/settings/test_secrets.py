"""Secrets come from the environment or a private file, and show themselves nowhere."""

from __future__ import annotations

import copy
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from listener.errors import SettingsError
from listener.settings.secrets import KNOWN, Secret, Secrets, known_names

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_secrets(text: str, mode: int = 0o600) -> Path:
        file = tmp_path / "secrets.env"
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    return write_secrets


def secrets(home: Path, **environment: str) -> Secrets:
    return Secrets(home, environment=environment)


def test_a_secret_is_found_by_its_full_name_or_the_part_behind_the_prefix(tmp_path: Path, write: Write) -> None:
    write("# keys\n\nKLANKBORD_REDDIT_CLIENT_ID=abc\nexport KLANKBORD_REDDIT_CLIENT_SECRET='d = e'\n")
    found = secrets(tmp_path)
    assert found.get("KLANKBORD_REDDIT_CLIENT_ID") == "abc"
    assert found.get("reddit_client_secret") == "d = e"
    assert found.get("discord_webhook") is None


def test_the_environment_wins_over_the_file(tmp_path: Path, write: Write) -> None:
    write("KLANKBORD_REDDIT_CLIENT_ID=from-file\n")
    assert secrets(tmp_path, KLANKBORD_REDDIT_CLIENT_ID="from-environment").get("reddit_client_id") == "from-environment"


@pytest.mark.parametrize("empty", ["", "   ", "''"])
def test_an_empty_secret_is_no_secret(empty: str, tmp_path: Path, write: Write) -> None:
    write(f"KLANKBORD_REDDIT_CLIENT_ID={empty}\n")
    assert secrets(tmp_path, KLANKBORD_REDDIT_CLIENT_ID="  ").get("reddit_client_id") is None


def test_without_a_file_there_are_no_secrets(tmp_path: Path) -> None:
    assert secrets(tmp_path).get("reddit_client_id") is None


def test_a_replaced_secret_is_seen_without_a_restart(tmp_path: Path, write: Write) -> None:
    """RULES S31: rotating a token does not stop the service."""
    write("KLANKBORD_REDDIT_CLIENT_ID=old\n")
    found = secrets(tmp_path)
    assert found.get("reddit_client_id") == "old"
    write("KLANKBORD_REDDIT_CLIENT_ID=renewed\n")
    assert found.get("reddit_client_id") == "renewed"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_can_touch_is_refused_with_the_command_that_mends_it(mode: int, tmp_path: Path, write: Write) -> None:
    file = write("KLANKBORD_REDDIT_CLIENT_ID=hidden\n")
    file.chmod(mode)
    with pytest.raises(SettingsError, match=rf"can be read by others; run: chmod 600 {file}"):
        secrets(tmp_path).get("reddit_client_id")


def test_a_file_of_another_user_is_refused(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("KLANKBORD_REDDIT_CLIENT_ID=hidden\n")
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(SettingsError, match="belongs to another user; run: chown 4242"):
        secrets(tmp_path).get("reddit_client_id")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KLANKBORD_A=1\nhidden\n", "line 2: write NAME=value"),
        ("REDDIT_CLIENT_ID=hidden\n", "line 1: write NAME=value with a name that starts with KLANKBORD_"),
        ("KLANKBORD_A=hidden\nKLANKBORD_A=hidden2\n", "line 2: KLANKBORD_A stands there twice"),
    ],
)
def test_a_broken_line_is_named_without_showing_it(text: str, expected: str, tmp_path: Path, write: Write) -> None:
    write(text)
    with pytest.raises(SettingsError) as caught:
        secrets(tmp_path).get("a")
    assert expected in str(caught.value)
    assert "hidden" not in str(caught.value).replace(str(tmp_path), "")


def test_a_file_that_is_no_text_or_no_file_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_bytes(b"KLANKBORD_A=\xff\xfe")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="cannot be read"):
        secrets(tmp_path).get("a")
    file.unlink()
    file.mkdir()
    with pytest.raises(SettingsError, match=r"secrets\.env"):
        secrets(tmp_path).get("a")


def test_a_secret_does_not_show_itself() -> None:
    """Objects are logged with %r and dumped in tracebacks; copies to disk are worse."""
    secret = Secret("hidden")
    assert secret == "hidden"
    assert "hidden" not in f"{secret!r} {[secret]} { ({'token': secret}) }"
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="not written"):
        copy.deepcopy(secret)


def test_every_secret_in_a_text_can_be_taken_out_of_it(tmp_path: Path, write: Write) -> None:
    write("KLANKBORD_REDDIT_CLIENT_ID=first\nKLANKBORD_REDDIT_CLIENT_SECRET=first-and-more\n")
    redacted = secrets(tmp_path, KLANKBORD_DISCORD_WEBHOOK="https://x/y").redact("sent first-and-more to https://x/y as first")
    assert redacted == "sent ••• to ••• as •••"


def test_a_name_that_nobody_asks_for_is_known_to_doctor(tmp_path: Path, write: Write) -> None:
    write("KLANKBORD_REDIT_CLIENT_ID=x\nKLANKBORD_REDDIT_CLIENT_ID=y\n")
    assert secrets(tmp_path).unknown_names() == ("KLANKBORD_REDIT_CLIENT_ID",)


def test_every_known_secret_has_a_sentence() -> None:
    assert known_names() == tuple(KNOWN)
    assert all(name.startswith("KLANKBORD_") and sentence.endswith(".") for name, sentence in KNOWN.items())
