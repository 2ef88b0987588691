"""What `doctor` and `bot status` say of the bot: how it stands, what it cannot see, and what a person has to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from listener.model.chat import NEEDS_PERSON, Stand, Standing
from listener.model.health import Finding
from listener.settings.secrets import Secret, Secrets
from moderation.cli import klankbord
from moderation.ledger.bot import Synced
from moderation.settings_bot import BotSettings
from moderation.workflows.check_bot import BOT_SECRET, application_of, check_bot
from tests.fakes.discord_wire.people import APPLICATION, GUILD, OTHER_GUILD, STAFF, TOKEN

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
WELL = Standing(stand=Stand.CONNECTED, since=NOW - timedelta(minutes=7), places=(GUILD,), application_id=APPLICATION)
GIVEN = {GUILD: Synced(application_id=APPLICATION, commands="a" * 64, at=NOW)}
ADMINISTRATOR = 1 << 3


def told(
    tmp_path: Path,
    standing: Standing | None = WELL,
    synced: Mapping[str, Synced] = GIVEN,
    *,
    token: str = TOKEN,
    guilds: tuple[str, ...] = (GUILD,),
) -> list[Finding]:
    settings = BotSettings.model_validate({"enabled": True, "guilds": guilds})
    secrets = Secrets(tmp_path, environment={BOT_SECRET: token})
    return list(check_bot(settings, secrets, standing, synced, now=NOW, file=tmp_path / "klankbord.yaml"))


def test_a_bot_that_works_says_so_and_what_it_does_not_see(tmp_path: Path) -> None:
    """Nobody should believe that the bot reads along when it does not (RULES P16)."""
    found = told(tmp_path)
    assert {one.level for one in found} == {"ok"}
    assert "connected, for 7 min; it sees commands and buttons, not what people write" in found[0].detail
    refused = told(tmp_path, replace(WELL, denied=("message_content",)))
    assert "Discord refused message_content" in refused[0].detail
    assert "it reads messages" in told(tmp_path, replace(WELL, sees_texts=True))[0].detail


@pytest.mark.parametrize("stand", list(Stand))
def test_every_stand_has_words_and_who_has_to_act_is_told_what(tmp_path: Path, stand: Stand) -> None:
    """The token, whatever happened to it, is in none of them."""
    found = told(tmp_path, replace(WELL, stand=stand, why="a reason", wait_seconds=840.0 if stand is Stand.LIMITED else 0.0))[0]
    assert found.level == ("ok" if stand is Stand.CONNECTED else "fail" if stand in NEEDS_PERSON else "warn")
    assert bool(found.mend) is (stand in NEEDS_PERSON)
    assert TOKEN not in repr(found)
    assert ("840 s" in found.detail) is (stand is Stand.LIMITED)


# what is missing, and how bad that is
MISSING: tuple[tuple[dict[str, object], str, str], ...] = (
    ({"token": ""}, "fail", "there is no token"),
    ({"guilds": ()}, "fail", "names no server"),
    ({"standing": None}, "warn", "never connected"),
    ({"guilds": (GUILD, OTHER_GUILD)}, "warn", "not in this server"),
    ({"synced": {}}, "warn", "not given yet"),
    ({"synced": {GUILD: replace(GIVEN[GUILD], commands="")}}, "warn", "not given yet"),
    ({"synced": {GUILD: replace(GIVEN[GUILD], commands="refused:50001")}}, "fail", "50001"),
)


@pytest.mark.parametrize(("given", "level", "says"), MISSING, ids=[says for _, _, says in MISSING])
def test_what_is_missing_is_named(tmp_path: Path, given: dict[str, object], level: str, says: str) -> None:
    found = [one for one in told(tmp_path, **given) if says in one.detail]  # type: ignore[arg-type] # one of the keywords
    assert [one.level for one in found] == [level]


@pytest.mark.parametrize(
    ("why", "says"), [("", "receives"), ("everyone", "may read it"), ("server", "bot.guilds"), ("closed", "write"), ("unseen", "see")]
)
def test_a_channel_that_receives_nothing_says_why(tmp_path: Path, why: str, says: str) -> None:
    """A digest quotes customers; a channel that everybody reads is refused (RULES: quotes)."""
    secrets = Secrets(tmp_path, environment={BOT_SECRET: TOKEN})
    settings = BotSettings.model_validate({"enabled": True, "guilds": (GUILD,)})
    found = list(check_bot(settings, secrets, WELL, GIVEN, now=NOW, file=tmp_path / "klankbord.yaml", channels={STAFF: why}))
    assert (found[-1].level, says in found[-1].detail, bool(found[-1].mend)) == ("fail" if why else "ok", True, bool(why))


def test_a_bot_that_is_off_is_no_trouble(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path, environment={})
    found = list(check_bot(BotSettings.model_validate({}), secrets, None, {}, now=NOW, file=tmp_path / "klankbord.yaml"))
    assert [(one.level, one.detail) for one in found] == [("ok", "off (bot.enabled)")]


def test_the_invitation_asks_for_the_least(tmp_path: Path) -> None:
    """Somebody who takes the bot over should find little (RULES S24)."""
    outcome = CliRunner().invoke(klankbord, ["--home", str(tmp_path / "home"), "bot", "invite"], env={BOT_SECRET: TOKEN})
    asked = parse_qs(urlsplit(outcome.output.splitlines()[0]).query)
    permissions = int(asked["permissions"][0])
    assert asked["client_id"] == [APPLICATION]
    assert set(asked["scope"][0].split()) == {"bot", "applications.commands"}
    assert permissions & (ADMINISTRATOR | 1 << 4 | 1 << 5 | 1 << 13 | 1 << 17 | 1 << 28) == 0, (
        "no Administrator, no Manage anything, no @everyone"
    )
    assert TOKEN.split(".")[2] not in outcome.output
    without = CliRunner().invoke(klankbord, ["--home", str(tmp_path / "home"), "bot", "invite"], standalone_mode=False)
    assert without.exception is not None
    assert BOT_SECRET in str(without.exception)


@pytest.mark.parametrize("token", [None, "", "x", "é", "....", "AAAA.b.c", "a" * 71])
def test_what_is_no_token_names_no_application(token: str | None) -> None:
    assert application_of(None if token is None else Secret(token)) == ""


# ids as people write them in YAML, and whether that will do
IDS: tuple[tuple[object, bool], ...] = (
    ([GUILD], True),
    ([int(GUILD)], True),  # without quotes round it
    ([], True),
    ([GUILD, int(GUILD)], False),  # twice
    (["stroomwerk"], False),
    ([True], False),
    ([f"{GUILD}00"], False),
)


@pytest.mark.parametrize(("guilds", "fits"), IDS)
def test_servers_are_named_by_their_ids(guilds: object, fits: bool) -> None:
    if fits:
        assert all(isinstance(one, str) for one in BotSettings.model_validate({"guilds": guilds}).guilds)
    else:
        with pytest.raises(ValidationError):
            BotSettings.model_validate({"guilds": guilds})
