"""The command that tells what each source saw and did not see: sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click

from listener.clock import SystemClock
from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.model.figures import SourceCoverage
from listener.model.recheck import RecheckCoverage

CANARIES = {
    "found": "a question that always has answers there brought them, so it really is quiet",
    "empty": "a question that always has answers there brought nothing either, so most likely we see nothing",
}
COLUMNS = {
    "source": "source",
    "state": "state",
    "mentions": "mentions",
    "skipped": "skipped",
    "gaps": "gaps",
    "today": "today",
    "ok": "last ok (UTC)",
    "note": "note",
}


@click.command("sources")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90), help="How far back blind stretches and shares are told.")
@json_option
@pass_place
def sources_command(place: Place, days: int, as_json: bool) -> None:
    """Show what each source saw, its lag, what it cost today, and where it was blind."""
    now = SystemClock().now()
    with place.ledger() as ledger:
        coverage = ledger.sources.coverage(now, since=now - timedelta(days=days))
    if as_json:
        print_json(coverage)
        return
    print_table(COLUMNS, [_row(one) for one in coverage], empty="Nothing was collected or imported yet.")
    for one in coverage:
        for fact in _facts(one):
            print_line(f"{one.source}: {fact}")


def _row(one: SourceCoverage) -> dict[str, Any]:
    return {
        "source": one.source,
        "state": f"{one.state}, {len(one.lost_now)} lost" if one.lost_now else one.state,
        "mentions": one.mentions,
        "skipped": one.skipped,
        "gaps": one.gaps,
        "today": _today(one),
        "ok": one.last_ok_at and _moment(one.last_ok_at),
        "note": one.note,
    }


def _today(one: SourceCoverage) -> str | None:
    """Return what a source asked and cost today, with its caps; None when it did neither and has none."""
    asked = f"{one.requests:,}" + (f" of {one.most_requests:,}" if one.most_requests is not None else "")
    paid = f"${one.usd:.2f}" + (f" of ${one.most_usd:.2f}" if one.most_usd is not None else "")
    parts = [f"{asked} requests"] if one.requests or one.most_requests is not None else []
    return ", ".join([*parts, *([paid] if one.micro_usd else [])]) or None


def _facts(one: SourceCoverage) -> Iterator[str]:
    """Yield what does not fit into a column."""
    if one.cause:
        yield f"refused because of: {one.cause.replace('_', ' ')}"
    for window in one.windows:
        until = f"to {_moment(window.until)}" if window.until else "until now"
        yield f"blind from {_moment(window.since)} {until} (UTC)"
    for lost in one.lost:
        until = f"not shown to us since {_moment(lost.since)} (UTC)" if lost.until is None else _stretch(lost.since, lost.until)
        yield f"{lost.place} {until}: {lost.why}"
    if one.again_at is not None:
        yield f"asked again at {_moment(one.again_at)} (UTC)"
    if one.stream_up is not None and one.stream_since is not None:
        yield _stream(one, one.stream_since)
    if one.recheck is not None:
        yield from _recheck(one.recheck)
    if one.missed:
        yield f"the platform showed {one.seen:,} of {one.seen + one.missed:,} items ({one.share_seen:.1%})"
    if one.silent_since is not None:
        canary = f"; {CANARIES[one.canary]}" if one.canary in CANARIES else ""
        yield f"silent since {_moment(one.silent_since)} (UTC), longer than is usual there{canary}"


def _stretch(since: datetime, until: datetime) -> str:
    return f"was not shown to us from {_moment(since)} to {_moment(until)} (UTC); reading went on where it had stopped"


def _stream(one: SourceCoverage, since: datetime) -> str:
    if one.stream_up:
        return f"the platform tells at once what is new, since {_moment(since)} (UTC)"
    why = f" ({one.stream_why.rstrip('.')})" if one.stream_why else ""
    return f"the platform tells nothing by itself since {_moment(since)} (UTC){why}; it is pulled at its interval all the same"


def _recheck(one: RecheckCoverage) -> Iterator[str]:
    """Yield how far kept posts were looked at again in time, why not, and what that brought today."""
    later = f" (after {one.young_days} days: {one.then_hours} h)" if one.young_days else ""
    yield f"kept posts looked at again within {one.every_hours} h{later}: {one.percent_in_time} %; overdue: {one.overdue:,} of {one.kept:,}"
    if one.state != "ok":
        yield f"looking again is {one.state}: {one.note}"
    if one.today.asked:
        gone, edited = f"{one.today.removed:,} gone", f"{one.today.edited:,} edited"
        yield f"looked at again today: {one.today.asked:,} posts, {gone}, {edited}, {one.today.unsure:,} of which nothing was told"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
