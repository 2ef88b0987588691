"""Where sources are chosen and put together: those that are pulled, those that platforms call, and what both need. Part of `bootstrap`."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

from listener.bootstrap_rechecks import look_again
from listener.ledger.ledger import Ledger
from listener.ports import Clock, Receiver, Source
from listener.schedule import Watched
from listener.settings.schema import ListenerSettings, SourceSettings
from listener.settings.secrets import Secrets
from listener.sources.canaries import canary_settings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.incoming import INCOMING, Incoming, asking_about
from listener.sources.purse import Purse
from listener.sources.registry import build_source
from listener.sources.said_to import said_to, said_to_in_private
from listener.sources.streaming import stream_of
from listener.text.query import BrandQuery, compile_brand
from listener.workflows.ask_canary import AskCanary
from listener.workflows.confirm_removals import ConfirmRemovals
from listener.workflows.receive_mentions import ReceiveMentions


def brand_queries(settings: ListenerSettings) -> tuple[BrandQuery, ...]:
    return tuple(compile_brand(brand) for brand in settings.brands)


@cache
def secrets_of(home: Path) -> Secrets:
    return Secrets(home)


def source_context(home: Path, settings: ListenerSettings, clock: Clock) -> SourceContext:
    """Return what sources are built with: one HTTP client, the clock, secrets by name, and the brands."""
    return SourceContext(http=HttpClient(settings.http), clock=clock, secrets=secrets_of(home).get, brands=settings.brands)


def open_sources(home: Path, settings: ListenerSettings, clock: Clock, ledger: Ledger, closing: AsyncExitStack) -> list[Watched]:
    """Build every enabled source that is pulled, with one shared HTTP client; `closing` closes them all."""
    context = source_context(home, settings, clock)
    closing.push_async_callback(context.http.aclose)
    watched = []
    for one in settings.sources:
        if one.enabled and one.kind not in INCOMING:
            own = context.of(one)
            source = build_source(one, context=own)
            closing.push_async_callback(source.aclose)
            ledger.sources.describe(
                one.id, kind=one.kind, most_requests=one.budget_requests_per_day, most_micro_usd=own.purse.most_micro_usd
            )
            watched.append(Watched(source, one, own.purse, canary=new_canary(one, own, ledger), stream=stream_of(source, one)))
    look_again(watched, context, ledger, closing)
    return watched


def new_canary(settings: SourceSettings, context: SourceContext, ledger: Ledger) -> AskCanary | None:
    """Wire the question with a known answer that a silent source is asked; None when settings name none."""
    asked = canary_settings(settings)
    if asked is None:
        return None

    def open_source(purse: Purse) -> Source:
        return build_source(asked, context=replace(context, purse=purse))

    return AskCanary(settings.id, ledger, purse=context.purse, open_source=open_source, clock=context.clock)


def open_receivers(home: Path, settings: ListenerSettings, clock: Clock, ledger: Ledger) -> dict[str, Receiver]:
    """Build every enabled source that platforms call, by its id; coverage lists it from now on, also before it was ever called."""
    context = source_context(home, settings, clock)
    built: dict[str, Receiver] = {}
    for one in settings.sources:
        source = build_source(one, context=context) if one.enabled and one.kind in INCOMING else None
        if isinstance(source, Incoming):
            built[one.id] = source
            ledger.sources.describe(one.id, kind=one.kind)
    return built


def open_confirming(home: Path, settings: ListenerSettings, clock: Clock, ledger: Ledger, closing: AsyncExitStack) -> ConfirmRemovals:
    """Wire the question whether messages are gone that were said to be, for every source that is called and can be asked."""
    context = source_context(home, settings, clock)
    closing.push_async_callback(context.http.aclose)
    called = [one for one in settings.sources if one.enabled and one.kind in INCOMING]
    asked = {one.id: ask for one in called if (ask := asking_about(one, context.of(one))) is not None}
    return ConfirmRemovals(ledger, asked, clock=clock)


def new_receiving(settings: ListenerSettings, ledger: Ledger, clock: Clock) -> ReceiveMentions:
    """Wire the way into the ledger of what platforms send by themselves."""
    called = [one for one in settings.sources if one.kind in INCOMING]
    to = {one.id: said_to(one, settings.brands) for one in called}
    private = {one.id: said_to_in_private(one, settings.brands) for one in called}
    keep = {one.id: one.keep for one in called}
    return ReceiveMentions(ledger, brand_queries(settings), keep=keep, clock=clock, said_to=to, in_private_to=private)
