"""Put an issue's numbers (insight), its title and its signals (ledger) and its place in life together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from listener.digest.choice import choose_quotes, link_only
from listener.insight.buckets import clock_days_before
from listener.insight.records import Candidate, IssueCounts
from listener.insight.store import Insight
from listener.issues.life import LIFE_DAYS, state_of, still_muted
from listener.ledger.ledger import Ledger
from listener.model.figures import IssueFigures, Quote
from listener.model.issue import Issue, IssueState, Signal
from listener.model.mention import StoredMention
from listener.signals.rules import BURST, CAME_BACK, SLOW_GROWTH
from listener.text.pseudonym import pseudonym

MOST_CANDIDATES = 60
QUOTES_FROM = timedelta(days=14)
SIGNALS_FROM = timedelta(days=90)
"""How far back a signal is still the reason of an issue."""
GROWTH = (BURST, SLOW_GROWTH, CAME_BACK)
"""Signals after which a muted issue is muted no longer."""

_FIRST = {IssueState.NEW: 0, IssueState.CAME_BACK: 0, IssueState.GROWING: 0, IssueState.STEADY: 1, IssueState.FADING: 1}


def measure_issues(
    ledger: Ledger, insight: Insight, *, from_at: datetime, as_of: datetime, bucket_hours: float, zone: tzinfo = UTC
) -> list[IssueFigures]:
    """Return every issue with a mention up to `as_of`, without quotes: pinned ones first, then new and growing ones, then by mentions.

    Merged issues are left out. An issue whose mentions were all removed has nothing to count and is left out too.
    """
    issues = {issue.issue_id: issue for issue in ledger.issues.all(include_merged=False)}
    counts = [one for one in insight.issue_counts(from_at, as_of) if one.issue_id in issues]
    trends = insight.counts_by_issue(from_at, as_of, bucket_hours, zone)
    life = insight.counts_by_issue(as_of - timedelta(days=LIFE_DAYS), as_of, 24.0)
    signals, grew = latest_signals(ledger, as_of), latest_signals(ledger, as_of, kinds=GROWTH)
    size = max((len(trend) for trend in trends.values()), default=0)
    found = [
        _figures(
            one, issues[one.issue_id], as_of, trends.get(one.issue_id, (0,) * size), life.get(one.issue_id, ()), signals, grew, bucket_hours
        )
        for one in counts
    ]
    return sorted(found, key=lambda one: (not one.pinned, _FIRST.get(one.state, 2), -one.period_mentions, -one.mentions, one.issue_id))


def latest_signals(ledger: Ledger, as_of: datetime, *, kinds: Collection[str] = ()) -> dict[int, Signal]:
    """Return the latest signal (of some `kinds`, else of any) up to `as_of` of each issue that had one in the last `SIGNALS_FROM`."""
    raised = ledger.issues.signals(since=as_of - SIGNALS_FROM)
    latest: dict[int, Signal] = {}
    for signal in sorted(raised, key=lambda one: (one.at, one.signal_id)):
        if signal.issue_id is not None and signal.at <= as_of and (not kinds or signal.kind in kinds):
            latest[signal.issue_id] = signal
    return latest


def quotes_by_issue(
    ledger: Ledger,
    insight: Insight,
    figures: Sequence[IssueFigures],
    *,
    from_at: datetime,
    as_of: datetime,
    most: int,
    key: bytes,
    leaving: bool = False,
) -> dict[int, tuple[Quote, ...]]:
    """Return up to `most` quotes per issue: typical of its last weeks, from the period where those are as typical.

    `leaving` is for digests and reports: posts of link-only platforms are taken only when there is nothing else to quote. Private messages
    are counted, never quoted.
    """
    issue_ids = [one.issue_id for one in figures]
    oldest = min((one.first_at for one in figures), default=from_at) - timedelta(seconds=1)
    candidates = insight.candidates(issue_ids, min(from_at, as_of - QUOTES_FROM), as_of, MOST_CANDIDATES)
    candidates |= insight.candidates([one for one in issue_ids if one not in candidates], oldest, as_of, MOST_CANDIDATES)
    private = ledger.mentions.private_among(one.mention_id for some in candidates.values() for one in some)
    candidates = {issue_id: [one for one in some if one.mention_id not in private] for issue_id, some in candidates.items()}
    chosen = {issue_id: _chosen(some, most, from_at, leaving=leaving) for issue_id, some in candidates.items()}
    texts = quotes_of(ledger, insight, [mention_id for ids in chosen.values() for mention_id in ids], key=key)
    there = {one: quote for one, quote in texts.items() if not quote.kept_no_longer}
    return {issue_id: tuple(there[mention_id] for mention_id in ids if mention_id in there) for issue_id, ids in chosen.items()}


def _chosen(candidates: Sequence[Candidate], most: int, from_at: datetime, *, leaving: bool) -> tuple[int, ...]:
    taken: tuple[int, ...] = ()
    for bare in (False, True):
        some = [one for one in candidates if (leaving and link_only(one.platform)) is bare]
        taken += choose_quotes(
            [one.mention_id for one in some],
            [one.person for one in some],
            [one.vector for one in some],
            most - len(taken),
            preferred=[one.posted_at > from_at for one in some],
        )
    return taken


def quotes_of(ledger: Ledger, insight: Insight, mention_ids: Sequence[int], *, key: bytes) -> dict[int, Quote]:
    """Return mentions as quotes under pseudonyms. Removed mentions are missing from the answer; a private one has no words in it."""
    languages = insight.languages(mention_ids)
    stored = ledger.mentions.by_ids(mention_ids)
    return {one.mention_id: quote_of(one, key=key, language=languages.get(one.mention_id, "")) for one in stored}


def quote_of(stored: StoredMention, *, key: bytes, language: str = "") -> Quote:
    """Return a mention as a quote: title and text as one text, the author under a pseudonym. Of a private one only that it is there."""
    mention = stored.mention
    person = mention.author.key if mention.author else f"mention/{stored.mention_id}"
    return Quote(
        mention_id=stored.mention_id,
        text="" if stored.private else "\n".join(part for part in (mention.title, mention.text) if part),
        author=pseudonym(person, key=key),
        platform=mention.platform,
        url="" if stored.private else mention.url,
        posted_at=mention.posted_at,
        language=language,
        private=stored.private,
        kept_no_longer=mention.kept_no_longer,
    )


def _figures(
    counts: IssueCounts,
    issue: Issue,
    as_of: datetime,
    trend: tuple[int, ...],
    life: tuple[int, ...],
    signals: Mapping[int, Signal],
    grew: Mapping[int, Signal],
    bucket_hours: float,
) -> IssueFigures:
    signal = signals.get(issue.issue_id)
    state = state_of(
        life,
        created_at=issue.created_at if issue.created_at <= as_of else counts.first_at,
        now=as_of,
        muted=still_muted(issue.muted, issue.muted_at, grew[issue.issue_id].at if issue.issue_id in grew else None),
        resolved_at=issue.resolved_at,
        last_signal_at=signal.at if signal else None,
    )
    return IssueFigures(
        issue_id=issue.issue_id,
        title=issue.title,
        state=state,
        mentions=counts.mentions,
        authors=counts.authors,
        cards=counts.cards,
        period_mentions=counts.period_mentions,
        period_authors=counts.period_authors,
        before_mentions=counts.before_mentions,
        first_at=counts.first_at,
        last_at=counts.last_at,
        trend=trend,
        platforms=counts.platforms,
        languages=counts.languages,
        signal=signal,
        brands=counts.brands,
        bucket_hours=bucket_hours,
        nameless=counts.nameless,
        pinned=issue.pinned,
    )


def period_start(as_of: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the moment `days` days before `as_of` at the same time on the clock of `zone`."""
    return clock_days_before(as_of, days, zone)
