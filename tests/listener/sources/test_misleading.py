"""Every key of every kind does something, or is refused with what to write instead: a setting that is ignored is a promise not kept."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError
from listener.ports import Source
from listener.settings.schema import BrandSettings, HttpSettings, SourceSettings
from listener.sources.canaries import ASKED_BY
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.incoming import INCOMING
from listener.sources.misleading import CALLED, CHARGED, OF_PULLS
from listener.sources.recheck_rules import RULES
from listener.sources.registry import COMMON_KEYS, KEYS, SOURCES, build_source
from tests.fakes.calling import NOW

LEAST: dict[str, dict[str, Any]] = {
    "bluesky": {},
    "discord": {"channels": ["1170000000000000103"]},
    "discourse": {"url": "https://forum.example"},
    "discourse_webhook": {"url": "https://forum.example"},
    "feed": {"url": "https://news.example/feed"},
    "hackernews": {},
    "imap": {"url": "imaps://mail.example", "account": "loket@stroomwerk.example"},
    "mastodon": {"url": "https://toet.example"},
    "matrix": {"url": "https://matrix.example"},
    "meta": {},
    "meta_graph": {"accounts": ["1234"]},
    "reddit": {},
    "reddit_modqueue": {"subreddits": ["stroomwerk"]},
    "stackexchange": {"site": "iot"},
    "webhook": {},
    "x": {},
    "youtube": {"videos": ["dQw4w9WgXcQ"]},
}
"""What each kind cannot do without."""
WRITTEN: dict[str, Any] = {
    "interval_minutes": 5.0,
    "look_back_days": 3.0,
    "budget_requests_per_day": 100,
    "budget_usd_per_day": 2.0,
    "recheck_share": 0.25,
    "canary": "storing",
    "recheck": "daily",
    "query": "stroomwerk",
    "hashtags": ["storing"],
    "comments": False,
    "tags": ["python"],
    "mentions": "never",
    "rooms": ["!r:matrix.example"],
    "topics": [12],
    "folder": "Klachten",
}
REFUSED = (
    {(kind, key) for kind in CALLED for key in OF_PULLS}
    | {(kind, "budget_usd_per_day") for kind in LEAST if kind not in CHARGED}
    | {(kind, "canary") for kind in LEAST if kind not in ASKED_BY}
    | {(kind, key) for kind in LEAST if kind not in RULES for key in ("recheck", "recheck_share")}
    | {(kind, key) for kind in LEAST for key in WRITTEN if key not in COMMON_KEYS | KEYS[kind]}
)


def build(kind: str, **written: Any) -> Source:
    context = SourceContext(
        http=HttpClient(HttpSettings.model_validate({})),
        clock=ManualClock(NOW),
        secrets=lambda _: "s",
        brands=(BrandSettings.model_validate({"name": "Stroomwerk"}),),
    )
    return build_source(SourceSettings.model_validate({"id": "one", "kind": kind, **LEAST[kind], **written}), context=context)


def test_every_kind_is_in_this_file() -> None:
    assert LEAST.keys() == SOURCES.keys()
    assert INCOMING.keys() == CALLED


@pytest.mark.parametrize("kind", LEAST)
async def test_a_key_is_taken_where_it_does_something_and_refused_by_name_where_not(kind: str) -> None:
    build(kind)
    for key, value in WRITTEN.items():
        refused = pytest.raises(SettingsError, match=f"klankbord.yaml: sources: one: {key}: ")
        with refused if (kind, key) in REFUSED else nullcontext():
            build(kind, **{key: value})


TOGETHER: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("x", {"mentions": "only", "account": "@s", "query": "storing"}, "query", "mentions: also"),
    ("bluesky", {"mentions": "only", "account": "s.example", "query": "storing"}, "query", "mentions: also"),
    ("mastodon", {"mentions": "only", "query": "storing"}, "query", "mentions: also"),
    ("mastodon", {"mentions": "only", "hashtags": ["storing"]}, "hashtags", "mentions: also"),
    ("stackexchange", {"keep": "all", "query": "storing"}, "query", "keep: matching"),
    ("stackexchange", {"keep": "all", "tags": ["python"]}, "tags", "keep: matching"),
    ("reddit", {"inbox": True, "comments": False}, "comments", "leave it out"),
    ("x", {"query": "x", "recheck": "daily", "recheck_share": 0.2, "budget_usd_per_day": 3.0}, "", ""),
    ("feed", {"budget_usd_per_day": 3.0}, "budget_usd_per_day", "budget_requests_per_day"),
    ("mastodon", {"recheck": "off", "recheck_share": 0.2}, "recheck_share", "leave it out"),
)


@pytest.mark.parametrize(("kind", "written", "key", "instead"), TOGETHER)
async def test_keys_that_undo_each_other_are_told_with_what_to_write(kind: str, written: dict[str, Any], key: str, instead: str) -> None:
    if not key:
        build(kind, **written)
        return
    with pytest.raises(SettingsError) as told:
        build(kind, **written)
    assert str(told.value).startswith(f"klankbord.yaml: sources: one: {key}: has no effect here: ")
    assert instead in str(told.value)


@pytest.mark.parametrize("kind", LEAST)
async def test_what_says_the_same_as_leaving_it_out_is_no_mistake(kind: str) -> None:
    """A file that shows every default is a good file."""
    built = build(kind, interval_minutes=10.0, look_back_days=7.0, budget_requests_per_day=None, budget_usd_per_day=1.0, recheck_share=0.5)
    assert built.source_id == "one"
