"""How much of what happens when: the figures of the scenario in one place."""

from __future__ import annotations

from dataclasses import dataclass

from listener.demo.rhythm import Shape, creeping, outbreak

DAYS = 14
BRAND = "Zoemvolt"
HANDLE = "@zoemvolt"
HASHTAG = "#zoemvolt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One simulated source: where it reads, how much of the talk happens there, how often people address the brand there.

    `own` is the brand's own community: everything there is read, so people need not name the brand. `tags` says whether people
    use hashtags there, `threaded` whether they write under each other's titles.
    """

    source_id: str
    platform: str
    realm: str
    share: float
    directed: float
    own: bool = False
    tags: bool = False
    threaded: bool = False


PLACES = (
    Place(source_id="x-search", platform="x", realm="x.example", share=0.38, directed=0.55, tags=True),
    Place(source_id="reddit-search", platform="reddit", realm="reddit.example", share=0.20, directed=0.0, threaded=True),
    Place(source_id="mastodon-tag", platform="mastodon", realm="toet.example", share=0.13, directed=0.4, tags=True),
    Place(source_id="forum-feed", platform="feed", realm="forum.example", share=0.18, directed=0.05, threaded=True),
    Place(source_id="own-discord", platform="discord", realm="discord.example", share=0.11, directed=0.1, own=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePlan:
    """When and how loudly one planted issue comes up. `day` counts from 0; hour and minute are Dutch wall-clock time.

    From `later_after_hours` on, a share of `later` posts looks back or tells how it went on.
    """

    key: str
    kind: str
    day: int
    hour: int
    minute: int
    posts: int
    shape: Shape
    night: float = 0.7
    dutch: float = 0.7
    later_after_hours: float = 24.0
    later: float = 0.4


ISSUE_PLANS = (
    IssuePlan(key="drifting_meter", kind="slow", day=7, hour=9, minute=0, posts=120, shape=creeping(110), night=1.0, later_after_hours=72),
    IssuePlan(key="double_debit", kind="sudden", day=8, hour=7, minute=40, posts=150, shape=outbreak(16)),
    IssuePlan(key="login_loop", kind="sudden", day=9, hour=18, minute=10, posts=130, shape=outbreak(14)),
    IssuePlan(
        key="outage",
        kind="sudden",
        day=11,
        hour=20,
        minute=50,
        posts=110,
        shape=outbreak(5),
        night=0.25,
        dutch=0.75,
        later_after_hours=7,  # the light is back on
        later=1.0,
    ),
)
FAIL_WAVE = IssuePlan(key="double_debit", kind="sudden", day=9, hour=11, minute=30, posts=64, shape=outbreak(11))


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes:
    """How many posts of each everyday sort there are in the fortnight, and what becomes of some of them."""

    per_topic: int = 64
    compliments: int = 124
    ideas: int = 84
    spam: int = 62
    elsewhere: int = 60
    copies: int = 152
    edits: int = 42
    removals: int = 32
    dutch: float = 0.7
