"""The kinds of source that read what comes to accounts of your own by asking: their names in settings, and how each is built."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from listener.ports import Source
from listener.settings.schema import SourceSettings
from listener.sources.context import SourceContext, SourceFactory
from listener.sources.imap import ImapSource, mail_server
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.pacing import Limit
from listener.sources.said_to import said_to

META_LIMITS = (Limit(requests=200, seconds=3_600),)
"""Calls an hour for each user of an app (developers.facebook.com/docs/graph-api/overview/rate-limiting); pages with traffic have more."""


def _meta_graph(settings: SourceSettings, context: SourceContext) -> Source:
    return MetaGraphSource(
        settings.id,
        network=settings.network,
        accounts=settings.accounts,
        secret=partial(context.secret, "META", settings.id),
        http=context.paced("meta", settings.network, key=settings.id, limits=META_LIMITS),
        clock=context.clock,
        look_back=timedelta(days=settings.look_back_days),
        base=settings.url,
        said_to=said_to(settings, context.brands),
        allow_http=settings.allow_http,
        allow_private=settings.allow_private,
    )


def _imap(settings: SourceSettings, context: SourceContext) -> Source:
    return ImapSource(
        settings.id,
        mail_server(settings.id, settings.url, without_tls=settings.allow_http),
        username=settings.account,
        password=partial(context.secret, "IMAP", settings.id, "PASSWORD"),
        clock=context.clock,
        folder=settings.folder,
        ours=settings.accounts,
        trusted=settings.trusted_mail_server,
        said_to=said_to(settings, context.brands),
        look_back=timedelta(days=settings.look_back_days),
        allow_private=settings.allow_private,
    )


OWN_PLACES: dict[str, SourceFactory] = {"meta_graph": _meta_graph, "imap": _imap}
OWN_PLACE_KEYS: dict[str, frozenset[str]] = {
    "meta_graph": frozenset({"network", "accounts", "brand", "url", "allow_http", "allow_private"}),
    "imap": frozenset({"url", "account", "accounts", "brand", "folder", "trusted_mail_server", "allow_http", "allow_private"}),
}
