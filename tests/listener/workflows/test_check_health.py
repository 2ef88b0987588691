"""`klankbord doctor`: each thing that can be wrong is found, and the line beside it says what mends it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import open_ledger
from listener.ledger.lock import home_lock
from listener.model.health import Finding
from listener.model.mention import Kept
from listener.model.page import Cursor
from listener.settings.home import prepare_home
from listener.settings.schema import ListenerSettings
from listener.settings.secrets import Secrets
from listener.workflows.check_health import check_health
from moderation.settings import KlankbordSettings
from tests.fakes.source import mention

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
GOOD = """\
languages: [en]
brands: [{name: Zoemvolt}]
sources: [{id: forum, kind: feed, url: 'https://forum.example.nl/feed'}]
public: {base_url: 'https://klankbord.example.nl'}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    prepare_home(folder)
    (folder / "klankbord.yaml").write_text(GOOD, encoding="utf-8")
    return folder


def check(home: Path, *, now: datetime = NOW, schema: type[ListenerSettings] = KlankbordSettings, **environment: str) -> list[Finding]:
    return asyncio.run(check_health(home, schema, clock=ManualClock(now), secrets=Secrets(home, environment=environment)))


def found(findings: list[Finding], what: str, level: str) -> Finding:
    matching = [one for one in findings if one.what == what and one.level == level]
    assert matching, f"no {level} about {what} in {findings}"
    return matching[0]


def test_a_good_home_has_nothing_to_mend(home: Path) -> None:
    findings = check(home)
    assert [one for one in findings if one.level != "ok" and one.what != "disk"] == []
    names = [one.what for one in findings]
    expected = ["settings", "home", "disk", "clock", "packages", "model", "source forum", "public address", "ledger", "service", "insight"]
    assert [name for name in names if name in expected] == expected


def test_a_model_is_checked_without_loading_it(home: Path) -> None:
    """Doctor answers in a second; loading a model takes five."""
    before = "torch" in sys.modules
    check(home)
    assert ("torch" in sys.modules) == before


def test_a_home_that_does_not_exist_is_pointed_to_init_and_not_made(tmp_path: Path) -> None:
    findings = check(tmp_path / "nowhere")
    assert found(findings, "settings", "warn").mend == "klankbord init"
    assert found(findings, "home", "warn").mend == "klankbord init"
    assert not (tmp_path / "nowhere").exists()


def test_each_mistake_in_the_settings_is_a_line_and_the_rest_is_still_checked(home: Path) -> None:
    (home / "klankbord.yaml").write_text("digest: {hour: 25}\ntimezon: x\n", encoding="utf-8")
    findings = check(home)
    assert [one.detail.partition("line ")[2][0] for one in findings if one.what == "settings"] == ["1", "2"]
    assert found(findings, "settings", "fail").mend == f"edit {home / 'klankbord.yaml'}"
    assert found(findings, "home", "ok")


def test_files_that_others_can_read_are_named_with_the_command(home: Path) -> None:
    home.chmod(0o755)
    (home / "klankbord.yaml").chmod(0o644)
    mends = [one.mend for one in check(home) if one.what == "home"]
    assert mends == [f"chmod 700 {home}", f"chmod 600 {home / 'klankbord.yaml'}"]


@pytest.mark.parametrize(("free", "level"), [(100, "fail"), (1_000, "warn"), (50_000, "ok")])
def test_the_disk_is_looked_at(free: int, level: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free * 1_000_000))
    assert found(check(home), "disk", level)


@pytest.mark.parametrize("year", [1970, 2019, 2150])
def test_a_clock_that_cannot_be_right_is_found(year: int, home: Path) -> None:
    assert found(check(home, now=NOW.replace(year=year)), "clock", "fail").mend == "timedatectl set-ntp true"


def test_another_duckdb_than_the_tested_one_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.workflows.check_health.version", lambda _: "2.0.0")
    assert found(check(home), "packages", "fail").mend == "pip install duckdb==1.5.5"


def test_dutch_with_the_english_model_names_the_one_command_that_mends_it(home: Path) -> None:
    folder = home / "models" / "all-mpnet-base-v2"
    folder.mkdir(parents=True)
    (folder / "modules.json").write_text("[]")
    (folder / "model.safetensors").write_bytes(b"weights")
    settings = GOOD.replace("[en]", "[nl, en]")
    (home / "klankbord.yaml").write_text(settings + "model: {name: all-mpnet-base-v2}\n", encoding="utf-8")
    finding = found(check(home), "model", "warn")
    assert "Dutch" in finding.detail
    (home / "klankbord.yaml").write_text(settings, encoding="utf-8")  # the bundled one has a Dutch reader beside it
    assert not [one for one in check(home) if one.what == "model" and one.level != "ok"]
    assert finding.mend.startswith("klankbord model use NAME|PATH")


def test_a_model_that_is_not_here_is_found(home: Path) -> None:
    (home / "klankbord.yaml").write_text(GOOD + "model: {name: sentence-transformers/some-multilingual}\n", encoding="utf-8")
    finding = found(check(home), "model", "fail")
    assert "some-multilingual" in finding.detail
    assert finding.mend == "klankbord model use bundled"


def test_a_missing_package_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.workflows.check_health.find_spec", lambda name: None if name == "sentence_transformers" else object())
    assert found(check(home), "model", "fail").mend == "pip install sentence-transformers"


def test_reddit_without_keys_and_approval_says_each_thing_that_is_needed(home: Path) -> None:
    text = GOOD.replace("sources: [", "sources: [{id: r, kind: reddit, subreddits: [thenetherlands]}, ")
    (home / "klankbord.yaml").write_text(text, encoding="utf-8")
    details = [one.detail for one in check(home) if one.what == "source r" and one.level == "fail"]
    assert len(details) == 4
    for needed in ("KLANKBORD_REDDIT_CLIENT_ID", "KLANKBORD_REDDIT_CLIENT_SECRET", "approval", "user_agent_name"):
        assert any(needed in detail for detail in details)


@pytest.mark.parametrize(
    ("source", "name", "own"),
    [
        ("{id: feeds, kind: x}", "KLANKBORD_X_READ_BEARER_TOKEN", "KLANKBORD_X_FEEDS_READ_BEARER_TOKEN"),
        ("{id: feeds, kind: matrix, url: 'https://m.example'}", "KLANKBORD_MATRIX_READ_TOKEN", "KLANKBORD_MATRIX_FEEDS_READ_TOKEN"),
        (
            "{id: feeds, kind: bluesky, account: stroom.example}",
            "KLANKBORD_BLUESKY_READ_APP_PASSWORD",
            "KLANKBORD_BLUESKY_FEEDS_READ_APP_PASSWORD",
        ),
        ("{id: feeds, kind: youtube, videos: [dQw4w9WgXcQ]}", "KLANKBORD_YOUTUBE_READ_API_KEY", "KLANKBORD_YOUTUBE_FEEDS_READ_API_KEY"),
    ],
)
def test_a_source_without_its_key_says_which_one(home: Path, source: str, name: str, own: str) -> None:
    """One key serves all sources of a platform, or a source has its own."""
    (home / "klankbord.yaml").write_text(GOOD.replace("sources: [", f"sources: [{source}, "), encoding="utf-8")
    assert found(check(home), "source feeds", "fail").detail == f"{name} is not set"
    for either in (name, own):
        environment: dict[str, Any] = {either: "a-key"}
        assert found(check(home, **environment), "source feeds", "ok")


def test_a_bluesky_source_without_an_account_says_so(home: Path) -> None:
    """With a password alone nobody knows whose it is, and the open API refuses searches."""
    (home / "klankbord.yaml").write_text(GOOD.replace("sources: [", "sources: [{id: b, kind: bluesky}, "), encoding="utf-8")
    finding = found(check(home, KLANKBORD_BLUESKY_READ_APP_PASSWORD="a"), "source b", "fail")
    assert "account is not set" in finding.detail
    assert "set account" in finding.mend


def test_reddit_with_keys_and_approval_is_well(home: Path) -> None:
    reddit = "{id: r, kind: reddit, subreddits: [thenetherlands], approval_reference: REF-1, user_agent_name: klankbord}"
    (home / "klankbord.yaml").write_text(GOOD.replace("sources: [", f"sources: [{reddit}, "), encoding="utf-8")
    findings = check(home, KLANKBORD_REDDIT_CLIENT_ID="a", KLANKBORD_REDDIT_CLIENT_SECRET="b")
    assert found(findings, "source r", "ok")


@pytest.mark.parametrize(
    "source", ["{id: x, kind: myspace}", "{id: x, kind: feed}", "{id: x, kind: feed, url: 'https://a.example', query: b}"]
)
def test_a_source_that_cannot_be_built_is_named(source: str, home: Path) -> None:
    (home / "klankbord.yaml").write_text(GOOD.replace("sources: [", f"sources: [{source}, "), encoding="utf-8")
    assert found(check(home), "source x", "fail").mend == f"edit {home / 'klankbord.yaml'}"


def test_the_demo_has_no_sources_to_mend(home: Path) -> None:
    (home / "klankbord.yaml").write_text("invented: true\nbrands: [{name: Zoemvolt}]\nsources: [{id: x, kind: demo}]\n", encoding="utf-8")
    assert "invented" in found(check(home), "sources", "ok").detail


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("", "warn"),
        ("http://klankbord.example.nl", "fail"),
        ("https://localhost:8000", "fail"),
        ("https://127.0.0.1", "fail"),
        ("https://10.1.2.3", "fail"),
        ("https://[::1]", "fail"),
        ("https://intranet", "fail"),
        ("https://klankbord.example.nl/?a=b", "fail"),
        ("klankbord.example.nl", "fail"),
        ("https://[", "fail"),
        ("https://klankbord.example.nl/feedback", "ok"),
    ],
)
def test_the_public_address_has_to_be_one_that_customers_reach(address: str, level: str, home: Path) -> None:
    (home / "klankbord.yaml").write_text(GOOD.replace("https://klankbord.example.nl", address), encoding="utf-8")
    assert found(check(home), "public address", level)


@pytest.mark.parametrize(
    ("web", "level"),
    [
        ("{base_url: 'https://inbox.example.nl'}", "ok"),
        ("{oidc: {issuer: 'https://login.example.nl'}}", "warn"),
        ("{base_url: 'https://inbox.example.nl', oidc: {issuer: 'https://login.example.nl'}}", "ok"),
    ],
)
def test_signing_in_elsewhere_needs_an_address_to_come_back_to(web: str, level: str, home: Path) -> None:
    (home / "klankbord.yaml").write_text(f"{GOOD}web: {web}\n", encoding="utf-8")
    assert [one.level for one in check(home) if one.what == "staff address"] == [level]


WEBHOOK = "https://discord.com/api/webhooks/123456/abc_DEF-ghi"


@pytest.mark.parametrize(
    ("switched", "secret", "level"),
    [("true", "", "fail"), ("true", "https://example.org/hidden", "fail"), ("true", WEBHOOK, "ok"), ("false", WEBHOOK, "warn")],
)
def test_the_webhook_needs_its_switch_and_its_secret(switched: str, secret: str, level: str, home: Path) -> None:
    (home / "klankbord.yaml").write_text(f"{GOOD}delivery: {{discord_webhook: {switched}}}\n", encoding="utf-8")
    finding = found(check(home, KLANKBORD_DISCORD_WEBHOOK=secret), "discord webhook", level)
    assert "hidden" not in finding.detail + finding.mend
    assert "abc_DEF" not in finding.detail + finding.mend


def test_the_listening_half_alone_has_no_public_address_and_no_webhook(tmp_path: Path) -> None:
    prepare_home(tmp_path / "home")
    names = [one.what for one in check(tmp_path / "home", schema=ListenerSettings)]
    assert "public address" not in names
    assert "discord webhook" not in names


def test_a_secrets_file_that_others_read_is_named_with_its_command(home: Path) -> None:
    (home / "secrets.env").write_text("KLANKBORD_REDDIT_CLIENT_ID=x\n", encoding="utf-8")
    (home / "secrets.env").chmod(0o644)
    assert found(check(home), "secrets", "fail").mend == f"chmod 600 {home / 'secrets.env'}"


def test_a_misspelt_secret_is_found(home: Path) -> None:
    (home / "secrets.env").write_text("KLANKBORD_REDIT_CLIENT_ID=x\n", encoding="utf-8")
    (home / "secrets.env").chmod(0o600)
    assert found(check(home), "secrets", "warn").mend == "write KLANKBORD_REDDIT_CLIENT_ID instead"


@pytest.fixture
def stored(home: Path) -> Callable[[datetime], None]:
    def store(at: datetime) -> None:
        with open_ledger(f"sqlite:///{home / 'ledger.db'}", backups=home / "backups") as ledger:
            ledger.mentions.add_page([Kept(mention=mention("1", at=at))], source="forum", next_cursor=None, at=at)

    return store


def test_the_ledger_is_opened_and_counted(home: Path, stored: Callable[[datetime], None]) -> None:
    stored(NOW)
    assert found(check(home), "ledger", "ok").detail == "whole; 1 mentions"


@pytest.mark.parametrize(
    ("given", "kept", "told"),
    [
        ("", {"open": {"!a:x.example": False, "!b:x.example": True}, "direct": []}, "into !a:x.example:"),
        ("public_rooms: ['!a:x.example'], ", {"open": {"!a:x.example": False}, "direct": []}, ""),
        ("", {"open": {"!a:x.example": False}, "direct": ["!a:x.example"]}, ""),
        ("", {"open": {f"!{n}:x.example": False for n in range(7)}}, "!4:x.example and 2 more:"),
        ("", [], ""),
    ],
)
def test_rooms_that_are_read_as_private_are_told(home: Path, given: str, kept: object, told: str) -> None:
    """A room of a community that lets people in by invitation was public in older versions; nothing else would say why it is not now."""
    source = f"{{id: room, kind: matrix, site: 'https://x.example', rooms: ['!a:x.example'], {given}}}"
    (home / "klankbord.yaml").write_text(f"{GOOD.replace('sources: [', f'sources: [{source}, ')}", encoding="utf-8")
    with open_ledger(f"sqlite:///{home / 'ledger.db'}", backups=home / "backups") as ledger:
        ledger.mentions.add_page([], source="room", next_cursor=Cursor(json.dumps(kept)), at=NOW)
    lines = [one.detail for one in check(home) if one.what == "source room" and "may come into" in one.detail]
    assert [told in line for line in lines] == ([True] if told else [])


def test_a_clock_that_went_back_is_told_by_the_ledger(home: Path, stored: Callable[[datetime], None]) -> None:
    stored(NOW.replace(year=2027))
    assert "the clock went back" in found(check(home), "clock", "fail").detail


def test_a_damaged_ledger_is_found_and_left_as_it_is(home: Path, stored: Callable[[datetime], None]) -> None:
    stored(NOW)
    file = home / "ledger.db"
    file.write_bytes(b"not a database at all" * 400)
    before = file.read_bytes()
    assert "ledger.db" in found(check(home), "ledger", "fail").detail
    assert file.read_bytes() == before


def test_a_ledger_of_a_newer_version_is_refused(home: Path, stored: Callable[[datetime], None]) -> None:
    stored(NOW)
    with sqlite3.connect(home / "ledger.db") as database:
        database.execute("update alembic_version set version_num = 'from-the-future' where rowid = 1")
    assert found(check(home), "ledger", "fail")


def test_a_running_service_is_left_alone(home: Path) -> None:
    (home / "insight.duckdb").write_bytes(b"")
    with home_lock(home):
        findings = check(home)
    assert "running as process" in found(findings, "service", "ok").detail
    assert not [one for one in findings if one.what == "insight"]


def test_damaged_insight_is_set_aside_and_its_cure_named(home: Path) -> None:
    (home / "insight.duckdb").write_bytes(b"\x00damaged" * 4096)
    assert found(check(home), "insight", "warn").mend == "klankbord rebuild"
    assert list(home.glob("insight.duckdb.damaged-*"))


def test_nothing_that_is_wrong_makes_doctor_itself_fail(tmp_path: Path) -> None:
    """The day everything is broken is the day it is needed."""
    home = tmp_path / "home"
    prepare_home(home)
    for name in ("klankbord.yaml", "secrets.env", "ledger.db", "insight.duckdb"):
        (home / name).write_bytes(b"\xff\x00\xfe[")
        (home / name).chmod(0o644)
    findings: list[Any] = check(home)
    assert {one.what for one in findings if one.level == "fail"} >= {"settings", "secrets", "ledger", "home"}
    assert all(one.mend for one in findings if one.level != "ok")
