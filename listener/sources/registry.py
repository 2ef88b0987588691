"""Every kind of source, by the name that settings use. A new platform is one file and one line here."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from listener.errors import SettingsError, SourceRefused
from listener.ports import Source
from listener.settings.schema import SourceSettings
from listener.sources.asked_platforms import ASKED, ASKED_KEYS, queries_of
from listener.sources.canaries import canary_settings
from listener.sources.context import SourceContext, SourceFactory
from listener.sources.extras import WithoutLibrary, missing_for
from listener.sources.feed import FeedSource
from listener.sources.hackernews import HackerNewsSource
from listener.sources.incoming import INCOMING, INCOMING_KEYS
from listener.sources.misleading import refuse_misleading
from listener.sources.open_networks import OPEN_NETWORK_KEYS, OPEN_NETWORKS
from listener.sources.own_places import OWN_PLACE_KEYS, OWN_PLACES
from listener.sources.recheck_rules import rule_of
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.sources.said_to import said_to_in_private


def build_source(settings: SourceSettings, *, context: SourceContext) -> Source:
    """Return the source that `settings` describe. Raises `SettingsError` for an unknown kind or a key that this kind does not know.

    Missing keys of a platform are no error here: the source is built and says so on its first pull (`SourceRefused`).
    """
    factory = SOURCES.get(settings.kind)
    if factory is None:
        raise SettingsError(
            f"klankbord.yaml: sources: {settings.id}: kind: {settings.kind!r} is unknown; use {' or '.join(sorted(SOURCES))}."
        )
    strange = sorted(settings.model_fields_set - COMMON_KEYS - KEYS[settings.kind])
    if strange:
        own = ", ".join(sorted(KEYS[settings.kind]))
        raise SettingsError(f"klankbord.yaml: sources: {settings.id}: {strange[0]}: not for a {settings.kind} source; it knows {own}.")
    canary_settings(settings)
    rule_of(settings)
    refuse_misleading(settings)
    source = factory(settings, context)
    return WithoutLibrary(settings.id, why) if (why := missing_for(settings.kind)) else source


def _feed(settings: SourceSettings, context: SourceContext) -> Source:
    if not settings.url:
        raise SettingsError(
            f"klankbord.yaml: sources: {settings.id}: url: is missing; write the feed's address, such as https://example.org/feed."
        )
    return FeedSource(
        settings.id,
        settings.url,
        http=context.paced("feed", urlsplit(settings.url).hostname or ""),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
        follow_removals=settings.follow_removals,
    )


def _hackernews(settings: SourceSettings, context: SourceContext) -> Source:
    return HackerNewsSource(
        settings.id,
        queries_of(settings, context),
        http=context.paced("hackernews"),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
        base=settings.url,
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )


def _reddit(settings: SourceSettings, context: SourceContext) -> Source:
    if settings.inbox and (settings.subreddits or settings.query):
        raise SettingsError(
            f"klankbord.yaml: sources: {settings.id}: inbox: give the inbox a source of its own, without subreddits or query."
        )
    return RedditSource(
        settings.id,
        subreddits=settings.subreddits,
        queries=queries_of(settings, context) if not settings.inbox and (settings.query or not settings.subreddits) else (),
        comments=settings.comments,
        inbox_to=said_to_in_private(settings, context.brands) if settings.inbox else None,
        key=partial(_reddit_key, settings, context, "READ_REFRESH_TOKEN" if settings.inbox else ""),
        approval_reference=settings.approval_reference,
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
        pace=context.paces.of("reddit", key="reading"),
        purse=context.purse,
    )


def _reddit_modqueue(settings: SourceSettings, context: SourceContext) -> Source:
    return RedditSource(
        settings.id,
        subreddits=settings.subreddits,
        queries=(),
        comments=False,
        moderates=True,
        key=partial(_reddit_key, settings, context, "MOD_REFRESH_TOKEN", moderates=True),
        approval_reference=settings.approval_reference,
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
        pace=context.paces.of("reddit", key="moderating"),
        purse=context.purse,
    )


def _reddit_key(settings: SourceSettings, context: SourceContext, token: str, *, moderates: bool = False) -> RedditKey:
    """Return the key of one purpose. Raises `SourceRefused` when an application stands under two of them (RULES P10)."""
    own, others = ("MOD_", ("", "WRITE_")) if moderates else ("", ("MOD_", "WRITE_"))
    client_id = context.secrets(f"KLANKBORD_REDDIT_{own}CLIENT_ID") or ""
    for other in others:
        if client_id and client_id == context.secrets(f"KLANKBORD_REDDIT_{other}CLIENT_ID"):
            raise SourceRefused(
                f"KLANKBORD_REDDIT_{own}CLIENT_ID and KLANKBORD_REDDIT_{other}CLIENT_ID are one application; Reddit wants another one for "
                "each purpose (RULES P10).",
                cause="forbidden",
            )
    return RedditKey(
        client_id=client_id,
        client_secret=context.secrets(f"KLANKBORD_REDDIT_{own}CLIENT_SECRET") or "",
        account=settings.user_agent_name.strip().removeprefix("/").removeprefix("u/"),
        refresh_token=context.secret("REDDIT", settings.id, token) if token else "",
    )


COMMON_KEYS = frozenset(
    {"id", "kind", "interval_minutes", "look_back_days", "keep", "enabled", "budget_requests_per_day", "budget_usd_per_day", "canary"}
    | {"recheck", "recheck_share"}
)
SOURCES: dict[str, SourceFactory] = {
    "feed": _feed,
    "hackernews": _hackernews,
    "reddit": _reddit,
    "reddit_modqueue": _reddit_modqueue,
    **INCOMING,
    **OPEN_NETWORKS,
    **ASKED,
    **OWN_PLACES,
}
KEYS: dict[str, frozenset[str]] = {
    **INCOMING_KEYS,
    **OPEN_NETWORK_KEYS,
    **ASKED_KEYS,
    **OWN_PLACE_KEYS,
    "feed": frozenset({"url", "allow_http", "allow_private", "follow_removals"}),
    "hackernews": frozenset({"query", "url", "allow_http", "allow_private"}),
    "reddit": frozenset({"subreddits", "query", "comments", "inbox", "brand", "approval_reference", "user_agent_name"}),
    "reddit_modqueue": frozenset({"subreddits", "approval_reference", "user_agent_name"}),
}
