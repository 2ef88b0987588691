"""Figures that digests, reports and pages show. All come from insight (counts) joined with the ledger (titles, texts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from listener.model.issue import IssueState, Signal
from listener.model.recheck import RecheckCoverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A mention shown as evidence. `author` is already a pseudonym fit for showing (never a handle in reports); `url` may be empty.

    `text` is the stored text, whole; whoever shows it shortens it at a grapheme border. `private`: only its writer and we read it, so there
    is no text and no address here. `kept_no_longer`: it was there long enough, and there is none any more.
    """

    mention_id: int
    text: str
    author: str
    platform: str
    url: str
    posted_at: datetime
    language: str
    private: bool = False
    kept_no_longer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFigures:
    """One issue in numbers over a period that ends at `as_of`.

    `mentions` and `authors` count distinct cards' mentions and distinct authors over the issue's whole life; `period_*` over the
    period, `before_*` over the equally long period just before. `trend` is one count per bucket of the period, oldest first,
    without gaps. Copies fold: `cards` is the number of different texts. `brands` are those its mentions are about.
    `bucket_hours` is the width of one count of `trend`. `nameless` mentions had no author, so each counts as an author of its own.
    A `pinned` one stands on top of lists. `theme` names the wider subject it shares with other issues; empty when there is none.
    """

    issue_id: int
    title: str
    state: IssueState
    mentions: int
    authors: int
    cards: int
    period_mentions: int
    period_authors: int
    before_mentions: int
    first_at: datetime
    last_at: datetime
    trend: tuple[int, ...]
    platforms: tuple[str, ...]
    languages: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()
    signal: Signal | None = None
    brands: tuple[str, ...] = ()
    bucket_hours: float = 24.0
    nameless: int = 0
    pinned: bool = False
    theme: str = ""


BLIND_STATES = ("blind", "refused", "capped")
"""States in which a source shows us nothing: not reachable, not let in, or a cap of ours is reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindWindow:
    """A stretch in which a source showed us nothing. `until` None: it still does."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LostStretch:
    """A stretch in which one of a source's places was not shown to us, while others were. `until` None: it still is not.

    What was said there meanwhile is read once it is shown again, as far as its platform shows it then.
    """

    place: str
    since: datetime
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """What one source saw and did not see. `state` is ok, waiting, or one of `BLIND_STATES`. `lag_seconds` is None before the first pull.

    `cause` tells refusals apart (`SourceRefused`). `again_at` is when it is asked again: after failures in a row, or when the platform
    or a cap allows. `windows` and `seen`, `missed` are of the period asked for: items shown, and items that platforms themselves
    counted and did not list. `requests` and `micro_usd` are today's (UTC), with their caps, None: no cap. `silent_since` is set when it
    answers with nothing for longer than its own history explains; `canary` is what a question with a known answer then brought: found,
    empty, or "" when none was asked. `stream_up` tells whether the platform also tells us by itself what is new, since `stream_since`;
    None: nobody listens there. What a stream misses, pulls read. `recheck` tells how far kept posts are looked at again in time; None:
    nothing is promised there. `lost` are single places that were not shown to us in the period asked for, while the source was read.
    """

    source: str
    kind: str
    state: str
    mentions: int
    skipped: int
    last_ok_at: datetime | None
    lag_seconds: float | None
    blind_since: datetime | None
    gaps: int
    note: str
    cause: str = ""
    again_at: datetime | None = None
    windows: tuple[BlindWindow, ...] = ()
    seen: int = 0
    missed: int = 0
    requests: int = 0
    micro_usd: int = 0
    most_requests: int | None = None
    most_micro_usd: int | None = None
    silent_since: datetime | None = None
    canary: str = ""
    stream_up: bool | None = None
    stream_since: datetime | None = None
    stream_why: str = ""
    recheck: RecheckCoverage | None = None
    lost: tuple[LostStretch, ...] = ()

    @property
    def lost_now(self) -> tuple[LostStretch, ...]:
        """The places that are not shown to us now."""
        return tuple(one for one in self.lost if one.until is None)

    @property
    def is_well(self) -> bool:
        """Tell whether the source is read, and all of its places with it."""
        return self.state == "ok" and not self.lost_now

    @property
    def share_seen(self) -> float:
        """The part of what platforms counted that was shown to us, 0..1; 1 when none was missed as far as they say."""
        return self.seen / (self.seen + self.missed) if self.missed else 1.0

    @property
    def usd(self) -> float:
        return self.micro_usd / 1_000_000

    @property
    def most_usd(self) -> float | None:
        return None if self.most_micro_usd is None else self.most_micro_usd / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickRead:
    """A backlog of `mentions` that a static model scanned first, from `from_at` on; `until` is when all was read in full, None: not yet."""

    mentions: int
    from_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """What the half above adds to a digest, worded by it in each language: a heading, and lines of (name, text).

    Names are texts of others or of ours (an issue's title) and may be empty; texts are sentences of ours.
    """

    heading: Mapping[str, str]
    lines: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFigures:
    """All that a digest or weekly report says, before any wording.

    `learning_day` is 1..7 while there is no full baseline, else None. `invented` marks the demo. `loose` counts mentions of the
    period that belong to no issue, `nameless` those without an author (each counts as its own). `left_out` issues fitted a section
    that was already full. `baseline_days` is the length of a full baseline.
    `whole` are the period's signals about a brand or a source as a whole, oldest first. `quick` is set when a backlog of the period was
    scanned before it was read.
    """

    brand: str
    from_at: datetime
    as_of: datetime
    mentions: int
    authors: int
    loose: int
    new: tuple[IssueFigures, ...]
    growing: tuple[IssueFigures, ...]
    steady: tuple[IssueFigures, ...]
    fading: tuple[IssueFigures, ...]
    ideas: tuple[Quote, ...]
    compliments: tuple[Quote, ...]
    idea_count: int
    compliment_count: int
    coverage: tuple[SourceCoverage, ...]
    learning_day: int | None = None
    invented: bool = False
    nameless: int = 0
    left_out: int = 0
    baseline_days: int = 7
    whole: tuple[Signal, ...] = ()
    quick: QuickRead | None = None
    further: tuple[Further, ...] = ()
