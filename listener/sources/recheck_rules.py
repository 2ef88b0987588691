"""How often kept posts are looked at again, by platform, and where that is written. One row per kind of source that can be asked.

`binding` rows are the platform's own terms: settings may not go below them. The others are ours: most deletions and edits come within days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from listener.errors import SettingsError
from listener.model.recheck import RecheckRule
from listener.settings.schema import SourceSettings

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
DAILY = RecheckRule(every=DAY)
WEEKLY = RecheckRule(every=WEEK)
FADING = RecheckRule(every=DAY, young=WEEK, then=WEEK)
"""Daily in a post's first week with us, weekly after: what nobody prescribes otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A rule with where it is written, and when that was read."""

    rule: RecheckRule
    source: str
    read_on: str = "2026-11-27"
    binding: bool = False


_REDDIT = Written(
    rule=DAILY,
    source="Reddit's Data API terms: what is deleted has to go (support.reddithelp.com 16160319875092); its customers get 24 hours",
    binding=True,
)
RULES: Mapping[str, Written] = {
    "reddit": _REDDIT,
    "reddit_modqueue": _REDDIT,
    "x": Written(
        rule=DAILY,
        source="X's Developer Policy, content compliance: delete or modify as soon as possible, within 24 hours of a request (docs.x.com)",
        binding=True,
    ),
    "youtube": Written(
        rule=FADING,
        source="YouTube's Developer Policies III.E.4: refresh or delete what is stored within 30 days; a week keeps well within that",
    ),
    "discord": Written(
        rule=FADING, source="ours; Discord's Developer Policy wants what was deleted to be gone, and names no days", read_on="2022"
    ),
    "bluesky": Written(rule=FADING, source="ours; Bluesky asks developers to respect deletions (docs.bsky.app)"),
    "mastodon": Written(rule=FADING, source="ours; servers are asked one post at a time"),
    "matrix": Written(rule=FADING, source="ours; redactions come by themselves as long as we are in the room"),
    "discourse": Written(rule=FADING, source="ours; the forum's webhook tells the rest at once"),
    "stackexchange": Written(rule=FADING, source="ours; texts are under a licence that outlives their deletion"),
    "hackernews": Written(rule=FADING, source="ours; posts can be edited for two hours and are seldom deleted"),
    "meta_graph": Written(rule=FADING, source="ours, beside the webhook: Meta's Platform Terms 3.d ask to delete what people delete"),
}
CHOSEN: Mapping[str, RecheckRule | None] = {"daily": DAILY, "weekly": WEEKLY, "off": None}


def rule_of(settings: SourceSettings) -> RecheckRule | None:
    """Return how often the posts of a source are looked at again; None: never, for its kind cannot be asked or you chose so.

    Raises `SettingsError` for less than a platform's terms ask, and for a kind that cannot be asked for single posts.
    """
    written = RULES.get(settings.kind)
    where = f"klankbord.yaml: sources: {settings.id}: recheck"
    if written is None:
        if settings.recheck not in ("auto", "off"):
            raise SettingsError(f"{where}: a {settings.kind} source cannot be asked for single posts; leave it out.")
        return None
    if settings.recheck == "auto":
        return written.rule
    chosen = CHOSEN[settings.recheck]
    if written.binding and chosen != written.rule:
        raise SettingsError(f"{where}: {settings.recheck!r} is less than is allowed here ({written.source}); write daily, or leave it out.")
    return chosen
