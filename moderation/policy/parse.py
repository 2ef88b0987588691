"""config/policy.yaml, already read into plain values, as a `Policy`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from listener.errors import SettingsError
from moderation.model.policy import Policy, PolicyRule
from moderation.model.post import PostKind

PLACES = ("allowed", "never")


def parse_policy(read: Mapping[str, Any]) -> Policy:
    """Return the policy. Raises `SettingsError` naming the key that is missing or wrong."""
    for key in ("rules", "places", "invitation_words", "review_hosts", "announcements_per_day"):
        if key not in read:
            raise SettingsError(f"policy.yaml: {key} is missing.")
    return Policy(
        rules={name: _rule(name, rule) for name, rule in read["rules"].items()},
        places={platform: _place(platform, kinds) for platform, kinds in read["places"].items()},
        words=_lists(read["invitation_words"]),
        review_hosts=tuple(read["review_hosts"]),
        announcements_per_day=int(read["announcements_per_day"]),
        disclosures=_lists(read.get("disclosures", {})),
        promotion_words=_lists(read.get("promotion_words", {})),
        ways_out=_lists(read.get("ways_out", {})),
        review_words=tuple(str(word) for word in read.get("review_words", ())),
        costs_usd={platform: {kind: float(usd) for kind, usd in costs.items()} for platform, costs in read.get("costs_usd", {}).items()},
        automatic_per_thread_day=int(read.get("automatic_per_thread_day", 3)),
    )


def _lists(read: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {str(language): tuple(str(word) for word in words) for language, words in read.items()}


def _rule(name: str, rule: Mapping[str, Any]) -> PolicyRule:
    says, checked = rule.get("says", {}), rule.get("checked")
    if not {"nl", "en"} <= set(says):
        raise SettingsError(f"policy.yaml: rules.{name}.says needs nl and en.")
    if not isinstance(checked, date):
        raise SettingsError(f"policy.yaml: rules.{name}.checked needs a date such as 2026-11-21.")
    if not rule.get("source"):
        raise SettingsError(f"policy.yaml: rules.{name}.source is missing; write where the rule stands.")
    return PolicyRule(name=name, row=str(rule.get("row", "")), says=dict(says), source=str(rule["source"]), checked=checked)


def _place(platform: str, kinds: Mapping[str, Any]) -> Mapping[str, str]:
    for kind, leave in kinds.items():
        if kind not in set(PostKind) or leave not in PLACES:
            raise SettingsError(f"policy.yaml: places.{platform}.{kind} is {leave!r}; write {' or '.join(PLACES)}.")
    return dict(kinds)
