"""Commands that show issues: the list, and one issue whole."""

from __future__ import annotations

from typing import Any

import click

from listener.commands.place import Place, json_option, moment, pass_place, print_json, print_line, print_table
from listener.digest.sparkline import sparkline
from listener.model.issue import IssueState
from listener.text.shorten import shorten
from listener.workflows.choose_issues import SORTS

QUOTE_LENGTH = 200
MEMBERS_SHOWN = 10


@click.command("issues")
@click.option("--as-of", metavar="MOMENT", help="Look at a moment in the past, such as 2026-03-31.")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 400), help="Length of the period.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice([one.value for one in IssueState]), help="Only in this state; repeatable."
)
@click.option("--language", help="Only with mentions in this language: nl, en, de, fr or other.")
@click.option("--brand", help="Only with mentions about this brand.")
@click.option("--search", metavar="WORDS", help="Only those whose title or theme holds all these words.")
@click.option(
    "--sort", default="weight", show_default=True, type=click.Choice(sorted(SORTS)), help="What comes first; pinned ones always do."
)
@click.option("--most", default=1_000, show_default=True, type=click.IntRange(1, 100_000), help="Issues to list.")
@json_option
@pass_place
def issues_command(place: Place, /, as_of: str | None, days: int, as_json: bool, **wanted: Any) -> None:
    """List issues, what matters first."""
    at = moment(as_of, place)
    found = place.answer("issues", as_of=at and at.isoformat(), days=days, **{**wanted, "states": list(wanted["states"])})
    if as_json:
        print_json(found)
        return
    rows = [
        {
            **one,
            "trend": sparkline(one["trend"]),
            "since": one["first_at"][:10],
            "state": f"{one['state']}, pinned" if one["pinned"] else one["state"],
        }
        for one in found
    ]
    columns = {
        "issue_id": "issue",
        "title": "title",
        "theme": "theme",
        "state": "state",
        "period_mentions": f"in {days} d",
        "authors": "people",
        "trend": "trend",
        "since": "since",
    }
    if not any(one["theme"] for one in rows):
        del columns["theme"]
    narrowed = any(wanted[name] for name in ("states", "language", "brand", "search"))
    empty = "No issue fits." if narrowed else "No issues yet; they appear once at least a few people say much the same."
    print_table(columns, rows, empty=empty)


class IssueGroup(click.Group):
    """Reads `klankbord issue 3` as `klankbord issue show 3`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, ["show", *args] if args and args[0].isdecimal() else args)


@click.group("issue", cls=IssueGroup)
def issue_group() -> None:
    """One issue: show it (`issue 3`), and correct it. People's corrections always win, and each can be taken back."""


@issue_group.command("show")
@click.argument("issue_id", type=int)
@click.option("--as-of", metavar="MOMENT", help="Look at a moment in the past.")
@json_option
@pass_place
def issue_show(place: Place, issue_id: int, as_of: str | None, as_json: bool) -> None:
    """Show an issue: its state, mentions and quotes, why it was flagged, and what people did to it."""
    at = moment(as_of, place)
    found = place.answer("issue", issue_id=issue_id, as_of=at and at.isoformat())
    if as_json:
        print_json(found)
        return
    figures = found["figures"]
    state = f"{figures['state']}, pinned" if figures["pinned"] else figures["state"]
    print_line(f"#{issue_id} {figures['title']}  ({state})" + (f"  in: {figures['theme']}" if figures["theme"] else ""))
    print_line(f"{figures['mentions']} mentions by {figures['authors']} people, {figures['first_at'][:10]} to {figures['last_at'][:10]}")
    print_line(sparkline(figures["trend"]))
    print_line(found["summary"])
    for quote in figures["quotes"]:
        print_line(f"  “{shorten(' '.join(quote['text'].split()), QUOTE_LENGTH)}” — {quote['author']}, {quote['platform']} {quote['url']}")
    if found["reason"]:
        print_line(f"Flagged {found['signals'][0]['at'][:16]} UTC: {found['reason']}")
    _print_members(found)
    for act in found["acts"]:
        _print_act(act, issue_id)


def _print_members(found: dict[str, Any]) -> None:
    shown = found["mentions"][:MEMBERS_SHOWN]
    print_line(f"Newest of {found['cards']} different texts (mention: text):")
    for quote, copies in zip(shown, found["copies"], strict=False):
        more = f" (and {copies} copies)" if copies else ""
        print_line(f"  {quote['mention_id']}: {shorten(' '.join(quote['text'].split()), QUOTE_LENGTH // 2)}{more}")


def _print_act(act: dict[str, Any], issue_id: int) -> None:
    other = act["other_issue_id"] if act["issue_id"] == issue_id else act["issue_id"]
    beside = f" (with issue {other})" if other is not None else ""
    undone = ", taken back since" if act["undone"] else ""
    print_line(f"{act['at'][:16]} {act['by']}: {act['verb']} {act['detail']}{beside}{undone}")
