"""What settings make of X, Stack Exchange, YouTube and Discourse: which lists are read, by whose key, at whose pace."""

from __future__ import annotations

from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused
from listener.settings.schema import BrandSettings, SourceSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.registry import build_source

CHANNEL = "UC" + "a" * 22


@pytest.fixture
def context(http: HttpClient, clock: ManualClock) -> SourceContext:
    return SourceContext(http=http, clock=clock, secrets=lambda _: None, brands=(BrandSettings.model_validate({"name": "Stroom Werk"}),))


@pytest.mark.parametrize(
    ("given", "lists"),
    [
        ({"kind": "x"}, ['search "Stroom Werk" -is:retweet']),
        ({"kind": "x", "query": "a", "account": "@b", "reposts": True}, ["search a", "mentions b"]),
        ({"kind": "x", "account": "@b", "mentions": "only"}, ["mentions b"]),
        ({"kind": "x", "query": "a", "account": "@b", "mentions": "never"}, ["search a -is:retweet"]),
        ({"kind": "stackexchange", "site": "iot"}, ["search Stroom Werk", "answers", "comments"]),
        ({"kind": "stackexchange", "site": "iot", "tags": ["a"], "comments": False}, ["questions a"]),
        ({"kind": "stackexchange", "site": "iot", "tags": ["a"], "query": "b", "comments": False}, ["search b", "questions a"]),
        ({"kind": "stackexchange", "site": "iot", "keep": "all"}, ["questions", "answers", "comments"]),
        ({"kind": "youtube", "channels": [CHANNEL], "videos": ["v" * 11]}, [f"channel {CHANNEL}", f"video {'v' * 11}"]),
        ({"kind": "discourse", "url": "https://f.example/"}, ["posts"]),
        ({"kind": "discourse", "url": "https://f.example", "query": "a", "topics": [5]}, ["search a", "topic 5"]),
        ({"kind": "discourse", "url": "https://f.example", "private_messages": True}, ["posts", "private"]),
    ],
)
async def test_settings_choose_what_is_read(context: SourceContext, given: dict[str, Any], lists: list[str]) -> None:
    """A list too many costs money or requests; one too few is a blind spot that nobody sees."""
    source: Any = build_source(SourceSettings.model_validate({"id": "s", **given}), context=context)
    targets = getattr(source, "_targets", None) or source._listings
    assert [one.name for one in targets] == lists
    await source.aclose()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "x", "mentions": "only"}, "nothing to read"),
        ({"kind": "stackexchange"}, "no site"),
        ({"kind": "x", "account": "geen naam"}, "account: "),
        ({"kind": "x", "query": "a" * 600}, "query: has"),
        ({"kind": "stackexchange", "site": "geen site"}, "site: "),
        ({"kind": "youtube"}, "nothing to read"),
        ({"kind": "youtube", "videos": ["kort"]}, "videos like"),
        ({"kind": "discord"}, "channels: is missing"),
        ({"kind": "discourse"}, "forum's address"),
        ({"kind": "reddit", "subreddits": ["geen naam"]}, "subreddits: "),
        ({"kind": "youtube", "videos": ["v" * 11], "query": "a"}, "query: not for a youtube source"),
    ],
)
def test_settings_that_cannot_work_name_what_is_missing(context: SourceContext, given: dict[str, Any], words: str) -> None:
    """Start-up is where a person mends them."""
    with pytest.raises(SettingsError, match=words) as told:
        build_source(SourceSettings.model_validate({"id": "s", **given}), context=context)
    assert str(told.value).startswith("klankbord.yaml: sources: s"), "a person has to know which file to open"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"kind": "x"}, "KLANKBORD_X_READ_BEARER_TOKEN"),
        ({"kind": "youtube", "videos": ["v" * 11]}, "KLANKBORD_YOUTUBE_READ_API_KEY"),
    ],
)
async def test_a_missing_key_is_no_error_before_the_first_pull(context: SourceContext, given: dict[str, Any], name: str) -> None:
    """The service starts without it, says which one it wants, and reads once it is there (RULES F19, F38)."""
    source = build_source(SourceSettings.model_validate({"id": "s", **given}), context=context)
    with pytest.raises(SourceRefused, match=name) as told:
        await source.pull(None)
    assert told.value.cause == "token_missing"
    await source.aclose()
