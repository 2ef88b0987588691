"""What a platform tells by itself about a source that we also pull, and how such a stream stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.model.mention import Mention, MentionKey, Removal
from listener.model.page import Skip

HEARD_WITHIN = timedelta(minutes=3)
"""A stream whose service did not say for so long that it still listens is down, whatever stood there last."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The platform took us: from now on it tells what happens. What happened before is for a pull."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Something is new. Without `mentions` a pull has to read it; with them the platform showed them whole, and charged `cost_usd`.

    `removals` and `skipped` are what it showed beside them, as on a `Page`.
    """

    mentions: tuple[Mention, ...] = ()
    removals: tuple[Removal, ...] = ()
    skipped: tuple[Skip, ...] = ()
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Edited:
    """These posts were changed; what they say now is for a look-up or a pull."""

    keys: tuple[MentionKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The platform's own word that exactly these are deleted. `only_known`: leave no mark of those that we never had."""

    removals: tuple[Removal, ...]
    only_known: bool = False


Pushed = Connected | Arrived | Edited | Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStanding:
    """How a stream stands `since`; `heard_at` is when the service last said so. `why` is set while it is down, in a few words of ours."""

    up: bool
    since: datetime
    heard_at: datetime
    why: str = ""

    def at(self, now: datetime) -> StreamStanding:
        """Return how it stands for whoever looks at `now`: a service that died said nothing of it."""
        if not self.up or now - self.heard_at <= HEARD_WITHIN:
            return self
        return StreamStanding(up=False, since=self.heard_at, heard_at=self.heard_at, why="")

    def written(self) -> str:
        """Return it as text that `stream_standing_of` reads."""
        return json.dumps({"up": self.up, "since": self.since.isoformat(), "heard_at": self.heard_at.isoformat(), "why": self.why})


def stream_standing_of(text: str | None) -> StreamStanding | None:
    """Read what `written` wrote; None for nothing, or for what another version wrote."""
    try:
        said = json.loads(text or "")
        moments = {name: datetime.fromisoformat(said[name]) for name in ("since", "heard_at")}
        return StreamStanding(up=said["up"] is True, why=str(said["why"]), **moments)
    except (ValueError, KeyError, TypeError):
        return None
