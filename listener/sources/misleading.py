"""Settings that a source would take and do nothing with: each is a mistake that is told, with what to write instead. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from listener.errors import SettingsError
from listener.settings.schema import SourceSettings
from listener.sources.recheck_rules import rule_of

CALLED = frozenset({"meta", "discourse_webhook", "webhook"})
"""Kinds that are called: nobody pulls them, so that neither a rhythm, a beginning nor a budget of pulls means anything."""
OF_PULLS = ("interval_minutes", "look_back_days", "budget_requests_per_day", "budget_usd_per_day", "recheck_share")
CHARGED = frozenset({"x"})
"""Platforms that charge for what is read."""
WITH_MENTIONS = frozenset({"mastodon", "bluesky", "x"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Misleading:
    """Keys that mean nothing where `when` holds, and what to do about it."""

    keys: tuple[str, ...]
    when: Callable[[SourceSettings], bool]
    instead: str


TABLE: Mapping[str, Misleading] = {
    "called": Misleading(
        keys=OF_PULLS,
        when=lambda one: one.kind in CALLED,
        instead="its platform calls us, and nothing is pulled; leave it out",
    ),
    "free": Misleading(
        keys=("budget_usd_per_day",),
        when=lambda one: one.kind not in CHARGED,
        instead="only X charges for what is read; leave it out, or write budget_requests_per_day",
    ),
    "only mentions": Misleading(
        keys=("query", "hashtags"),
        when=lambda one: one.kind in WITH_MENTIONS and one.mentions == "only",
        instead="mentions: only reads nothing else; leave it out, or write mentions: also",
    ),
    "whole site": Misleading(
        keys=("query", "tags"),
        when=lambda one: one.kind == "stackexchange" and one.keep == "all",
        instead="keep: all reads the whole site; leave it out, or write keep: matching",
    ),
    "inbox": Misleading(
        keys=("comments",),
        when=lambda one: one.inbox,
        instead="inbox: true reads what comes to the account and nothing else; leave it out",
    ),
    "no second look": Misleading(
        keys=("recheck_share",),
        when=lambda one: rule_of(one) is None,
        instead="nothing of this source is looked at again; leave it out",
    ),
}


def refuse_misleading(settings: SourceSettings) -> None:
    """Raise `SettingsError` for the first key that was written and means nothing here. Defaults never are."""
    for row in TABLE.values():
        for key in row.keys:
            if key in settings.model_fields_set and _says_something(settings, key) and row.when(settings):
                raise SettingsError(f"klankbord.yaml: sources: {settings.id}: {key}: has no effect here: {row.instead}.")


def _says_something(settings: SourceSettings, key: str) -> bool:
    """Tell whether what was written differs from leaving it out."""
    value, default = getattr(settings, key), type(settings).model_fields[key].get_default(call_default_factory=True)
    return bool(value != default)
