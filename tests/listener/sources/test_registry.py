"""Settings become sources; each mistake names its key and what is accepted."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError
from listener.settings.schema import BrandSettings, SourceSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.registry import KEYS, SOURCES, build_source


@pytest.fixture
def context(http: HttpClient, clock: ManualClock) -> SourceContext:
    brands = (BrandSettings.model_validate({"name": "Stroomwerk"}),)
    return SourceContext(http=http, clock=clock, secrets=lambda _: None, brands=brands)


def _settings(**values: Any) -> SourceSettings:
    return SourceSettings.model_validate({"id": "one", **values})


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "feed", "url": "https://example.org/feed"},
        {"kind": "hackernews"},
        {"kind": "hackernews", "query": "stroomwerk storing"},
        {"kind": "reddit", "subreddits": ["klussen"]},
        {"kind": "reddit", "query": "stroomwerk", "approval_reference": "R-1"},
    ],
)
async def test_each_kind_is_built_under_the_name_that_the_user_gave(context: SourceContext, values: dict[str, Any]) -> None:
    source = build_source(_settings(**values), context=context)
    assert source.source_id == "one"
    await source.aclose()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"kind": "myspace"}, "mastodon or matrix"),
        ({"kind": "feed"}, "url"),
        ({"kind": "feed", "url": "https://x.example/", "subreddits": ["x"]}, "subreddits: not for a feed source"),
        ({"kind": "feed", "url": "https://x.example/", "query": "x"}, "query: not for a feed source"),
        ({"kind": "hackernews", "approval_reference": "x"}, "approval_reference: not for a hackernews source"),
        ({"kind": "reddit", "url": "https://x.example/"}, "url: not for a reddit source"),
        ({"kind": "reddit", "subreddits": ["no name"]}, "no name"),
    ],
)
def test_a_mistake_names_its_source_and_key(context: SourceContext, values: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as error:
        build_source(_settings(**values), context=context)
    assert "one" in str(error.value)


def test_searching_without_words_or_brand_is_a_mistake(http: HttpClient, clock: ManualClock) -> None:
    nobody = SourceContext(http=http, clock=clock, secrets=lambda _: None, brands=())
    with pytest.raises(SettingsError, match="query"):
        build_source(_settings(kind="hackernews"), context=nobody)


def test_every_kind_says_which_keys_it_knows() -> None:
    assert SOURCES.keys() == KEYS.keys()
    assert all(keys <= SourceSettings.model_fields.keys() for keys in KEYS.values())


def test_a_home_without_reddit_does_not_load_praw(context: SourceContext) -> None:
    """Commands start quickly."""
    import subprocess

    code = "import sys, listener.sources.registry; sys.exit('praw' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
