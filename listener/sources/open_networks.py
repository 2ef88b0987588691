"""The kinds of source that read open networks, where anybody may run a server: their names in settings, and how each is built."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from listener.errors import SettingsError
from listener.ports import Source
from listener.settings.schema import BrandSettings, SourceSettings
from listener.sources.bluesky import BlueskySource
from listener.sources.context import SourceContext, SourceFactory
from listener.sources.mastodon import MastodonSource
from listener.sources.matrix import MatrixSource
from listener.sources.said_to import said_to_in_private


def _mastodon(settings: SourceSettings, context: SourceContext) -> Source:
    host = _host(settings, "https://mastodon.example")
    brands = context.brands if not (settings.hashtags or settings.query) else ()
    only = settings.mentions == "only"
    return MastodonSource(
        settings.id,
        settings.url,
        token=partial(context.secret, "MASTODON", settings.id, "READ_TOKEN"),
        http=context.paced("mastodon", host),
        elsewhere=context.paced("fediverse"),
        clock=context.clock,
        hashtags=() if only else (*settings.hashtags, *(tag for brand in brands for tag in _hashtags(brand))),
        queries=(settings.query,) if settings.query and not only else (),
        mentions=settings.mentions != "never",
        look_back=timedelta(days=settings.look_back_days),
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )


def _bluesky(settings: SourceSettings, context: SourceContext) -> Source:
    queries = (settings.query,) if settings.query else tuple(brand.name for brand in context.brands)
    return BlueskySource(
        settings.id,
        queries=() if settings.mentions == "only" else queries,
        http=context.paced("bluesky"),
        clock=context.clock,
        account=settings.account,
        password=partial(context.secret, "BLUESKY", settings.id, "READ_APP_PASSWORD"),
        mentions=settings.mentions != "never",
        look_back=timedelta(days=settings.look_back_days),
        base=settings.url,
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )


def _matrix(settings: SourceSettings, context: SourceContext) -> Source:
    return MatrixSource(
        settings.id,
        settings.url,
        token=partial(context.secret, "MATRIX", settings.id, "READ_TOKEN"),
        http=context.paced("matrix", _host(settings, "https://matrix.example")),
        clock=context.clock,
        rooms=settings.rooms,
        public_rooms=settings.public_rooms,
        in_private_to=said_to_in_private(settings, context.brands),
        look_back=timedelta(days=settings.look_back_days),
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )


def _host(settings: SourceSettings, example: str) -> str:
    """Return the host of the server that `url` names. Raises `SettingsError` without one."""
    try:
        host = urlsplit(settings.url).hostname
    except ValueError:
        host = None
    if not host:
        raise SettingsError(f"klankbord.yaml: sources: {settings.id}: url: write the address of the server to read at, such as {example}.")
    return host


def _hashtags(brand: BrandSettings) -> tuple[str, ...]:
    """Return the hashtags of a brand, its own name written together among them."""
    return (*brand.hashtags, "".join(re.findall(r"\w+", brand.name)))


OPEN_NETWORKS: dict[str, SourceFactory] = {
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "matrix": _matrix,
}
OPEN_NETWORK_KEYS: dict[str, frozenset[str]] = {
    "bluesky": frozenset({"account", "mentions", "query", "url", "allow_http", "allow_private"}),
    "mastodon": frozenset({"hashtags", "mentions", "query", "stream", "url", "allow_http", "allow_private"}),
    "matrix": frozenset({"rooms", "public_rooms", "brand", "url", "allow_http", "allow_private"}),
}
