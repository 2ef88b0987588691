"""Settings become sources of open networks: what each reads by itself, and secrets that are asked at each pull."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused
from listener.settings.schema import BrandSettings, SourceSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.registry import build_source
from tests.fakes import bluesky, mastodon, matrix
from tests.fakes.site import Answering, Site

BRAND = BrandSettings.model_validate({"name": "Stroom Werk", "hashtags": ["#stroomstoring"]})


def _settings(site: Site | None, kind: str, **values: Any) -> SourceSettings:
    place = {"url": site.url(""), "allow_http": True, "allow_private": True} if site else {}
    return SourceSettings.model_validate({"id": "een", "kind": kind, **place, **values})


def _context(http: HttpClient, clock: ManualClock, secrets: dict[str, str]) -> SourceContext:
    return SourceContext(http=http, clock=clock, secrets=secrets.get, brands=(BRAND,))


async def _asked(site: Site, http: HttpClient, clock: ManualClock, settings: SourceSettings, secrets: dict[str, str]) -> set[str]:
    """Return what a round of a source asked its server for: paths, and searches as their words."""
    source = build_source(settings, context=_context(http, clock, secrets))
    page = await source.pull(None)
    while page.more:
        page = await source.pull(page.next)
    await source.aclose()
    addresses = [urlsplit(request.path) for request in site.requests]
    return {parse_qs(one.query).get("q", [unquote(one.path)])[0] for one in addresses}


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({}, {"/api/v1/timelines/tag/stroomstoring", "/api/v1/timelines/tag/stroomwerk", "/api/v1/notifications"}),  # the brand's hashtags
        ({"hashtags": ["#energie"]}, {"/api/v1/timelines/tag/energie", "/api/v1/notifications"}),
        ({"query": "stroom werk"}, {"stroom werk", "/api/v1/notifications"}),
        ({"mentions": "never", "hashtags": ["energie"]}, {"/api/v1/timelines/tag/energie"}),
        ({"mentions": "only"}, {"/api/v1/notifications"}),
    ],
)
async def test_what_a_mastodon_source_reads(
    site: Site, http: HttpClient, clock: ManualClock, values: dict[str, Any], asked: set[str]
) -> None:
    site.answer = mastodon.FakeMastodon()
    secrets = {"KLANKBORD_MASTODON_READ_TOKEN": mastodon.TOKEN}
    assert await _asked(site, http, clock, _settings(site, "mastodon", **values), secrets) == asked


@pytest.mark.parametrize(
    ("values", "asked"),
    [
        ({}, {"Stroom Werk", "/xrpc/app.bsky.notification.listNotifications"}),
        ({"query": "energie"}, {"energie", "/xrpc/app.bsky.notification.listNotifications"}),
        ({"mentions": "never"}, {"Stroom Werk"}),
        ({"mentions": "only"}, {"/xrpc/app.bsky.notification.listNotifications"}),
    ],
)
async def test_what_a_bluesky_source_reads(
    site: Site, http: HttpClient, clock: ManualClock, values: dict[str, Any], asked: set[str]
) -> None:
    site.answer = bluesky.FakeBluesky()
    settings = _settings(site, "bluesky", account=f"@{bluesky.ACCOUNT}", **values)
    secrets = {"KLANKBORD_BLUESKY_EEN_READ_APP_PASSWORD": bluesky.PASSWORD}
    assert await _asked(site, http, clock, settings, secrets) - {"/xrpc/com.atproto.server.createSession"} == asked


@pytest.mark.parametrize(
    ("kind", "name", "secret"),
    [
        ("mastodon", "KLANKBORD_MASTODON_READ_TOKEN", mastodon.TOKEN),
        ("bluesky", "KLANKBORD_BLUESKY_READ_APP_PASSWORD", bluesky.PASSWORD),
        ("matrix", "KLANKBORD_MATRIX_READ_TOKEN", matrix.TOKEN),
    ],
)
async def test_a_new_secret_is_taken_up_at_the_next_pull(
    site: Site, http: HttpClient, clock: ManualClock, kind: str, name: str, secret: str
) -> None:
    """Nobody restarts the service for a token; that of this source goes before that of all of its platform."""
    fakes: dict[str, Answering] = {"mastodon": mastodon.FakeMastodon(), "bluesky": bluesky.FakeBluesky(), "matrix": matrix.FakeMatrix()}
    site.answer = fakes[kind]
    secrets = {name: secret, name.replace("_READ", "_EEN_READ"): "old"}
    more = {"bluesky": {"account": bluesky.ACCOUNT}}.get(kind, {})
    source = build_source(_settings(site, kind, **more), context=_context(http, clock, secrets))
    with pytest.raises(SourceRefused) as refused:
        await source.pull(None)
    assert refused.value.cause.startswith("token")
    assert "old" not in str(refused.value)
    del secrets[name.replace("_READ", "_EEN_READ")]
    await source.pull(None)
    await source.aclose()


@pytest.mark.parametrize(
    ("kind", "values", "told"),
    [
        ("mastodon", {}, "url"),
        ("matrix", {}, "url"),
        ("matrix", {"url": "matrix.example"}, "url"),
        ("mastodon", {"url": "https://x.example", "rooms": ["!a:b"]}, "rooms: not for a mastodon source"),
        ("bluesky", {"mentions": "only"}, "account"),  # whose mentions
        ("matrix", {"url": "https://x.example", "rooms": ["storing"]}, "rooms"),
    ],
)
def test_a_mistake_names_its_source_and_key(http: HttpClient, clock: ManualClock, kind: str, values: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as error:
        build_source(_settings(None, kind, **values), context=_context(http, clock, {}))
    assert str(error.value).startswith("klankbord.yaml: sources: een")


def test_what_is_said_to_us_alone_is_kept_whole() -> None:
    """An answer rarely names the brand that it answers."""
    assert _settings(None, "bluesky", mentions="only").keep == "all"
    assert _settings(None, "bluesky", mentions="only", keep="matching").keep == "matching"
    assert _settings(None, "bluesky", mentions="also").keep == "matching"
