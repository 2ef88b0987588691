"""Which question with a known answer can be put to a kind of source, and how: a source that reads that and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from listener.errors import SettingsError
from listener.settings.schema import SourceSettings

ASKED_BY: Mapping[str, str] = {
    "bluesky": "query",
    "discourse": "query",
    "feed": "url",
    "hackernews": "query",
    "mastodon": "query",
    "reddit": "query",
    "stackexchange": "query",
    "x": "query",
    "youtube": "videos",
}
"""The setting of each kind that a canary takes the place of. Kinds that are told things, and rooms, have no such question."""
WHAT_TO_READ = ("hashtags", "subreddits", "tags", "channels", "videos", "topics")
LOOK_BACK_DAYS = 30.0


def canary_settings(settings: SourceSettings) -> SourceSettings | None:
    """Return the settings of the source that asks the canary of `settings`, with the same access; None without a canary.

    Raises `SettingsError` for a kind that cannot be asked.
    """
    if not settings.canary:
        return None
    field = ASKED_BY.get(settings.kind)
    if field is None:
        kinds = ", ".join(sorted(ASKED_BY))
        raise SettingsError(f"klankbord.yaml: sources: {settings.id}: canary: not for a {settings.kind} source; possible for {kinds}.")
    asked = (settings.canary,) if field in WHAT_TO_READ else settings.canary
    nothing_else: dict[str, object] = {name: () for name in WHAT_TO_READ if name in settings.model_fields_set}
    if settings.private_messages:
        nothing_else["private_messages"] = False
    never = {"mentions": "never"} if "mentions" in settings.model_fields_set or settings.kind in ("bluesky", "mastodon", "x") else {}
    only_this = {"look_back_days": max(settings.look_back_days, LOOK_BACK_DAYS), "keep": "matching"}
    return settings.model_copy(update={**nothing_else, **never, **only_this, field: asked, "canary": ""})
