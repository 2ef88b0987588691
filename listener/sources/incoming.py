"""The kinds of source that platforms call, by the name that settings use, and how each is built."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from listener.model.page import Found
from listener.settings.schema import SourceSettings
from listener.sources.asked_platforms import forum_of
from listener.sources.context import SourceContext
from listener.sources.discourse_look_up import look_up
from listener.sources.discourse_webhook import DiscourseWebhook
from listener.sources.meta_webhook import MetaWebhook
from listener.sources.signed_webhook import SignedWebhook

Incoming = MetaWebhook | DiscourseWebhook | SignedWebhook


def _meta(settings: SourceSettings, context: SourceContext) -> Incoming:
    secret = partial(context.secret, "META", settings.id)
    return MetaWebhook(settings.id, accounts=settings.accounts, secret=secret, clock=context.clock)


def _discourse(settings: SourceSettings, context: SourceContext) -> Incoming:
    return DiscourseWebhook(settings.id, settings.url, secret=partial(context.secret, "DISCOURSE", settings.id))


def _signed(settings: SourceSettings, context: SourceContext) -> Incoming:
    return SignedWebhook(settings.id, secret=partial(context.secret, "WEBHOOK", settings.id), clock=context.clock)


def asking_about(settings: SourceSettings, context: SourceContext) -> Callable[[Sequence[str]], Awaitable[Sequence[Found]]] | None:
    """Return how messages of a source that is called are looked up by their ids (raises `SourceError`); None where nobody can be asked."""
    if settings.kind != "discourse_webhook":
        return None
    return partial(look_up, forum_of(settings, context))


INCOMING: dict[str, Callable[[SourceSettings, SourceContext], Incoming]] = {
    "meta": _meta,
    "discourse_webhook": _discourse,
    "webhook": _signed,
}
INCOMING_KEYS: dict[str, frozenset[str]] = {
    "meta": frozenset({"accounts", "brand"}),
    "discourse_webhook": frozenset({"url", "brand", "account", "allow_http", "allow_private"}),
    "webhook": frozenset({"brand"}),
}
