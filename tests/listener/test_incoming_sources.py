"""Sources that platforms call are built with the home: heard by address, never pulled, and in coverage before they were ever called."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.bootstrap_sources import new_receiving, open_receivers, open_sources
from listener.clock import SystemClock
from listener.commands.collecting import collect_command
from listener.commands.place import Place
from listener.errors import InputError, SettingsError
from listener.ledger.ledger import Ledger
from listener.settings.schema import BrandSettings, ListenerSettings, SourceSettings
from listener.settings.secrets import Secrets
from listener.sources.said_to import said_to
from listener.workflows.check_keys import check_sources
from tests.fakes.calling import our_mention, raw

CLOCK = SystemClock()


def settings_of(*sources: dict[str, object]) -> ListenerSettings:
    return ListenerSettings.model_validate({"brands": [{"name": "Zoemvolt"}], "sources": list(sources)})


async def test_what_is_called_is_not_pulled(tmp_path: Path, ledger: Ledger) -> None:
    """A pull that asks nobody would count as "heard", and hide that a webhook fell silent."""
    settings = settings_of(
        {"id": "crm", "kind": "webhook"},
        {"id": "off", "kind": "webhook", "enabled": False},
        {"id": "news", "kind": "feed", "url": "https://news.example/feed"},
    )
    receivers = open_receivers(tmp_path, settings, CLOCK, ledger)
    assert list(receivers) == ["crm"]
    async with AsyncExitStack() as closing:
        assert [one.settings.id for one in open_sources(tmp_path, settings, CLOCK, ledger, closing)] == ["news"]
    assert [(one.source, one.last_ok_at) for one in ledger.sources.coverage(CLOCK.now())] == [("crm", None), ("news", None)]


def test_what_was_received_is_kept_as_settings_say(tmp_path: Path, ledger: Ledger) -> None:
    """Where people write to us nobody names the brand: all is kept unless we say otherwise."""
    settings = settings_of({"id": "crm", "kind": "webhook"}, {"id": "partner", "kind": "webhook", "keep": "matching"})
    receivers, receive = open_receivers(tmp_path, settings, CLOCK, ledger), new_receiving(settings, ledger, CLOCK)
    for name in ("crm", "partner"):
        receive.take(name, receivers[name].read(raw({"mentions": [our_mention(name)]}), {}))
    assert [one.mention.native_id for one in ledger.mentions.latest()] == ["crm"]


@pytest.mark.parametrize(
    ("kind", "keep"),
    [("meta", "all"), ("meta_graph", "all"), ("imap", "all"), ("webhook", "all"), ("feed", "matching"), ("discourse_webhook", "matching")],
)
def test_all_is_kept_where_people_write_to_us(kind: str, keep: str) -> None:
    assert SourceSettings.model_validate({"id": "x", "kind": kind}).keep == keep
    assert SourceSettings.model_validate({"id": "x", "kind": kind, "keep": "matching"}).keep == "matching"


SAID_TO: tuple[tuple[dict[str, object], tuple[str, ...], str], ...] = (
    # with one brand, what comes to its accounts is said to it; of several, settings say which
    ({"kind": "meta"}, ("Zoemvolt",), "Zoemvolt"),
    ({"kind": "imap"}, ("Zoemvolt",), "Zoemvolt"),
    ({"kind": "meta"}, ("Zoemvolt", "Waterwerk"), ""),
    ({"kind": "meta", "brand": "Waterwerk"}, ("Zoemvolt", "Waterwerk"), "Waterwerk"),
    # a system of our own may send anything, so it is said to nobody unless we say so
    ({"kind": "webhook"}, ("Zoemvolt",), ""),
    ({"kind": "webhook", "brand": "Zoemvolt"}, ("Zoemvolt",), "Zoemvolt"),
    ({"kind": "discourse_webhook"}, ("Zoemvolt",), ""),
)


@pytest.mark.parametrize(("source", "brands", "brand"), SAID_TO)
def test_what_comes_to_an_account_of_a_brand_is_said_to_it(source: dict[str, object], brands: tuple[str, ...], brand: str) -> None:
    named = [BrandSettings.model_validate({"name": name}) for name in brands]
    assert said_to(SourceSettings.model_validate({"id": "one", **source}), named) == brand


def test_a_brand_that_there_is_not_is_named(tmp_path: Path, ledger: Ledger) -> None:
    with pytest.raises(SettingsError, match="'Zoemvlot' is no brand"):
        new_receiving(settings_of({"id": "crm", "kind": "webhook", "brand": "Zoemvlot"}), ledger, CLOCK)


@pytest.mark.parametrize(("keep", "kept"), [("all", {"t-1": [], "t-2": ["Zoemvolt"]}), ("matching", {"t-2": ["Zoemvolt"]})])
def test_what_is_said_to_a_brand_is_directed_at_it_whatever_it_names(
    tmp_path: Path, ledger: Ledger, keep: str, kept: dict[str, list[str]]
) -> None:
    """Nobody names the brand to the brand itself, and still it is a customer who waits."""
    settings = settings_of({"id": "crm", "kind": "webhook", "brand": "Zoemvolt", "keep": keep})
    receivers, receive = open_receivers(tmp_path, settings, CLOCK, ledger), new_receiving(settings, ledger, CLOCK)
    told = {"mentions": [our_mention("t-1"), our_mention("t-2", "Zoemvolt doet niets")]}
    receive.take("crm", receivers["crm"].read(raw(told), {}))
    found = {one.mention.native_id: one.hits for one in ledger.mentions.latest()}
    assert {name: [term for hit in hits for term in hit.terms] for name, hits in found.items()} == kept
    assert {(hit.brand, hit.directed) for hits in found.values() for hit in hits} == {("Zoemvolt", True)}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({"kind": "meta_graph", "accounts": ["1"]}, "META_ACCESS_TOKEN"),
        ({"kind": "imap", "url": "imaps://mail.example", "account": "loket@zoemvolt.example"}, "IMAP_PASSWORD"),
        ({"kind": "webhook"}, "WEBHOOK_INCOMING"),
        ({"kind": "discourse_webhook", "url": "https://forum.example"}, "DISCOURSE_WEBHOOK_SECRET"),
    ],
)
def test_doctor_says_which_secret_is_missing(tmp_path: Path, source: dict[str, object], name: str) -> None:
    """Without it everything is refused with a bare 401, and nobody would know why."""
    settings, platform = settings_of({"id": "one", **source}), name.partition("_")[0]
    for held in ({}, {f"KLANKBORD_{name}": "s"}, {f"KLANKBORD_{platform}_ONE_{name.removeprefix(platform + '_')}": "s"}):
        (found,) = check_sources(settings, Secrets(tmp_path, environment=held), CLOCK, file=tmp_path)
        assert found.level == ("ok" if held else "fail")
        assert held or f"KLANKBORD_{name} is not set" in found.detail


ALL_KEYS: tuple[tuple[dict[str, object], dict[str, str]], ...] = (
    ({"kind": "meta"}, {"META_APP_SECRET": "fail", "META_VERIFY_TOKEN": "warn"}),
    ({"kind": "discord", "channels": ["1170000000000000103"]}, {"DISCORD_READ_BOT_TOKEN": "fail"}),
    ({"kind": "mastodon", "url": "https://toet.example"}, {"MASTODON_READ_TOKEN": "warn"}),
    ({"kind": "mastodon", "url": "https://toet.example", "mentions": "only"}, {"MASTODON_READ_TOKEN": "fail"}),
    ({"kind": "discourse", "url": "https://f.example", "account": "kim", "private_messages": True}, {"DISCOURSE_READ_API_KEY": "fail"}),
    ({"kind": "discourse", "url": "https://f.example"}, {}),
    ({"kind": "stackexchange", "site": "iot", "query": "x"}, {}),
    ({"kind": "x", "query": "x"}, {"X_READ_BEARER_TOKEN": "fail"}),
    ({"kind": "youtube", "videos": ["dQw4w9WgXcQ"]}, {"YOUTUBE_READ_API_KEY": "fail"}),
    ({"kind": "matrix", "url": "https://m.example"}, {"MATRIX_READ_TOKEN": "fail"}),
    ({"kind": "feed", "url": "https://n.example/feed"}, {}),
    ({"kind": "hackernews", "query": "x"}, {}),
)


@pytest.mark.parametrize(("source", "names"), ALL_KEYS, ids=[str(row[0]["kind"]) for row in ALL_KEYS])
def test_doctor_names_every_key_that_a_kind_lacks_and_what_to_do(tmp_path: Path, source: dict[str, object], names: dict[str, str]) -> None:
    settings = settings_of({"id": "one", **source})
    found = list(check_sources(settings, Secrets(tmp_path, environment={}), CLOCK, file=tmp_path))
    told = {f"KLANKBORD_{name}": level for name, level in names.items()}
    assert {one.detail.partition(" ")[0]: one.level for one in found if one.level != "ok"} == told
    assert all(name in one.mend for one in found if one.level != "ok" for name in [one.detail.partition(" ")[0]])
    for held in (dict.fromkeys(told, "s"), {f"KLANKBORD_{n.partition('_')[0]}_ONE_{n.partition('_')[2]}": "s" for n in names}):
        assert {one.level for one in check_sources(settings, Secrets(tmp_path, environment=held), CLOCK, file=tmp_path)} == {"ok"}


def test_a_setting_of_another_kind_is_named(tmp_path: Path, ledger: Ledger) -> None:
    with pytest.raises(SettingsError, match="subreddits"):
        open_receivers(tmp_path, settings_of({"id": "crm", "kind": "webhook", "subreddits": ["x"]}), CLOCK, ledger)


def test_collect_says_that_it_cannot_be_pulled(tmp_path: Path) -> None:
    (tmp_path / "klankbord.yaml").write_text("brands: [{name: Zoemvolt}]\nsources: [{id: crm, kind: webhook}]\n")
    place = Place(str(tmp_path), ListenerSettings)
    told = CliRunner().invoke(collect_command, ["crm"], obj=place)
    assert isinstance(told.exception, InputError)
    assert "is called by its platform" in str(told.exception)
    assert CliRunner().invoke(collect_command, [], obj=place).exit_code == 0
