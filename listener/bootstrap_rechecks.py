"""Where it is put together how each source looks again at kept posts, and which of several asks for whose. Part of `bootstrap`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from listener.ledger.ledger import Ledger
from listener.model.recheck import Asker, RecheckRule
from listener.schedule import Watched
from listener.sources.context import SourceContext
from listener.sources.looking_up import LookUp, look_up_of
from listener.sources.purse import Purse
from listener.sources.recheck_rules import rule_of
from listener.sources.registry import build_source
from listener.workflows.recheck_mentions import Asking


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Built:
    """One source that looks again, before it is known which others do."""

    watched: Watched
    rule: RecheckRule
    look_up: LookUp
    allowance: Purse


def look_again(watched: Sequence[Watched], context: SourceContext, ledger: Ledger, closing: AsyncExitStack) -> None:
    """Let each source look again that can be asked for single posts; coverage tells from now on what is promised.

    A source of its own is built for it, beside the one that is pulled, with a purse that holds its share. Raises `SettingsError` where
    less is asked for than a platform's terms allow.
    """
    built: list[Built] = []
    for one in watched:
        settings, rule, allowance = one.settings, rule_of(one.settings), Purse()
        look_up = None
        if rule is not None:
            source = build_source(settings, context=replace(context, purse=allowance))
            closing.push_async_callback(source.aclose)
            look_up = look_up_of(source, settings.kind)
            if look_up is not None:
                built.append(Built(watched=one, rule=rule, look_up=look_up, allowance=allowance))
        ledger.rechecks.describe(settings.id, rule if look_up is not None else None)
    for each in built:
        each.watched.asking = _asking(each, built)


def _asking(one: Built, built: Sequence[Built]) -> Asking:
    """Return how a source asks: for what it showed, unless one before it did, and for what is nobody's and it can see."""
    same = [other for other in built if other.look_up.platform == one.look_up.platform]
    before = same[: same.index(one)]
    settings = one.watched.settings
    asker = Asker(
        source=settings.id,
        platform=one.look_up.platform,
        rule=one.rule,
        before=tuple(other.watched.settings.id for other in before),
        all_askers=tuple(other.watched.settings.id for other in same),
        adopts=one.look_up.realms - {realm for other in before for realm in other.look_up.realms},
    )
    return Asking(
        asker=asker,
        look_up=one.look_up,
        purse=one.watched.purse,
        allowance=one.allowance,
        most_requests=settings.budget_requests_per_day,
        most_usd=settings.budget_usd_per_day,
        share=settings.recheck_share,
    )
