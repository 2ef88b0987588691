"""Commands about issues and signals: list them, look inside, and put people's judgement above the machine's."""

from __future__ import annotations

import getpass
from typing import Any

import click

from listener.clock import SystemClock
from listener.commands.place import Place, json_option, moment, pass_place, print_json, print_line, print_table, progress_for
from listener.digest.reason import reason_sentence
from listener.digest.sparkline import sparkline
from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.text.shorten import shorten
from listener.workflows.rebuild_insight import rebuild_insight


@click.command("issues")
@click.option("--as-of", metavar="MOMENT", help="Look at a moment in the past, such as 2026-03-31.")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400), help="Length of the period.")
@json_option
@pass_place
def issues_command(place: Place, as_of: str | None, days: int, as_json: bool) -> None:
    """List issues, what matters first."""
    at = moment(as_of, place)
    found = place.answer("issues", as_of=at and at.isoformat(), days=days)
    if as_json:
        print_json(found)
        return
    rows = [{**one, "trend": sparkline(one["trend"]), "since": one["first_at"][:10]} for one in found]
    columns = {
        "issue_id": "issue",
        "title": "title",
        "state": "state",
        "period_mentions": f"in {days} d",
        "authors": "people",
        "trend": "trend",
        "since": "since",
    }
    print_table(columns, rows, empty="No issues yet; they appear once at least a few people say much the same.")


@click.group("issue")
def issue_group() -> None:
    """One issue: show it, and correct it. People's corrections always win."""


@issue_group.command("show")
@click.argument("issue_id", type=int)
@click.option("--as-of", metavar="MOMENT", help="Look at a moment in the past.")
@json_option
@pass_place
def issue_show(place: Place, issue_id: int, as_of: str | None, as_json: bool) -> None:
    """Show an issue with its quotes and why it was flagged."""
    at = moment(as_of, place)
    found = place.answer("issue", issue_id=issue_id, as_of=at and at.isoformat())
    if as_json:
        print_json(found)
        return
    figures = found["figures"]
    print_line(f"#{issue_id} {figures['title']}  ({figures['state']})")
    print_line(f"{figures['mentions']} mentions by {figures['authors']} people, {figures['first_at'][:10]} to {figures['last_at'][:10]}")
    print_line(sparkline(figures["trend"]))
    for quote in figures["quotes"]:
        print_line(f"  “{shorten(quote['text'], 200)}” — {quote['author']}, {quote['platform']} {quote['url']}")


def _named(name: str, what: str) -> Any:
    """Build a correction command that takes an issue and does `what` to it."""

    @issue_group.command(name, help=f"{what} Reversible; recorded with your name.")
    @click.argument("issue_id", type=int)
    @click.option("--by", default=getpass.getuser, show_default="your login name", help="Who decides.")
    @pass_place
    def correct(place: Place, issue_id: int, by: str) -> None:
        with place.ledger() as ledger:
            _existing(ledger, issue_id)
            now = SystemClock().now()
            {
                "mute": lambda: ledger.issues.mute(issue_id, muted=True, by=by, at=now),
                "unmute": lambda: ledger.issues.mute(issue_id, muted=False, by=by, at=now),
                "resolve": lambda: ledger.issues.resolve(issue_id, resolved=True, by=by, at=now),
                "reopen": lambda: ledger.issues.resolve(issue_id, resolved=False, by=by, at=now),
            }[name]()
        print_line(f"Issue {issue_id}: {name} done.")

    return correct


_named("mute", "Stop signals on an issue.")
_named("unmute", "Let an issue raise signals again.")
_named("resolve", "Mark an issue as resolved.")
_named("reopen", "Take back 'resolved'.")


@issue_group.command("rename")
@click.argument("issue_id", type=int)
@click.argument("title")
@click.option("--by", default=getpass.getuser, show_default="your login name", help="Who decides.")
@pass_place
def issue_rename(place: Place, issue_id: int, title: str, by: str) -> None:
    """Give an issue a title of your own; the machine will not change it again."""
    if not title.strip():
        raise InputError("A title needs words.")
    with place.ledger() as ledger:
        _existing(ledger, issue_id)
        ledger.issues.rename(issue_id, title.strip()[:200], by=by, at=SystemClock().now())
    print_line(f"Issue {issue_id} is now called “{title.strip()[:200]}”.")


@issue_group.command("merge")
@click.argument("issue_id", type=int)
@click.argument("into", type=int)
@click.option("--by", default=getpass.getuser, show_default="your login name", help="Who decides.")
@pass_place
def issue_merge(place: Place, issue_id: int, into: int, by: str) -> None:
    """Merge ISSUE_ID into the issue INTO."""
    if issue_id == into:
        raise InputError("An issue cannot be merged into itself.")
    with place.ledger() as ledger:
        _existing(ledger, issue_id)
        _existing(ledger, into)
        ledger.issues.merge(issue_id, into, by=by, at=SystemClock().now())
    print_line(f"Issue {issue_id} is now part of issue {into}.")


@issue_group.command("move")
@click.argument("mention_id", type=int)
@click.argument("issue_id", type=int, required=False)
@click.option("--by", default=getpass.getuser, show_default="your login name", help="Who decides.")
@pass_place
def issue_move(place: Place, mention_id: int, issue_id: int | None, by: str) -> None:
    """Put a mention into another issue; without ISSUE_ID it becomes loose."""
    with place.ledger() as ledger:
        if issue_id is not None:
            _existing(ledger, issue_id)
        if not ledger.mentions.by_ids([mention_id]):
            raise InputError(f"There is no mention {mention_id}.")
        ledger.issues.move(mention_id, issue_id, by=by, at=SystemClock().now())
    print_line(f"Mention {mention_id} moved.")


def _existing(ledger: Ledger, issue_id: int) -> None:
    if ledger.issues.get(issue_id) is None:
        raise InputError(f"There is no issue {issue_id}; `klankbord issues` lists them.")


@click.command("signals")
@click.option("--since", metavar="MOMENT", help="Only signals after this moment.")
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Signals to show, newest first.")
@json_option
@pass_place
def signals_command(place: Place, since: str | None, most: int, as_json: bool) -> None:
    """List what emerged, and why it was flagged."""
    with place.ledger() as ledger:
        signals = ledger.issues.signals(since=moment(since, place), limit=most)
        titles = {issue.issue_id: issue.title for issue in ledger.issues.all(include_merged=True)}
    if as_json:
        print_json(signals)
        return
    rows = [
        {"at": f"{s.at:%Y-%m-%d %H:%M}", "issue": s.issue_id, "title": titles.get(s.issue_id or 0, "–"), "why": reason_sentence(s, "en")}
        for s in signals
    ]
    print_table({"at": "when (UTC)", "issue": "issue", "title": "title", "why": "why"}, rows, empty="No signals yet.")


@click.command("rebuild")
@json_option
@pass_place
def rebuild_command(place: Place, as_json: bool) -> None:
    """Derive insight again from the ledger: same issues, same figures, and no text is encoded twice."""
    with place.listening() as parts:
        mentions = rebuild_insight(parts.ledger, parts.insight, model_id=parts.model_id, progress=progress_for(as_json))
    if as_json:
        print_json({"mentions": mentions})
    else:
        print_line(f"Insight holds {mentions} mentions again.")
