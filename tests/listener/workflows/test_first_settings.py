"""The last steps of `klankbord init`: one live page, matched and forgotten, and a file written whole or not at all."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError
from listener.settings.load import load_settings
from listener.setup_questions import FirstQuestions, Given, Preview
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.workflows.preview_query import preview_query
from listener.workflows.write_first_settings import write_first_settings
from moderation.settings import KlankbordSettings
from tests.fakes.site import Reply, Site, open_site

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
VALUES: dict[str, Any] = {"brands": [{"name": "Zoemvolt"}]}
FEED = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Forum</title>
<item><guid>1</guid><title>Storing</title><description>Zoemvolt ligt er weer uit</description>
<pubDate>Mon, 30 Mar 2026 09:00:00 GMT</pubDate></item>
<item><guid>2</guid><title>Fiets</title><description>Mooi weer vandaag</description>
<pubDate>Mon, 30 Mar 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        opened.answer = lambda _: Reply(body=FEED, headers={"Content-Type": "application/rss+xml"})
        yield opened


async def look(url: str, *, inside: bool = True) -> Preview:
    source = {"id": "forum", "kind": "feed", "url": url, "allow_http": True, "allow_private": inside}
    settings = KlankbordSettings.model_validate({**VALUES, "sources": [source]})
    http = HttpClient(settings.http)
    context = SourceContext(http=http, clock=ManualClock(NOW), secrets=lambda _: None, brands=settings.brands)
    try:
        return await preview_query(settings, "forum", context=context)
    finally:
        await http.aclose()


async def test_a_live_page_is_matched_with_the_words_that_caught(site: Site) -> None:
    preview = await look(site.url("/feed"))
    assert (preview.seen, preview.fits, preview.problem) == (2, 1, "")
    assert len(preview.caught) == 1
    assert preview.caught[0].startswith("Storing Zoemvolt ligt er weer uit")
    assert "zoemvolt" in preview.caught[0].lower().rpartition("(")[2]


async def test_a_source_that_fails_is_a_sentence_and_no_traceback(site: Site) -> None:
    site.answer = lambda _: Reply(status=404)
    assert (await look(site.url("/gone"))).problem


async def test_a_source_that_never_answers_ends_after_the_patience(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("listener.workflows.preview_query.PATIENCE_SECONDS", 0.2)
    site.answer = lambda _: Reply(stall_seconds=5)
    assert (await look(site.url("/slow"))).problem == "no answer within 0.2 seconds"


async def test_a_site_inside_the_own_network_is_asked_about(site: Site) -> None:
    """The reader refuses such addresses; the person knows whether it is their own forum."""

    class Owner:
        asked: list[str] = []  # noqa: RUF012 # one test, one owner

        def text(self, question: str, *, default: str | None = None) -> str:
            return default or ""

        def yes(self, question: str, *, default: bool) -> bool:
            self.asked.append(question)
            return True

        def tell(self, text: str) -> None: ...

    def look_at(settings: Any, source_id: str) -> Preview:
        source = next(one for one in settings.sources if one.id == source_id)
        return asyncio.run(look(source.url, inside=source.allow_private))

    def ask() -> Any:
        return FirstQuestions(Owner(), KlankbordSettings, look_at).all(
            Given(brand="Zoemvolt", feeds=(site.url("/feed"),), hacker_news=False)
        )

    values = await asyncio.to_thread(ask)
    assert values["sources"][0]["allow_private"] is True


def test_the_file_is_private_valid_and_explained(tmp_path: Path) -> None:
    file = write_first_settings(tmp_path / "home", KlankbordSettings, VALUES, force=False, at=NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert load_settings(tmp_path / "home", KlankbordSettings).brands[0].name == "Zoemvolt"
    assert "# Local hour at which the digest is made." in file.read_text(encoding="utf-8")


def test_a_file_that_is_there_is_never_overwritten_unasked(tmp_path: Path) -> None:
    file = tmp_path / "klankbord.yaml"
    file.write_text("timezone: Europe/Brussels # mine\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"is there already; edit it, or start anew with --force"):
        write_first_settings(tmp_path, KlankbordSettings, VALUES, force=False, at=NOW)
    assert file.read_text(encoding="utf-8") == "timezone: Europe/Brussels # mine\n"


def test_force_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "klankbord.yaml").write_text("timezone: Europe/Brussels # mine\n", encoding="utf-8")
    write_first_settings(tmp_path, KlankbordSettings, VALUES, force=True, at=NOW)
    assert [file.read_text(encoding="utf-8") for file in (tmp_path / "backups").iterdir()] == ["timezone: Europe/Brussels # mine\n"]
    assert load_settings(tmp_path, KlankbordSettings).timezone == "Europe/Amsterdam"


def test_values_that_do_not_fit_write_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="timezone"):
        write_first_settings(tmp_path / "home", KlankbordSettings, {"timezone": "x"}, force=False, at=NOW)
    assert not (tmp_path / "home").exists()


def test_a_full_disk_leaves_the_old_file_and_no_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "klankbord.yaml").write_text("timezone: Europe/Brussels\n", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SettingsError, match="No space left on device"):
        write_first_settings(tmp_path, KlankbordSettings, VALUES, force=True, at=NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backups", "klankbord.yaml", "models"]
