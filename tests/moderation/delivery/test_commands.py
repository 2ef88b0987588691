"""`klankbord deliver`, and what `doctor` says before anything is due: what is missing is named with the line that sets it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from listener.errors import InputError
from listener.settings.secrets import Secrets
from moderation.cli import klankbord
from moderation.settings import KlankbordSettings
from moderation.workflows.check_delivery import check_delivery

SETTINGS = "brands:\n  - name: Zoemvolt\n    query: {all: [zoemvolt]}\ndelivery:\n  channels:\n    - {name: team-webcare, kind: slack}\n"


@pytest.fixture
def home(tmp_path: Path, empty_ledger: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    shutil.copyfile(empty_ledger, folder / "ledger.db")
    (folder / "ledger.db").chmod(0o600)
    (folder / "klankbord.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "klankbord.yaml").chmod(0o600)
    return folder


def asked(home: Path, *words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(klankbord, ["--home", str(home), "deliver", *words], catch_exceptions=False)
    return answer.exit_code, answer.output


def test_subscriptions_by_command(home: Path) -> None:
    """Everything that the pages do, from a terminal beside a running service."""
    added = asked(
        home, "add", "--channel", "team-webcare", "--what", "daily", "--what", "crisis", "--quiet", "22:30-07:00", "--as", "Fenna"
    )
    assert added == (0, "Subscription 1 is there. See whether it arrives: klankbord deliver test 1\n")
    assert asked(home, "add", "--mail", "raad@zoemvolt.example", "--loud", "important", "--language", "en", "--brand", "Zoemvolt")[0] == 0
    assert asked(home, "pause", "1")[0] == 0
    code, said = asked(home, "list", "--json")
    channel, mail = json.loads(said)
    assert (code, channel["to"], mail["to"]) == (0, "team-webcare", "raad@zoemvolt.example")
    assert channel["subscription"]["wants"]["quiet"] == {"begins": 1350, "until": 420}
    assert channel["subscription"]["paused_at"] is not None
    assert (mail["subscription"]["wants"]["whats"], mail["subscription"]["wants"]["brands"]) == (["daily"], ["Zoemvolt"])
    assert asked(home, "resume", "1")[0] == 0
    assert asked(home, "remove", "2")[0] == 0
    assert "team-webcare" in asked(home, "list")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add",), "Say where it goes"),
        (("add", "--channel", "team-webcare", "--mail", "a@b.example"), "Say where it goes"),
        (("add", "--channel", "weg"), "name no channel 'weg'"),
        (("add", "--mail", "geen adres"), "is no e-mail address"),
        (("add", "--person", "Niemand"), "klankbord person list"),
        (("add", "--mail", "a@b.example", "--quiet", "22:30"), "22:30-07:00"),
        (("add", "--mail", "a@b.example", "--quiet", "7:00-7:00"), "two different times"),
        (("add", "--mail", "a@b.example", "--brand", "Elders"), "no brand of the settings"),
        (("pause", "9"), "not there"),
    ],
)
def test_a_mistake_says_what_is_right(home: Path, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        asked(home, *words)


def found(given: dict[str, Any], **environment: str) -> list[tuple[str, str, str]]:
    settings = KlankbordSettings.model_validate(given)
    secrets = Secrets(Path("/nowhere"), environment=environment)
    return [(one.level, one.what, f"{one.detail} {one.mend}") for one in check_delivery(settings, secrets, file=Path("klankbord.yaml"))]


MAIL = {"host": "smtp.zoemvolt.example", "sender": "klankbord@zoemvolt.example"}
PUBLIC = {"base_url": "https://klankbord.zoemvolt.example"}


@pytest.mark.parametrize(
    ("given", "environment", "level", "said"),
    [
        ({"delivery": {"channels": [{"name": "team", "kind": "slack"}]}}, {}, "fail", "KLANKBORD_DELIVERY_TEAM_URL"),
        ({"delivery": {"channels": [{"name": "kassa", "kind": "json"}]}}, {"KLANKBORD_DELIVERY_KASSA_URL": "x"}, "fail", "KASSA_SECRET"),
        ({"delivery": {"channels": [{"name": "team", "kind": "teams"}]}}, {"KLANKBORD_DELIVERY_TEAM_URL": "x"}, "ok", "address is set"),
        ({"delivery": {"channels": [{"name": "d", "kind": "discord_channel", "channel_id": "1"}]}}, {}, "fail", "bot.enabled"),
        ({"mail": {"host": "smtp.zoemvolt.example"}}, {}, "fail", "mail.sender"),
        ({"mail": MAIL | {"security": "none"}}, {}, "fail", "in the clear"),
        ({"mail": MAIL | {"username": "k"}}, {}, "fail", "KLANKBORD_DELIVERY_MAIL_PASSWORD"),
        ({"mail": MAIL}, {}, "warn", "public.base_url"),
        ({"mail": MAIL, "public": PUBLIC}, {}, "ok", "digests leave by"),
    ],
)
def test_doctor_names_what_is_missing(given: dict[str, Any], environment: dict[str, str], level: str, said: str) -> None:
    lines = [text for found_level, _, text in found(given, **environment) if found_level == level]
    assert any(said in text for text in lines), found(given, **environment)


def test_doctor_says_nothing_of_a_house_that_tells_nobody_and_shows_no_secret() -> None:
    assert found({}) == []
    said = found({"delivery": {"channels": [{"name": "team", "kind": "slack"}]}}, KLANKBORD_DELIVERY_TEAM_URL="https://geheim.example")
    assert "geheim" not in str(said)


def test_names_of_channel_secrets_are_known_and_hidden(tmp_path: Path) -> None:
    """`doctor` calls no key of a channel a slip of the pen, and a log or error that holds one shows dots."""
    file = tmp_path / "secrets.env"
    file.write_text("KLANKBORD_DELIVERY_TEAM_WEBCARE_URL=https://hooks.example/T0K3N\nKLANKBORD_DELIVERY_TEAM_URI=x\n", encoding="utf-8")
    file.chmod(0o600)
    secrets = Secrets(tmp_path, environment={"KLANKBORD_DELIVERY_KASSA_SECRET": "s3kr1t"})
    assert secrets.unknown_names() == ("KLANKBORD_DELIVERY_TEAM_URI",)
    assert "T0K3N" not in secrets.redact("at https://hooks.example/T0K3N")
    assert "s3kr1t" not in secrets.redact("signed s3kr1t")
