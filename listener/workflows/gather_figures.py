"""Gather what a digest, a list of issues or one issue's page shows: counts from insight, titles and texts from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from listener.digest.choice import link_only
from listener.digest.sections import divide
from listener.insight.records import Card, HourCount
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.figures import DigestFigures, IssueFigures, QuickRead, Quote
from listener.model.issue import WHOLE, Signal
from listener.settings.schema import ListenerSettings
from listener.workflows.measure_issues import measure_issues, period_start, quotes_by_issue, quotes_of
from listener.workflows.name_themes import with_themes
from listener.workflows.read_quickly import last_quick_read

QUOTES_PER_ISSUE = 2
QUOTES_PER_SECTION = 5
QUOTES_ON_DETAIL = 3
MOST_LABELLED = 50
MOST_SIGNALS_ON_DETAIL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDetail:
    """One issue whole: its figures with quotes, its signals (newest first), its hours, and a page of its different texts, newest first.

    `copies[i]` is how many near-identical mentions `mentions[i]` stands for beside itself; `cards` is the number of different texts.
    """

    figures: IssueFigures
    signals: tuple[Signal, ...]
    hours: tuple[HourCount, ...]
    mentions: tuple[Quote, ...]
    copies: tuple[int, ...]
    cards: int


def list_issues(
    ledger: Ledger, insight: Insight, *, as_of: datetime, period_days: int = 14, zone: tzinfo = UTC, bucket_hours: float = 24.0
) -> list[IssueFigures]:
    """Return all issues with what matters first: new, growing and returned ones, then by mentions in the period. No quotes."""
    from_at = period_start(as_of, period_days, zone)
    every = measure_issues(ledger, insight, from_at=from_at, as_of=as_of, bucket_hours=bucket_hours, zone=zone)
    return with_themes(every, insight, as_of=as_of)


def issue_detail(
    ledger: Ledger,
    insight: Insight,
    issue_id: int,
    *,
    as_of: datetime,
    zone: tzinfo = UTC,
    pseudonym_key: bytes,
    period_days: int = 14,
    skip: int = 0,
    most: int = 50,
    every: Sequence[IssueFigures] | None = None,
) -> IssueDetail | None:
    """Return one issue, or None when there is no such issue or it has no mention up to `as_of`. A merged issue answers as None.

    `every`: what `list_issues` returned a moment ago, for whoever has it: counting all issues for one of them takes the longest.
    """
    from_at = period_start(as_of, period_days, zone)
    listed = list_issues(ledger, insight, as_of=as_of, period_days=period_days, zone=zone) if every is None else every
    figures = next((one for one in listed if one.issue_id == issue_id), None)
    if figures is None:
        return None
    quotes = quotes_by_issue(ledger, insight, [figures], from_at=from_at, as_of=as_of, most=QUOTES_ON_DETAIL, key=pseudonym_key)
    cards = insight.members(issue_id, most, as_of=as_of, skip=skip)
    shown, copies = _quoted(ledger, insight, cards, pseudonym_key)
    signals = ledger.issues.signals(issue_id=issue_id, limit=MOST_SIGNALS_ON_DETAIL)
    return IssueDetail(
        figures=replace(figures, quotes=quotes.get(issue_id, ())),
        signals=tuple(sorted((s for s in signals if s.at <= as_of), key=lambda s: (s.at, s.signal_id), reverse=True)),
        hours=tuple(insight.hours(issue_id, from_at, as_of)),
        mentions=shown,
        copies=copies,
        cards=figures.cards,
    )


def gather_figures(
    ledger: Ledger,
    insight: Insight,
    *,
    brand: str,
    from_at: datetime,
    as_of: datetime,
    settings: ListenerSettings,
    pseudonym_key: bytes,
    invented: bool = False,
) -> DigestFigures:
    """Return all that a digest or weekly report over (`from_at`, `as_of`] says.

    `brand` is only the name it goes by. Issues that are muted or resolved are left out; a section holds at most `digest.most_issues`.
    """
    buckets = bucket_hours_for(as_of - from_at)
    every = measure_issues(ledger, insight, from_at=from_at, as_of=as_of, bucket_hours=buckets, zone=settings.zone)
    known_from = insight.first_posted(as_of)
    sections = divide(with_themes(every, insight, as_of=as_of), from_at=from_at, as_of=as_of, known_from=known_from)
    shown = {name: some[: settings.digest.most_issues] for name, some in sections.items()}
    listed = [one for some in shown.values() for one in some]
    quotes = quotes_by_issue(ledger, insight, listed, from_at=from_at, as_of=as_of, most=QUOTES_PER_ISSUE, key=pseudonym_key, leaving=True)
    filled = {name: tuple(replace(one, quotes=_fit_to_leave(quotes.get(one.issue_id, ()))) for one in some) for name, some in shown.items()}
    totals = insight.period_totals(from_at, as_of)
    ideas, idea_count = _section_quotes(ledger, insight, "idea", from_at, as_of, pseudonym_key)
    praise, compliment_count = _section_quotes(ledger, insight, "compliment", from_at, as_of, pseudonym_key)
    return DigestFigures(
        brand=brand,
        from_at=from_at,
        as_of=as_of,
        mentions=totals.mentions,
        authors=totals.authors,
        loose=totals.loose,
        nameless=totals.nameless,
        quick=_quick_read_since(ledger, from_at),
        new=filled["new"],
        growing=filled["growing"],
        steady=filled["steady"],
        fading=filled["fading"],
        left_out=sum(len(sections[name]) - len(shown[name]) for name in sections),
        ideas=ideas,
        compliments=praise,
        idea_count=idea_count,
        compliment_count=compliment_count,
        coverage=tuple(ledger.sources.coverage(as_of, since=from_at)),
        learning_day=learning_day(known_from, as_of, settings.detection.baseline_days),
        baseline_days=round(settings.detection.baseline_days),
        whole=whole_signals(ledger, from_at, as_of),
        invented=invented,
    )


def _quick_read_since(ledger: Ledger, from_at: datetime) -> QuickRead | None:
    """Return the last quick reading when some of it fell into the period."""
    quick = last_quick_read(ledger)
    return quick if quick is not None and (quick.until is None or quick.until > from_at) else None


def whole_signals(ledger: Ledger, from_at: datetime, as_of: datetime) -> tuple[Signal, ...]:
    """Return the signals of a period that are about a brand or a source and no issue, oldest first."""
    raised = [one for one in ledger.issues.signals(since=from_at) if one.kind in WHOLE and from_at < one.at <= as_of]
    return tuple(sorted(raised, key=lambda one: (one.at, one.signal_id)))


def learning_day(first_posted: datetime | None, as_of: datetime, baseline_days: float) -> int | None:
    """Return which day of learning it is, counted from 1, or None when there is a full baseline."""
    if first_posted is None:
        return 1
    known = as_of - first_posted
    return None if known >= timedelta(days=baseline_days) else int(known / timedelta(days=1)) + 1


def bucket_hours_for(period: timedelta) -> float:
    """Return a width for the counts of a trend that gives it between about a dozen and three dozen of them."""
    hours = period.total_seconds() / 3600
    return next((float(width) for width in (1, 2, 6) if hours / width <= 36), 24.0)


def _quoted(ledger: Ledger, insight: Insight, cards: Sequence[Card], key: bytes) -> tuple[tuple[Quote, ...], tuple[int, ...]]:
    known = quotes_of(ledger, insight, [card.mention_id for card in cards], key=key)
    found = [(known[card.mention_id], card.copies) for card in cards if card.mention_id in known]
    return tuple(quote for quote, _ in found), tuple(copies for _, copies in found)


def _section_quotes(
    ledger: Ledger, insight: Insight, label: str, from_at: datetime, as_of: datetime, key: bytes
) -> tuple[tuple[Quote, ...], int]:
    """Return the newest different texts under a label and how many mentions there are; bare links only when there is nothing else."""
    cards, total = insight.label_mentions(label, from_at, as_of, MOST_LABELLED)
    quotes = _quoted(ledger, insight, cards, key)[0]
    quotes = tuple(quote for quote in quotes if not quote.private)
    whole = tuple(quote for quote in quotes if not link_only(quote.platform))
    return _fit_to_leave((whole or quotes)[:QUOTES_PER_SECTION]), total


def _fit_to_leave(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    return tuple(replace(quote, text="") if link_only(quote.platform) else quote for quote in quotes)
