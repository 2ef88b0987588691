"""Commands by which people correct issues: their judgement stands above the machine's, and every act can be taken back."""

from __future__ import annotations

from datetime import datetime

import click

from listener.bootstrap import new_reader
from listener.clock import SystemClock
from listener.commands.issues import issue_group
from listener.commands.place import Place, by_option, json_option, pass_place, print_json, print_line
from listener.errors import InputError
from listener.text.shorten import shorten
from listener.workflows.correct_issue import mark_issue, merge_issues, move_mention, rename_issue, undo_act
from listener.workflows.split_issue import Half, split_issue, suggest_split

__all__ = ["issue_group"]  # with all its commands, those that show and those that correct

EXAMPLE_LENGTH = 120
MOST_DIGITS = 19
"""Of a mention's number: no store gives a larger one."""


def _now() -> datetime:
    return SystemClock().now()


def _mark(name: str, what: str) -> None:
    """Build a command that sets or takes away one mark of an issue."""

    @issue_group.command(name, help=f"{what} Reversible; recorded with your name.")
    @click.argument("issue_id", type=int)
    @by_option
    @pass_place
    def correct(place: Place, issue_id: int, by: str) -> None:
        with place.ledger() as ledger:
            mark_issue(ledger, issue_id, name, by=by, at=_now())
        print_line(f"Issue {issue_id}: {name} done.")


_mark("mute", "Silence an issue until it grows: until twice as many people speak of it as when you muted it.")
_mark("unmute", "Let an issue raise signals again.")
_mark("pin", "Keep an issue on top of lists, and from ever being dissolved.")
_mark("unpin", "Let an issue stand where its figures put it.")
_mark("resolve", "Mark an issue as resolved.")
_mark("reopen", "Take back 'resolved'.")


@issue_group.command("rename")
@click.argument("issue_id", type=int)
@click.argument("title")
@by_option
@pass_place
def issue_rename(place: Place, issue_id: int, title: str, by: str) -> None:
    """Give an issue a title of your own; the machine will not change it again."""
    with place.ledger() as ledger:
        kept = rename_issue(ledger, issue_id, title, by=by, at=_now())
    print_line(f"Issue {issue_id} is now called “{kept}”.")


@issue_group.command("merge")
@click.argument("issue_id", type=int)
@click.argument("into", type=int)
@by_option
@pass_place
def issue_merge(place: Place, issue_id: int, into: int, by: str) -> None:
    """Merge ISSUE_ID into the issue INTO."""
    with place.ledger() as ledger:
        merge_issues(ledger, issue_id, into, by=by, at=_now())
    print_line(f"Issue {issue_id} is now part of issue {into}.")


@issue_group.command("move")
@click.argument("mention_id", type=int)
@click.argument("issue_id", type=int, required=False)
@by_option
@pass_place
def issue_move(place: Place, mention_id: int, issue_id: int | None, by: str) -> None:
    """Put a mention into another issue; without ISSUE_ID it becomes loose."""
    with place.ledger() as ledger:
        move_mention(ledger, mention_id, issue_id, by=by, at=_now())
    print_line(f"Mention {mention_id} moved.")


@issue_group.command("split")
@click.argument("issue_id", type=int)
@click.option("--mentions", metavar="12,15,19", help="Mentions that become an issue of their own; `klankbord issue ID` lists them.")
@click.option("--suggest", is_flag=True, help="Show the two halves that are found inside; nothing is changed.")
@click.option("--apply", "apply_it", is_flag=True, help="With --suggest: split off the second half.")
@click.option("--title", help="Title of the new issue; without one its own words give it one.")
@by_option
@json_option
@pass_place
def issue_split(
    place: Place, issue_id: int, mentions: str | None, suggest: bool, apply_it: bool, title: str | None, by: str, as_json: bool
) -> None:
    """Split an issue in two: new mentions join the nearer one, and no regrouping puts them together again."""
    if (mentions is None) == (not suggest):
        raise InputError("Name the mentions with --mentions 12,15,19, or ask for two halves with --suggest.")
    if apply_it and not suggest:
        raise InputError("--apply goes with --suggest; with --mentions the split is made at once.")
    reader = new_reader(place.settings_or_default)
    made: int | None = None
    found: tuple[Half, ...] = ()
    with place.ledger() as ledger:
        if suggest:
            found = suggest_split(ledger, reader, issue_id)
        if mentions is not None or apply_it:
            chosen = _numbers(mentions) if mentions is not None else list(found[1].mention_ids)
            made = split_issue(ledger, reader, issue_id, chosen, title=title, by=by, at=_now())
    if as_json:
        print_json({"issue_id": issue_id, "halves": found, "new_issue_id": made})
        return
    for half in found:
        _print_half(half)
    if made is None:
        print_line(f"Nothing was changed. To split off the second half: klankbord issue split {issue_id} --suggest --apply")
    else:
        print_line(f"Issue {made} was split off from issue {issue_id}.")


def _print_half(half: Half) -> None:
    print_line(f"“{half.title}”: {len(half.mention_ids)} mentions ({', '.join(str(one) for one in half.mention_ids[:20])})")
    for text in half.examples:
        print_line(f"  “{shorten(text, EXAMPLE_LENGTH)}”")


def _numbers(typed: str) -> list[int]:
    parts = [part.strip() for part in typed.split(",") if part.strip()]
    wrong = next((part for part in parts if not (part.isascii() and part.isdecimal() and len(part) <= MOST_DIGITS)), None)
    if wrong is not None:
        raise InputError(f"{shorten(wrong, MOST_DIGITS + 1)!r} is not the number of a mention; write --mentions 12,15,19")
    return [int(part) for part in parts]


@issue_group.command("undo")
@click.argument("issue_id", type=int)
@by_option
@json_option
@pass_place
def issue_undo(place: Place, issue_id: int, by: str, as_json: bool) -> None:
    """Take back the last thing a person did to an issue; again for the one before."""
    with place.ledger() as ledger:
        act = undo_act(ledger, issue_id, by=by, at=_now())
    if as_json:
        print_json(act)
    else:
        print_line(f"Taken back: {act.verb} {act.detail}".rstrip() + f", by {act.by} on {act.at:%Y-%m-%d %H:%M} UTC.")
