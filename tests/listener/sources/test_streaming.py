"""Which sources are told of by their platform: where it is free unless settings say no, where it costs only when they say yes."""

from __future__ import annotations

from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused
from listener.settings.schema import BrandSettings, SourceSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.mastodon_stream import MastodonStream
from listener.sources.misleading import CHARGED
from listener.sources.registry import build_source
from listener.sources.streaming import FREE, is_streamed, stream_of
from listener.sources.x_stream import XStream

MASTODON = {"kind": "mastodon", "url": "https://masto.example"}
X = {"kind": "x", "query": "stroomwerk"}
DISCORD = {"kind": "discord", "channels": ["117"]}


@pytest.mark.parametrize(
    ("given", "streamed"),
    [
        (MASTODON, MastodonStream),
        ({**MASTODON, "stream": False}, None),
        ({**MASTODON, "hashtags": ["#a"], "mentions": "never"}, MastodonStream),
        (X, None),  # each post that is pushed costs
        ({**X, "stream": True}, XStream),
        (DISCORD, None),  # the team's bot is told, not the source
        ({"kind": "feed", "url": "https://feed.example"}, None),
    ],
)
def test_a_source_has_a_stream(http: HttpClient, clock: ManualClock, given: dict[str, Any], streamed: type | None) -> None:
    settings = SourceSettings.model_validate({"id": "one", **given})
    brand = BrandSettings.model_validate({"name": "Stroomwerk"})
    source = build_source(settings, context=SourceContext(http=http, clock=clock, secrets=lambda _: "token", brands=(brand,)))
    made = stream_of(source, settings)
    assert (made and type(made)) is streamed


async def test_all_sources_of_a_home_know_who_listens_with_a_token(http: HttpClient, clock: ManualClock) -> None:
    """X gives an application one connection: two sources with one token would throw each other out for ever."""
    context = SourceContext(http=http, clock=clock, secrets=lambda _: "token", brands=())
    context.connections.take("token", "another")
    settings = SourceSettings.model_validate({"id": "one", **X, "stream": True})
    made = stream_of(build_source(settings, context=context.of(settings)), settings)
    assert made is not None
    with pytest.raises(SourceRefused, match="another has it"):
        await anext(made.events())


def test_discord_is_told_of_unless_settings_say_no() -> None:
    assert is_streamed(SourceSettings.model_validate({"id": "one", **DISCORD}))
    assert not is_streamed(SourceSettings.model_validate({"id": "one", **DISCORD, "stream": False}))


@pytest.mark.parametrize("given", [{"kind": "feed", "url": "https://feed.example"}, {"kind": "bluesky", "query": "a"}])
def test_a_kind_without_streams_says_so(http: HttpClient, clock: ManualClock, given: dict[str, Any]) -> None:
    settings = SourceSettings.model_validate({"id": "one", "stream": True, **given})
    with pytest.raises(SettingsError, match="stream: not for a"):
        build_source(settings, context=SourceContext(http=http, clock=clock, secrets=lambda _: None, brands=()))


def test_what_is_paid_for_is_never_listened_to_unasked() -> None:
    assert not FREE & CHARGED
