"""The kinds of source that are asked through a platform's API for developers: their names in settings, and how each is built."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from listener.errors import SettingsError
from listener.ports import Source
from listener.settings.schema import SourceSettings
from listener.sources.context import SourceContext, SourceFactory
from listener.sources.discord import DiscordSource
from listener.sources.discord_rest import DiscordRest
from listener.sources.discourse import DiscourseSource
from listener.sources.discourse_forum import Forum, forum_address
from listener.sources.said_to import said_to_in_private
from listener.sources.stackexchange import StackExchangeSource
from listener.sources.x import XSource
from listener.sources.youtube import YouTubeSource


def queries_of(settings: SourceSettings, context: SourceContext) -> tuple[str, ...]:
    """Return what a source searches for: its own query, else the names of the brands. Raises `SettingsError` when there is neither."""
    queries = (settings.query,) if settings.query else tuple(brand.name for brand in context.brands)
    if not queries:
        raise SettingsError(
            f"klankbord.yaml: sources: {settings.id}: query: is missing and there is no brand; write the words to search for."
        )
    return queries


def _x(settings: SourceSettings, context: SourceContext) -> Source:
    return XSource(
        settings.id,
        queries=() if settings.mentions == "only" else queries_of(settings, context),
        account="" if settings.mentions == "never" else settings.account,
        token=partial(context.secret, "X", settings.id, "READ_BEARER_TOKEN"),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
        reposts=settings.reposts,
        expansions=settings.expansions,
        most_query_characters=settings.query_characters,
        paces=context.paces,
        connections=context.connections,
        purse=context.purse,
    )


def _stackexchange(settings: SourceSettings, context: SourceContext) -> Source:
    everything = settings.keep == "all"
    return StackExchangeSource(
        settings.id,
        settings.site,
        queries=queries_of(settings, context) if not everything and (settings.query or not settings.tags) else (),
        tags=settings.tags,
        everything=everything,
        comments=settings.comments,
        key=partial(context.secret, "STACKEXCHANGE", settings.id, "READ_KEY"),
        http=context.paced("stackexchange"),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
    )


def _youtube(settings: SourceSettings, context: SourceContext) -> Source:
    return YouTubeSource(
        settings.id,
        channels=settings.channels,
        videos=settings.videos,
        key=partial(context.secret, "YOUTUBE", settings.id, "READ_API_KEY"),
        http=context.paced("youtube"),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
    )


def forum_of(settings: SourceSettings, context: SourceContext) -> Forum:
    """Return the forum that a source names, asked with its key if there is one. Raises `SettingsError` without an address."""
    base = forum_address(settings.id, settings.url)
    return Forum(
        base=base,
        http=context.paced("discourse", Forum(base=base, http=context.http).host),
        username=settings.account,
        key=partial(context.secret, "DISCOURSE", settings.id, "READ_API_KEY"),
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )


def _discourse(settings: SourceSettings, context: SourceContext) -> Source:
    return DiscourseSource(
        settings.id,
        forum_of(settings, context),
        queries=(settings.query,) if settings.query else (),
        topics=tuple(map(str, settings.topics)),
        private_messages=settings.private_messages,
        in_private_to=said_to_in_private(settings, context.brands),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
    )


def _discord(settings: SourceSettings, context: SourceContext) -> Source:
    rest = DiscordRest(
        token=lambda: context.secret("DISCORD", settings.id, "READ_BOT_TOKEN") or context.secrets("KLANKBORD_DISCORD_BOT_TOKEN") or "",
        http=context.paced("discord"),
        base=settings.url,
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )
    look_back = timedelta(days=settings.look_back_days)
    return DiscordSource(settings.id, rest, channels=settings.channels, clock=context.clock, look_back=look_back)


ASKED: dict[str, SourceFactory] = {
    "discord": _discord,
    "discourse": _discourse,
    "stackexchange": _stackexchange,
    "x": _x,
    "youtube": _youtube,
}
ASKED_KEYS: dict[str, frozenset[str]] = {
    "discord": frozenset({"channels", "stream", "url", "allow_http", "allow_private"}),
    "discourse": frozenset({"url", "allow_http", "allow_private", "query", "topics", "private_messages", "account", "brand"}),
    "stackexchange": frozenset({"site", "query", "tags", "comments"}),
    "x": frozenset({"query", "account", "mentions", "reposts", "expansions", "query_characters", "stream"}),
    "youtube": frozenset({"channels", "videos"}),
}
